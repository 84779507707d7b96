# the record before the end offset is not read
# src/pipeline/intake.c
s|if (r->pos.offset >= part->p.end) {|if (r->pos.offset >= part->p.end - 1) {|
