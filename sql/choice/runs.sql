-- Reports read the rows of some runs, whose numbers are put into `chosen`.
CREATE TEMP TABLE chosen (run INTEGER PRIMARY KEY);
CREATE TEMP VIEW chosen_ticket AS
SELECT t.* FROM chosen u CROSS JOIN main.run_ticket t ON t.of_run = u.run;
CREATE TEMP VIEW chosen_call AS
SELECT c.* FROM chosen u CROSS JOIN main.run_call c ON c.of_run = u.run;
CREATE TEMP VIEW chosen_share AS
SELECT s.* FROM chosen u CROSS JOIN main.run_share s ON s.of_run = u.run;
CREATE TEMP VIEW chosen_comparison AS
SELECT m.* FROM chosen u CROSS JOIN main.run_comparison m ON m.of_run = u.run;
