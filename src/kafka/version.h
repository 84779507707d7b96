/* Which librdkafka is linked, for `--version --verbose`. Static strings; one thread. */
#ifndef TICKETMILL_KAFKA_VERSION_H
#define TICKETMILL_KAFKA_VERSION_H

const char *kafka_library_version(void);  /* linked, "2.0.2" */
const char *kafka_library_features(void); /* built-in features, "gzip,snappy,ssl,…" */

#endif
