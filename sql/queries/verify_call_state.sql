-- Calls whose cost does not fit their end. No parameters; columns: the finding
SELECT format('call %s: state %d with cost %s, reservation %s', call_id, state,
              coalesce(cost_pusd, 'unpriced'), coalesce(reserved_pusd, 'unpriced'))
FROM call
WHERE state NOT BETWEEN 0 AND 3
   OR (state = 2 AND cost_pusd IS NOT 0)
   OR (state = 3 AND cost_pusd IS NOT reserved_pusd)
   OR (state = 0) <> (claims IS NOT NULL)
   OR cost_pusd < 0
LIMIT 20;
