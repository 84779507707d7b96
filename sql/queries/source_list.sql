-- All topics and files that are known.
SELECT source, name FROM source ORDER BY source;
