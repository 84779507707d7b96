# an answer that does not serve is not counted as an attempt
# src/pipeline/outcome.c
s|t->paid += state == CALL_ANSWERED;|t->paid += s->checked \&\& s->answer.slots[i].state == SLOT_VALID;|
