#include "table_rig.h"

#include "mapper/partitions.h"

#define DAY "v/2026-11-20/1"
#define NOON "2026-11-20T12:00:00+01:00"

/* A person's decision, offered to every partition as the mappers do. Whether somebody minded. */
static bool decide(struct rig *rig, const char *verb, const char *subject, const char *detail)
{
    struct decision decision = { .number = ++rig->decisions, .who = STR("kari"), .verb = str_of(verb),
                                 .subject = str_of(subject), .detail = str_of(detail), .reason = STR("because") };
    bool minded = false;

    for (uint32_t i = 0; i < (uint32_t)rig->config->partitions; i++) {
        struct str venue;
        int32_t day;

        NEEDED(decisions_apply(rig->store, rig->config, i, &decision, decision.number + 1, &rig->build_arena, &venue, &day));
        minded |= venue.len > 0;
    }
    return minded;
}

static void put_gap(struct rig *rig)
{
    rig_sale(rig, 1, NOON, "food", 100, "card");
    rig_sale(rig, 3, NOON, "food", 10, "card");
}

static void put_unknown_void(struct rig *rig)
{
    rig_void(rig, 1, NOON, 77);
}

static void put_sale(struct rig *rig)
{
    rig_sale(rig, 1, NOON, "food", 100, "card");
}

/* Goal: accept lifts the problems of completeness for that document alone, and no other problem. */
static void accept_table(void **unused)
{
    static const struct {
        const char *why, *close;
        void (*put)(struct rig *rig);
        const char *document, *code, *left[ROW_CODES];
    } rows[] = {
        { "a gap", "clock", put_gap, DAY, "sequence-gap", { 0 } },
        { "a Z that is missing", "z_report", put_sale, DAY, "z-missing", { 0 } },
        { "one of two", "z_report", put_gap, DAY, "sequence-gap", { "z-missing" } },
        { "another document", "clock", put_gap, "v/2026-11-20/2", "sequence-gap", { "sequence-gap" } },
        { "another venue", "clock", put_gap, "w/2026-11-20/1", "sequence-gap", { "sequence-gap" } },
        { "a problem that cannot be accepted", "clock", put_unknown_void, DAY, "void-unknown", { "void-unknown" } },
        { "no such problem", "clock", put_gap, DAY, "sequence-hole", { "sequence-gap" } },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char to[64];
        struct rig rig;

        rig_make(&rig);
        (void)snprintf(to, sizeof to, "close: %s", rows[i].close);
        rig_config(&rig, "close: clock", to);
        rows[i].put(&rig);
        (void)rig_look(&rig);
        (void)decide(&rig, "accept", rows[i].document, rows[i].code);
        (void)rig_look(&rig);
        same_codes(rows[i].why, rig_draft(&rig, DAY), rows[i].left);
        rig_free(&rig);
    }
}

/* Goal: what is posted on another day says so, keeps its business day and reference; a sealed one is not moved. */
static void post_on_another_day(void **unused)
{
    struct draft *before, *after;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    put_sale(&rig);
    (void)rig_look(&rig);
    before = rig_draft(&rig, DAY);
    assert_int_equal(before->post_on, before->doc.day);
    assert_true(decide(&rig, "post-on", DAY, "2026-12-01"));
    (void)rig_look(&rig);
    after = rig_draft(&rig, DAY);
    assert_int_equal(after->post_on, before->doc.day + 11);
    assert_int_equal(after->doc.day, before->doc.day);
    assert_true(str_equal(after->reference, before->reference) && after->revision > before->revision);
    rig_seal(&rig, DAY);
    assert_false(decide(&rig, "post-on", DAY, "2026-12-02"));
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY)->post_on, before->doc.day + 11);
    rig_free(&rig);
}

/* Goal: a refused draft's part takes its new day before its sender has it built again, and after; a sealed one of another
 * revision (it was sent again meanwhile, or is sent) takes none, nor does a detail that is none. */
static void refused_goes_on_another_day(void **unused)
{
    static const struct { const char *why; bool unsealed; int off; const char *detail; bool moves; } rows[] = {
        { "the decision is heard first", false, 0, "2026-12-01 %d", true },
        { "the sender's word is heard first", true, 0, "2026-12-01 %d", true },
        { "another revision is sealed by now", false, 1, "2026-12-01 %d", false },
        { "no revision", false, 0, "2026-12-01", false }, { "no day", false, 0, "2026-13-01 %d", false },
        { "a day alone, of what is built already", true, 0, "2026-12-01 x%d", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *refused;
        char detail[40];
        struct rig rig;

        rig_make(&rig);
        put_sale(&rig);
        (void)rig_look(&rig);
        refused = rig_draft(&rig, DAY);
        (void)snprintf(detail, sizeof detail, rows[i].detail, (int)refused->revision + rows[i].off);
        rig_tell(&rig, refused, false);
        if (rows[i].unsealed)
            rig_tell(&rig, refused, true);
        (void)decide(&rig, "resend-on", DAY, detail);
        if (!rows[i].unsealed)
            rig_tell(&rig, refused, true);
        (void)rig_look(&rig);
        if (rig_draft(&rig, DAY)->post_on != refused->doc.day + (rows[i].moves ? 11 : 0))
            fail_msg("%s", rows[i].why);
        rig_free(&rig);
    }
}

/* Goal: that decision is taken back while the part is still sealed with what was refused, and after; not when what was built for
 * the other day is sealed. */
static void refused_stays_on_its_day_after_all(void **unused)
{
    static const struct { const char *why; bool unsealed, built; const char *detail; bool back; } rows[] = {
        { "still sealed with what was refused", false, false, "7 2026-12-01 %d", true },
        { "built for the other day, not sealed", true, false, "7 2026-12-01 %d", true },
        { "sealed for the other day", true, true, "7 2026-12-01 %d", false },
        { "no number", false, false, "2026-12-01 %d", false }, { "no revision", false, false, "7 2026-12-01", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *refused;
        char resend[40], back[40];
        int32_t day, revision;
        struct rig rig;

        rig_make(&rig);
        put_sale(&rig);
        (void)rig_look(&rig);
        refused = rig_draft(&rig, DAY);
        day = refused->doc.day;
        revision = (int32_t)refused->revision;
        (void)snprintf(resend, sizeof resend, "2026-12-01 %d", (int)revision);
        (void)snprintf(back, sizeof back, rows[i].detail, (int)revision);
        rig_tell(&rig, refused, false);
        (void)decide(&rig, "resend-on", DAY, resend);
        if (rows[i].unsealed)
            rig_tell(&rig, refused, true);
        if (rows[i].unsealed)
            (void)rig_look(&rig);
        if (rows[i].built)
            rig_tell(&rig, rig_draft(&rig, DAY), false);
        (void)decide(&rig, "undo-resend-on", DAY, back);
        if (!rows[i].unsealed)
            rig_tell(&rig, refused, true);
        (void)rig_look(&rig);
        if (rig_draft(&rig, DAY)->post_on != day + (rows[i].back ? 0 : 11))
            fail_msg("%s", rows[i].why);
        rig_free(&rig);
    }
}

/* Goal: the same number with other contents holds the day, the first stands; dismissed, the day goes on. */
static void conflicts_are_dismissed(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    put_sale(&rig);
    (void)rig_look(&rig);
    rig_sale(&rig, 1, NOON, "food", 200, "card");
    rig_sale(&rig, 1, NOON, "food", 100, "card");            /* the first again: no conflict */
    (void)rig_look(&rig);
    same_codes("two contents", rig_draft(&rig, DAY), (const char *const[ROW_CODES]){ "receipt-conflict" });
    has_words("two contents", rig_draft(&rig, DAY), PROBLEM_RECEIPT_CONFLICT, "Receipt K1/1 came again with another content");
    assert_int_equal(rig_line(rig_draft(&rig, DAY), 1570), 100);
    assert_false(decide(&rig, "dismiss", "v/K1/99", ""));
    assert_true(decide(&rig, "dismiss", "v/K1/1", ""));
    (void)rig_look(&rig);
    same_codes("dismissed", rig_draft(&rig, DAY), (const char *const[ROW_CODES]){ NULL });
    assert_int_equal(rig_line(rig_draft(&rig, DAY), 1570), 100);
    rig_sale(&rig, 1, NOON, "food", 300, "card");            /* a third content is another matter */
    (void)rig_look(&rig);
    same_codes("a third", rig_draft(&rig, DAY), (const char *const[ROW_CODES]){ "receipt-conflict" });
    rig_free(&rig);
}

/* Goal: credit that was listed under manual becomes orders from a day on; what stood in a voucher never does. */
static void invoice_from(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "auto_invoice: true", "auto_invoice: false");
    rig_sale(&rig, 1, "2026-11-19T12:00:00+01:00", "food", 11, "credit");
    rig_sale(&rig, 2, NOON, "food", 22, "credit");
    rig_sale(&rig, 3, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY)->manual_total.ore, 22);
    rig_seal(&rig, DAY);
    (void)rig_look(&rig);
    rig_config(&rig, "", "");                                /* automatic invoicing is turned on */
    assert_true(decide(&rig, "invoice-from", "v", "2026-11-20"));
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/order/K1/2"));
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->total.ore, 22);
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->phase, DRAFT_CLOSED);
    assert_int_equal(rig_line(rig_draft(&rig, DAY), 1570), 100);
    rig_free(&rig);
}

/* Goal: a decision is taken up once: its number goes on with it, in the same transaction. */
static void decisions_move_on(void **unused)
{
    struct rig rig;
    uint64_t next;

    (void)unused;
    rig_make(&rig);
    NEEDED(decisions_place(rig.store, 3, &next));
    assert_int_equal(next, 1);
    (void)decide(&rig, "accept", DAY, "sequence-gap");
    (void)decide(&rig, "connect", "912345678/kunde", "10001");           /* not the mapper's matter */
    NEEDED(decisions_place(rig.store, 3, &next));
    assert_int_equal(next, 3);
    rig_free(&rig);
}

/* Goal: where an earlier decision waits, the place stays at it, and what was taken up of another venue is known to be. */
static void decisions_go_ahead(void **unused)
{
    struct decision decision = { .number = 5, .who = STR("test"), .reason = STR("test"), .verb = STR("accept"),
                                 .subject = STR("v/2026-11-20/1"), .detail = STR("sequence-gap") };
    uint32_t partition;
    struct str venue;
    uint64_t next;
    int32_t day;
    bool taken;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    partition = venue_partition(STR("v"), rig.config->partitions);
    NEEDED(decisions_apply(rig.store, rig.config, partition, &decision, 3, &rig.build_arena, &venue, &day));
    NEEDED(decisions_place(rig.store, partition, &next));
    assert_int_equal(next, 3);
    for (uint64_t number = 4; number <= 6; number++) {
        NEEDED(decisions_taken(rig.store, partition, STR("v"), number, &taken));
        assert_int_equal(taken, number <= 5);
        NEEDED(decisions_taken(rig.store, partition, STR("w"), number, &taken));
        assert_false(taken);
    }
    assert_true(str_equal(decisions_venue(rig.config, partition, &decision), STR("v")));
    assert_int_equal(decisions_venue(rig.config, partition + 1, &decision).len, 0);
    rig_free(&rig);
}

/* Goal: the lowest decision that waits is the place, that of the venue which is judged not counted; what waits no more is
 * gone, and whether it had asked is told. */
static void what_waits(void **unused)
{
    struct partition partition = { .number = 0 };

    (void)unused;
    for (uint64_t number = 9; number >= 7; number--) {
        char venue[] = { (char)('a' + number % 3), 0 };
        struct waiting *waiting = partition_wait(&partition, str_of(venue));

        assert_non_null(waiting);
        assert_ptr_equal(partition_wait(&partition, str_of(venue)), waiting);
        waiting->number = number;
    }
    assert_int_equal(partition_audit_place(&partition, STR("z"), 12), 7);
    assert_int_equal(partition_audit_place(&partition, STR("b"), 8), 8);         /* b waits with 7 */
    assert_int_equal(partition_audit_place(&partition, STR("b"), 12), 8);
    assert_false(partition_has_decided(&partition, STR("b")));
    assert_false(partition_waited(&partition));
    partition_waiting(&partition, STR("b"))->number = 0;
    partition_waiting(&partition, STR("b"))->asks = 1;
    assert_true(partition_waited(&partition));
    assert_true(partition_has_decided(&partition, STR("b")));
    assert_int_equal(partition.waiting_count, 2);
    free(partition.waiting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_table), cmocka_unit_test(post_on_another_day),
        cmocka_unit_test(refused_goes_on_another_day), cmocka_unit_test(refused_stays_on_its_day_after_all),
        cmocka_unit_test(conflicts_are_dismissed), cmocka_unit_test(invoice_from),
        cmocka_unit_test(decisions_move_on), cmocka_unit_test(decisions_go_ahead), cmocka_unit_test(what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
