/* tool_seeds FOLDER [MAPPER-STORE...] <EVENTS.ndjson: a few good inputs for those fuzz targets that read our own bytes; rows of the stores
 * that are named as well. */
#include "domain/event_books.h"
#include "domain/event_canonical.h"
#include "domain/audit.h"
#include "domain/doors.h"
#include "domain/event_read.h"
#include "domain/pseudonym.h"
#include "domain/user_tokens.h"
#include "poweroffice/reflist.h"
#include "rows.h"
#include "sender/record.h"
#include "shared.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEED_BYTES_MAX = 1 << 20 };

static const char *folder;
static int written;

/* choice: what fuzz_choice() is to choose; -1: the target has no choice. */
static void put(const char *target, int choice, struct str bytes)
{
    char path[512];
    FILE *out;

    (void)snprintf(path, sizeof path, "%s/%s/%d", folder, target, written++);
    out = fopen(path, "wb");
    if (!out || (choice >= 0 && fputc(choice, out) == EOF) || fwrite(bytes.bytes, 1, bytes.len, out) != bytes.len ||
        fclose(out)) {
        perror(path);
        exit(1);
    }
}

static void put_events(struct arena *arena)
{
    static char line[65536];

    for (int i = 0; i < 200 && fgets(line, sizeof line, stdin); i++) {
        struct event event;
        struct fault fault;
        struct str bytes;

        if (event_from_json(str_of(line), arena, &event, &fault) == ERR_OK && event_encode(&event, arena, &bytes) == ERR_OK)
            put("event_stored", -1, bytes);
    }
}

static struct draft draft_of(bool order)
{
    static struct voucher_line lines[] = {
        { .sold = true, .account = 3000, .vat_code = STR("3"), .rate = 2500, .department = STR("10"), .amount = { -125000 },
          .text = STR("Mat og drikke, 25 %") },
        { .account = 1920, .amount = { 125000 }, .text = STR("Kort") },
    };
    static struct cell cells[] = {
        { .sold = true, .account = 3000, .vat_code = STR("3"), .rate = 2500, .amount = { -125000 } },
    };
    static struct manual_item manual[] = {
        { .movement = true, .what = STR("Veksel"), .amount = { -50000 }, .receipt = STR("K1/12") },
    };
    static struct order_line order_lines[] = {
        { .product = STR("MAT"), .account = 3000, .vat_code = STR("31"), .rate = 1500, .qty = 2500000, .gross = { 230000 } },
    };
    struct draft draft = { .doc = { order ? DOC_ORDER : DOC_VOUCHER, STR("bar"), 20777, 2, STR("K1"), 7 }, .revision = 7,
        .company = STR("912345678"), .client_id = STR("a"), .reference = STR("0b9fa9d6-91a5-5e8f-8a11-3f1b8f0c7a21"),
        .currency = STR("NOK"), .text = STR("Dagsoppgjør"), .language = STR("nb"), .lines = lines, .line_count = COUNT(lines),
        .cells = cells, .cell_count = COUNT(cells), .manual = manual, .manual_count = COUNT(manual),
        .problems = { .count = 1, .at = { { .code = PROBLEM_SEQUENCE_GAP, .first = STR("K1/4"), .count = 2,
                                            .arg = { STR("K1"), STR("3") } } } } };

    if (order) {
        draft.line_count = draft.cell_count = 0;
        draft.order_lines = order_lines;
        draft.order_line_count = COUNT(order_lines);
    }
    return draft;
}

/* One that waits, with nothing wrong: it may still be replaced, and goes on from there. */
static void put_waiting(const struct record *sent)
{
    struct record record = *sent;
    struct strbuf out;

    strbuf_init(&out, SEED_BYTES_MAX);
    record.state = DOC_WAITING;
    record.work = WORK_NONE;
    record.sealed = false;
    record.problems = STR_NONE;
    record_encode(&record, &out);
    put("record", -1, strbuf_str(&out));
    strbuf_free(&out);
}

static void put_documents(struct arena *arena)
{
    for (int order = 0; order < 2; order++) {
        struct draft draft = draft_of(order);
        struct record record = { .state = DOC_SENT, .work = WORK_NUMBER, .venue = STR("bar"), .client_id = STR("a"),
            .company = STR("912345678"), .day = 20777, .revision = 7, .body = STR("{\"Id\":1}"), .id = STR("0b9f"),
            .words = STR("no"), .accepted = order ? STR("z-gap,sequence-gap") : STR("sequence-gap-not,z-gap"), .sealed = true,
            .round = 2 };
        struct verdict verdict;
        struct seal seal = { .doc = draft.doc, .revision = 7, .upto = 9, .decided = 3 };
        struct strbuf bytes, out;

        strbuf_init(&bytes, SEED_BYTES_MAX);
        strbuf_init(&out, SEED_BYTES_MAX);
        draft_encode(&draft, &bytes);
        put("document", 0, strbuf_str(&bytes));
        verdict = (struct verdict){ strbuf_str(&bytes), draft.problems };
        verdict_encode(&verdict, &out);
        put("document", 1, strbuf_str(&out));
        strbuf_reset(&out);
        seal_encode(&seal, &out);
        put("document", 2, strbuf_str(&out));
        strbuf_reset(&out);
        record.draft = strbuf_str(&bytes);
        if (record_set_problems(&record, arena, &draft.problems))
            exit(1);
        record_encode(&record, &out);
        put("record", -1, strbuf_str(&out));
        put_waiting(&record);
        strbuf_free(&bytes);
        strbuf_free(&out);
    }
}

static void put_lists(void)
{
    static struct ref_account accounts[] = {
        { .no = 3000, .id = 7, .active = true, .vat_code = STR("3"), .name = STR("Salg") },
    };
    static struct ref_vat_code codes[] = { { STR("3"), 3, 2500, true, INT32_MIN, INT32_MAX } };
    static struct ref_department departments[] = { { STR("10"), 7, true } };
    static struct ref_product products[] = { { STR("MAT"), 7, 3000, false, STR("Mat") } };
    static struct ref_customer customers[] = { { 10001, 7, false, STR("Nes AS"), STR("912345678"), STR("a@b.no") } };
    const struct refdata data = { .accounts = accounts, .account_count = 1, .vat_codes = codes, .vat_code_count = 1,
        .departments = departments, .department_count = 1, .products = products, .product_count = 1,
        .customers = customers, .customer_count = 1 };

    for (int i = 0; i < REFLISTS; i++) {
        struct strbuf out;

        strbuf_init(&out, SEED_BYTES_MAX);
        reflist_encode(&reflists[i], &data, &out);
        put("reference", REFLISTS + 3 + i, strbuf_str(&out));
        strbuf_free(&out);
    }
}

/* --- rows of stores: a few of each table --- */

enum { ROWS_EACH = 12 };
struct dumping { const char *target; unsigned place; int left; struct strbuf *all; };

static enum err dump_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct dumping *dumping = context;
    struct strbuf out;

    (void)txn;
    if (key.len > 255 || value.len > 60000)
        return ERR_OK;
    strbuf_init(&out, SEED_BYTES_MAX);
    strbuf_char(&out, (char)dumping->place);
    strbuf_char(&out, (char)key.len);
    strbuf_char(&out, (char)(value.len >> 8));
    strbuf_char(&out, (char)value.len);
    strbuf_add(&out, key);
    strbuf_add(&out, value);
    put(dumping->target, -1, strbuf_str(&out));
    if (dumping->left == ROWS_EACH && dumping->all)
        strbuf_add(dumping->all, strbuf_str(&out));
    strbuf_free(&out);
    return --dumping->left > 0 ? ERR_OK : ERR_STOP;
}

struct store_rows { const char *target; unsigned first, tables; };

static enum err dump_tables(struct txn *txn, void *context)
{
    const struct store_rows *rows = context;
    struct strbuf all;                   /* the first of each table, which belong together in a small store */
    enum err err = ERR_OK;

    strbuf_init(&all, SEED_BYTES_MAX);
    for (unsigned table = 0; !err && table < rows->tables; table++) {
        struct dumping dumping = { rows->target, rows->first + table, ROWS_EACH, &all };

        err = store_walk(txn, table, STR_NONE, STR_NONE, dump_row, &dumping);
    }
    put(rows->target, -1, strbuf_str(&all));
    strbuf_free(&all);
    return err;
}

static void need(enum err err, const char *what)
{
    if (!err)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err_text(err));
    exit(1);
}

static void put_mapper_rows(const char *path)
{
    struct store_rows rows = { "rows", 0, TABLE_COUNT };
    struct fault fault = { "" };
    struct store *store;

    need(store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &store, &fault), path);
    need(store_read(store, dump_tables, &rows), path);
    store_close(store);
}

static enum err save_docs(struct txn *txn, void *context)
{
    static const enum work works[] = { WORK_NONE, WORK_SEND, WORK_LOOKUP, WORK_TELL, WORK_PDF };
    struct strbuf *draft_bytes = context;

    for (size_t i = 0; i < COUNT(works); i++) {
        struct record record = { .state = works[i] == WORK_NONE ? DOC_HELD : DOC_QUEUED, .work = works[i],
                                 .venue = STR("bar"), .client_id = STR("a"), .company = STR("912345678"), .day = 20777,
                                 .revision = 7, .next_ms = 5, .claimed = i == 2, .owner = { 1, 2 },
                                 .draft = strbuf_str(draft_bytes), .sealed = i > 1,
                                 .first_ms = 1, .since_ms = 2, .body = STR("{}"), .words = STR("no") };
        struct str doc = STR("bar/2026-11-20/2");
        enum err err = docs_note(txn, doc, &record, 1795214467000 + (int64_t)i, STR("sent"), STR("70012"), i == 1);

        if (!err)
            err = docs_save(txn, doc, NULL, &record);
        if (!err)
            err = docs_set_number(txn, "audit", i);
        if (err)
            return err;
    }
    return ERR_OK;
}

static void put_docs_rows(void)
{
    struct store_rows rows = { "rows", TABLE_COUNT, DOCS_TABLE_COUNT };
    struct draft draft = draft_of(false);
    struct fault fault = { "" };
    struct strbuf bytes;
    struct docs *docs;
    char path[40];

    if (!temporary_folder("seeds", path, sizeof path))
        exit(1);
    strbuf_init(&bytes, SEED_BYTES_MAX);
    draft_encode(&draft, &bytes);
    need(docs_open(str_of(path), "uploader", STORE_VOLATILE, &docs, &fault), fault.text);
    need(store_write(docs_store(docs), save_docs, &bytes), "documents");
    need(store_read(docs_store(docs), dump_tables, &rows), "documents");
    docs_close(docs);
    strbuf_free(&bytes);
}

/* A partition whose events are indexed: as after a while, not after one commit. */
static enum err index_event(struct txn *txn, void *context)
{
    const struct eventlog_entry *entry = context;
    struct key seen, partition, next;
    enum err err;

    eventlog_seen_value(&entry->hash, 0, &seen);
    key_init(&partition);
    key_u32(&partition, entry->partition);
    key_init(&next);
    key_u64(&next, 1);
    err = store_put(txn, LOG_SEEN, entry->identity, key_str(&seen));
    return err ? err : store_put(txn, LOG_INDEXED, key_str(&partition), key_str(&next));
}

static void put_log_rows(struct arena *arena)
{
    struct store_rows rows = { "rows", TABLE_COUNT + DOCS_TABLE_COUNT, FUZZ_LOG_TABLES };
    const struct eventlog_refusal refusal = { .source = STR("http"), .line = 3, .reason = STR("kind is odd"),
                                              .bytes = STR("{}") };
    const struct eventlog_mark mark = { STR("spool/a"), STR("17") };
    struct eventlog_entry entry = { .partition = 0, .source = STR("http"), .token = 3 };
    struct key identity;
    struct eventlog_batch batch = { .entries = &entry, .entry_count = 1, .refusals = &refusal, .refusal_count = 1,
                                    .marks = &mark, .mark_count = 1, .now_ms = 1795214467000 };
    struct event event;
    struct eventlog *log;
    struct fault fault = { "" };
    char path[40];

    if (!temporary_folder("seeds", path, sizeof path))
        exit(1);
    need(event_from_json(STR("{\"v\":1,\"venue\":\"bar\",\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
                             "\"time\":\"2026-11-20T23:41:07+01:00\",\"lines\":[],\"payments\":[]}"), arena, &event, &fault),
         fault.text);
    need(event_encode(&event, arena, &entry.canonical), "event");
    event_hash(entry.canonical, &entry.hash);
    eventlog_identity(&event, &identity);
    entry.identity = key_str(&identity);
    need(eventlog_open(str_of(path), 1, STORE_VOLATILE, &log, &fault), fault.text);
    need(eventlog_commit(log, &batch), "log");
    need(store_read(log->store, dump_tables, &rows), "log");
    need(store_write(log->store, index_event, &entry), "log");
    need(store_read(log->store, dump_tables, &rows), "log");
    eventlog_close(log);
}

/* --- rows of the stores that programs share --- */

static void make_audit(struct str path)
{
    static const struct decision decisions[] = {
        { .time_ms = 1795214467000, .who = STR("kari"), .verb = STR("connect"), .subject = STR("912345678/Ola"), .detail = STR("10001") },
        { .time_ms = 1795214467001, .who = STR("kari"), .verb = STR("undo-accept"), .subject = STR("bar/2026-11-20/1"),
          .detail = STR("1 z-gap"), .reason = STR("nei") },
        { .time_ms = 1795214467002, .verb = STR("resend-on"), .subject = STR("bar/2026-11-20/1"), .detail = STR("2026-12-01 3") },
        { .time_ms = 1795214467003, .verb = STR("a-verb-that-is-longer-than-any-that-there-is-and-more") },
    };
    struct fault fault = { "" };
    struct audit *audit;
    uint64_t number;

    need(audit_open(path, &audit, &fault), fault.text);
    for (size_t i = 0; i < COUNT(decisions); i++)
        need(audit_append(audit, &decisions[i], &number), "audit");
    audit_close(audit);
}

static void make_doors(struct str path)
{
    static const struct door_scope scopes[] = { { false, STR("bar") }, { true, STR("912345678") } };
    const struct door_token *token;
    struct fault fault = { "" };
    char text[DOOR_TEXT_SIZE];
    struct doors *doors;
    uint64_t number;

    need(doors_open(path, 0, &doors, &fault), fault.text);
    for (size_t i = 0; i < COUNT(scopes); i++)
        need(doors_add(doors, &scopes[i], COUNT(scopes) - i, STR("kasse 1"), 1795214467000, text, &number), "doors");
    need(doors_judge(doors, str_of(text), 1795214467001, &token), "doors");
    need(doors_turn(doors, 1795214567001), "doors");
    need(doors_add_key(doors, scopes, 1, STR("kasse 2"), 5, STR("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"), &number), "doors");
    need(doors_revoke(doors, 1, 1795214467002), "doors");
    doors_close(doors);
}

static void make_users(struct str path)
{
    static struct user_company companies[] = { { STR("912345678") }, { STR("923456789") } };
    const struct user users_of[] = {
        { .name = STR("kari"), .title = STR("Kari"), .language = STR("nb"), .roles = ROLE_ALL, .companies = companies,
          .company_count = 2, .changed_ms = 1795214467000, .hash = STR("$argon2id$x") },
        { .name = STR("ola"), .language = STR("en"), .roles = ROLE_READS, .all_companies = true, .changed_ms = 5, .hash = STR("x") },
    };
    struct fault fault = { "" };
    char text[USER_TOKEN_SIZE];
    struct users *users;
    uint64_t number;

    need(users_open(path, 0, &users, &fault), fault.text);
    for (size_t i = 0; i < COUNT(users_of); i++) {
        need(users_add(users, &users_of[i]), "users");
        need(user_tokens_add(users, users_of[i].name, STR("kasse"), 1795214467000, text, &number), "users");
    }
    users_close(users);
}

static void make_pseudonyms(struct str path)
{
    struct pseudonyms *pseudonyms;
    struct fault fault = { "" };
    uint64_t since;

    need(pseudonyms_open(path, 0, &pseudonyms, &fault), fault.text);
    need(pseudonyms_begin(pseudonyms, STR("bar"), STR("forgotten-1"), 7, &since), "pseudonyms");
    pseudonyms_close(pseudonyms);
}

static void put_shared_rows(void)
{
    static void (*const make[FUZZ_SHARED_STORES])(struct str path) = {
        [FUZZ_AUDIT] = make_audit, [FUZZ_DOORS] = make_doors, [FUZZ_USERS] = make_users, [FUZZ_PSEUDONYMS] = make_pseudonyms,
    };
    char path[40], store_path[80];
    unsigned first = 0;

    if (!temporary_folder("seeds", path, sizeof path))
        exit(1);
    for (size_t i = 0; i < FUZZ_SHARED_STORES; i++) {
        struct store_rows rows = { "shared", first, fuzz_shared[i].count };
        struct fault fault = { "" };
        struct store *store;

        make[i](str_of(path));
        (void)snprintf(store_path, sizeof store_path, "%s/%s", path, fuzz_shared[i].name);
        need(store_open(str_of(store_path), fuzz_shared[i].tables, fuzz_shared[i].count, 1, STORE_VOLATILE, &store, &fault),
             fault.text);
        need(store_read(store, dump_tables, &rows), fuzz_shared[i].name);
        store_close(store);
        first += fuzz_shared[i].count;
    }
}

/* --- frames of sockets --- */

static void say_number(struct strbuf *out, const char *key, uint64_t number)
{
    wire_str(out, str_of(key));
    wire_uint(out, number);
}

static void put_answer(void)
{
    struct strbuf out;

    strbuf_init(&out, SEED_BYTES_MAX);
    wire_map(&out, 6);
    say_number(&out, "accepted", 7);
    say_number(&out, "duplicates", 2);
    say_number(&out, "parked", 1);
    wire_str(&out, STR("rejected"));
    wire_array(&out, 1);
    wire_map(&out, 3);
    say_number(&out, "line", 3);
    wire_str(&out, STR("reason"));
    wire_str(&out, STR("kind is odd"));
    say_number(&out, "status", 403);
    say_number(&out, "rejected_total", 1001);
    wire_str(&out, STR("later"));
    wire_nil(&out);
    put("frames", 2, strbuf_str(&out));
    strbuf_free(&out);
}

static void put_refusal(bool again)
{
    struct strbuf out;

    strbuf_init(&out, SEED_BYTES_MAX);
    wire_map(&out, 3);
    wire_str(&out, STR("error"));
    wire_str(&out, STR("no batch"));
    wire_str(&out, STR("retry"));
    wire_bool(&out, again);
    say_number(&out, "retry_after_s", 1);
    put("frames", 2, strbuf_str(&out));
    strbuf_free(&out);
}

static void put_frames(void)
{
    static const struct { int which; struct str bytes; } rows[] = {
        { 0, STR("\x93\x01\xcd\x01\x2c\x0a") },                                      /* an ask of three fields, and of four */
        { 0, STR("\x94\x01\xcd\x01\x2c\x0a\x07") },
        { 1, STR("\x06\x95\x01\x05\x02\x07\xc3\x92\xa1x\xa1y") },                     /* the log's answer, and what is trimmed */
        { 1, { "\x07\x96\x01\x05\x00\x07\xc2\x06\x90", 9 } },
        { 3, STR("\x91\x81\xa1v\x01") },
        { 3, STR("\x92\xc0") },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        put("frames", rows[i].which, rows[i].bytes);
    put_answer();
    put_refusal(false);
    put_refusal(true);
}

int main(int argc, char **argv)
{
    struct arena arena;

    if (argc < 2)
        return 2;
    folder = argv[1];
    arena_init(&arena, 64 * SEED_BYTES_MAX);
    put_events(&arena);
    put_documents(&arena);
    put_lists();
    put_docs_rows();
    put_log_rows(&arena);
    put_shared_rows();
    put_frames();
    for (int i = 2; i < argc; i++)
        put_mapper_rows(argv[i]);
    arena_free(&arena);
    return 0;
}
