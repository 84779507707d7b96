-- How large the file is, and the figures of a run, noted with it. ?1 run, ?2 figures (JSON)
UPDATE run SET figures = ?2,
               ledger_bytes = (SELECT p.page_count * s.page_size
                               FROM pragma_page_count p, pragma_page_size s) WHERE run = ?1;
