#!/bin/sh
# The ledger's disk: full, read-only, gone, damaged, shared.
# timeout: 900
[ "$CI" = true ] && export DISK_FLIPS="${DISK_FLIPS:-10}" DISK_CUTS="${DISK_CUTS:-5}"
exec python3 "$(dirname "$0")/../fault/disk.py"
