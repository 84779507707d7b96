# calls in flight at a crash are not booked
# src/ledger/recover.c
/^static enum status recover_all/,/^}/s|if (st != ST_OK \|\| !row)|if (st != ST_OK \|\| !row \|\| call_limit(count))|;s|^static enum status recover_all|static bool call_limit(const int64_t *n) { return *n >= 0; }\n&|
