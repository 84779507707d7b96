# two different answers for one ticket: the first is taken
# src/batch/answer.c
s|slot->state = SLOT_CONFLICT;|slot->state = SLOT_VALID;|
