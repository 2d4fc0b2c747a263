#include "privilege.h"

#include "base/err.h"

enum { PRIVILEGES_BYTES_MAX = 4096 };

/* or_else: another right that will do. Reversing holds nothing: `bilag check --online` asks for it. */
static const struct { struct str name; unsigned needs; struct str or_else; } rows[] = {
#define ROW(name, needs) { { name, sizeof(name) - 1 }, needs, { NULL, 0 } }
    ROW("GeneralLedgerAccount", NEED_VOUCHER | NEED_ORDER),
    ROW("CommonServices",       NEED_VOUCHER | NEED_ORDER),
    ROW("Department",           NEED_DEPARTMENT),
    ROW("Project",              NEED_PROJECT),
    ROW("Location",             NEED_LOCATION),
    ROW("CashVoucher_Full",     NEED_VOUCHER),
    ROW("AccountTransaction",   NEED_VOUCHER),               /* looking up after a lost answer */
    ROW("SalesOrders_Full",     NEED_ORDER),
    ROW("OutgoingInvoice",      NEED_ORDER),                 /* the same, for orders that were sent meanwhile */
    ROW("Customer",             NEED_ORDER),
    ROW("Product",              NEED_ORDER),
    ROW("VoucherDocumentation_Full", NEED_PDF),
    { { "ReverseVoucher_Full", sizeof "ReverseVoucher_Full" - 1 }, NEED_REVERSAL,
      { "YearEndVoucher_Full", sizeof "YearEndVoucher_Full" - 1 } },          /* its name is not certain */
#undef ROW
};

static bool includes(struct str granted, struct str wanted)
{
    if (str_equal(granted, wanted))
        return true;
    return str_starts(granted, wanted) &&
           str_equal((struct str){ granted.bytes + wanted.len, granted.len - wanted.len }, STR("_Full"));
}

static void add_name(struct strbuf *out, struct str name)
{
    if (out->len)
        strbuf_add(out, STR(", "));
    strbuf_add(out, name);
}

void privileges_missing(const struct str *granted, size_t count, struct strbuf *out)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool there = false;

        for (size_t k = 0; k < count && !there; k++)
            there = includes(granted[k], rows[i].name) || (rows[i].or_else.len && includes(granted[k], rows[i].or_else));
        if (!there)
            add_name(out, rows[i].name);
    }
}

static bool list_has(struct str list, struct str name)
{
    for (size_t at = 0; at < list.len;) {
        size_t end = at;

        while (end < list.len && list.bytes[end] != ',')
            end++;
        if (str_equal((struct str){ list.bytes + at, end - at }, name))
            return true;
        for (at = end + 1; at < list.len && list.bytes[at] == ' ';)
            at++;
    }
    return false;
}

void privileges_needed(struct str missing, unsigned needs, struct strbuf *out)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].needs & needs && list_has(missing, rows[i].name))
            add_name(out, rows[i].name);
}

unsigned privileges_lacking(struct str missing)
{
    unsigned needs = 0;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (list_has(missing, rows[i].name))
            needs |= rows[i].needs;
    return needs;
}

unsigned privileges_of_matter(const struct venue *venue)
{
    return NEED_ANY & ~(venue_names_project(venue) ? 0U : (unsigned)NEED_PROJECT) &
           ~(venue_names_location(venue) ? 0U : (unsigned)NEED_LOCATION);
}

struct str privileges_text(struct str missing, const struct venue *venue, struct arena *arena)
{
    struct strbuf list;
    struct str text;

    strbuf_init(&list, PRIVILEGES_BYTES_MAX);
    privileges_needed(missing, privileges_of_matter(venue), &list);
    text = list.len ? arena_copy(arena, strbuf_str(&list)) : STR_NONE;
    strbuf_free(&list);
    return text;
}
