#!/bin/sh
# The HTTP client against connections that die, keys that change and headers without end.
exec "$TEST_BUILD/integration/llm_wire"
