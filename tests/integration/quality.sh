#!/bin/sh
# compare and labels: every figure worked out again from raw rows; kills, budgets, repeats.
# timeout: 120
exec python3 "$(dirname "$0")/../fault/quality.py"
