/* The floor under the worker's cost: the least that the same libraries take for the same tickets.
 * One thread: consume, parse, build the request, HTTP by one curl multi, parse the answer, insert
 * in batched transactions, produce. It keeps none of the promises: no reservation, no check beyond
 * the id, no frontier, no transactions at Kafka, no retries. Anything unexpected ends it. */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

#define PACK_MAX     64
#define BODY_MAX     (8 * 1024 * 1024)
#define COMMIT_EVERY 1000 /* tickets */
#define CATEGORY_MAX 64

struct ticket {
    char *id, *text; /* mem_free */
    int32_t partition;
    int64_t offset;
};

struct transfer {
    CURL *easy;
    struct buf request, response, user;
    struct ticket tickets[PACK_MAX];
    int count;
    struct transfer *next; /* in the free list */
};

static struct {
    const char *brokers, *topic, *results, *url, *db, *model;
    int pack, in_flight;
    struct buf system; /* quoted */
    rd_kafka_t *consumer, *producer;
    CURLM *multi;
    struct curl_slist *headers;
    sqlite3 *sql;
    sqlite3_stmt *insert;
    struct transfer *transfers, *idle;
    int partitions, partitions_done, busy;
    long tickets, uncommitted;
} floor_state;
#define F floor_state

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("floor: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

/* ---- Kafka ----------------------------------------------------------------------------------- */

static rd_kafka_t *client(rd_kafka_type_t type, const char *const *properties)
{
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (; *properties; properties += 2)
        if (rd_kafka_conf_set(conf, properties[0], properties[1], error, sizeof error) !=
            RD_KAFKA_CONF_OK)
            die("%s", error);
    rd_kafka_t *rk = rd_kafka_new(type, conf, error, sizeof error);
    if (!rk)
        die("%s", error);
    return rk;
}

static void open_kafka(void)
{
    const char *in[] = {"bootstrap.servers",
                        F.brokers,
                        "group.id",
                        "floor",
                        "enable.auto.commit",
                        "false",
                        "isolation.level",
                        "read_committed",
                        "enable.partition.eof",
                        "true",
                        NULL};
    const char *out[] = {
        "bootstrap.servers", F.brokers, "enable.idempotence", "true", "linger.ms", "20", NULL};
    F.consumer = client(RD_KAFKA_CONSUMER, in);
    F.producer = client(RD_KAFKA_PRODUCER, out);
    rd_kafka_poll_set_consumer(F.consumer);
    const rd_kafka_metadata_t *meta;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(F.consumer, F.topic, NULL);
    if (rd_kafka_metadata(F.consumer, 0, topic, &meta, 10000) || meta->topic_cnt != 1)
        die("no metadata of %s", F.topic);
    F.partitions = meta->topics[0].partition_cnt;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(F.partitions);
    for (int p = 0; p < F.partitions; p++)
        rd_kafka_topic_partition_list_add(list, F.topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(F.consumer, list))
        die("cannot assign %s", F.topic);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_metadata_destroy(meta);
    rd_kafka_topic_destroy(topic);
}

static void produce(const struct ticket *t, const cJSON *item, const char *category)
{
    struct buf value;
    buf_init(&value, BODY_MAX);
    buf_str(&value, "{\"ticket_id\":");
    json_quote(&value, slice_str(t->id));
    buf_fmt(&value, ",\"category\":\"%s\",\"confidence\":%.2f,\"summary\":", category,
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "confidence")));
    json_quote(&value,
               slice_str(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "summary"))));
    buf_fmt(&value, ",\"source\":{\"topic\":\"%s\",\"partition\":%d,\"offset\":%lld}}", F.topic,
            t->partition, (long long)t->offset);
    while (rd_kafka_producev(F.producer, RD_KAFKA_V_TOPIC(F.results),
                             RD_KAFKA_V_KEY(t->id, strlen(t->id)),
                             RD_KAFKA_V_VALUE(value.p, value.n),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END))
        rd_kafka_poll(F.producer, 100);
    buf_deinit(&value);
}

/* ---- ledger ---------------------------------------------------------------------------------- */

static void sql(const char *text)
{
    if (sqlite3_exec(F.sql, text, NULL, NULL, NULL) != SQLITE_OK)
        die("%s: %s", text, sqlite3_errmsg(F.sql));
}

static void open_ledger(void)
{
    if (sqlite3_open(F.db, &F.sql) != SQLITE_OK)
        die("%s: %s", F.db, sqlite3_errmsg(F.sql));
    sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    sql("CREATE TABLE result(partition INTEGER, record_offset INTEGER, ticket_id TEXT, "
        "category TEXT, confidence REAL, summary TEXT, tokens INTEGER, "
        "PRIMARY KEY(partition, record_offset)) STRICT, WITHOUT ROWID");
    if (sqlite3_prepare_v2(F.sql, "INSERT INTO result VALUES(?,?,?,?,?,?,?)", -1, &F.insert, NULL))
        die("%s", sqlite3_errmsg(F.sql));
    sql("BEGIN");
}

static void insert(const struct ticket *t, const cJSON *item, const char *category, double tokens)
{
    sqlite3_bind_int(F.insert, 1, t->partition);
    sqlite3_bind_int64(F.insert, 2, t->offset);
    sqlite3_bind_text(F.insert, 3, t->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(F.insert, 4, category, -1, SQLITE_STATIC);
    sqlite3_bind_double(F.insert, 5,
                        cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "confidence")));
    sqlite3_bind_text(F.insert, 6,
                      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "summary")), -1,
                      SQLITE_STATIC);
    sqlite3_bind_int64(F.insert, 7, (sqlite3_int64)tokens);
    if (sqlite3_step(F.insert) != SQLITE_DONE)
        die("%s", sqlite3_errmsg(F.sql));
    sqlite3_reset(F.insert);
    if (++F.uncommitted >= COMMIT_EVERY) {
        sql("COMMIT");
        sql("BEGIN");
        F.uncommitted = 0;
    }
}

/* ---- HTTP ------------------------------------------------------------------------------------ */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    buf_add(&t->response, p, size * n);
    return t->response.failed ? 0 : size * n;
}

static void open_http(void)
{
    char url[512];
    snprintf(url, sizeof url, "%s/chat/completions", F.url);
    curl_global_init(CURL_GLOBAL_ALL);
    F.multi = curl_multi_init();
    curl_multi_setopt(F.multi, CURLMOPT_MAXCONNECTS, (long)F.in_flight);
    F.headers = curl_slist_append(NULL, "Content-Type: application/json");
    F.headers = curl_slist_append(F.headers, "Expect:");
    F.transfers = mem_array((size_t)F.in_flight, sizeof *F.transfers);
    for (int i = 0; i < F.in_flight; i++) {
        struct transfer *t = &F.transfers[i];
        buf_init(&t->request, BODY_MAX);
        buf_init(&t->response, BODY_MAX);
        buf_init(&t->user, BODY_MAX);
        t->easy = curl_easy_init();
        curl_easy_setopt(t->easy, CURLOPT_URL, url);
        curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, F.headers);
        curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
        curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
        curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
        t->next = F.idle;
        F.idle = t;
    }
}

static void send_pack(struct transfer *t)
{
    buf_clear(&t->user);
    buf_clear(&t->request);
    buf_clear(&t->response);
    buf_str(&t->user, "{\"tickets\":[");
    for (int i = 0; i < t->count; i++) {
        buf_fmt(&t->user, "%s{\"id\":\"k%c%c\",\"text\":", i ? "," : "", 'a' + i / 26,
                'a' + i % 26);
        json_quote(&t->user, slice_str(t->tickets[i].text));
        buf_char(&t->user, '}');
    }
    buf_str(&t->user, "]}");
    buf_fmt(&t->request,
            "{\"model\":\"%s\",\"temperature\":0.2,\"max_tokens\":%d,\"stream\":false,"
            "\"response_format\":{\"type\":\"json_object\"},"
            "\"messages\":[{\"role\":\"system\",\"content\":",
            F.model, 128 + 110 * t->count);
    buf_slice(&t->request, buf_view(&F.system));
    buf_str(&t->request, "},{\"role\":\"user\",\"content\":");
    json_quote(&t->request, buf_view(&t->user));
    buf_str(&t->request, "}]}");
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)t->request.n);
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->request.p);
    curl_multi_add_handle(F.multi, t->easy);
    F.busy++;
}

static void settle_item(struct transfer *t, const cJSON *item, double tokens)
{
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
    const char *category = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "category"));
    int slot = id && strlen(id) == 3 ? (id[1] - 'a') * 26 + id[2] - 'a' : -1;
    if (slot < 0 || slot >= t->count || !category || strlen(category) >= CATEGORY_MAX)
        die("an answer's item cannot be read");
    insert(&t->tickets[slot], item, category, tokens / t->count);
    produce(&t->tickets[slot], item, category);
    F.tickets++;
}

static void settle(struct transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    cJSON *doc = cJSON_ParseWithLength(t->response.p, t->response.n);
    const cJSON *choice = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(doc, "choices"), 0);
    const char *content = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(choice, "message"), "content"));
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(doc, "usage");
    double tokens = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(usage, "total_tokens"));
    cJSON *answer = content ? cJSON_Parse(content) : NULL;
    if (status != 200 || !answer)
        die("HTTP %ld without a usable answer", status);
    const cJSON *item;
    int items = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "results"))
    {
        settle_item(t, item, tokens);
        items++;
    }
    if (items != t->count)
        die("%d items for %d tickets", items, t->count);
    cJSON_Delete(answer);
    cJSON_Delete(doc);
    for (int i = 0; i < t->count; i++) {
        mem_free(t->tickets[i].id);
        mem_free(t->tickets[i].text);
    }
    t->count = 0;
    t->next = F.idle;
    F.idle = t;
    F.busy--;
}

static void turn_http(int wait_ms)
{
    int running, left;
    curl_multi_poll(F.multi, NULL, 0, wait_ms, NULL);
    curl_multi_perform(F.multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(F.multi, &left));) {
        struct transfer *t;
        if (m->data.result != CURLE_OK)
            die("%s", curl_easy_strerror(m->data.result));
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        curl_multi_remove_handle(F.multi, t->easy);
        settle(t);
    }
    rd_kafka_poll(F.producer, 0);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void add_ticket(struct transfer *t, const rd_kafka_message_t *m)
{
    struct ticket *ticket = &t->tickets[t->count++];
    cJSON *doc = cJSON_ParseWithLength(m->payload, m->len);
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(doc, "ticket_id"));
    const char *subject = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(doc, "subject"));
    const char *body = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(doc, "body"));
    if (!id || !body)
        die("partition %d offset %lld is no clean ticket", m->partition, (long long)m->offset);
    struct buf text;
    size_t n;
    buf_init(&text, BODY_MAX);
    buf_fmt(&text, "%s\n\n%s", subject ? subject : "", body);
    ticket->id = mem_str(id);
    ticket->text = buf_take(&text, &n);
    ticket->partition = m->partition;
    ticket->offset = m->offset;
    cJSON_Delete(doc);
}

/* Fills the transfer's pack; false when nothing more can be had at once. */
static bool fill(struct transfer *t)
{
    while (t->count < F.pack && F.partitions_done < F.partitions) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(F.consumer, F.busy ? 0 : 100);
        if (!m)
            return false;
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            F.partitions_done++;
        else if (m->err)
            die("%s", rd_kafka_message_errstr(m));
        else
            add_ticket(t, m);
        rd_kafka_message_destroy(m);
    }
    return t->count > 0;
}

static void run(void)
{
    while (F.busy > 0 || F.partitions_done < F.partitions || F.idle->count > 0) {
        while (F.idle && fill(F.idle)) {
            struct transfer *t = F.idle;
            F.idle = t->next;
            send_pack(t);
        }
        turn_http(F.idle && F.partitions_done < F.partitions ? 0 : 100);
    }
    sql("COMMIT");
    if (rd_kafka_flush(F.producer, 60000))
        die("results were not written within a minute");
}

static void read_system(const char *path)
{
    char block[65536];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(block, 1, sizeof block, f) : 0;
    if (!f || ferror(f))
        die("cannot read %s", path);
    fclose(f);
    buf_init(&F.system, BODY_MAX);
    json_quote(&F.system, slice_of(block, n));
}

int main(int argc, char **argv)
{
    if (argc != 9)
        die("usage: floor BROKERS TOPIC RESULTS URL DATABASE PROMPT_FILE PACK IN_FLIGHT");
    F.brokers = argv[1];
    F.topic = argv[2];
    F.results = argv[3];
    F.url = argv[4];
    F.db = argv[5];
    F.model = "sim";
    F.pack = atoi(argv[7]);
    F.in_flight = atoi(argv[8]);
    if (F.pack < 1 || F.pack > PACK_MAX || F.in_flight < 1)
        die("PACK must be 1 … %d, IN_FLIGHT at least 1", PACK_MAX);
    read_system(argv[6]);
    open_kafka();
    open_ledger();
    open_http();
    run();
    printf("%ld\n", F.tickets);
    return 0;
}
