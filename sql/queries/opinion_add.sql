-- What a shadow or guard call said about a ticket. ?1 source, ?2 partition, ?3 offset, ?4 call,
-- ?5 category, ?6 confidence (millionths), ?7 cost (picodollars or NULL)
INSERT INTO opinion (source, partition, offset, call, category, confidence_ppm, cost_pusd)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
