-- Takes calls up to one of them. ?1 call
DELETE FROM call WHERE call <= ?1;
