-- The newest answer that may be taken for a copy. ?1 reuse key, ?2 oldest allowed (Unix us)
SELECT source, partition, offset FROM reuse WHERE reuse_key = ?1 AND classified_unix_us >= ?2;
