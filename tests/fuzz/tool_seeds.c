/* tool_seeds FOLDER <EVENTS.ndjson: a few good inputs for those fuzz targets that read our own bytes. */
#include "domain/event_books.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"
#include "poweroffice/reflist.h"
#include "sender/record.h"

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

static void put_documents(struct arena *arena)
{
    for (int order = 0; order < 2; order++) {
        struct draft draft = draft_of(order);
        struct record record = { .state = DOC_SENT, .work = WORK_NUMBER, .venue = STR("bar"), .client_id = STR("a"),
            .company = STR("912345678"), .day = 20777, .revision = 7, .body = STR("{\"Id\":1}"), .id = STR("0b9f"),
            .words = STR("no"), .accepted = STR("sequence-gap"), .sealed = true, .round = 2 };
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

int main(int argc, char **argv)
{
    struct arena arena;

    if (argc != 2)
        return 2;
    folder = argv[1];
    arena_init(&arena, 64 * SEED_BYTES_MAX);
    put_events(&arena);
    put_documents(&arena);
    put_lists();
    arena_free(&arena);
    return 0;
}
