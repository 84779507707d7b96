-- Number of a prompt. ?1 version
SELECT prompt FROM prompt WHERE version = ?1;
