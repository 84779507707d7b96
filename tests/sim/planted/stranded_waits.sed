# a run waits for what fits only a model that is off
# src/pipeline/dead_end.c
# test: tests/sim/test_dead_ends
s/left->stranded = true;/left->stranded = false;/
