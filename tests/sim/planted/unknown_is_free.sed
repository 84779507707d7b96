# a call that may have been billed is booked as free
# src/pipeline/settle.c
/case BILLED_UNKNOWN:/,/break;/{s|CALL_UNKNOWN|CALL_FAILED|;s|s->a->reserved_pusd|0|}
