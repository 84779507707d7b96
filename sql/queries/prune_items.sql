-- Takes the items' text from the shares of ended calls. ?1 above this call, ?2 below this call
UPDATE share SET raw_item = NULL WHERE call > ?1 AND call < ?2 AND raw_item IS NOT NULL;
