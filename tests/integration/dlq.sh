#!/bin/sh
# Dead letters listed, shown and replayed on real Kafka, exactly once under kills.
# timeout: 300
exec python3 "$(dirname "$0")/../fault/dlq.py"
