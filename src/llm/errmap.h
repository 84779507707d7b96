/* Codes of the HTTP library as failure classes. Pure. */
#ifndef TICKETMILL_LLM_ERRMAP_H
#define TICKETMILL_LLM_ERRMAP_H

#include <stdbool.h>

#include "model/failure.h"

/* Class of a transfer that ended with this code (not 0). sent: a part of the request had left,
 * which turns "free" into "possibly billed". */
enum failure errmap_curl(int curl_code, bool sent);

/* Has this code an entry of its own? For the test that all of the header's have. */
bool errmap_knows(int curl_code);

#endif
