-- Before another choice.
DROP TABLE IF EXISTS temp.chosen;
DROP VIEW IF EXISTS temp.chosen_ticket;
DROP VIEW IF EXISTS temp.chosen_call;
DROP VIEW IF EXISTS temp.chosen_share;
DROP VIEW IF EXISTS temp.chosen_comparison;
