#!/bin/sh
# Every misbehaviour of the provider against the whole job.
# timeout: 900
exec python3 "$(dirname "$0")/../fault/provider.py"
