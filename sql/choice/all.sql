-- Reports read all rows, those of an earlier ledger too, which belong to no run.
CREATE TEMP TABLE chosen AS SELECT run FROM main.run;
CREATE TEMP VIEW chosen_ticket AS SELECT * FROM main.ticket;
CREATE TEMP VIEW chosen_call AS SELECT * FROM main.call;
CREATE TEMP VIEW chosen_share AS SELECT * FROM main.share;
CREATE TEMP VIEW chosen_comparison AS SELECT * FROM main.comparison;
