#!/bin/sh
# report, show, check and ledger verify, rebuild, backup on real Kafka, against planted damage too.
# timeout: 600
exec python3 "$(dirname "$0")/cli_books.py"
