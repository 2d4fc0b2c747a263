#include "draft.h"

#include "register.h"
#include "base/fields.h"

enum { DRAFT_FORM = 1, NAME_MAX_ = 64, WORD_MAX = 8, PRODUCT_MAX = 128 };

static bool doc_has_a_name(const void *object)
{
    const struct doc *doc = object;

    return str_is_name(doc->venue) && (doc->kind == DOC_ORDER ? register_is_name(doc->reg) : doc->part > 0);
}

static const struct field_row doc_rows[] = {
    FIELD_MAX(doc, kind, DOC_ORDER),
    FIELD_MAX(doc, venue, NAME_MAX_),
    FIELD(doc, day),
    FIELD(doc, part),
    FIELD_MAX(doc, reg, REGISTER_NAME_MAX),
    FIELD(doc, seq),
};
static const struct fields doc_fields = FIELDS(doc, doc_rows, 6, doc_has_a_name);

static const struct field_row line_rows[] = {
    FIELD(voucher_line, sold),
    FIELD(voucher_line, account),
    FIELD_MAX(voucher_line, vat_code, NAME_MAX_),
    FIELD(voucher_line, rate),
    FIELD_MAX(voucher_line, department, NAME_MAX_),
    FIELD(voucher_line, amount),
    FIELD_MAX(voucher_line, text, DRAFT_TEXT_MAX),
    FIELD_MAX(voucher_line, project, NAME_MAX_),
    FIELD_MAX(voucher_line, location, NAME_MAX_),
};
static const struct fields line_fields = FIELDS(voucher_line, line_rows, 7, NULL);

static const struct field_row cell_rows[] = {
    FIELD(cell, sold),
    FIELD_MAX(cell, type, NAME_MAX_),
    FIELD(cell, rate),
    FIELD(cell, account),
    FIELD_MAX(cell, vat_code, NAME_MAX_),
    FIELD(cell, amount),
    FIELD(cell, has_vat),
    FIELD(cell, till_vat),
    FIELD(cell, count),
    FIELD_MAX(cell, first, DOC_ID_SIZE),
    FIELD_MAX(cell, project, NAME_MAX_),
    FIELD_MAX(cell, location, NAME_MAX_),
};
static const struct fields cell_fields = FIELDS(cell, cell_rows, 10, NULL);

static const struct field_row order_line_rows[] = {
    FIELD_MAX(order_line, product, PRODUCT_MAX),
    FIELD(order_line, account),
    FIELD_MAX(order_line, vat_code, NAME_MAX_),
    FIELD(order_line, rate),
    FIELD_MAX(order_line, product_type, NAME_MAX_),
    FIELD_MAX(order_line, text, DRAFT_TEXT_MAX),
    FIELD(order_line, qty),
    FIELD(order_line, gross),
    FIELD(order_line, share),
    FIELD_MAX(order_line, project, NAME_MAX_),
    FIELD_MAX(order_line, location, NAME_MAX_),
};
static const struct fields order_line_fields = FIELDS(order_line, order_line_rows, 9, NULL);

static const struct field_row manual_rows[] = {
    FIELD(manual_item, movement),
    FIELD_MAX(manual_item, what, DRAFT_TEXT_MAX),
    FIELD(manual_item, amount),
    FIELD_MAX(manual_item, receipt, DOC_ID_SIZE),
    FIELD_MAX(manual_item, customer, DRAFT_TEXT_MAX),
    FIELD_MAX(manual_item, order, DRAFT_TEXT_MAX),
    FIELD_LATER(manual_item, left, 0, NIL_READ, 0),
    FIELD_LATER(manual_item, unknown, 0, NIL_READ, 0),
    FIELD_LATER(manual_item, paid_with, DRAFT_TEXT_MAX, NIL_READ, 0),
};
static const struct fields manual_fields = FIELDS(manual_item, manual_rows, 6, NULL);

static const struct field_row basis_register_rows[] = {
    FIELD_MAX(basis_register, reg, REGISTER_NAME_MAX),
    FIELD(basis_register, first),
    FIELD(basis_register, last),
};
static const struct fields basis_register_fields = FIELDS(basis_register, basis_register_rows, 3, NULL);

static const struct field_row basis_z_rows[] = {
    FIELD_MAX(basis_z, reg, REGISTER_NAME_MAX),
    FIELD(basis_z, number),
    FIELD(basis_z, first),
    FIELD(basis_z, last),
};
static const struct fields basis_z_fields = FIELDS(basis_z, basis_z_rows, 4, NULL);

static const struct field_row order_ref_rows[] = {
    FIELD_MAX(order_ref, order, DRAFT_TEXT_MAX),
    FIELD_MAX(order_ref, receipt, DOC_ID_SIZE),
    FIELD_MAX(order_ref, customer, DRAFT_TEXT_MAX),
    FIELD(order_ref, amount),
};
static const struct fields order_ref_fields = FIELDS(order_ref, order_ref_rows, 4, NULL);

static void problems_write(const void *member, struct strbuf *out)
{
    problems_encode(member, out);
}

static void problems_take(struct reader *in, void *member)
{
    problems_decode(in, member);
}

static const struct field_codec problems_codec = { problems_write, problems_take };

static const struct field_row draft_rows[] = {
    FIELD_IS(DRAFT_FORM),
    FIELD_IN(draft, doc, &doc_fields),
    FIELD_MAX(draft, phase, DRAFT_CLOSED),
    FIELD(draft, revision),
    FIELD_MAX(draft, company, NAME_MAX_),
    FIELD_MAX(draft, client_id, NAME_MAX_),
    FIELD_MAX(draft, reference, NAME_MAX_),
    FIELD_MAX(draft, batch_id, NAME_MAX_),
    FIELD_MAX(draft, currency, WORD_MAX),
    FIELD_MAX(draft, text, DRAFT_TEXT_MAX),
    FIELD(draft, post_on),
    FIELD(draft, automatic),
    FIELD(draft, send_invoice),
    FIELD_MAX(draft, language, WORD_MAX),
    FIELD_MAX(draft, mapping_hash, NAME_MAX_),
    FIELD(draft, from),
    FIELD(draft, upto),
    FIELD(draft, credit_ordered),
    FIELD_MANY(draft, lines, line_count, VOUCHER_LINES_MAX, &line_fields),
    FIELD_MANY(draft, cells, cell_count, CELLS_MAX, &cell_fields),
    FIELD_MAX(draft, customer, DRAFT_TEXT_MAX),
    FIELD_MAX(draft, order_no, DRAFT_TEXT_MAX),
    FIELD_MANY(draft, order_lines, order_line_count, ORDER_LINES_MAX, &order_line_fields),
    FIELD_MANY(draft, manual, manual_count, MANUAL_MAX, &manual_fields),
    FIELD(draft, receipts),
    FIELD(draft, lines_total),
    FIELD(draft, voucher_total),
    FIELD(draft, orders_total),
    FIELD(draft, manual_total),
    FIELD(draft, has_till_vat),
    FIELD(draft, till_vat),
    FIELD(draft, computed_vat),
    FIELD(draft, total),
    FIELD_BY(draft, problems, &problems_codec),
    FIELD_MAX(draft, department, NAME_MAX_),
    FIELD_LATER(draft, undone, 0, NIL_READ, UINT32_MAX),
    FIELD_LATER(draft, manual_more, 0, NIL_SAID, 0),
    FIELD_MAX(draft, buyer_reference, DRAFT_TEXT_MAX),
    FIELD_LATER(draft, decided_from, 0, NIL_READ, 0),
    FIELD_LATER(draft, decided, 0, NIL_READ, 0),
    FIELD_LATER(draft, asks, 0, NIL_READ, 0),
    FIELD_MANY(draft, registers, register_count, BASIS_REGISTERS_MAX, &basis_register_fields),
    FIELD_MANY(draft, zs, z_count, BASIS_ZS_MAX, &basis_z_fields),
    FIELD_MANY(draft, orders, order_count, ORDER_REFS_MAX, &order_ref_fields),
    FIELD_LATER(draft, orders_more, 0, NIL_READ, 0),
    FIELD_MAX(draft, source_id, NAME_MAX_),
    FIELD_MAX(draft, project, NAME_MAX_),
    FIELD_MAX(draft, location, NAME_MAX_),
};
static const struct fields draft_fields = FIELDS(draft, draft_rows, 37, NULL);

void draft_encode(const struct draft *draft, struct strbuf *out)
{
    fields_write(&draft_fields, draft, out);
}

enum err draft_decode(struct str bytes, struct arena *arena, struct draft *ret_draft)
{
    struct draft draft;
    enum err err = bytes.len > DRAFT_BYTES_MAX ? ERR_FORMAT : fields_read(&draft_fields, bytes, arena, &draft);

    if (!err)
        *ret_draft = draft;
    return err;
}

static const struct field_row verdict_rows[] = {
    FIELD_BYTES(verdict, draft_bytes, DRAFT_BYTES_MAX),
    FIELD_BY(verdict, problems, &problems_codec),
};
static const struct fields verdict_fields = FIELDS(verdict, verdict_rows, 2, NULL);

void verdict_encode(const struct verdict *verdict, struct strbuf *out)
{
    fields_write(&verdict_fields, verdict, out);
}

enum err verdict_decode(struct str bytes, struct verdict *ret_verdict)
{
    struct verdict verdict;
    enum err err = fields_read(&verdict_fields, bytes, NULL, &verdict);

    if (!err)
        *ret_verdict = verdict;
    return err;
}

/* Sealed is false, reversed is true, behind is nil. */
static void seal_says_write(const void *object, struct strbuf *out)
{
    const struct seal *seal = object;

    if (seal->behind)
        wire_nil(out);
    else
        wire_bool(out, seal->reversed);
}

static void seal_says_take(struct reader *in, void *object)
{
    struct seal *seal = object;

    seal->behind = take_nil(in);
    seal->reversed = !seal->behind && take_bool(in);
}

static const struct field_codec seal_says = { seal_says_write, seal_says_take };

static const struct field_row seal_rows[] = {
    FIELD_IN(seal, doc, &doc_fields),
    FIELD(seal, revision),
    FIELD_ALL_BY(&seal_says),
    FIELD(seal, upto),
    FIELD(seal, credit_ordered),
    FIELD_LATER(seal, decided, 0, NIL_READ, 0),
    FIELD_LATER(seal, heard, 0, NIL_READ, 0),
    FIELD_LATER(seal, by_hand, 0, NIL_READ, 0),
};
static const struct fields seal_fields = FIELDS(seal, seal_rows, 5, NULL);

void seal_encode(const struct seal *seal, struct strbuf *out)
{
    fields_write(&seal_fields, seal, out);
}

enum err seal_decode(struct str bytes, struct seal *ret_seal)
{
    struct seal seal;
    enum err err = fields_read(&seal_fields, bytes, NULL, &seal);

    if (!err)
        *ret_seal = seal;
    return err;
}
