# rows of an aborted transaction go to the end of the line
# src/pipeline/publish.c
/^static void batch_aborted/,/^}/s|list_append(&again, &p->rows);|list_append(\&p->rows, \&again);|
