#include "table_rig.h"

#include "mapper/share.h"

enum { LINES = 4, PAID = 4 };

static const char venue_text[] =
    "venue: v\n"
    "company: \"912345678\"\n"
    "vat:\n"
    "  normal:  {rate: 25, code: \"3\"}\n"
    "product_types:\n"
    "  food:      {account: 3000}\n"
    "payment_types:\n"
    "  card:      {account: 1570}\n"
    "  lunch:     {transfer: false}\n"
    "  credit:    {transfer: false}\n"
    "  gift_card: {account: 2901, transfer: GIFT}\n";

static const struct row {
    const char *why;
    bool gift_cards_out;
    int64_t lines[LINES]; const char *kinds;                 /* f food, g gift card: one letter a line */
    struct { const char *type; int64_t amount; } paid[PAID];
    enum err err;
    int64_t left[LINES], paid_left[PAID], out[LINES];        /* what is transferred; what the first type took */
} rows[] = {
    { "all of it is transferred", false, { 100, 50 }, "ff", { { "card", 150 } }, ERR_OK, { 100, 50 }, { 150 }, { 0 } },
    { "an unmapped type stays in, and holds the day elsewhere", false, { 100 }, "f", { { "unheard-of", 100 } }, ERR_OK,
      { 100 }, { 100 }, { 0 } },
    { "all of it is taken out", false, { 100, 50 }, "ff", { { "credit", 150 } }, ERR_OK, { 0, 0 }, { 0 }, { 100, 50 } },
    { "the first line wins a tie", false, { 10000, 10000, 10000 }, "fff", { { "credit", 10000 }, { "card", 20000 } },
      ERR_OK, { 6666, 6667, 6667 }, { 0, 20000 }, { 3334, 3333, 3333 } },
    { "largest remainder, of either sign", false, { 33300, -5000, 1700 }, "fff", { { "credit", 7700 }, { "card", 22300 } },
      ERR_OK, { 24753, -3717, 1264 }, { 0, 22300 }, { 8547, -1283, 436 } },
    { "a refund", false, { -100, -100, -100 }, "fff", { { "credit", -100 }, { "card", -200 } }, ERR_OK,
      { -66, -67, -67 }, { 0, -200 }, { -34, -33, -33 } },
    { "two payments of the type count together", false, { 300 }, "f",
      { { "credit", 50 }, { "card", 200 }, { "credit", 50 } }, ERR_OK, { 200 }, { 0, 200, 0 }, { 100 } },
    { "the second type shares what the first one left", false, { 100, 200 }, "ff",
      { { "lunch", 99 }, { "credit", 101 }, { "card", 100 } }, ERR_OK, { 33, 67 }, { 0, 0, 100 }, { 33, 66 } },
    { "a zero line has no share", false, { 0, 100 }, "ff", { { "credit", 40 }, { "card", 60 } }, ERR_OK, { 0, 60 },
      { 0, 60 }, { 0, 40 } },
    { "payments of it that cancel out take nothing", false, { 100 }, "f",
      { { "credit", 30 }, { "credit", -30 }, { "card", 100 } }, ERR_OK, { 100 }, { 0, 0, 100 }, { 0 } },
    { "lines of 0 cannot be shared", false, { 100, -100 }, "ff", { { "credit", 10 }, { "card", -10 } }, ERR_REFUSED,
      { 0 }, { 0 }, { 0 } },
    { "lines of 0 with nothing to take out", false, { 100, -100 }, "ff", { { "card", 0 } }, ERR_OK, { 100, -100 },
      { 0 }, { 0 } },
    { "what is left is 0, and more is to be taken out", false, { 100 }, "f",
      { { "lunch", 100 }, { "credit", 10 }, { "card", -10 } }, ERR_REFUSED, { 0 }, { 0 }, { 0 } },
    { "gift cards sold stay in", false, { 500, 100 }, "gf", { { "card", 600 } }, ERR_OK, { 500, 100 }, { 600 }, { 0 } },
    { "gift cards sold leave, and the payment with them", true, { 500, 100 }, "gf", { { "card", 600 } }, ERR_OK,
      { 0, 100 }, { 100 }, { 0 } },
    { "gift cards sold leave two payments, shared", true, { 100, 200 }, "gf", { { "card", 200 }, { "cash", 100 } },
      ERR_OK, { 0, 200 }, { 133, 67 }, { 0 } },
    { "gift cards used leave", true, { 300 }, "f", { { "gift_card", 100 }, { "card", 200 } }, ERR_OK, { 200 }, { 0, 200 },
      { 100 } },
    { "a gift card paid with a gift card", true, { 500 }, "g", { { "gift_card", 500 } }, ERR_OK, { 0 }, { 0 }, { 500 } },
    { "gift cards sold against payments of 0", true, { 500, -500 }, "gf", { { "card", 10 }, { "cash", -10 } },
      ERR_REFUSED, { 0 }, { 0 }, { 0 } },
};

static struct event receipt_of(const struct row *row, struct arena *arena)
{
    struct event event = { .venue = STR("v"), .reg = STR("K1"), .seq = 1, .kind = EVENT_RECEIPT };

    event.line_count = strlen(row->kinds);
    event.lines = arena_array(arena, event.line_count, sizeof *event.lines);
    event.payments = arena_array(arena, PAID, sizeof *event.payments);
    for (size_t i = 0; i < event.line_count; i++)
        event.lines[i] = (struct sale_line){ .product_type = row->kinds[i] == 'g' ? STR("gift_card") : STR("food"),
                                             .vat = 2500, .gross = { row->lines[i] }, .qty = 1000000 };
    for (; event.payment_count < PAID && row->paid[event.payment_count].type; event.payment_count++)
        event.payments[event.payment_count] = (struct payment){ str_of(row->paid[event.payment_count].type),
                                                                { row->paid[event.payment_count].amount } };
    return event;
}

static void same_amounts(const char *why, const char *what, const struct money *are, const int64_t *must_be, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (are[i].ore != must_be[i])
            fail_msg("%s: %s %zu is %" PRId64 ", must be %" PRId64, why, what, i, are[i].ore, must_be[i]);
}

/* Goal: docs/rules.md section 2, row by row; a refused receipt is refused whole. */
static void share_table(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        char *text = replaced(venue_text, "GIFT", row->gift_cards_out ? "false" : "true");
        struct switches switches = { .day = 20777, .credit_out = true };
        struct shares shares = { 0 };
        struct event receipt;
        struct rig rig;
        enum err err;

        rig_make(&rig);
        rig_text(&rig, text);
        switches.venue = config_venue(rig.config, STR("v"));
        receipt = receipt_of(row, &rig.event_arena);
        err = shares_of(&receipt, &switches, &rig.event_arena, &shares);
        if (err != row->err)
            fail_msg("%s: %s", row->why, err_text(err));
        if (!err) {
            same_amounts(row->why, "line", shares.lines, row->left, receipt.line_count);
            same_amounts(row->why, "payment", shares.payments, row->paid_left, receipt.payment_count);
            if (shares.left_out_count)
                same_amounts(row->why, "share", shares.left_out[0].lines, row->out, receipt.line_count);
            else
                assert_int_equal(row->out[0], 0);
        }
        free(text);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(share_table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
