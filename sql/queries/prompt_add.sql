-- A prompt, or the text of one known by its version only. ?1 version, ?2 system message or NULL
INSERT INTO prompt (version, system_message) VALUES (?1, ?2)
ON CONFLICT DO UPDATE SET system_message = coalesce(system_message, excluded.system_message);
