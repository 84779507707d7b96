-- Calls up to one of them. ?1 call; columns: how many, picodollars of answered and unknown ones
SELECT count(*), coalesce(sum(cost_pusd), 0) FROM call WHERE call <= ?1;
