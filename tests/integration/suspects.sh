#!/bin/sh
# Tickets that kill the process.
exec python3 "$(dirname "$0")/../fault/suspects.py"
