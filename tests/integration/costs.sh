#!/bin/sh
# Costs by every grouping, recomputed from the rows of ledgers.
# timeout: 180
exec python3 "$(dirname "$0")/../fault/costs.py"
