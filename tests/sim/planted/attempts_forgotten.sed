# a ticket resumed after a crash has no attempts behind it
# src/pipeline/admit.c
s|t->paid = it->attempts;|t->paid = 0;|
