/* Offsets as they come, for whoever hands them to a callback. */
#ifndef TICKETMILL_PIPELINE_OFFSET_LIST_H
#define TICKETMILL_PIPELINE_OFFSET_LIST_H

#include <stddef.h>
#include <stdint.h>

struct offset_list {
    int64_t *v; /* mem_free */
    size_t n, cap;
};

void offset_list_add(void *list, int64_t offset); /* list: a struct offset_list */

#endif
