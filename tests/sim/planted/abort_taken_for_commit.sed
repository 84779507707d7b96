# an aborted transaction counts as published, its rows are marked
# src/pipeline/publish.c
s|^    if (st == ST_OK) {|    if (st == ST_OK \|\| st == ST_UNAVAILABLE) {|
