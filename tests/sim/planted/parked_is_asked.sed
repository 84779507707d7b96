# an endpoint that asked to be left alone is not
# src/pipeline/providers.c
# test: tests/sim/test_shops
s|int64_t at = e->parked_until_us;|int64_t at = 0;|
