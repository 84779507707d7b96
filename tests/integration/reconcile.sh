#!/bin/sh
# Invoices beside the ledger, each wrong in one way.
# timeout: 120
exec python3 "$(dirname "$0")/../fault/reconcile.py"
