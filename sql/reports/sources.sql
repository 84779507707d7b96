-- Topics and files that tickets come from. No parameters; columns: source, name.
SELECT source, name FROM source ORDER BY source;
