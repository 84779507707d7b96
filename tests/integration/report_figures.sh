#!/bin/sh
# The report's figures against a second calculation from raw rows. No broker is needed.
# timeout: 120
exec python3 "$(dirname "$0")/report_figures.py"
