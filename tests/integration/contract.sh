#!/bin/sh
# The contract held against the program from outside, with a provider and tickets of its own.
# timeout: 600
cd "$(dirname "$0")/../fault" || exit 1
bad=0
for part in contract_command contract_tickets contract_failures; do
    python3 "$part.py" || bad=1
done
exit $bad
