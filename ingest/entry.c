#include "entry.h"

#include <string.h>
#include <strings.h>

#include "door/host.h"

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

void entry_refuse(struct entry *entry, unsigned status, const char *why)
{
    entry->status = status;
    entry->why = why;
}

/* "application/json; charset=utf-8" is application/json. */
static bool is_type(const char *value, const char *type)
{
    size_t len = strlen(type);

    return strncasecmp(value, type, len) == 0 && (value[len] == '\0' || value[len] == ';' || value[len] == ' ');
}

static const struct { const char *type; bool packed; } types[] = {
    { "application/x-ndjson", false }, { "application/json", false }, { "application/msgpack", true },
};

static void judge_type(struct MHD_Connection *connection, struct entry *entry)
{
    const char *type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);

    for (size_t i = 0; type && i < COUNT(types); i++)
        if (is_type(type, types[i].type)) {
            entry->packed = types[i].packed;
            return;
        }
    entry_refuse(entry, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "say Content-Type: application/x-ndjson (or application/json): one "
                 "event a line; or application/msgpack: an array of events");
}

/* A head that could be read in two ways is read in none. */
static enum MHD_Result count_length(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    unsigned *lengths = context;

    (void)kind;
    (void)value;
    *lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0 ||
                strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
    return MHD_YES;
}

static struct str bearer(struct MHD_Connection *connection)
{
    static const char scheme[] = "Bearer ";
    const char *value = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);

    if (!value || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return STR_NONE;
    for (value += sizeof scheme - 1; *value == ' '; value++)
        ;
    return str_of(value);
}

static void judge_token(struct MHD_Connection *connection, struct doors *doors, int64_t now_ms, struct entry *entry)
{
    struct str text = bearer(connection);
    enum err err = text.len ? doors_judge(doors, text, now_ms, &entry->token) : ERR_NOT_FOUND;

    if (!text.len)
        entry_refuse(entry, MHD_HTTP_UNAUTHORIZED,
                     "a token is needed, as Authorization: Bearer TOKEN; bilag tokens add makes one");
    else if (err == ERR_NOT_FOUND)
        entry_refuse(entry, MHD_HTTP_UNAUTHORIZED,
                     "this token is not known here, or it was revoked; bilag tokens add makes another");
    else if (err)
        entry_refuse(entry, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "tokens cannot be looked up at the moment: send all of this again later");
}

static void judge_events(struct MHD_Connection *connection, struct doors *doors, int64_t now_ms, struct entry *entry)
{
    unsigned lengths = 0;

    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_length, &lengths);
    if (lengths > 1)
        entry_refuse(entry, MHD_HTTP_BAD_REQUEST, "the body's length is said more than once");
    else if (header(connection, MHD_HTTP_HEADER_ORIGIN))
        entry_refuse(entry, MHD_HTTP_FORBIDDEN, "events come from tills and back offices, not from a page in a browser");
    else
        judge_token(connection, doors, now_ms, entry);
    if (!entry->status)
        judge_type(connection, entry);
}

void entry_judge(struct MHD_Connection *connection, const char *url, const char *method, const struct config *config,
                 struct doors *doors, int64_t now_ms, struct entry *ret_entry)
{
    bool events = strcmp(url, "/v1/events") == 0, health = strcmp(url, "/v1/health") == 0;

    *ret_entry = (struct entry){ .kind = health ? ENTRY_HEALTH : ENTRY_EVENTS };
    if (!host_is_ours(header(connection, MHD_HTTP_HEADER_HOST), config->http_listen, config->http_names,
                      config->http_name_count))
        entry_refuse(ret_entry, MHD_HTTP_MISDIRECTED_REQUEST, "nobody goes by that name here; ingest.names in bilag.yaml says "
                     "by which names tills reach this address");
    else if (!events && !health)
        entry_refuse(ret_entry, MHD_HTTP_NOT_FOUND, "there is POST /v1/events and GET /v1/health, nothing else");
    else if (strcmp(method, events ? "POST" : "GET") != 0)
        entry_refuse(ret_entry, MHD_HTTP_METHOD_NOT_ALLOWED, events ? "events are sent with POST" : "health is asked with GET");
    else if (events)
        judge_events(connection, doors, now_ms, ret_entry);
}
