#!/bin/sh
# Several simulated providers at once: the thinned set of scenarios; ROUTING_ALL=1 runs every one.
# timeout: 900
[ -n "$ROUTING_ALL" ] && set -- --all
exec python3 "$(dirname "$0")/../fault/routing.py" "$@"
