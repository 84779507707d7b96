# a run ends at a full window although what fills it is about to be published
# src/pipeline/dead_end.c
# test: tests/sim/test_dead_ends
s/ || m->window_tickets > m->stats.live);/);/
