-- How much the archive holds: calls, tickets.
SELECT (SELECT count(*) FROM main.call), (SELECT count(*) FROM main.ticket);
