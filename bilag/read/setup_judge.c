#include "setup_judge.h"

#include "poweroffice/privilege.h"
#include "validator/rules.h"

enum { WORDS_BYTES = 4096 };

static void add_line(struct draft *draft, size_t room, struct voucher_line line)
{
    if (draft->line_count < room)
        draft->lines[draft->line_count++] = line;
}

/* What lines of this type have beside account and VAT code. */
static struct voucher_line line_of(const struct venue *venue, bool sold, struct str type, int64_t account, int32_t day)
{
    return (struct voucher_line){ .sold = sold, .account = account, .vat_code = STR("0"),
                                  .department = venue_department(venue, day),
                                  .project = venue_project(venue, sold, type, day),
                                  .location = venue_location(venue, sold, type, day) };
}

/* A type may be sold with any class but the reduced one on its account: only a code that no class has is wrong. */
static struct str fitting_code(const struct venue *venue, const struct refdata *data, int64_t account, int32_t day)
{
    const struct ref_account *ref = refdata_account(data, account);
    const struct vat_entry *normal = venue_vat_class(venue, VAT_NORMAL, day);

    if (!ref || !ref->vat_locked)
        return STR_NONE;
    for (size_t i = 0; i < venue->vat_count; i++)
        if (str_equal(venue->vat[i].code, ref->vat_code))
            return STR_NONE;
    return normal ? normal->code : STR_NONE;
}

static bool is_valid(int32_t valid_from, struct str name, struct str next_name, int32_t next_from, int32_t day)
{
    return valid_from <= day && !(str_equal(name, next_name) && next_from <= day);
}

/* The VAT classes of that day, on no account. */
static void add_vat_codes(const struct venue *venue, int32_t day, struct draft *draft, size_t room)
{
    for (size_t i = 0; i < venue->vat_count; i++) {
        const struct vat_entry *entry = &venue->vat[i];
        const struct vat_entry *next = i + 1 < venue->vat_count ? entry + 1 : NULL;

        if (is_valid(entry->valid_from, entry->name, next ? next->name : STR_NONE, next ? next->valid_from : 0, day))
            add_line(draft, room, (struct voucher_line){ .sold = true, .vat_code = entry->code, .rate = entry->rate });
    }
}

/* Everything the set-up posts to on this day, with amounts of 0. */
static enum err voucher_of(const struct venue *venue, const struct refdata *data, int32_t day, struct arena *arena,
                           struct draft *draft)
{
    size_t room = 2 * venue->product_count + venue->payment_count + venue->vat_count;
    const struct vat_entry *reduced = venue_vat_class(venue, VAT_REDUCED, day);

    *draft = (struct draft){ .doc = { .kind = DOC_VOUCHER, .venue = venue->id, .day = day }, .post_on = day,
                             .company = venue->company };
    draft->lines = arena_array(arena, room ? room : 1, sizeof *draft->lines);
    if (!draft->lines)
        return ERR_MEMORY;
    for (size_t i = 0; i < venue->payment_count; i++)
        if (venue_payment(venue, venue->payments[i].name, day) == &venue->payments[i] && venue->payments[i].transfer)
            add_line(draft, room, line_of(venue, false, venue->payments[i].name, venue->payments[i].account, day));
    for (size_t i = 0; i < venue->product_count; i++) {
        const struct product_entry *entry = &venue->products[i];
        struct voucher_line line = line_of(venue, true, entry->name, entry->account, day);

        if (venue_product(venue, entry->name, day) != entry)
            continue;
        line.vat_code = fitting_code(venue, data, entry->account, day);
        add_line(draft, room, line);
        if (!entry->reduced_account || !reduced)
            continue;
        line.account = entry->reduced_account;
        line.vat_code = reduced->code;
        line.rate = reduced->rate;
        add_line(draft, room, line);
    }
    add_vat_codes(venue, day, draft, room);
    return ERR_OK;
}

/* The rate of a sold line without a known class is not judged: the line takes the code's own rate. */
static void take_rates(struct draft *draft, const struct refdata *data)
{
    for (size_t i = 0; i < draft->line_count; i++) {
        struct voucher_line *line = &draft->lines[i];
        const struct ref_vat_code *code = line->account && line->vat_code.len
                                              ? refdata_vat_code_on(data, line->vat_code, draft->post_on) : NULL;

        if (code && line->rate == 0)
            line->rate = code->rate;
    }
}

/* An order line of 0 of this product, at that rate; none without a code. */
static void add_order_line(const struct venue *venue, const struct product_entry *entry, const struct vat_entry *vat,
                           bool reduced, int32_t day, struct draft *draft)
{
    struct str product = reduced ? entry->reduced_product : entry->product;

    if (product.len && vat)
        draft->order_lines[draft->order_line_count++] = (struct order_line){
            .product = product, .account = reduced ? entry->reduced_account : entry->account, .product_type = entry->name,
            .rate = vat->rate, .project = venue_project(venue, true, entry->name, day),
            .location = venue_location(venue, true, entry->name, day) };
}

/* Every product code that the set-up names, as order lines of 0. */
static enum err order_of(const struct venue *venue, int32_t day, struct arena *arena, struct draft *draft)
{
    size_t room = 2 * venue->product_count;
    const struct vat_entry *normal = venue_vat_class(venue, VAT_NORMAL, day);
    const struct vat_entry *reduced = venue_vat_class(venue, VAT_REDUCED, day);

    *draft = (struct draft){ .doc = { .kind = DOC_ORDER, .venue = venue->id, .day = day }, .post_on = day,
                             .company = venue->company, .department = venue_department(venue, day), .customer = STR("-"),
                             .project = venue_project(venue, true, STR_NONE, day),
                             .location = venue_location(venue, true, STR_NONE, day),
                             .send_invoice = venue_switch(&venue->send_invoice, day) };
    draft->order_lines = arena_array(arena, room ? room : 1, sizeof *draft->order_lines);
    if (!draft->order_lines)
        return ERR_MEMORY;
    for (size_t i = 0; i < venue->product_count; i++) {
        const struct product_entry *entry = &venue->products[i];

        if (venue_product(venue, entry->name, day) != entry)
            continue;
        add_order_line(venue, entry, normal, false, day, draft);
        add_order_line(venue, entry, reduced, true, day, draft);
    }
    return ERR_OK;
}

/* What a first day needs beside its vouchers: a wrong one is to be taken back. And what the files say by themselves is said
 * already. */
static enum err judge_rest(const struct venue *venue, const struct refdata *data, struct arena *arena,
                           struct problems *problems)
{
    struct problem problem = { .code = PROBLEM_PRIVILEGE_MISSING, .count = 1 };
    struct strbuf list;

    strbuf_init(&list, WORDS_BYTES);
    privileges_needed(data->missing_privileges, NEED_REVERSAL | (venue->settlement_pdf ? (unsigned)NEED_PDF : 0), &list);
    problem.arg[0] = arena_copy(arena, strbuf_str(&list));
    if (list.len)
        problems_add(problems, &problem);
    strbuf_free(&list);
    problems_remove(problems, PROBLEM_BANK_ACCOUNT);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

enum err setup_judge(const struct venue *venue, const struct refdata *data, struct str kept_client, struct arena *arena,
                     struct problems *problems)
{
    int32_t day = venue_business_day(venue, clock_now_ms() / 1000);
    struct facts facts = { .refdata = data, .kept_client = kept_client };
    struct draft draft;
    enum err err = voucher_of(venue, data, day, arena, &draft);

    if (!err) {
        take_rates(&draft, data);
        err = rules_judge(&draft, &facts, arena, problems);
    }
    if (!err)
        err = judge_rest(venue, data, arena, problems);
    if (err || !venue_switch(&venue->auto_invoice, day))
        return err;
    err = order_of(venue, day, arena, &draft);
    if (!err)
        err = rules_judge(&draft, &facts, arena, problems);
    problems_remove(problems, PROBLEM_CUSTOMER_UNCONNECTED);
    return err;
}
