-- One more ticket of such a call. ?1 call, ?2 input, ?3 cached, ?4 output tokens, ?5 cost
-- (picodollars or NULL)
UPDATE call
SET tickets = tickets + 1, input_tokens = input_tokens + ?2, cached_tokens = cached_tokens + ?3,
    output_tokens = output_tokens + ?4, cost_pusd = cost_pusd + ?5,
    reserved_pusd = reserved_pusd + ?5
WHERE call = ?1;
