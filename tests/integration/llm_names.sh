#!/bin/sh
# The HTTP client and a silent name server.
exec "$TEST_BUILD/integration/llm_names"
