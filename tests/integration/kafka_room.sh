#!/bin/sh
# The producer of the kafka room on a real broker: transactions, aborts, fencing, a restart.
exec "$TEST_BUILD/integration/kafka_room"
