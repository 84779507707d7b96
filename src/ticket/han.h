/* Who writes a Han character: a few hundred frequent ones tell Chinese from Japanese. Pure. */
#ifndef TICKETMILL_TICKET_HAN_H
#define TICKETMILL_TICKET_HAN_H

#include <stdint.h>

enum han_use { HAN_SHARED, HAN_CHINESE, HAN_JAPANESE };

enum han_use han_use(uint32_t cp);

#endif
