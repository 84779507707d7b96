-- Results beside the labels of people; of several results of one ticket id the newest. Columns:
-- label, category answered, confidence (millionths), needs review, classified (Unix microseconds).
SELECT l.category, r.category, r.confidence_ppm, r.needs_review, max(r.classified_unix_us)
FROM chosen_ticket t
CROSS JOIN label l ON l.ticket_id = t.ticket_id
JOIN result r USING (source, partition, offset)
WHERE EXISTS (SELECT 1 FROM label)
GROUP BY l.ticket_id ORDER BY l.ticket_id;
