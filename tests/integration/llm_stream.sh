#!/bin/sh
# Streaming calls and connection checks of the HTTP client.
exec "$TEST_BUILD/integration/llm_stream"
