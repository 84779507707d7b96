-- Records in the books.
SELECT count(*) FROM ticket;
