-- Takes the summary of a result, and of results that took it over. ?1..?3 position
UPDATE result SET summary = '', reuse_key = NULL
WHERE (source = ?1 AND partition = ?2 AND offset = ?3)
   OR (reused_source = ?1 AND reused_partition = ?2 AND reused_offset = ?3);
