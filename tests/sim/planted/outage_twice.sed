# an endpoint that is out already gets a second outage
# src/pipeline/judge.c
# test: tests/sim/test_shops
s|if (e->out) /\*|if (false) /*|
