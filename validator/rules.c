#include "rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "poweroffice/privilege.h"

enum { BANK_FROM = 1920, BANK_TO = 1929, REF_OF_ALL = REF_ACCOUNTS | REF_VAT_CODES | REF_PRIVILEGES };

/* What every rule is given. */
struct judge {
    const struct draft *draft;
    const struct facts *facts;
    const struct refdata *data;           /* an empty one if nothing was read */
    unsigned have;
    struct arena *arena;
    struct problems *problems;
};

static void raise_(const struct judge *judge, enum problem_code code, struct str a, struct str b, struct str c)
{
    problems_add(judge->problems, &(struct problem){ .code = code, .arg = { a, b, c }, .count = 1 });
}

static struct str number(const struct judge *judge, int64_t value)
{
    return arena_format(judge->arena, "%" PRId64, value);
}

static struct str day(const struct judge *judge, int32_t value)
{
    char text[16];

    return arena_copy(judge->arena, str_of(day_text(value, text)));
}

static struct str kroner(const struct judge *judge, int64_t ore)
{
    char text[MONEY_TEXT_SIZE];

    return arena_copy(judge->arena, str_of(money_kroner((struct money){ ore }, text)));
}

/* 2500 is "25", 1111 is "11.11", 1250 is "12.5". */
static struct str percent(const struct judge *judge, int32_t rate)
{
    struct str text = arena_format(judge->arena, "%d.%02d", rate / 100, rate % 100);

    while (text.len && text.bytes[text.len - 1] == '0')
        text.len--;
    if (text.len && text.bytes[text.len - 1] == '.')
        text.len--;
    return text;
}

/* What the documents have in common for the rules: where something is posted, with which code and department. */
struct post {
    int64_t account;
    struct str vat_code, department, project, location;
    int32_t rate;
    bool sold, order;
    struct str text;                     /* of a voucher's line: what is posted there */
};

static size_t post_count(const struct draft *draft)
{
    return draft->doc.kind == DOC_ORDER ? draft->order_line_count : draft->line_count;
}

static struct post post_at(const struct draft *draft, size_t i)
{
    const struct voucher_line *line = &draft->lines[i];
    const struct order_line *order = &draft->order_lines[i];

    if (draft->doc.kind == DOC_ORDER)
        return (struct post){ order->account, order->vat_code, draft->department, order->project, order->location,
                              order->rate, true, true, STR_NONE };
    return (struct post){ line->account, line->vat_code, line->department, line->project, line->location, line->rate,
                          line->sold, false, line->text };
}

/* --- rules that need no reference data -------------------------------------------------------------------- */

/* The mapper ensures it; a message that does not balance is a fault of ours and never sent. */
static void rule_balance(const struct judge *judge)
{
    const struct draft *draft = judge->draft;
    bool order = draft->doc.kind == DOC_ORDER, broken = false;
    struct money sold = { 0 }, paid = { 0 };

    if (problems_have(judge->problems, PROBLEM_RECEIPT_UNBALANCED) ||
        problems_have(judge->problems, PROBLEM_SHARE_UNDEFINED) || problems_have(judge->problems, PROBLEM_AMOUNT_RANGE))
        return;                                              /* the cause is named already */
    for (size_t i = 0; i < post_count(draft) && !broken; i++) {
        struct money amount = order ? draft->order_lines[i].share : draft->lines[i].amount;
        struct money *sum = order || draft->lines[i].sold ? &sold : &paid;

        broken = money_add(*sum, amount, sum) != ERR_OK;
    }
    if (broken)
        raise_(judge, PROBLEM_AMOUNT_RANGE, draft->doc.venue, STR_NONE, STR_NONE);
    else if (order && sold.ore != draft->total.ore)
        raise_(judge, PROBLEM_RECEIPT_UNBALANCED, kroner(judge, sold.ore), kroner(judge, draft->total.ore), STR_NONE);
    else if (!order && sold.ore != -paid.ore)
        raise_(judge, PROBLEM_RECEIPT_UNBALANCED, kroner(judge, -sold.ore), kroner(judge, paid.ore), STR_NONE);
}

static bool bank_account(int64_t account)
{
    return account >= BANK_FROM && account <= BANK_TO;
}

/* By the cells, which know the payment type; lines are asked too, in case they have no cell. */
static void rule_bank_account(const struct judge *judge)
{
    const struct draft *draft = judge->draft;

    for (size_t i = 0; i < draft->cell_count; i++)
        if (!draft->cells[i].sold && bank_account(draft->cells[i].account))
            problems_add(judge->problems,
                         &(struct problem){ .code = PROBLEM_BANK_ACCOUNT, .first = draft->cells[i].first,
                                            .arg = { draft->cells[i].type, number(judge, draft->cells[i].account) },
                                            .count = draft->cells[i].count });
    if (problems_have(judge->problems, PROBLEM_BANK_ACCOUNT))
        return;
    for (size_t i = 0; i < draft->line_count; i++)
        if (!draft->lines[i].sold && bank_account(draft->lines[i].account))
            raise_(judge, PROBLEM_BANK_ACCOUNT, draft->lines[i].text, number(judge, draft->lines[i].account), STR_NONE);
}

static void rule_customer_named(const struct judge *judge)
{
    const struct draft *draft = judge->draft;

    if (draft->customer.len == 0)
        raise_(judge, PROBLEM_CUSTOMER_MISSING, STR_NONE, STR_NONE, STR_NONE);
    else if (judge->facts->customer_no == 0)
        raise_(judge, PROBLEM_CUSTOMER_UNCONNECTED, draft->customer, STR_NONE, STR_NONE);
}

static void rule_products_mapped(const struct judge *judge)
{
    const struct draft *draft = judge->draft;

    for (size_t i = 0; i < draft->order_line_count; i++)
        if (draft->order_lines[i].product.len == 0)
            raise_(judge, PROBLEM_PRODUCT_UNMAPPED, draft->order_lines[i].product_type,
                   percent(judge, draft->order_lines[i].rate), STR_NONE);
}

/* --- the key, its rights, and whether anything was read --------------------------------------------------- */

static void rule_login(const struct judge *judge)
{
    if (judge->data->login_fault.len)
        raise_(judge, judge->data->subscription_refused ? PROBLEM_SUBSCRIPTION_KEY : PROBLEM_LOGIN, judge->data->login_fault,
               STR_NONE, STR_NONE);
}

/* Nobody's books are not the company's either: the first reading keeps them for it. */
static void rule_right_books(const struct judge *judge)
{
    const struct refdata *data = judge->data;
    struct str opened = data->client_name.len ? arena_format(judge->arena, STR_FMT " (" STR_FMT ")", STR_ARG(data->client_name),
                                                             STR_ARG(data->client)) : data->client;

    if (str_equal(data->company, judge->draft->company))
        return;
    problems_add(judge->problems, &(struct problem){ .code = PROBLEM_OTHER_CLIENT, .count = 1,
                     .arg = { opened, judge->draft->company, data->company, judge->facts->kept_client } });
}

/* What a line is told apart by beside its account, and what it takes to know it. The header of an order has the venue's own,
 * which its lines may do without. */
static const struct dimension {
    size_t at, header_at;                 /* in struct post; in struct draft */
    unsigned need, read;
    enum problem_code unknown;
} dimensions[] = {
#define DIMENSION(member, need, read, unknown) \
    { offsetof(struct post, member), offsetof(struct draft, member), need, read, unknown }
    DIMENSION(department, NEED_DEPARTMENT, REF_DEPARTMENTS, PROBLEM_DEPARTMENT_UNKNOWN),
    DIMENSION(project, NEED_PROJECT, REF_PROJECTS, PROBLEM_PROJECT_UNKNOWN),
    DIMENSION(location, NEED_LOCATION, REF_LOCATIONS, PROBLEM_LOCATION_UNKNOWN),
#undef DIMENSION
};

static struct str code_of(const struct dimension *dimension, const struct post *post)
{
    struct str code;

    memcpy(&code, (const char *)post + dimension->at, sizeof code);
    return code;
}

static struct str header_code(const struct dimension *dimension, const struct draft *draft)
{
    struct str code;

    memcpy(&code, (const char *)draft + dimension->header_at, sizeof code);
    return draft->doc.kind == DOC_ORDER ? code : STR_NONE;
}

static bool is_used(const struct dimension *dimension, const struct draft *draft)
{
    if (header_code(dimension, draft).len)
        return true;
    for (size_t i = 0; i < post_count(draft); i++) {
        struct post post = post_at(draft, i);

        if (code_of(dimension, &post).len)
            return true;
    }
    return false;
}

/* need: which rights; else which lists. */
static unsigned of_dimensions(const struct draft *draft, bool need)
{
    unsigned bits = 0;

    for (size_t i = 0; i < COUNT(dimensions); i++)
        if (is_used(&dimensions[i], draft))
            bits |= need ? dimensions[i].need : dimensions[i].read;
    return bits;
}

static void rule_rights(const struct judge *judge)
{
    unsigned needs = (judge->draft->doc.kind == DOC_ORDER ? (unsigned)NEED_ORDER : (unsigned)NEED_VOUCHER) |
                     of_dimensions(judge->draft, true);
    struct strbuf list;

    strbuf_init(&list, 4096);
    privileges_needed(judge->data->missing_privileges, needs, &list);
    if (!judge->data->accounting_ok) {
        if (list.len)
            strbuf_add(&list, STR(", "));
        strbuf_add(&list, STR("Accounting (subscription)"));
    }
    if (list.len)
        raise_(judge, PROBLEM_PRIVILEGE_MISSING, arena_copy(judge->arena, strbuf_str(&list)), STR_NONE, STR_NONE);
    strbuf_free(&list);
}

/* Looked at before the order is sent: afterwards it would be one red order each. */
static void rule_sending(const struct judge *judge)
{
    if (judge->draft->send_invoice && judge->data->sending_off)
        raise_(judge, PROBLEM_SENDING_OFF, STR_NONE, STR_NONE, STR_NONE);
}

/* With the key refused or a right missing, that is the reason, and waiting would not help. */
static void rule_was_read(const struct judge *judge)
{
    static const struct { unsigned bit; const char *name; } names[] = {
        { REF_ACCOUNTS, "accounts" },       { REF_VAT_CODES, "VAT codes" }, { REF_DEPARTMENTS, "departments" },
        { REF_DATES, "lock date" },         { REF_PRIVILEGES, "rights" },   { REF_PRODUCTS, "products" },
        { REF_CUSTOMERS, "customers" },     { REF_PROJECTS, "projects" },   { REF_LOCATIONS, "locations" },
    };
    bool order = judge->draft->doc.kind == DOC_ORDER;
    unsigned want = REF_OF_ALL | of_dimensions(judge->draft, false) |
                    (order ? (unsigned)REF_PRODUCTS | REF_CUSTOMERS : (unsigned)REF_DATES);
    struct strbuf list;

    if (!(want & ~judge->have) || problems_have(judge->problems, PROBLEM_LOGIN) ||
        problems_have(judge->problems, PROBLEM_SUBSCRIPTION_KEY) ||
        problems_have(judge->problems, PROBLEM_PRIVILEGE_MISSING))
        return;
    strbuf_init(&list, 256);
    for (size_t i = 0; i < COUNT(names); i++)
        if (want & ~judge->have & names[i].bit)
            strbuf_format(&list, "%s%s", list.len ? ", " : "", names[i].name);
    raise_(judge, PROBLEM_REFERENCE_DATA, arena_copy(judge->arena, strbuf_str(&list)), STR_NONE, STR_NONE);
    strbuf_free(&list);
}

/* --- rules by PowerOffice's lists: called only if the list was read --------------------------------------- */

static void judge_account(const struct judge *judge, const struct post *post)
{
    const struct ref_account *account = refdata_account(judge->data, post->account);
    struct str no = number(judge, post->account);
    bool other_code;

    if (!account) {
        raise_(judge, PROBLEM_ACCOUNT_UNKNOWN, no, post->text, STR_NONE);
        return;
    }
    if (!account->active)
        raise_(judge, PROBLEM_ACCOUNT_INACTIVE, no, post->text, STR_NONE);
    /* Orders have no VAT code of their own: they get their account's, so it must be ours even if not locked. */
    other_code = post->vat_code.len && account->vat_code.len && !str_equal(post->vat_code, account->vat_code);
    if (other_code && (account->vat_locked || post->order))
        raise_(judge, PROBLEM_ACCOUNT_VAT_LOCKED, no, post->vat_code, account->vat_code);
    if (account->department_required && post->department.len == 0)
        raise_(judge, PROBLEM_DEPARTMENT_REQUIRED, STR_NONE, no, STR_NONE);
    if (account->project_required && post->project.len == 0)
        raise_(judge, PROBLEM_PROJECT_REQUIRED, no, STR_NONE, STR_NONE);
}

/* A blank account has its problem from the mapper. */
static void rule_accounts(const struct judge *judge)
{
    for (size_t i = 0; i < post_count(judge->draft); i++) {
        struct post post = post_at(judge->draft, i);

        if (post.account)
            judge_account(judge, &post);
    }
}

static bool is_known(const struct judge *judge, unsigned list, struct str code)
{
    const struct ref_department *department = list == REF_DEPARTMENTS ? refdata_department(judge->data, code) : NULL;
    const struct ref_project *project = list == REF_PROJECTS ? refdata_project(judge->data, code) : NULL;
    const struct ref_location *location = list == REF_LOCATIONS ? refdata_location(judge->data, code) : NULL;

    return (department && department->active) || (project && project->active) || (location && location->active);
}

/* One problem a code, with the first account that it is needed on. */
static int64_t first_account_of(const struct draft *draft, const struct dimension *dimension, struct str code)
{
    for (size_t i = 0; i < post_count(draft); i++) {
        struct post post = post_at(draft, i);

        if (str_equal(code_of(dimension, &post), code))
            return post.account;
    }
    return 0;
}

static void judge_code(const struct judge *judge, const struct dimension *dimension, struct str code)
{
    int64_t account = first_account_of(judge->draft, dimension, code);

    if (code.len && !is_known(judge, dimension->read, code))
        raise_(judge, dimension->unknown, code, account ? number(judge, account) : STR_NONE, STR_NONE);
}

static void rule_dimensions(const struct judge *judge)
{
    for (size_t i = 0; i < COUNT(dimensions); i++) {
        if (!(judge->have & dimensions[i].read))
            continue;                                        /* rule_was_read has said so */
        judge_code(judge, &dimensions[i], header_code(&dimensions[i], judge->draft));
        for (size_t k = 0; k < post_count(judge->draft); k++) {
            struct post post = post_at(judge->draft, k);

            judge_code(judge, &dimensions[i], code_of(&dimensions[i], &post));
        }
    }
}

static void judge_rate(const struct judge *judge, struct str code, int32_t rate)
{
    const struct ref_vat_code *known = refdata_vat_code_on(judge->data, code, judge->draft->post_on);

    if (known && known->rate != rate)
        raise_(judge, PROBLEM_VAT_RATE_DIFFERS, code, percent(judge, rate), percent(judge, known->rate));
}

static bool is_said_by_line(const struct draft *draft, const struct cell *cell)
{
    for (size_t i = 0; i < draft->line_count; i++)
        if (draft->lines[i].sold && draft->lines[i].rate == cell->rate && str_equal(draft->lines[i].vat_code, cell->vat_code))
            return true;
    return false;
}

/* A line has the rate of the first of what was joined in it. */
static void rule_joined_rates(const struct judge *judge)
{
    for (size_t i = 0; i < judge->draft->cell_count; i++) {
        const struct cell *cell = &judge->draft->cells[i];

        if (cell->sold && cell->vat_code.len && cell->amount.ore && !is_said_by_line(judge->draft, cell))
            judge_rate(judge, cell->vat_code, cell->rate);
    }
}

static void rule_vat_codes(const struct judge *judge)
{
    int32_t on = judge->draft->post_on;

    for (size_t i = 0; i < post_count(judge->draft); i++) {
        struct post post = post_at(judge->draft, i);

        if (post.vat_code.len == 0)
            continue;
        if (!refdata_vat_code_on(judge->data, post.vat_code, on))
            raise_(judge, PROBLEM_VAT_CODE_UNKNOWN, post.vat_code, day(judge, on), STR_NONE);
        else if (post.sold)
            judge_rate(judge, post.vat_code, post.rate);
    }
    rule_joined_rates(judge);
}

static void rule_period(const struct judge *judge)
{
    const struct refdata *data = judge->data;
    int32_t on = judge->draft->post_on;

    if (data->has_lock_date && on <= data->lock_date)
        raise_(judge, PROBLEM_PERIOD_LOCKED, day(judge, on), day(judge, data->lock_date), STR_NONE);
    else if (data->has_conversion_date && on < data->conversion_date)
        raise_(judge, PROBLEM_PERIOD_LOCKED, day(judge, on), day(judge, data->conversion_date), STR_NONE);
}

static void rule_customer(const struct judge *judge)
{
    int64_t no = judge->facts->customer_no;
    const struct ref_customer *customer = no ? refdata_customer(judge->data, no) : NULL;

    if (no && (!customer || customer->archived))
        raise_(judge, PROBLEM_CUSTOMER_UNKNOWN, judge->draft->customer, number(judge, no), STR_NONE);
}

/* A product without an account of its own sells to wherever its group does: that can change behind our back, so it
 * counts as another account. */
static void rule_products(const struct judge *judge)
{
    const struct draft *draft = judge->draft;

    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];
        const struct ref_product *product = line->product.len ? refdata_product(judge->data, line->product) : NULL;

        if (line->product.len && (!product || product->archived))
            raise_(judge, PROBLEM_PRODUCT_UNKNOWN, line->product, STR_NONE, STR_NONE);
        else if (product && line->account && product->account != line->account)
            raise_(judge, PROBLEM_PRODUCT_ACCOUNT, line->product,
                   product->account ? number(judge, product->account) : STR("-"), number(judge, line->account));
    }
}

enum { FOR_VOUCHERS = 1, FOR_ORDERS = 2, FOR_BOTH = 3 };

static const struct {
    unsigned kinds, reads;                /* reads: asked only if these lists were read */
    void (*rule)(const struct judge *judge);
} rules[] = {
    { FOR_BOTH,     0,               rule_balance },
    { FOR_VOUCHERS, 0,               rule_bank_account },
    { FOR_ORDERS,   0,               rule_customer_named },
    { FOR_ORDERS,   0,               rule_products_mapped },
    { FOR_BOTH,     0,               rule_login },
    { FOR_BOTH,     REF_PRIVILEGES,  rule_right_books },
    { FOR_BOTH,     REF_PRIVILEGES,  rule_rights },
    { FOR_ORDERS,   REF_PRIVILEGES,  rule_sending },
    { FOR_BOTH,     0,               rule_was_read },
    { FOR_BOTH,     REF_ACCOUNTS,    rule_accounts },
    { FOR_BOTH,     0,               rule_dimensions },
    { FOR_BOTH,     REF_VAT_CODES,   rule_vat_codes },
    { FOR_VOUCHERS, REF_DATES,       rule_period },
    { FOR_ORDERS,   REF_CUSTOMERS,   rule_customer },
    { FOR_ORDERS,   REF_PRODUCTS,    rule_products },
};

enum err rules_judge(const struct draft *draft, const struct facts *facts, struct arena *arena,
                     struct problems *problems)
{
    static const struct refdata nothing = { .accounting_ok = true };
    const struct refdata *data = facts->refdata ? facts->refdata : &nothing;
    struct judge judge = { draft, facts, data, data->have, arena, problems };
    unsigned kind = draft->doc.kind == DOC_ORDER ? FOR_ORDERS : FOR_VOUCHERS;

    if (post_count(draft) == 0)
        return ERR_OK;                   /* nothing is posted: an order that was withdrawn, a day without sales */
    for (size_t i = 0; i < COUNT(rules); i++)
        if (rules[i].kinds & kind && (rules[i].reads & judge.have) == rules[i].reads)
            rules[i].rule(&judge);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}
