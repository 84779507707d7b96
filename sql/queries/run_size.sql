-- How large the file is, noted with a run. ?1 run
UPDATE run SET ledger_bytes = (SELECT p.page_count * s.page_size
                               FROM pragma_page_count p, pragma_page_size s) WHERE run = ?1;
