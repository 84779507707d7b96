-- Results beside the labels of people; of several results of one ticket id the newest. ?1 JSON list
-- of run numbers, NULL = all. Columns: label, category answered, confidence (millionths), needs
-- review, classified (Unix microseconds).
SELECT l.category, r.category, r.confidence_ppm, r.needs_review, max(r.classified_unix_us)
FROM label l
JOIN ticket t ON t.ticket_id = l.ticket_id
JOIN result r USING (source, partition, offset)
WHERE ?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1))
GROUP BY l.ticket_id ORDER BY l.ticket_id;
