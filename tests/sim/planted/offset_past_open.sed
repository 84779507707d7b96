# the committed offset is one past the lowest unfinished record
# src/pipeline/frontier.c
/^int64_t frontier_offset/,/^}/s|return slot_at(f, i)->offset;|return slot_at(f, i)->offset + 1;|
