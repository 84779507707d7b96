#!/bin/sh
# One night through real Kafka, judged by the oracle: NIGHT_TICKETS (200,000), 8 partitions. Starts
# a broker of its own unless TICKETMILL_TEST_BROKERS names one.
exec python3 "$(dirname "$0")/../fault/night.py" night --tickets "${NIGHT_TICKETS:-200000}" \
    --partitions 8
