/* The questions and writes of the one read-write connection. Private to this room. */
#ifndef TICKETMILL_LEDGER_QUERIES_H
#define TICKETMILL_LEDGER_QUERIES_H

/* X(constant, embedded text of sql/queries/) */
#define LEDGER_QUERIES(X)                                                                          \
    X(Q_META_GET, sql_meta_get)                                                                    \
    X(Q_META_SET, sql_meta_set)                                                                    \
    X(Q_SOURCE_LIST, sql_source_list)                                                              \
    X(Q_SOURCE_ADD, sql_source_add)                                                                \
    X(Q_PROMPT_FIND, sql_prompt_find)                                                              \
    X(Q_PROMPT_ADD, sql_prompt_add)                                                                \
    X(Q_PRICE_FIND, sql_price_find)                                                                \
    X(Q_PRICE_ADD, sql_price_add)                                                                  \
    X(Q_RUN_ADD, sql_run_add)                                                                      \
    X(Q_RUN_END, sql_run_end)                                                                      \
    X(Q_SPAN_ADD, sql_span_add)                                                                    \
    X(Q_SPAN_CLOSE, sql_span_close)                                                                \
    X(Q_SPAN_CLOSE_CALLS, sql_span_close_calls)                                                    \
    X(Q_SPAN_REBUILD, sql_span_rebuild)                                                            \
    X(Q_SPAN_REBUILD_CALLS, sql_span_rebuild_calls)                                                \
    X(Q_CALL_ADD, sql_call_add)                                                                    \
    X(Q_CALL_OPEN, sql_call_open)                                                                  \
    X(Q_CALL_SETTLE, sql_call_settle)                                                              \
    X(Q_CALLS_SENT, sql_calls_sent)                                                                \
    X(Q_SHARE_ADD, sql_share_add)                                                                  \
    X(Q_TICKET_ADD, sql_ticket_add)                                                                \
    X(Q_TICKET_RESUME, sql_ticket_resume)                                                          \
    X(Q_TICKET_GET, sql_ticket_get)                                                                \
    X(Q_TICKET_KNOWN, sql_ticket_known)                                                            \
    X(Q_KEPT_GET, sql_kept_get)                                                                    \
    X(Q_TICKET_BOOK, sql_ticket_book)                                                              \
    X(Q_TICKET_CALL_IDS, sql_ticket_call_ids)                                                      \
    X(Q_FILE_RESULTS, sql_file_results)                                                            \
    X(Q_FILE_DEAD, sql_file_dead)                                                                  \
    X(Q_FILE_COUNTS, sql_file_counts)                                                              \
    X(Q_RESULT_ADD, sql_result_add)                                                                \
    X(Q_REUSE_FIND, sql_reuse_find)                                                                \
    X(Q_REUSE_ADD, sql_reuse_add)                                                                  \
    X(Q_REUSE_PENDING, sql_reuse_pending)                                                          \
    X(Q_RESULT_GET, sql_result_get)                                                                \
    X(Q_OUTBOX_ADD, sql_outbox_add)                                                                \
    X(Q_OUTBOX_ABOVE, sql_outbox_above)                                                            \
    X(Q_PUBLISHED_OFFSETS, sql_published_offsets)                                                  \
    X(Q_TICKET_RANGE, sql_ticket_range)                                                            \
    X(Q_TICKET_SAMPLE, sql_ticket_sample)                                                          \
    X(Q_RESUME_OFFSET, sql_resume_offset)                                                          \
    X(Q_ADOPT_ADD, sql_adopt_add)                                                                  \
    X(Q_SUSPECT_ADD, sql_suspect_add)                                                              \
    X(Q_SUSPECT_LIST, sql_suspect_list)                                                            \
    X(Q_TICKET_ANY, sql_ticket_any)                                                                \
    X(Q_REBUILD_TICKET, sql_rebuild_ticket)                                                        \
    X(Q_REBUILD_CALL, sql_rebuild_call)                                                            \
    X(Q_REBUILD_CALL_MORE, sql_rebuild_call_more)                                                  \
    X(Q_REBUILD_RUN, sql_rebuild_run)                                                              \
    X(Q_ROWS_RUN, sql_rows_run)                                                                    \
    X(Q_ROWS_PARTITION, sql_rows_partition)                                                        \
    X(Q_ROWS_TICKETS, sql_rows_tickets)                                                            \
    X(Q_ROWS_DROP_SHARE, sql_rows_drop_share)                                                      \
    X(Q_ROWS_DROP_RESULT, sql_rows_drop_result)                                                    \
    X(Q_ROWS_DROP_OPINION, sql_rows_drop_opinion)                                                  \
    X(Q_ROWS_DROP_SUSPECT, sql_rows_drop_suspect)                                                  \
    X(Q_ROWS_DROP_TICKET, sql_rows_drop_ticket)                                                    \
    X(Q_ROWS_DROP_REUSE, sql_rows_drop_reuse)                                                      \
    X(Q_ROWS_DROP_OUTBOX, sql_rows_drop_outbox)                                                    \
    X(Q_ROWS_CALL_LIMIT, sql_rows_call_limit)                                                      \
    X(Q_ROWS_CALLS, sql_rows_calls)                                                                \
    X(Q_ROWS_CALLS_PAST, sql_rows_calls_past)                                                      \
    X(Q_ROWS_DROP_CALLS, sql_rows_drop_calls)                                                      \
    X(Q_RUN_NOTE, sql_run_note)                                                                    \
    X(Q_FORGET_FIND, sql_forget_find)                                                              \
    X(Q_FORGET_TICKET, sql_forget_ticket)                                                          \
    X(Q_FORGET_RESULT, sql_forget_result)                                                          \
    X(Q_FORGET_ITEMS, sql_forget_items)                                                            \
    X(Q_FORGET_ANSWERS, sql_forget_answers)                                                        \
    X(Q_FORGET_OUTBOX, sql_forget_outbox)                                                          \
    X(Q_FORGET_REUSE, sql_forget_reuse)                                                            \
    X(Q_FORGET_LABEL, sql_forget_label)                                                            \
    X(Q_LABEL_GET, sql_label_get)                                                                  \
    X(Q_LABEL_SET, sql_label_set)                                                                  \
    X(Q_LABEL_COUNTS, sql_label_counts)                                                            \
    X(Q_PRUNE_LAST_CALL, sql_prune_last_call)                                                      \
    X(Q_PRUNE_CALL_LIMIT, sql_prune_call_limit)                                                    \
    X(Q_PRUNE_ANSWERS, sql_prune_answers)                                                          \
    X(Q_PRUNE_ITEMS, sql_prune_items)                                                              \
    X(Q_PRUNE_OUTBOX_LIMIT, sql_prune_outbox_limit)                                                \
    X(Q_PRUNE_OUTBOX, sql_prune_outbox)                                                            \
    X(Q_OPINION_ADD, sql_opinion_add)                                                              \
    X(Q_CALL_ANSWERED, sql_call_answered)                                                          \
    X(Q_CALL_PROBE, sql_call_probe)                                                                \
    X(Q_CALL_LATEST, sql_call_latest)                                                              \
    X(Q_SPENT_SUM, sql_spent_sum)                                                                  \
    X(Q_SPENT_CHAIN, sql_spent_chain)                                                              \
    X(Q_OUTAGE_ADD, sql_outage_add)                                                                \
    X(Q_OUTAGE_CLOSE, sql_outage_close)                                                            \
    X(Q_OUTAGE_CLOSE_ALL, sql_outage_close_all)                                                    \
    X(Q_ESTIMATE_ADD, sql_estimate_add)                                                            \
    X(Q_AUDIT_TICKETS, sql_audit_tickets)                                                          \
    X(Q_AUDIT_REUSED, sql_audit_reused)                                                            \
    X(Q_AUDIT_CALLS, sql_audit_calls)                                                              \
    X(Q_AUDIT_SHARES, sql_audit_shares)                                                            \
    X(Q_AUDIT_OUTBOX, sql_audit_outbox)

enum query {
#define X(id, text) id,
    LEDGER_QUERIES(X)
#undef X
        Q_COUNT
};

#endif
