# the done-set names one offset too many
# src/pipeline/frontier.c
# test: tests/unit/pipeline/test_frontier
s|w->end = offset + 1;|w->end = offset + 2;|
