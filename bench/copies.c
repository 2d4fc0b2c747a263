/* copies - the stores of a few venues, made those of many: what ten thousand venues have, without selling it (bench/console.py).
 *
 * usage: copies CONFIG_DIR COUNT DECISIONS     the stages are down. Of the venues of the configuration, in order, the first COUNT
 *                                              have documents; venue n gets those of venue n % COUNT, with its own name, company
 *                                              and client in each key and value. DECISIONS more stand in the audit trail.
 *
 * The three are as long as those of whom they are copied, so that no length in a record changes.
 */
#include "domain/audit.h"
#include "mapper/tables.h"
#include "poweroffice/refdata.h"
#include "sender/docs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100000, AT_ONCE = 200, VALUE_MAX = 1 << 20, REF_BYTES = 64 * 1024 * 1024, TEXT = 64 };

static struct config *config;
static size_t originals;

static void need(enum err err, const char *what)
{
    if (!err)
        return;
    (void)fprintf(stderr, "copies: %s: %s\n", what, err_text(err));
    exit(1);
}

/* --- a row of one venue, as it is another's --- */

static struct str swap(struct str text, struct str was, struct str now, char *to)
{
    if (text.bytes != to)
        memcpy(to, text.bytes, text.len);
    ensure(was.len == now.len);
    for (size_t at = 0; was.len && at + was.len <= text.len; at++)
        if (memcmp(to + at, was.bytes, was.len) == 0)
            memcpy(to + at, now.bytes, now.len);
    return (struct str){ to, text.len };
}

static struct str as_of(struct str text, const struct venue *was, const struct venue *now, char *to)
{
    ensure(text.len <= VALUE_MAX);
    text = swap(text, was->id, now->id, to);
    text = swap(text, was->company, now->company, to);
    return swap(text, was->client_id, now->client_id, to);
}

/* --- a table --- */

struct row { struct str key, value; size_t venue; };
struct copying { unsigned table; struct arena arena; struct row rows[ROWS_MAX]; size_t count, next; };

static bool has(struct str text, struct str part)
{
    return part.len && memmem(text.bytes, text.len, part.bytes, part.len) != NULL;
}

/* What is of no venue, and is one for all, stays as it is. */
static enum err row_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct copying *copying = context;

    (void)txn;
    for (size_t i = 0; i < originals; i++) {
        if (!has(key, config->venues[i].id))
            continue;
        ensure(copying->count < ROWS_MAX);
        copying->rows[copying->count++] = (struct row){ arena_copy(&copying->arena, key),
                                                        arena_copy(&copying->arena, value), i };
        return ERR_OK;
    }
    return ERR_OK;
}

static enum err gather(struct txn *txn, void *context)
{
    struct copying *copying = context;

    copying->count = 0;
    return store_walk(txn, copying->table, STR_NONE, STR_NONE, row_seen, copying);
}

static enum err put_some(struct txn *txn, void *context)
{
    static char key[VALUE_MAX], value[VALUE_MAX];
    const struct copying *copying = context;

    for (size_t n = copying->next; n < copying->next + AT_ONCE && n < config->venue_count; n++)
        for (size_t i = 0; i < copying->count; i++) {
            const struct row *row = &copying->rows[i];
            const struct venue *was = &config->venues[row->venue];
            enum err err;

            if (row->venue != n % originals)
                continue;
            err = store_put(txn, copying->table, as_of(row->key, was, &config->venues[n], key),
                            as_of(row->value, was, &config->venues[n], value));
            if (err)
                return err;
        }
    return ERR_OK;
}

static void copy_table(struct store *store, unsigned table)
{
    static struct copying copying;

    copying.table = table;
    arena_init(&copying.arena, SIZE_MAX);
    need(store_read(store, gather, &copying), "what is to be copied");
    for (copying.next = originals; copying.next < config->venue_count; copying.next += AT_ONCE)
        need(store_write(store, put_some, &copying), "copying");
    arena_free(&copying.arena);
}

/* --- the stores --- */

static void copy_mapper(void)
{
    struct store *store;
    struct fault fault = { "" };
    char path[512];

    (void)snprintf(path, sizeof path, STR_FMT "/mapper", STR_ARG(config->state_dir));
    need(store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, 0, &store, &fault), fault.text);
    for (unsigned table = 0; table < TABLE_COUNT; table++)
        copy_table(store, table);
    store_close(store);
}

/* There are as many times more documents in each state. */
static enum err recount(struct txn *txn, void *context)
{
    (void)context;
    for (int state = 0; state < DOC_STATE_COUNT; state++) {
        char name[TEXT];
        uint64_t value;
        enum err err;

        (void)snprintf(name, sizeof name, "count-%s", doc_state_text((enum doc_state)state));
        err = docs_number(txn, name, &value);
        if (!err)
            err = docs_set_number(txn, name, value * config->venue_count / originals);
        if (err)
            return err;
    }
    return ERR_OK;
}

static void copy_sender(const char *stage)
{
    struct docs *docs;
    struct fault fault = { "" };

    need(docs_open(config->state_dir, stage, 0, &docs, &fault), fault.text);
    for (unsigned table = 0; table < DOCS_TABLE_COUNT; table++)
        copy_table(docs_store(docs), table);
    need(store_write(docs_store(docs), recount, NULL), "counting");
    docs_close(docs);
}

struct linking { struct refstore *refs; struct str company; };
struct link_copy { struct str till; int64_t no; };
struct links { struct arena *arena; struct link_copy at[TEXT]; size_t count; };

static enum err link_seen(struct str till, int64_t no, struct str reference, void *context)
{
    struct links *links = context;

    (void)reference;
    ensure(links->count < COUNT(links->at));
    links->at[links->count++] = (struct link_copy){ arena_copy(links->arena, till), no };
    return ERR_OK;
}

/* PowerOffice's chart, customers and VAT codes of a client, and whom the tills know. */
static void copy_books(struct refstore *refs, const struct venue *was, const struct venue *now)
{
    struct arena arena;
    struct refdata data;
    struct links links = { .arena = &arena };
    char client[TEXT * 4];

    arena_init(&arena, REF_BYTES);
    need(refdata_load(refs, was->client_id, &arena, &data), "the books of an original");
    data.company = now->company;
    if (data.client.len)                 /* another one's books: the end of the name says whose */
        data.client = (struct str){ client, (size_t)snprintf(client, sizeof client, "%.*s" STR_FMT, (int)(data.client.len -
                                                             now->id.len), data.client.bytes, STR_ARG(now->id)) };
    need(refdata_put(refs, now->client_id, &data), "the books of a copy");
    need(customer_link_walk(refs, was->company, link_seen, &links), "links");
    for (size_t i = 0; i < links.count; i++)
        need(customer_link_put(refs, now->company, links.at[i].till, links.at[i].no), "a link");
    arena_free(&arena);
}

static void copy_poweroffice(void)
{
    struct refstore *refs;
    struct fault fault = { "" };

    need(refstore_open(config->state_dir, 0, &refs, &fault), fault.text);
    for (size_t n = originals; n < config->venue_count; n++)
        copy_books(refs, &config->venues[n % originals], &config->venues[n]);
    refstore_close(refs);
}

static void decide(long decisions)
{
    struct audit *audit;
    static const char *const verbs[] = { "accept", "resend", "transfer", "connect", "manual-done", "by-hand",
                                         "dismiss-refused" };
    struct fault fault = { "" };
    uint64_t number;

    need(audit_open(config->state_dir, &audit, &fault), fault.text);
    for (long i = 0; i < decisions; i++) {
        char subject[TEXT];
        struct decision decision = { .time_ms = clock_now_ms() - (decisions - i) * 60000, .who = STR("bench"),
                                     .verb = str_of(verbs[(size_t)i % COUNT(verbs)]), .subject = str_of(subject),
                                     .detail = STR("1"), .reason = STR("entered by hand, by agreement") };

        (void)snprintf(subject, sizeof subject, STR_FMT "/K1/%ld",
                       STR_ARG(config->venues[(size_t)i % config->venue_count].id), i);
        need(audit_append(audit, &decision, &number), "a decision");
    }
    audit_close(audit);
}

int main(int argc, char **argv)
{
    struct fault fault = { "" };

    if (argc != 4)
        return 2;
    originals = strtoull(argv[2], NULL, 10);
    need(config_load(str_of(argv[1]), &config, &fault), fault.text);
    ensure(originals && originals <= config->venue_count);
    copy_mapper();
    copy_sender("uploader");
    copy_sender("invoicer");
    copy_poweroffice();
    decide(strtol(argv[3], NULL, 10));
    printf("%" PRIu64 "\n", (uint64_t)config->venue_count);
    return 0;
}
