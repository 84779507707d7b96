-- Number of a price. ?1 model, ?2 from (Unix us), ?3 input, ?4 cached, ?5 cache write, ?6 output
-- (picodollars a token)
SELECT price FROM price
WHERE model = ?1 AND from_unix_us = ?2 AND input_pusd = ?3 AND cached_pusd = ?4
  AND cache_write_pusd = ?5 AND output_pusd = ?6;
