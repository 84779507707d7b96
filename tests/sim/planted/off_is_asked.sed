# an endpoint that is off is asked all the same
# src/pipeline/providers.c
# test: tests/sim/test_shops
s/ place->endpoint->off != FAIL_NONE ||//
