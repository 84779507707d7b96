/* A gzip stream that unpacks to 158 times its size. Pure. */
#ifndef TICKETMILL_SIM_INFLATE_BOMB_H
#define TICKETMILL_SIM_INFLATE_BOMB_H

#include "base/buf.h"

/* Appends a gzip file that unpacks to `mib` MiB of blanks. Its check sum is wrong: whoever gets
 * as far as checking it has already lost. */
void inflate_bomb(int mib, struct buf *out);

#endif
