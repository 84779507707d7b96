-- How many records of a source have ended, and as what. ?1 source. Columns: state, count
SELECT state, count(*) FROM ticket WHERE source = ?1 GROUP BY state;
