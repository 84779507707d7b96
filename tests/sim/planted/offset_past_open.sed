# an aborted transaction still finishes its offsets
# src/pipeline/frontier.c
/^void frontier_abort/,/^}/s|SLOT_OPEN|SLOT_DONE|
