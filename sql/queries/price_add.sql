-- A new price; parameters as in price_find.sql
INSERT INTO price (model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
