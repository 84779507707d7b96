#!/bin/sh
# The night in small, as part of every test run.
# timeout: 900
NIGHT_TICKETS="${NIGHT_TICKETS:-10000}" exec "$(dirname "$0")/night.sh"
