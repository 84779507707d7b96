#!/bin/sh
# Planted bugs, each caught by the simulated runs; three of them in CI.
# timeout: 1800
[ "$CI" = true ] && set -- conflict_accepted again_after_unsure output_free
exec "$(dirname "$0")/../sim/planted.sh" "$@"
