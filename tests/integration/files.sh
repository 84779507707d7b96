#!/bin/sh
# Files in, files out, without Kafka: kills, stops, budgets, edits, hostile content, full disks.
# timeout: 300
exec python3 "$(dirname "$0")/../fault/files.py"
