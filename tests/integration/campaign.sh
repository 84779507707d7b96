#!/bin/sh
# Campaigns beside the regular run, killed, from a time on; what they changed, recomputed.
# timeout: 300
exec python3 "$(dirname "$0")/../fault/campaign.py"
