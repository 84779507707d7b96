-- A call in flight. ?1 call
SELECT c.call_id, c.purpose, c.reserved_pusd, c.claims, c.model, c.provider, c.tier, p.version
FROM call c LEFT JOIN prompt p ON p.prompt = c.prompt WHERE c.call = ?1 AND c.state = 0;
