-- What a shadow or guard call said about a ticket, beside its result as it stands. ?1 source,
-- ?2 partition, ?3 offset, ?4 call, ?5 category, ?6 confidence (millionths), ?7 cost (picodollars
-- or NULL)
INSERT INTO comparison (source, partition, offset, call, category, confidence_ppm, cost_pusd,
                        primary_call, primary_category, primary_confidence_ppm, primary_tickets,
                        primary_slot, primary_cost_pusd)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, r.call, r.category, r.confidence_ppm, c.tickets, s.slot,
       s.cost_pusd
FROM (SELECT 1)
LEFT JOIN result r ON r.source = ?1 AND r.partition = ?2 AND r.offset = ?3
LEFT JOIN call c ON c.call = r.call
LEFT JOIN share s ON s.source = ?1 AND s.partition = ?2 AND s.offset = ?3 AND s.call = r.call;
