#!/bin/sh
# Two at once: only one works, whatever is woken when; no record twice.
# timeout: 900
exec python3 "$(dirname "$0")/../fault/fencing.py"
