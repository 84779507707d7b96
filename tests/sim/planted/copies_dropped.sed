# copies of an answered ticket are forgotten
# src/pipeline/tickets.c
s|admit_again(m, &t->copies);|list_init(\&t->copies);|
