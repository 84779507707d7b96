-- Every set of rates that was in force. No parameters; columns: model, from (Unix microseconds),
-- picodollars a token (input, cached, cache write, output).
SELECT model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd FROM price
ORDER BY model, from_unix_us, price;
