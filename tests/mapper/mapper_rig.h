/* mapper_rig.h - one venue's mapper without its process: events in, days looked at, drafts out, seals back. */
#ifndef BILAG_TESTS_MAPPER_RIG_H
#define BILAG_TESTS_MAPPER_RIG_H

#include "tests/common/domain/config_folder.h"

#include "mapper/offer.h"
#include "mapper/fold.h"
#include "mapper/decisions.h"
#include "mapper/seals.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"

#include <inttypes.h>

#define NEEDED(call) assert_int_equal((call), ERR_OK)

struct rig {
    struct folder folder;
    struct config *config;
    struct store *store;
    struct arena fold_arena, build_arena, event_arena, draft_arena;
    struct strbuf waiting;
    size_t waiting_count;
    uint64_t next, decisions;
    int64_t now_ms;
    bool faulty;                         /* the set-up is judged to have a fault */
    const struct pseudonyms *pseudonyms; /* NULL: nobody was forgotten */
};

static const char rig_venue[] =
    "venue: v\n"
    "name: V\n"
    "timezone: Europe/Oslo\n"
    "currency: NOK\n"
    "company: \"912345678\"\n"
    "extension: quickorder\n"
    "auto_transfer: true\n"
    "auto_invoice: true\n"
    "close: clock\n"
    "vat:\n"
    "  normal:  {rate: 25, code: \"3\"}\n"
    "  reduced: {rate: 15, code: \"31\"}\n"
    "  none:    {rate: 0, code: \"0\"}\n"
    "product_types:\n"
    "  food:      {account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}\n"
    "  beer:      {account: 3000, product: OL}\n"
    "payment_types:\n"
    "  card:      {account: 1570}\n"
    "  cash:      {account: 1900}\n"
    "  credit:    {account: 1500, transfer: false}\n";

/* Takes another setting: the first `from` of the good file is `to` from here on. */
HELPER void rig_config(struct rig *rig, const char *from, const char *to)
{
    char *text = replaced(rig_venue, from, to);

    folder_write(&rig->folder, "venues/v.yaml", text, strlen(text), 0644);
    free(text);
    config_free(rig->config);
    rig->config = folder_load(&rig->folder);
    if (rig->config->fault_count)
        fail_msg("%s", rig->config->faults[0].text);
}

HELPER void rig_make(struct rig *rig)
{
    struct fault fault = { "" };
    char state[128];

    *rig = (struct rig){ .now_ms = INT64_C(1798761600000) };             /* 2027-01-01 */
    folder_make(&rig->folder);
    rig_config(rig, "", "");
    (void)snprintf(state, sizeof state, "%s/state", rig->folder.path);
    arena_init(&rig->fold_arena, 256u << 20);
    arena_init(&rig->build_arena, 256u << 20);
    arena_init(&rig->event_arena, 256u << 20);
    arena_init(&rig->draft_arena, 256u << 20);
    strbuf_init(&rig->waiting, 512u << 20);
    if (store_open(str_of(state), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &rig->store, &fault))
        fail_msg("%s", fault.text);
}

HELPER void rig_free(struct rig *rig)
{
    store_close(rig->store);
    config_free(rig->config);
    folder_remove(&rig->folder);
    arena_free(&rig->fold_arena);
    arena_free(&rig->build_arena);
    arena_free(&rig->event_arena);
    arena_free(&rig->draft_arena);
    strbuf_free(&rig->waiting);
}

HELPER void rig_put(struct rig *rig, struct event *event)
{
    struct fault fault = { "" };
    struct str bytes;

    if (event_check(event, &fault))
        fail_msg("%s", fault.text);
    NEEDED(event_encode(event, &rig->event_arena, &bytes));
    strbuf_add(&rig->waiting, bytes);
    rig->waiting_count++;
    assert_false(rig->waiting.failed);
}

__attribute__((format(printf, 2, 3))) HELPER void rig_event(struct rig *rig, const char *format, ...)
{
    struct fault fault = { "" };
    struct event event;
    struct strbuf json;
    char line[4096];
    va_list args;

    va_start(args, format);
    assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
    va_end(args);
    strbuf_init(&json, 8192);
    strbuf_format(&json, "{\"v\":1,\"venue\":\"v\",%s}", line);
    if (event_from_json(strbuf_str(&json), &rig->event_arena, &event, &fault))
        fail_msg("%s: %s", json.bytes, fault.text);
    rig_put(rig, &event);
    strbuf_free(&json);
}

/* time: "2026-11-20T12:00:00+01:00" */
HELPER void rig_sale(struct rig *rig, unsigned seq, const char *time, const char *product, int64_t gross, const char *paid)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"receipt\",\"time\":\"%s\",\"customer\":\"kunde\","
              "\"lines\":[{\"product_type\":\"%s\",\"vat\":25,\"gross\":%" PRId64 "}],"
              "\"payments\":[{\"type\":\"%s\",\"amount\":%" PRId64 "}]", seq, time, product, gross, paid, gross);
}

HELPER void rig_void(struct rig *rig, unsigned seq, const char *time, unsigned voids)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"void\",\"time\":\"%s\","
              "\"voids\":{\"register\":\"K1\",\"seq\":%u}", seq, time, voids);
}

HELPER void rig_fold(struct rig *rig)
{
    struct fold fold = { .config = rig->config, .arena = &rig->fold_arena, .now_ms = rig->now_ms - 86400000,
                         .partition = venue_partition(STR("v"), rig->config->partitions), .pseudonyms = rig->pseudonyms };
    struct reader events;

    if (!rig->waiting_count)
        return;
    reader_init(&events, strbuf_str(&rig->waiting));
    NEEDED(fold_batch(&fold, rig->store, rig->next, &events, rig->waiting_count));
    rig->next += rig->waiting_count;
    rig->waiting_count = 0;
    strbuf_reset(&rig->waiting);
    arena_reset(&rig->event_arena);
}

struct rig_look { struct rig *rig; struct { char venue[65]; int32_t day; } at[5000]; size_t count; bool open; size_t sent; };

HELPER enum err rig_due(struct txn *txn, struct str key, struct str value, void *context)
{
    struct rig_look *look = context;
    struct str venue;
    size_t at = 0;

    (void)txn;
    (void)value;
    assert_true(look->count < COUNT(look->at));
    assert_true(key_take_name(key, &at, &venue) && key_take_day(key, &at, &look->at[look->count].day));
    assert_true(str_copy(venue, look->at[look->count++].venue, 65));
    return ERR_OK;
}

HELPER enum err rig_look_work(struct txn *txn, void *context)
{
    struct rig_look *look = context;
    struct rig *rig = look->rig;
    enum err err;

    look->count = look->sent = 0;
    err = store_walk(txn, TABLE_DUE, STR_NONE, STR_NONE, rig_due, look);
    for (size_t i = 0; !err && i < look->count; i++) {
        struct offer offer = { .config = rig->config, .venue = config_venue(rig->config, str_of(look->at[i].venue)),
                                 .day = look->at[i].day, .arena = &rig->build_arena, .now_ms = rig->now_ms,
                                 .caught_up = !look->open, .transfer_allowed = !rig->faulty };

        arena_reset(&rig->build_arena);
        err = offer_day(txn, &offer);
        look->sent += offer.send_count;
    }
    return err;
}

/* Looks at every due day: all are over, unless `open` (the log is not read to its end). How many were due. */
HELPER size_t rig_look_as(struct rig *rig, bool open)
{
    static struct rig_look look;

    rig_fold(rig);
    look = (struct rig_look){ .rig = rig, .open = open };
    NEEDED(store_write(rig->store, rig_look_work, &look));
    return look.count;
}

HELPER size_t rig_look(struct rig *rig)
{
    return rig_look_as(rig, false);
}

struct rig_read { struct rig *rig; struct str doc; struct draft *draft; };

HELPER enum err rig_read_work(struct txn *txn, void *context)
{
    struct rig_read *read = context;
    struct str bytes;
    enum err err = offer_draft(txn, read->doc, &bytes);

    return err ? err : draft_decode(arena_copy(&read->rig->draft_arena, bytes), &read->rig->draft_arena, read->draft);
}

/* The draft as last built; dead after the next rig_free(). NULL: there is none. */
HELPER struct draft *rig_draft(struct rig *rig, const char *doc)
{
    struct draft *draft = arena_alloc(&rig->draft_arena, sizeof *draft);
    struct rig_read read = { rig, str_of(doc), draft };
    enum err err = store_read(rig->store, rig_read_work, &read);

    if (err && err != ERR_NOT_FOUND)
        fail_msg("%s cannot be read: %s", doc, err_text(err));
    return err ? NULL : draft;
}

/* The sender's word about a draft that it has. */
HELPER void rig_tell(struct rig *rig, const struct draft *draft, bool reversed)
{
    struct seal seal = { .doc = draft->doc, .revision = draft->revision, .reversed = reversed, .upto = draft->upto,
                         .decided = draft->decided, .credit_ordered = draft->credit_ordered,
                         .by_hand = draft->problems.count > 0 };         /* else it was not sent */

    NEEDED(seals_apply(rig->store, &seal, &rig->build_arena));
}

HELPER void rig_seal(struct rig *rig, const char *doc)
{
    struct draft *draft = rig_draft(rig, doc);

    assert_non_null(draft);
    rig_tell(rig, draft, false);
}

HELPER int64_t rig_line(const struct draft *draft, int64_t account)
{
    int64_t sum = 0;

    for (size_t i = 0; i < draft->line_count; i++)
        sum += draft->lines[i].account == account ? draft->lines[i].amount.ore : 0;
    return sum;
}

HELPER bool rig_has_problem(const struct draft *draft, enum problem_code code)
{
    return problems_have(&draft->problems, code);
}

#endif
