/* The one place where librdkafka's codes are read. One list per status, so that a reader sees at
 * a glance what counts as passing and what ends a run; the unit test compares the lists with the
 * library's own table, so a new code of a newer librdkafka fails the build's tests instead of
 * falling through. Knows nothing of transactions: which call met the error is the caller's part.
 */
#include "kafka/errmap.h"

#define E(name)  RD_KAFKA_RESP_ERR_##name
#define LEN(arr) (sizeof(arr) / sizeof *(arr))

static const rd_kafka_resp_err_t not_now[] = {
    E(_QUEUE_FULL), E(_IN_PROGRESS), E(_PREV_IN_PROGRESS), E(_WAIT_COORD), E(_WAIT_CACHE), E(_INTR),
    E(_RETRY),      E(_NOOP),
};

static const rd_kafka_resp_err_t unavailable[] = {
    E(_TRANSPORT),
    E(_RESOLVE),
    E(_MSG_TIMED_OUT),
    E(_ALL_BROKERS_DOWN),
    E(_TIMED_OUT),
    E(_TIMED_OUT_QUEUE),
    E(_ISR_INSUFF),
    E(_NODE_UPDATE),
    E(_DESTROY),
    E(_PURGE_QUEUE),
    E(_PURGE_INFLIGHT),
    E(_UNKNOWN_BROKER),
    E(_OUTDATED),
    E(_PARTIAL),
    E(_BAD_MSG),
    E(_BAD_COMPRESSION),
    E(_UNDERFLOW),
    E(INVALID_MSG),
    E(LEADER_NOT_AVAILABLE),
    E(NOT_LEADER_FOR_PARTITION),
    E(REQUEST_TIMED_OUT),
    E(BROKER_NOT_AVAILABLE),
    E(REPLICA_NOT_AVAILABLE),
    E(STALE_CTRL_EPOCH),
    E(NETWORK_EXCEPTION),
    E(COORDINATOR_LOAD_IN_PROGRESS),
    E(COORDINATOR_NOT_AVAILABLE),
    E(NOT_COORDINATOR),
    E(NOT_ENOUGH_REPLICAS),
    E(NOT_ENOUGH_REPLICAS_AFTER_APPEND),
    E(REBALANCE_IN_PROGRESS),
    E(NOT_CONTROLLER),
    E(CONCURRENT_TRANSACTIONS),
    E(TRANSACTION_COORDINATOR_FENCED),
    E(OPERATION_NOT_ATTEMPTED),
    E(KAFKA_STORAGE_ERROR),
    E(LOG_DIR_NOT_FOUND),
    E(REASSIGNMENT_IN_PROGRESS),
    E(FETCH_SESSION_ID_NOT_FOUND),
    E(INVALID_FETCH_SESSION_EPOCH),
    E(LISTENER_NOT_FOUND),
    E(FENCED_LEADER_EPOCH),
    E(UNKNOWN_LEADER_EPOCH),
    E(STALE_BROKER_EPOCH),
    E(OFFSET_NOT_AVAILABLE),
    E(PREFERRED_LEADER_NOT_AVAILABLE),
    E(ELIGIBLE_LEADERS_NOT_AVAILABLE),
    E(UNSTABLE_OFFSET_COMMIT),
    E(THROTTLING_QUOTA_EXCEEDED),
    E(INCONSISTENT_VOTER_SET),
};

static const rd_kafka_resp_err_t fenced[] = {
    E(_FENCED),
    E(PRODUCER_FENCED),
    E(INVALID_PRODUCER_EPOCH),
    E(FENCED_INSTANCE_ID),
};

static const rd_kafka_resp_err_t limit[] = {
    E(MSG_SIZE_TOO_LARGE),
    E(RECORD_LIST_TOO_LARGE),
    E(INVALID_MSG_SIZE),
};

static const rd_kafka_resp_err_t offset_gone[] = {
    E(OFFSET_OUT_OF_RANGE),
    E(_AUTO_OFFSET_RESET),
    E(_NO_OFFSET),
};

static const rd_kafka_resp_err_t not_found[] = {
    E(_UNKNOWN_PARTITION),
    E(_UNKNOWN_TOPIC),
    E(_UNKNOWN_GROUP),
    E(_NOENT),
    E(_PARTITION_EOF),
    E(UNKNOWN_TOPIC_OR_PART),
    E(GROUP_ID_NOT_FOUND),
    E(RESOURCE_NOT_FOUND),
    E(NO_REASSIGNMENT_IN_PROGRESS),
    E(DELEGATION_TOKEN_NOT_FOUND),
};

static const rd_kafka_resp_err_t locked[] = {
    E(TOPIC_ALREADY_EXISTS), E(NON_EMPTY_GROUP),        E(GROUP_SUBSCRIBED_TO_TOPIC),
    E(DUPLICATE_RESOURCE),   E(GROUP_MAX_SIZE_REACHED),
};

static const rd_kafka_resp_err_t system_call[] = {E(_FS), E(_CRIT_SYS_RESOURCE)};

/* Somebody has to change a setting, ours or the broker's. */
static const rd_kafka_resp_err_t config[] = {
    E(_SSL),
    E(_AUTHENTICATION),
    E(_NOT_CONFIGURED),
    E(_INVALID_ARG),
    E(_UNSUPPORTED_FEATURE),
    E(_UNKNOWN_PROTOCOL),
    E(OFFSET_METADATA_TOO_LARGE),
    E(INVALID_COMMIT_OFFSET_SIZE),
    E(TOPIC_EXCEPTION),
    E(INVALID_REQUIRED_ACKS),
    E(INVALID_GROUP_ID),
    E(INVALID_SESSION_TIMEOUT),
    E(INCONSISTENT_GROUP_PROTOCOL),
    E(TOPIC_AUTHORIZATION_FAILED),
    E(GROUP_AUTHORIZATION_FAILED),
    E(CLUSTER_AUTHORIZATION_FAILED),
    E(TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    E(DELEGATION_TOKEN_AUTHORIZATION_FAILED),
    E(DELEGATION_TOKEN_AUTH_DISABLED),
    E(DELEGATION_TOKEN_OWNER_MISMATCH),
    E(DELEGATION_TOKEN_REQUEST_NOT_ALLOWED),
    E(DELEGATION_TOKEN_EXPIRED),
    E(INVALID_PRINCIPAL_TYPE),
    E(PRINCIPAL_DESERIALIZATION_FAILURE),
    E(INVALID_TIMESTAMP),
    E(INVALID_RECORD),
    E(UNSUPPORTED_SASL_MECHANISM),
    E(ILLEGAL_SASL_STATE),
    E(SASL_AUTHENTICATION_FAILED),
    E(UNACCEPTABLE_CREDENTIAL),
    E(SECURITY_DISABLED),
    E(UNSUPPORTED_VERSION),
    E(UNSUPPORTED_FOR_MESSAGE_FORMAT),
    E(UNSUPPORTED_COMPRESSION_TYPE),
    E(INVALID_PARTITIONS),
    E(INVALID_REPLICATION_FACTOR),
    E(INVALID_REPLICA_ASSIGNMENT),
    E(INVALID_CONFIG),
    E(POLICY_VIOLATION),
    E(INVALID_TRANSACTION_TIMEOUT),
    E(TOPIC_DELETION_DISABLED),
};

/* Things we never ask for, answers that make no sense here, and the client giving up. */
static const rd_kafka_resp_err_t internal[] = {
    E(_BEGIN),
    E(_END),
    E(_FAIL),
    E(_EXISTING_SUBSCRIPTION),
    E(_ASSIGN_PARTITIONS),
    E(_REVOKE_PARTITIONS),
    E(_CONFLICT),
    E(_STATE),
    E(_NOT_IMPLEMENTED),
    E(_KEY_SERIALIZATION),
    E(_VALUE_SERIALIZATION),
    E(_KEY_DESERIALIZATION),
    E(_VALUE_DESERIALIZATION),
    E(_READ_ONLY),
    E(_INVALID_TYPE),
    E(_FATAL),
    E(_INCONSISTENT),
    E(_GAPLESS_GUARANTEE),
    E(_MAX_POLL_EXCEEDED),
    E(_APPLICATION),
    E(_ASSIGNMENT_LOST),
    E(UNKNOWN),
    E(ILLEGAL_GENERATION),
    E(UNKNOWN_MEMBER_ID),
    E(MEMBER_ID_REQUIRED),
    E(INVALID_REQUEST),
    E(OUT_OF_ORDER_SEQUENCE_NUMBER),
    E(DUPLICATE_SEQUENCE_NUMBER),
    E(INVALID_TXN_STATE),
    E(INVALID_PRODUCER_ID_MAPPING),
    E(UNKNOWN_PRODUCER_ID),
    E(ELECTION_NOT_NEEDED),
    E(INVALID_UPDATE_VERSION),
    E(FEATURE_UPDATE_FAILED),
};

static const rd_kafka_resp_err_t fine[] = {E(NO_ERROR)};

static const struct {
    enum status status;
    const rd_kafka_resp_err_t *codes;
    size_t count;
} map[] = {
    {ST_OK, fine, LEN(fine)},
    {ST_AGAIN, not_now, LEN(not_now)},
    {ST_UNAVAILABLE, unavailable, LEN(unavailable)},
    {ST_FENCED, fenced, LEN(fenced)},
    {ST_LIMIT, limit, LEN(limit)},
    {ST_LEDGER_STATE, offset_gone, LEN(offset_gone)},
    {ST_NOT_FOUND, not_found, LEN(not_found)},
    {ST_LOCKED, locked, LEN(locked)},
    {ST_SYSTEM, system_call, LEN(system_call)},
    {ST_CONFIG, config, LEN(config)},
    {ST_INTERNAL, internal, LEN(internal)},
};

static enum status look_up(rd_kafka_resp_err_t err, bool *known)
{
    for (size_t g = 0; g < LEN(map); g++)
        for (size_t i = 0; i < map[g].count; i++)
            if (map[g].codes[i] == err) {
                *known = true;
                return map[g].status;
            }
    *known = false;
    return ST_INTERNAL;
}

enum status kafka_status(rd_kafka_resp_err_t err)
{
    bool known;
    return look_up(err, &known);
}

bool kafka_status_known(rd_kafka_resp_err_t err)
{
    bool known;
    (void)look_up(err, &known);
    return known;
}

enum status kafka_fail(struct fail *fail, rd_kafka_resp_err_t err, const char *what)
{
    return fail_set(fail, kafka_status(err), (int)err, "%s: %s (%s)", what, rd_kafka_err2str(err),
                    rd_kafka_err2name(err));
}

enum status kafka_fail_error(struct fail *fail, rd_kafka_error_t *error, const char *what)
{
    if (!error)
        return ST_OK;
    rd_kafka_resp_err_t err = rd_kafka_error_code(error);
    enum status s = fail_set(fail, kafka_status(err), (int)err, "%s: %s (%s)", what,
                             rd_kafka_error_string(error), rd_kafka_error_name(error));
    rd_kafka_error_destroy(error);
    return s;
}
