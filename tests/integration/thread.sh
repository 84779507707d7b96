#!/bin/sh
# The thin thread through the whole job: 500 tickets, 2 partitions, judged by the oracle.
# timeout: 300
exec python3 "$(dirname "$0")/../fault/night.py" thread --tickets 500 --partitions 2
