/* Where a ticket stands in the books. Stored in table ticket: never renumber. */
#ifndef TICKETMILL_LEDGER_STATE_H
#define TICKETMILL_LEDGER_STATE_H

enum ticket_state {
    TICKET_ADMITTED = 0,
    TICKET_RESULT = 1,
    TICKET_DEAD = 2,
    TICKET_SKIPPED = 3,
    TICKET_ADOPTED = 4 /* terminal in an earlier ledger */
};

#endif
