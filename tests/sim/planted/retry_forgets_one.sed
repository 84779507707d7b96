# the first ticket of a pack that is asked in parts is forgotten
# src/pipeline/follow.c
/^static void ask_in_parts/,/^}/s|size_t at = 0; at < n|size_t at = n > 1; at < n|
