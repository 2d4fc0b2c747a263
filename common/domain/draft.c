#include "draft.h"

/* What was added later stands behind the members that every draft has, and only as far as it is needed: drafts without
 * it are the bytes of before. */
enum { DRAFT_FORM = 1, DRAFT_MEMBERS = 37, DRAFT_MEMBERS_MAX = 38, TEXT_MAX = 1024, NAME_MAX_ = 64 };

static void doc_encode(const struct doc *doc, struct strbuf *out)
{
    wire_array(out, 6);
    wire_uint(out, doc->kind);
    wire_str(out, doc->venue);
    wire_int(out, doc->day);
    wire_uint(out, doc->part);
    wire_str(out, doc->reg);
    wire_uint(out, doc->seq);
}

static uint32_t take_u32(struct reader *in)
{
    uint64_t value = take_uint(in);

    if (value > UINT32_MAX)
        in->failed = true;
    return (uint32_t)value;
}

static int32_t take_i32(struct reader *in)
{
    int64_t value = take_int(in);

    if (value < INT32_MIN || value > INT32_MAX)
        in->failed = true;
    return (int32_t)value;
}

static void exactly(struct reader *in, size_t count)
{
    if (take_array(in, count) != count)
        in->failed = true;
}

static void doc_decode(struct reader *in, struct doc *doc)
{
    uint32_t kind;

    exactly(in, 6);
    kind = take_u32(in);
    doc->kind = kind == DOC_ORDER ? DOC_ORDER : DOC_VOUCHER;
    doc->venue = take_str(in, NAME_MAX_);
    doc->day = take_i32(in);
    doc->part = take_u32(in);
    doc->reg = take_str(in, NAME_MAX_);
    doc->seq = take_uint(in);
    if (kind > DOC_ORDER || !str_is_name(doc->venue) ||
        (kind == DOC_ORDER ? !str_is_name(doc->reg) : doc->part == 0))
        in->failed = true;
}

static void lines_encode(const struct draft *draft, struct strbuf *out)
{
    wire_array(out, draft->line_count);
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];

        wire_array(out, 7);
        wire_bool(out, line->sold);
        wire_int(out, line->account);
        wire_str(out, line->vat_code);
        wire_int(out, line->rate);
        wire_str(out, line->department);
        wire_money(out, line->amount);
        wire_str(out, line->text);
    }
}

static void lines_decode(struct reader *in, struct arena *arena, struct draft *draft)
{
    draft->line_count = take_array(in, VOUCHER_LINES_MAX);
    draft->lines = arena_array(arena, draft->line_count, sizeof *draft->lines);
    for (size_t i = 0; draft->lines && !in->failed && i < draft->line_count; i++) {
        struct voucher_line *line = &draft->lines[i];

        exactly(in, 7);
        line->sold = take_bool(in);
        line->account = take_int(in);
        line->vat_code = take_str(in, NAME_MAX_);
        line->rate = take_i32(in);
        line->department = take_str(in, NAME_MAX_);
        line->amount = take_money(in);
        line->text = take_str(in, TEXT_MAX);
    }
}

static void cells_encode(const struct draft *draft, struct strbuf *out)
{
    wire_array(out, draft->cell_count);
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];

        wire_array(out, 10);
        wire_bool(out, cell->sold);
        wire_str(out, cell->type);
        wire_int(out, cell->rate);
        wire_int(out, cell->account);
        wire_str(out, cell->vat_code);
        wire_money(out, cell->amount);
        wire_bool(out, cell->has_vat);
        wire_money(out, cell->till_vat);
        wire_uint(out, cell->count);
        wire_str(out, cell->first);
    }
}

static void cells_decode(struct reader *in, struct arena *arena, struct draft *draft)
{
    draft->cell_count = take_array(in, CELLS_MAX);
    draft->cells = arena_array(arena, draft->cell_count, sizeof *draft->cells);
    for (size_t i = 0; draft->cells && !in->failed && i < draft->cell_count; i++) {
        struct cell *cell = &draft->cells[i];

        exactly(in, 10);
        cell->sold = take_bool(in);
        cell->type = take_str(in, NAME_MAX_);
        cell->rate = take_i32(in);
        cell->account = take_int(in);
        cell->vat_code = take_str(in, NAME_MAX_);
        cell->amount = take_money(in);
        cell->has_vat = take_bool(in);
        cell->till_vat = take_money(in);
        cell->count = take_uint(in);
        cell->first = take_str(in, DOC_ID_SIZE);
    }
}

static void order_encode(const struct draft *draft, struct strbuf *out)
{
    wire_array(out, draft->order_line_count);
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];

        wire_array(out, 9);
        wire_str(out, line->product);
        wire_int(out, line->account);
        wire_str(out, line->vat_code);
        wire_int(out, line->rate);
        wire_str(out, line->product_type);
        wire_str(out, line->text);
        wire_int(out, line->qty);
        wire_money(out, line->gross);
        wire_money(out, line->share);
    }
}

static void order_decode(struct reader *in, struct arena *arena, struct draft *draft)
{
    draft->order_line_count = take_array(in, ORDER_LINES_MAX);
    draft->order_lines = arena_array(arena, draft->order_line_count, sizeof *draft->order_lines);
    for (size_t i = 0; draft->order_lines && !in->failed && i < draft->order_line_count; i++) {
        struct order_line *line = &draft->order_lines[i];

        exactly(in, 9);
        line->product = take_str(in, 128);
        line->account = take_int(in);
        line->vat_code = take_str(in, NAME_MAX_);
        line->rate = take_i32(in);
        line->product_type = take_str(in, NAME_MAX_);
        line->text = take_str(in, TEXT_MAX);
        line->qty = take_int(in);
        line->gross = take_money(in);
        line->share = take_money(in);
    }
}

static void manual_encode(const struct draft *draft, struct strbuf *out)
{
    wire_array(out, draft->manual_count);
    for (size_t i = 0; i < draft->manual_count; i++) {
        const struct manual_item *item = &draft->manual[i];

        wire_array(out, 6);
        wire_bool(out, item->movement);
        wire_str(out, item->what);
        wire_money(out, item->amount);
        wire_str(out, item->receipt);
        wire_str(out, item->customer);
        wire_str(out, item->order);
    }
}

static void manual_decode(struct reader *in, struct arena *arena, struct draft *draft)
{
    draft->manual_count = take_array(in, MANUAL_MAX);
    draft->manual = arena_array(arena, draft->manual_count, sizeof *draft->manual);
    for (size_t i = 0; draft->manual && !in->failed && i < draft->manual_count; i++) {
        struct manual_item *item = &draft->manual[i];

        exactly(in, 6);
        item->movement = take_bool(in);
        item->what = take_str(in, TEXT_MAX);
        item->amount = take_money(in);
        item->receipt = take_str(in, DOC_ID_SIZE);
        item->customer = take_str(in, TEXT_MAX);
        item->order = take_str(in, TEXT_MAX);
    }
}

void draft_encode(const struct draft *draft, struct strbuf *out)
{
    wire_array(out, draft->buyer_reference.len ? DRAFT_MEMBERS_MAX : DRAFT_MEMBERS);
    wire_uint(out, DRAFT_FORM);
    doc_encode(&draft->doc, out);
    wire_uint(out, draft->phase);
    wire_uint(out, draft->revision);
    wire_str(out, draft->company);
    wire_str(out, draft->client_id);
    wire_str(out, draft->reference);
    wire_str(out, draft->batch_id);
    wire_str(out, draft->currency);
    wire_str(out, draft->text);
    wire_int(out, draft->post_on);
    wire_bool(out, draft->automatic);
    wire_bool(out, draft->send_invoice);
    wire_str(out, draft->language);
    wire_str(out, draft->mapping_hash);
    wire_uint(out, draft->from);
    wire_uint(out, draft->upto);
    wire_bool(out, draft->credit_ordered);
    lines_encode(draft, out);
    cells_encode(draft, out);
    wire_str(out, draft->customer);
    wire_str(out, draft->order_no);
    order_encode(draft, out);
    manual_encode(draft, out);
    wire_uint(out, draft->receipts);
    wire_money(out, draft->lines_total);
    wire_money(out, draft->voucher_total);
    wire_money(out, draft->orders_total);
    wire_money(out, draft->manual_total);
    wire_bool(out, draft->has_till_vat);
    wire_money(out, draft->till_vat);
    wire_money(out, draft->computed_vat);
    wire_money(out, draft->total);
    problems_encode(&draft->problems, out);
    wire_str(out, draft->department);
    wire_uint(out, draft->undone);
    if (draft->manual_more)
        wire_uint(out, draft->manual_more);
    else
        wire_nil(out);                    /* as it was before there was this member: the same bytes */
    if (draft->buyer_reference.len)
        wire_str(out, draft->buyer_reference);
}

static void header_decode(struct reader *in, struct draft *draft)
{
    uint32_t phase;

    if (take_u32(in) != DRAFT_FORM)
        in->failed = true;
    doc_decode(in, &draft->doc);
    phase = take_u32(in);
    draft->phase = phase == DRAFT_CLOSED ? DRAFT_CLOSED : DRAFT_OPEN;
    if (phase > DRAFT_CLOSED)
        in->failed = true;
    draft->revision = take_u32(in);
    draft->company = take_str(in, NAME_MAX_);
    draft->client_id = take_str(in, NAME_MAX_);
    draft->reference = take_str(in, NAME_MAX_);
    draft->batch_id = take_str(in, NAME_MAX_);
    draft->currency = take_str(in, 8);
    draft->text = take_str(in, TEXT_MAX);
    draft->post_on = take_i32(in);
    draft->automatic = take_bool(in);
    draft->send_invoice = take_bool(in);
    draft->language = take_str(in, 8);
    draft->mapping_hash = take_str(in, NAME_MAX_);
    draft->from = take_uint(in);
    draft->upto = take_uint(in);
    draft->credit_ordered = take_bool(in);
}

enum err draft_decode(struct str bytes, struct arena *arena, struct draft *ret_draft)
{
    struct draft draft = { 0 };
    struct reader in;
    size_t members;

    if (bytes.len > DRAFT_BYTES_MAX)
        return ERR_FORMAT;
    reader_init(&in, bytes);
    members = take_array(&in, DRAFT_MEMBERS_MAX);
    if (members < DRAFT_MEMBERS)
        in.failed = true;
    header_decode(&in, &draft);
    lines_decode(&in, arena, &draft);
    cells_decode(&in, arena, &draft);
    draft.customer = take_str(&in, TEXT_MAX);
    draft.order_no = take_str(&in, TEXT_MAX);
    order_decode(&in, arena, &draft);
    manual_decode(&in, arena, &draft);
    draft.receipts = take_uint(&in);
    draft.lines_total = take_money(&in);
    draft.voucher_total = take_money(&in);
    draft.orders_total = take_money(&in);
    draft.manual_total = take_money(&in);
    draft.has_till_vat = take_bool(&in);
    draft.till_vat = take_money(&in);
    draft.computed_vat = take_money(&in);
    draft.total = take_money(&in);
    problems_decode(&in, &draft.problems);
    draft.department = take_str(&in, NAME_MAX_);
    draft.undone = take_nil(&in) ? UINT32_MAX : take_u32(&in);
    draft.manual_more = take_nil(&in) ? 0 : take_uint(&in);
    if (members > DRAFT_MEMBERS)
        draft.buyer_reference = take_str(&in, TEXT_MAX);
    if (arena_failed(arena))
        return ERR_MEMORY;
    if (reader_done(&in))
        return ERR_FORMAT;
    *ret_draft = draft;
    return ERR_OK;
}

void verdict_encode(const struct verdict *verdict, struct strbuf *out)
{
    wire_array(out, 2);
    wire_bin(out, verdict->draft_bytes);
    problems_encode(&verdict->problems, out);
}

enum err verdict_decode(struct str bytes, struct verdict *ret_verdict)
{
    struct verdict verdict = { 0 };
    struct reader in;

    reader_init(&in, bytes);
    exactly(&in, 2);
    verdict.draft_bytes = take_bin(&in, DRAFT_BYTES_MAX);
    problems_decode(&in, &verdict.problems);
    if (reader_done(&in))
        return ERR_FORMAT;
    *ret_verdict = verdict;
    return ERR_OK;
}

void seal_encode(const struct seal *seal, struct strbuf *out)
{
    wire_array(out, 5);
    doc_encode(&seal->doc, out);
    wire_uint(out, seal->revision);
    if (seal->behind)
        wire_nil(out);
    else
        wire_bool(out, seal->reversed);
    wire_uint(out, seal->upto);
    wire_bool(out, seal->credit_ordered);
}

enum err seal_decode(struct str bytes, struct seal *ret_seal)
{
    struct seal seal = { 0 };
    struct reader in;

    reader_init(&in, bytes);
    exactly(&in, 5);
    doc_decode(&in, &seal.doc);
    seal.revision = take_u32(&in);
    seal.behind = take_nil(&in);
    seal.reversed = !seal.behind && take_bool(&in);
    seal.upto = take_uint(&in);
    seal.credit_ordered = take_bool(&in);
    if (reader_done(&in))
        return ERR_FORMAT;
    *ret_seal = seal;
    return ERR_OK;
}
