-- It is back. ?1 outage, ?2 to (Unix us)
UPDATE outage SET to_unix_us = max(from_unix_us, ?2) WHERE outage = ?1 AND to_unix_us IS NULL;
