/* PowerOffice's answers to what the senders ask: vouchers, orders, reversals, invoices. */
#include "fuzz.h"

#include "invoicer/order_request.h"
#include "uploader/voucher_request.h"

#include <string.h>

static const struct sender_settings settings = { .price_decimals = 4 };

/* The answers come one after another, cut at the byte 0x1e; the last one again and again. */
enum { ANSWERS_MAX = 4 };
struct answers { struct str at[ANSWERS_MAX]; size_t count; };

static void lookups(const struct sender_ops *ops, struct task *task, long status, const struct answers *answers)
{
    struct lookup lookup = { .page = 1 };
    struct strbuf path;

    for (size_t i = 0; i < 8; i++) {
        strbuf_init(&path, 65536);
        ops->lookup_path(task, &lookup, &path);
        strbuf_free(&path);
        if (ops->lookup_read(task, &lookup, status, answers->at[i < answers->count ? i : answers->count - 1], i % 2) !=
            LOOK_MORE)
            break;
    }
}

static void later(const struct sender_ops *ops, struct task *task, struct record *record, long status, struct str json)
{
    static const enum work works[] = { WORK_NUMBER, WORK_INVOICE, WORK_INVOICED, WORK_UNDOING, WORK_TWIN };
    const struct answer answer = { .outcome = status == 200 ? OUTCOME_DONE : OUTCOME_REFUSED, .status = status, .body = json };

    for (size_t i = 0; i < COUNT(works); i++) {
        struct record copy = *record;

        copy.work = works[i];
        ops->later_read(task, works[i], &answer, json, 1795214467000, &copy);
    }
    if (ops->read_reversal)
        (void)ops->read_reversal(record, status, json);
}

/* False: one of them is not JSON, so nobody reads it. */
static bool cut(struct str text, struct answers *answers)
{
    answers->count = 0;
    do {
        const char *end = text.len ? memchr(text.bytes, 0x1e, text.len) : NULL;
        struct str one = { text.bytes, end ? (size_t)(end - text.bytes) : text.len };
        enum err err = json_check(one, &answers->at[answers->count]);

        if (err == ERR_NOT_FOUND)
            answers->at[answers->count] = STR_NONE;
        else if (err)
            return false;
        text = end ? (struct str){ end + 1, text.len - one.len - 1 } : STR_NONE;
    } while (++answers->count < ANSWERS_MAX && text.len);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned which = fuzz_choice(&bytes, &len, 4);
    const struct sender_ops *ops = which % 2 ? &order_ops : &voucher_ops;
    struct answers answers;
    struct draft draft = { .reference = STR("b4a9a7de-6d2e-5b3c-9c1e-0f5d3c1a2b3c"), .post_on = 20777, .order_no = STR("A-1") };
    struct record record = { .draft = STR(""), .body = STR("{\"CustomerId\":7,\"SalesOrderLines\":[{\"Quantity\":1}]}"),
                             .id = STR("b4a9a7de-6d2e-5b3c-9c1e-0f5d3c1a2b3c"), .words = STR(""), .venue = STR("bar") };
    struct arena arena;
    struct task task = { .doc = STR("voucher bar 2026-11-20 1"), .record = &record, .draft = &draft, .settings = &settings,
                         .arena = &arena };
    struct sent sent = { 0 };

    if (!cut((struct str){ (const char *)bytes, len }, &answers))
        return 0;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    (void)ops->read_sent(&task, answers.at[0], &sent);
    lookups(ops, &task, which < 2 ? 200 : 404, &answers);
    later(ops, &task, &record, which < 2 ? 200 : 404, answers.at[0]);
    arena_free(&arena);
    return 0;
}
