# the offset moves when a ticket is read, not when it is finished
# src/pipeline/publish.c
s|d->state = DELIVERED_OPEN;|d->state = DELIVERED_DONE;|
