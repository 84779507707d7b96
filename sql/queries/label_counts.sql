-- Labels of one import and the tickets they are about. ?1 time of the import (Unix microseconds).
-- Columns: labels, of a ticket that is known, of one with a result.
SELECT count(*), coalesce(sum(t.ticket_id IS NOT NULL), 0), coalesce(sum(t.result), 0)
FROM label l
LEFT JOIN (SELECT ticket_id, max(state = 1) AS result FROM ticket WHERE ticket_id IS NOT NULL
           GROUP BY ticket_id) t ON t.ticket_id = l.ticket_id
WHERE l.imported_unix_us = ?1;
