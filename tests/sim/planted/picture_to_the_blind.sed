# a ticket with an image goes to a model without vision
# src/pipeline/dispatch.c
# test: tests/sim/test_shops
s|for (int i = 0; l->vision && i < tier->count; i++)|for (int i = 0; l->vision \&\& i < 0; i++)|
