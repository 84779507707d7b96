-- What a person says a ticket is; replaces what was said before. ?1 ticket id, ?2 category, ?3 time
-- of the import (Unix microseconds), ?4 file
INSERT INTO label (ticket_id, category, imported_unix_us, origin) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (ticket_id) DO UPDATE SET category = excluded.category,
    imported_unix_us = excluded.imported_unix_us, origin = excluded.origin;
