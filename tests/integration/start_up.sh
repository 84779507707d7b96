#!/bin/sh
# Every row of the start-up table against real Kafka, with the ways out it promises.
# timeout: 900
exec python3 "$(dirname "$0")/../fault/start_up.py"
