#!/bin/sh
# The HTTP client against the simulated provider.
exec "$TEST_BUILD/integration/llm_names"
