/* config_rows.h - the number settings of bilag.yaml: one row is a struct's field, its key, preset, bounds
 * and help. Texts, switches and mappings have rows of their own in config.c and venue_file.c. */
#ifndef BILAG_DOMAIN_CONFIG_ROWS_H
#define BILAG_DOMAIN_CONFIG_ROWS_H

/* How many processes of each stage run; section stages:
 *    field            preset   min        max   meaning */
#define STAGE_COUNTS(X) \
    X(ingest,               1,    1,        64, "bilag-ingest processes") \
    X(mapper,               1,    1,        64, "bilag-mapper processes") \
    X(validator,            1,    1,        64, "bilag-validator processes") \
    X(uploader,             1,    1,        64, "bilag-uploader processes") \
    X(invoicer,             1,    1,        64, "bilag-invoicer processes")

/* section ingest_limits: */
#define INGEST_SETTINGS(X) \
    X(linger_ms,           20,    0,      1000, "longest wait for more events before a commit, if more keeps coming, ms; 0: none") \
    X(batch_events,      4096,    1,     65536, "events to one commit") \
    X(line_bytes_max, 1048576, 1024,  16777216, "longest event or line that is taken, bytes") \
    X(head_wait_ms,     10000,  100,    600000, "patience with the head of an HTTP request, ms") \
    X(body_wait_ms,    120000,  100,   3600000, "patience with the whole body of an HTTP request, ms") \
    X(token_events_per_second, 20000, 1, 1000000, "events a second that one token may bring") \
    X(address_connections, 64,  1,       512, "HTTP connections of one other machine's address")

/* section sender: (uploader and invoicer) */
#define SENDER_SETTINGS(X) \
    X(answer_wait_ms,   60000,  100,    600000, "patience with one request, ms") \
    X(list_wait_ms,    120000,  100,    600000, "patience with one page of a list, ms") \
    X(connect_wait_ms,   5000,  100,     60000, "patience with one connection being made, ms") \
    X(in_flight_max,       64,    1,      1024, "requests under way at once, in one process") \
    X(retry_first_ms,    1000,   10,     60000, "wait before the second try, ms; doubled after each") \
    X(retry_max_ms,    300000,   10,   3600000, "longest wait between two tries, ms") \
    X(lookup_wait_ms,    2000,    0,     60000, "wait before looking up a request without an answer, ms") \
    X(look_again_s,        60,    1,      3600, "first wait before PowerOffice is looked at again for what is held, s") \
    X(price_decimals,       4,    2,         8, "decimals of a net unit price that PowerOffice keeps")

/* section mapper: */
#define MAPPER_SETTINGS(X) \
    X(preview_ms,        2000,  100,    600000, "least time between two previews of an open day, ms") \
    X(resend_ms,        10000,  100,    600000, "time after which a draft that nobody sealed is sent again, ms")

/* section console: */
#define CONSOLE_SETTINGS(X) \
    X(session_minutes,    720,    5,   10080, "how long a sign-in lasts, minutes") \
    X(idle_minutes,        60,    1,   10080, "how long a sign-in lasts that nobody uses, minutes")

/* section watch: */
#define WATCH_SETTINGS(X) \
    X(look_s,              60,    1,     3600, "time between two looks, s") \
    X(patience_s,         120,    0,    86400, "how long a stage is down or behind before it is told, s") \
    X(lag_max,          10000,    1, 100000000, "events or documents that a stage may be behind") \
    X(backlog_minutes,     60,    1,    10080, "how long the oldest document that is due may wait, minutes") \
    X(disk_free_percent,   10,    1,       90, "least of the stores' disk that is to be free, percent") \
    X(lock_days,            5,    0,       31, "days before a VAT return is due in which its unposted days are told") \
    X(retry_first_s,        5,    1,     3600, "wait before a second try to reach a recipient, s; doubled after each") \
    X(retry_max_s,        900,    1,    86400, "longest wait between two tries to reach a recipient, s")

#define CONFIG_INT(name, preset, min, max, meaning) int32_t name;

#endif
