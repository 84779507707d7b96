# calls that have ended still count as in flight at their account
# src/pipeline/providers.c
# test: tests/sim/test_shops
/^    a->in_flight--;/d
