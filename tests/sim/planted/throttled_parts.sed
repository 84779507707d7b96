# packs that are throttled are taken apart
# src/pipeline/follow.c
# test: tests/sim/test_dead_ends
s/failed = a->failures - a->throttled;/failed = a->failures;/
