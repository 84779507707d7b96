-- Shadow and guard answers beside the results. The chosen runs are those of the comparing calls.
-- Columns: purpose, tier of the result, tier compared, category of the result (NULL = there is
-- none), category compared, tickets in the result's pack, place in it (both NULL = not known), then
-- of the group: pairs, sum of the differences of confidence (compared minus result, millionths),
-- pairs with both costs, sums of the costs compared and of the results (picodollars, of those
-- pairs).
SELECT c.purpose, p.tier, c.tier, m.primary_category, m.category, m.primary_tickets,
       m.primary_slot, count(*), coalesce(sum(m.confidence_ppm - m.primary_confidence_ppm), 0),
       count(m.cost_pusd + m.primary_cost_pusd),
       coalesce(sum(iif(m.primary_cost_pusd IS NULL, NULL, m.cost_pusd)), 0),
       coalesce(sum(iif(m.cost_pusd IS NULL, NULL, m.primary_cost_pusd)), 0)
FROM chosen_comparison m JOIN call c ON c.call = m.call LEFT JOIN call p ON p.call = m.primary_call
GROUP BY 1, 2, 3, 4, 5, 6, 7;
