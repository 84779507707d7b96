/* Numbers as people read them: "200,000", "3m 51s", "612 ms", "1.0 MiB". English, no locale. Pure.
 * Every text fits HUMAN_SIZE bytes with its NUL. */
#ifndef TICKETMILL_BASE_HUMAN_H
#define TICKETMILL_BASE_HUMAN_H

#include <stdint.h>

#define HUMAN_SIZE 32

void human_count(int64_t n, char out[HUMAN_SIZE]); /* thousands set apart by commas */
/* Latencies: "0 ms", "612 ms", "1.31 s", "75.0 s"; negative = "-". */
void human_latency(int64_t us, char out[HUMAN_SIZE]);
/* Spans: "8s", "3m 51s", "2h 05m", "6d 03h"; negative = "-". */
void human_span(int64_t seconds, char out[HUMAN_SIZE]);
void human_bytes(int64_t bytes, char out[HUMAN_SIZE]); /* "812 B", "64.0 KiB"; negative = "-" */

#endif
