#!/bin/sh
# What reaches providers that redact, and those that do not: failover, second opinions, cuts, limits.
# timeout: 120
exec python3 "$(dirname "$0")/../fault/redaction.py"
