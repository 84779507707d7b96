/* All allocation of the program.
 *
 * These never return NULL. When memory cannot be had the process says so in one line and leaves
 * at once with status 1: everything paid for is already in the ledger, so leaving is as safe as
 * a kill, and no caller carries an error path that is never taken. Tests make the n-th call fail
 * with mem_fail_after. Thread-safe.
 */
#ifndef TICKETMILL_BASE_MEM_H
#define TICKETMILL_BASE_MEM_H

#include <stddef.h>

#include "base/slice.h"

void *mem_alloc(size_t n);                  /* uninitialised; n = 0 gives a freeable pointer */
void *mem_zalloc(size_t n);                 /* zeroed */
void *mem_array(size_t count, size_t size); /* zeroed; overflow-checked */
void *mem_grow(void *p, size_t count, size_t size); /* realloc to count*size; overflow-checked */
void mem_free(void *p);                             /* takes NULL */
char *mem_str(const char *s);                       /* copy; NULL gives NULL */
char *mem_slice(struct slice s); /* copy with a NUL behind it; SLICE_NONE gives NULL */

/* Lets the next n allocations succeed and the one after fail; -1 switches it off. Tests only. */
void mem_fail_after(long n);

#endif
