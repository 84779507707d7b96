#!/bin/sh
# What estimate says against what is pending, and against what a run then costs.
# timeout: 300
exec python3 "$(dirname "$0")/../fault/estimate.py"
