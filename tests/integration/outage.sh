#!/bin/sh
# The broker goes away in the middle of a run and comes back, or does not.
# timeout: 600
exec python3 "$(dirname "$0")/../fault/outage.py"
