# output tokens cost nothing
# src/batch/shares.c
s|add_cost(s->output, price->output, &sum)|add_cost(0, price->output, \&sum)|
