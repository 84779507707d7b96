# an answer kept for a further tier is forgotten by a restart
# src/ledger/admit.c
# test: tests/sim/test_shops
s|item->attempts > 0)|item->attempts > 99)|
