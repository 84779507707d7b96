# the timer of a line that no model is left for is due for good
# src/pipeline/lines.c
# test: tests/sim/test_shops
s/ || l->never)/)/
