-- Nobody watches the endpoints any longer. ?1 last known time (Unix us); NULL = when the last call
-- was sent or answered
UPDATE outage
SET to_unix_us = max(from_unix_us, coalesce(?1, (
        SELECT max(coalesce(answered_unix_us, sent_unix_us))
        FROM (SELECT answered_unix_us, sent_unix_us FROM call ORDER BY call DESC LIMIT 2000)), 0))
WHERE to_unix_us IS NULL;
