# a transaction of unknown outcome is sent again at once
# src/pipeline/publish.c
s|p->unsure = st == ST_AGAIN;|p->unsure = false;|
