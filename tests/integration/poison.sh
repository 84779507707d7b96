#!/bin/sh
# Hostile records among good ones.
exec python3 "$(dirname "$0")/../fault/poison.py"
