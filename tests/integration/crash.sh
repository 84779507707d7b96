#!/bin/sh
# The crash suite thinned to two kills at each failpoint and four random ones.
# timeout: 900
CRASH_ROUNDS="${CRASH_ROUNDS:-2}" CRASH_RANDOM="${CRASH_RANDOM:-4}" \
    exec python3 "$(dirname "$0")/../fault/crash.py"
