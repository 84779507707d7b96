# answers go to tickets by position
# src/batch/answer.c
/^static size_t slot_of(/,/^}/s|if (memcmp(c->sent->ids\[i\], id.p, id.n) == 0)|if (c->out->slots[i].state == SLOT_MISSING)|
