/* Goal: each way in which a vendor writes a business case becomes the one native receipt that it is; what
 * fits no reading is handed on as it stands and noted, never bent until it balances. */
#include "kit.h"

/* "7 receipt food@25=100.00 tip@0=10.00 | card=110.00", one event a line. */
static void event_say(struct strbuf *out, const struct event *event)
{
    char text[MONEY_TEXT_SIZE], rate[16];

    strbuf_format(out, "%s%" PRIu64 " %s", out->len ? "\n" : "", event->seq, event_kind_text(event->kind));
    if (event->order.len || event->customer.len)
        strbuf_format(out, " order=" STR_FMT " customer=" STR_FMT, STR_ARG(event->order), STR_ARG(event->customer));
    for (size_t i = 0; i < event->line_count; i++) {
        strbuf_format(out, " " STR_FMT "@%s=%s", STR_ARG(event->lines[i].product_type),
                      rate_text(event->lines[i].vat, rate), money_text(event->lines[i].gross, text));
        if ((event->lines[i].qty < 0) != (event->lines[i].gross.ore < 0))
            strbuf_add(out, STR(" (quantity of the other sign)"));
    }
    if (event->payment_count)
        strbuf_add(out, STR(" |"));
    for (size_t i = 0; i < event->payment_count; i++)
        strbuf_format(out, " " STR_FMT "=%s", STR_ARG(event->payments[i].type),
                      money_text(event->payments[i].amount, text));
    if (event->kind == EVENT_CASH_MOVEMENT)
        strbuf_format(out, " %s '" STR_FMT "'", money_text(event->amount, text), STR_ARG(event->reason));
    if (event->extra.len && event->kind == EVENT_RECEIPT)
        strbuf_format(out, " " STR_FMT, STR_ARG(event->extra));
    if (event->kind != EVENT_Z_REPORT)
        return;
    for (size_t i = 0; i < event->z.sales_by_vat_count; i++)
        strbuf_format(out, " %s%%=%s", rate_text(event->z.sales_by_vat[i].vat, rate),
                      money_text(event->z.sales_by_vat[i].amount, text));
    strbuf_format(out, " | %" PRIu64 "-%" PRIu64, event->z.first_seq, event->z.last_seq);
    for (size_t i = 0; i < event->z.payment_count; i++)
        strbuf_format(out, " " STR_FMT "=%s", STR_ARG(event->z.payments[i].type),
                      money_text(event->z.payments[i].amount, text));
    if (event->z.has_grand_total)
        strbuf_format(out, " grand=%s", money_text(event->z.grand_total, text));
}

static void says(const char *why, const char *file, const char *must_be, enum saft_note note)
{
    struct saft_summary summary;
    struct fault fault;
    struct strbuf out;
    struct kept kept;

    kept_init(&kept);
    strbuf_init(&out, 65536);
    if (read_text(str_of(file), &kept, &summary, &fault))
        fail_msg("%s: %s", why, fault.text);
    for (size_t i = 0; i < kept.count; i++) {
        struct event event = event_at(&kept, i);

        event_say(&out, &event);
    }
    if (!str_equal(strbuf_str(&out), str_of(must_be)))
        fail_msg("%s:\n" STR_FMT "\nmust be\n%s", why, STR_ARG(strbuf_str(&out)), must_be);
    /* A tip that has no place leaves the receipt unbalanced as well. */
    for (enum saft_note i = 0; i < SAFT_NOTE_COUNT; i++)
        if ((summary.notes[i].count != 0) !=
            (i == note || (i == SAFT_RECEIPT_UNBALANCED && note == SAFT_TIP_UNPLACED)))
            fail_msg("%s: note %s %" PRIu64 " times", why, saft_note_code(i), summary.notes[i].count);
    strbuf_free(&out);
    kept_free(&kept);
}

#define QUIET SAFT_NOTE_COUNT

#define P100 LINE_OF("PIZZA", "100.00", "C", "25")
#define OUT100 LINE_OF("PIZZA", "-100.00", "D", "25")
#define TIP_ON_LINE "<ctLine><lineType>SAL</lineType><artGroupID>PIZZA</artGroupID><lineAmntIn>110.00</lineAmntIn>" \
    "<amntTp>C</amntTp><vat><vatPerc>25</vatPerc></vat><raise><raiseType>TIPS</raiseType><raiseAmnt>10.00</raiseAmnt>" \
    "</raise></ctLine>"
#define WHO "<custSupID>C1</custSupID>"

static void readings(void **unused)
{
    static const struct { const char *why, *file, *must_be; enum saft_note note; } rows[] = {
        { "plain", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 PAID("CARD", "100.00"))),
          "1 receipt food@25=100.00 | card=100.00", QUIET },
        { "decimals as the schema allows", ONE_REGISTER(SALE("0001", "SALE", " +0100.0 ", "C", P100 PAID("CARD", "\n100\n"))),
          "1 receipt food@25=100.00 | card=100.00", QUIET },
        { "tip outside the amount", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 TIP("10.00") PAID("CARD", "110.00"))),
          "1 receipt food@25=100.00 tip@0=10.00 | card=110.00", QUIET },
        { "tip inside the amount, on no line", ONE_REGISTER(SALE("1", "SALE", "110.00", "C", P100 TIP("10.00")
          PAID("CARD", "110.00"))), "1 receipt food@25=100.00 tip@0=10.00 | card=110.00", QUIET },
        { "tip inside a line that says so", ONE_REGISTER(SALE("1", "SALE", "110.00", "C", TIP_ON_LINE PAID("CARD", "110.00"))),
          "1 receipt food@25=100.00 tip@0=10.00 | card=110.00", QUIET },
        { "tip as a line of its own", ONE_REGISTER(SALE("1", "SALE", "110.00", "C", P100 LINE_OF("PIZZA", "10.00", "C", "0")
          TIP("10.00") PAID("CARD", "110.00"))), "1 receipt food@25=100.00 tip@0=10.00 | card=110.00", QUIET },
        { "tip as one of two untaxed lines", ONE_REGISTER(SALE("1", "SALE", "115.00", "C", P100 LINE_OF("BEER", "5.00", "C", "0")
          LINE_OF("PIZZA", "10.00", "C", "0") TIP("10.00") PAID("CARD", "115.00"))),
          "1 receipt food@25=100.00 beer@0=5.00 tip@0=10.00 | card=115.00", QUIET },
        { "tip that is somewhere in a taxed line", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 TIP("10.00")
          PAID("CARD", "100.00"))), "1 receipt food@25=100.00 tip@0=10.00 | card=100.00", SAFT_TIP_UNPLACED },
        { "VAT said once for the receipt", ONE_REGISTER(SALE("1", "SALE", "10", "C", "<ctLine><artGroupID>BEER</artGroupID>"
          "<lineAmntIn>10</lineAmntIn></ctLine><vat><vatCode>H</vatCode><vatAmnt>2</vatAmnt></vat>" PAID("CARD", "10"))),
          "1 receipt beer@25=10.00 | card=10.00", QUIET },
        { "tip and rounding in cash", ONE_REGISTER(SALE("1", "SALE", "99.60", "C", LINE_OF("PIZZA", "99.60", "C", "25")
          TIP("10.00") ROUNDED("0.40") PAID("CASH", "110.00"))),
          "1 receipt food@25=99.60 tip@0=10.00 rounding@0=0.40 | cash=110.00", QUIET },
        { "return with signs and sides", ONE_REGISTER(SALE("1", "RETURN", "-100.00", "D", OUT100 PAID("CARD", "-100.00"))),
          "1 receipt food@25=-100.00 | card=-100.00", QUIET },
        { "return with sides only", ONE_REGISTER(SALE("1", "RETURN", "100.00", "D", LINE_OF("PIZZA", "100.00", "D", "25")
          PAID("CARD", "100.00"))), "1 receipt food@25=-100.00 | card=-100.00", QUIET },
        { "return, rounded, sides only", ONE_REGISTER(SALE("1", "RETURN", "99.60", "D", LINE_OF("PIZZA", "99.60", "D", "25")
          ROUNDED("0.40") PAID("CASH", "100.00"))),
          "1 receipt food@25=-99.60 rounding@0=-0.40 | cash=-100.00", QUIET },
        { "sale and return on one receipt", ONE_REGISTER(SALE("1", "SALE", "0.00", "C", P100 OUT100)),
          "1 receipt food@25=100.00 food@25=-100.00", QUIET },
        { "mixed return that pays out", ONE_REGISTER(SALE("1", "RETURN", "50.00", "D", LINE_OF("BEER", "50.00", "C", "25")
          LINE_OF("PIZZA", "100.00", "D", "25") PAID("CARD", "50.00"))),
          "1 receipt beer@25=50.00 food@25=-100.00 | card=-50.00", QUIET },
        { "foreign cash in its own currency", ONE_REGISTER(SALE("1", "SALE", "117.50", "C", LINE_OF("PIZZA", "117.50", "C", "25")
          "<payment><paymentType>CASH</paymentType><paidAmnt>10.00</paidAmnt><curCode>EUR</curCode><exchRt>11.75</exchRt>"
          "</payment>")), "1 receipt food@25=117.50 | cash=117.50", QUIET },
        { "foreign cash in kroner", ONE_REGISTER(SALE("1", "SALE", "117.50", "C", LINE_OF("PIZZA", "117.50", "C", "25")
          "<payment><paymentType>CASH</paymentType><paidAmnt>117.50</paidAmnt><curCode>EUR</curCode><exchRt>11.75</exchRt>"
          "</payment>")), "1 receipt food@25=117.50 | cash=117.50", QUIET },
        { "foreign cash, to the nearest øre", ONE_REGISTER(SALE("1", "SALE", "117.67", "C", LINE_OF("PIZZA", "117.67", "C", "25")
          "<payment><paymentType>CASH</paymentType><paidAmnt>10.01</paidAmnt><exchRt>11.755</exchRt></payment>")),
          "1 receipt food@25=117.67 | cash=117.67", QUIET },
        { "credit and debit cards are card", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 PAID("CREDITCARD", "60.00")
          PAID("CARD", "40.00"))), "1 receipt food@25=100.00 | card=60.00 card=40.00", QUIET },
        { "gift card used", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 PAID("GIFT", "100.00"))),
          "1 receipt food@25=100.00 | gift_card=100.00", QUIET },
        { "nothing sold, nothing paid", ONE_REGISTER(SALE("1", "SALE", "0.00", "C", "")), "1 receipt", QUIET },
        { "no transaction type", ONE_REGISTER("<cashtransaction><nr>1</nr><transAmntIn>100</transAmntIn>" WHEN("12:00:00")
          P100 PAID("CASH", "100") "</cashtransaction>"), "1 receipt food@25=100.00 | cash=100.00", QUIET },
        { "unbalanced stays so", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 PAID("CARD", "90.00"))),
          "1 receipt food@25=100.00 | card=90.00", SAFT_RECEIPT_UNBALANCED },
        { "rounding without cash", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", P100 ROUNDED("0.30") PAID("CARD", "100.30"))),
          "1 receipt food@25=100.00 rounding@0=0.30 | card=100.30", SAFT_ROUNDING_ODD },
        { "lines and amount differ", ONE_REGISTER(SALE("1", "SALE", "90.00", "C", P100 PAID("CARD", "100.00"))),
          "1 receipt food@25=100.00 | card=100.00", SAFT_LINES_DIFFER },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].why, rows[i].file, rows[i].must_be, rows[i].note);
}

static void credit_and_gifts(void **unused)
{
    static const struct { const char *why, *file, *must_be; enum saft_note note; } rows[] = {
        { "credit sale without payment", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO "<invoiceID>F7</invoiceID>" P100)),
          "1 receipt order= customer=C1 food@25=100.00 | credit=100.00 {\"saft_invoice\":\"F7\"}", QUIET },
        { "credit sale on the account", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO P100 PAID("ACCOUNT", "100.00"))),
          "1 receipt order= customer=C1 food@25=100.00 | credit=100.00", QUIET },
        { "cash sale on the account", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", WHO P100 PAID("ACCOUNT", "100.00"))),
          "1 receipt order= customer=C1 food@25=100.00 | credit=100.00", QUIET },
        { "paid in part", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO P100 PAID("CARD", "30.00"))),
          "1 receipt order= customer=C1 food@25=100.00 | card=30.00 credit=70.00", QUIET },
        { "cash and credit", ONE_REGISTER(SALE("1", "MIXED", "100.00", "C", WHO P100 PAID("CARD", "30.00")
          PAID("ACCOUNT", "70.00"))), "1 receipt order= customer=C1 food@25=100.00 | card=30.00 credit=70.00", QUIET },
        { "credit memo", ONE_REGISTER(SALE("1", "CREDIT", "-100.00", "D", WHO OUT100)),
          "1 receipt order= customer=C1 food@25=-100.00 | credit=-100.00", QUIET },
        { "credit memo, sides only", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "D", WHO LINE_OF("PIZZA", "100.00", "D", "25")
          PAID("ACCOUNT", "100.00"))), "1 receipt order= customer=C1 food@25=-100.00 | credit=-100.00", QUIET },
        { "credit sale with a tip", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO P100 TIP("10.00"))),
          "1 receipt order= customer=C1 food@25=100.00 tip@0=10.00 | credit=110.00", QUIET },
        { "credit sale paid by card is none", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", P100 PAID("CARD", "100.00"))),
          "1 receipt food@25=100.00 | card=100.00", SAFT_CREDIT_PAID },
        { "more paid than owed is no credit", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", P100 PAID("CARD", "130.00"))),
          "1 receipt food@25=100.00 | card=130.00", SAFT_RECEIPT_UNBALANCED },
        { "delivery without a price", ONE_REGISTER(SALE("1", "CREDIT", "0.00", "C", LINE_OF("PIZZA", "0.00", "C", "25"))),
          "1 receipt food@25=0.00", QUIET },
        { "gift card sold on a receipt of its own", ONE_REGISTER(SALE("1", "RECEIVED", "300.00", "C",
          "<ctLine><lineType>GAVEKORT</lineType><artGroupID>PIZZA</artGroupID><lineAmntIn>300.00</lineAmntIn><vat><vatPerc>0"
          "</vatPerc></vat></ctLine>" PAID("CARD", "300.00"))), "1 receipt gift_card@0=300.00 | card=300.00", QUIET },
        { "a taxed line is no gift card", ONE_REGISTER(SALE("1", "SALE", "300.00", "C",
          "<ctLine><lineType>GIFT</lineType><artGroupID>PIZZA</artGroupID><lineAmntIn>300.00</lineAmntIn><vat><vatPerc>25"
          "</vatPerc></vat></ctLine>" PAID("CARD", "300.00"))), "1 receipt food@25=300.00 | card=300.00", QUIET },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].why, rows[i].file, rows[i].must_be, rows[i].note);
}

#define TOTAL(rate, net, vat, side) "<vat><vatPerc>" rate "</vatPerc><vatAmnt>" vat "</vatAmnt><vatAmntTp>" side \
    "</vatAmntTp><vatBasAmnt>" net "</vatBasAmnt></vat>"
#define T100 TOTAL("25", "64.00", "16.00", "C") TOTAL("15", "17.39", "2.61", "C")
#define SOLD_AS_OTHER "1 receipt other@25=80.00 other@15=20.00 | "

/* Goal: a receipt without lines is sold as `other` by its VAT totals, if they come to its amount; if not, nothing is guessed. */
static void without_lines(void **unused)
{
    static const struct { const char *why, *file, *must_be; enum saft_note note; } rows[] = {
        { "totals at two rates", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", T100 PAID("CARD", "100.00"))),
          SOLD_AS_OTHER "card=100.00", SAFT_TOTALS_TAKEN },
        { "a return with sides only", ONE_REGISTER(SALE("1", "RETURN", "100.00", "D", T100 PAID("CARD", "100.00"))),
          "1 receipt other@25=-80.00 other@15=-20.00 | card=-100.00", SAFT_TOTALS_TAKEN },
        { "a return with signs", ONE_REGISTER(SALE("1", "RETURN", "-80.00", "D", TOTAL("25", "-64.00", "-16.00", "D")
          PAID("CARD", "-80.00"))), "1 receipt other@25=-80.00 | card=-80.00", SAFT_TOTALS_TAKEN },
        { "what was sold and what came back", ONE_REGISTER(SALE("1", "SALE", "60.00", "C", TOTAL("25", "64.00", "16.00", "C")
          TOTAL("0", "20.00", "0.00", "D") PAID("CARD", "60.00"))), "1 receipt other@25=80.00 other@0=-20.00 | card=60.00",
          SAFT_TOTALS_TAKEN },
        { "by the code", ONE_REGISTER(SALE("1", "SALE", "80.00", "C", "<vat><vatCode>H</vatCode><vatAmnt>16.00</vatAmnt>"
          "<vatBasAmnt>64.00</vatBasAmnt></vat>" PAID("CASH", "80.00"))), "1 receipt other@25=80.00 | cash=80.00",
          SAFT_TOTALS_TAKEN },
        { "a tip inside the amount", ONE_REGISTER(SALE("1", "SALE", "110.00", "C", T100 TIP("10.00") PAID("CARD", "110.00"))),
          "1 receipt other@25=80.00 other@15=20.00 tip@0=10.00 | card=110.00", SAFT_TOTALS_TAKEN },
        { "after a receipt that has tips on lines", ONE_REGISTER(SALE("1", "SALE", "110.00", "C", TIP_ON_LINE
          PAID("CARD", "110.00")) SALE("2", "SALE", "80.00", "C", TOTAL("25", "64.00", "16.00", "C") PAID("CARD", "80.00"))),
          "1 receipt food@25=100.00 tip@0=10.00 | card=110.00\n2 receipt other@25=80.00 | card=80.00", SAFT_TOTALS_TAKEN },
        { "on credit", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO T100)),
          "1 receipt order= customer=C1 other@25=80.00 other@15=20.00 | credit=100.00", SAFT_TOTALS_TAKEN },
        { "a customer pays an invoice: never sales", ONE_REGISTER(SALE("1", "RECEIVED", "100.00", "C", T100
          PAID("CASH", "100.00"))), "1 cash_movement | cash=100.00 100.00 'payment from a customer: RECEIVED'", QUIET },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].why, rows[i].file, rows[i].must_be, rows[i].note);
}

/* Goal: what no totals tell is held by its payments, or refused where there are none. */
static void without_lines_or_totals(void **unused)
{
    static const struct { const char *why, *file, *must_be, *fault; } rows[] = {
        { "paid", ONE_REGISTER(SALE("1", "SALE", "100.00", "C", PAID("CARD", "100.00"))), "1 receipt | card=100.00", "" },
        { "totals that are less", ONE_REGISTER(SALE("1", "SALE", "90.00", "C", T100 PAID("CARD", "90.00"))),
          "1 receipt | card=90.00", "" },
        { "no amount at a rate", ONE_REGISTER(SALE("1", "SALE", "80.00", "C", "<vat><vatPerc>25</vatPerc><vatAmnt>16.00"
          "</vatAmnt></vat>" PAID("CARD", "80.00"))), "1 receipt | card=80.00", "" },
        { "an amount and nothing else", ONE_REGISTER(SALE("1", "CREDIT", "100.00", "C", WHO)), "", "what was sold is not told" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct saft_summary summary = { 0 };
        struct fault fault;
        struct kept kept;
        struct strbuf out;

        kept_init(&kept);
        strbuf_init(&out, 65536);
        (void)read_text(str_of(rows[i].file), &kept, &summary, &fault);
        for (size_t k = 0; k < kept.count; k++) {
            struct event event = event_at(&kept, k);

            event_say(&out, &event);
        }
        if (!str_equal(strbuf_str(&out), str_of(rows[i].must_be)) || !strstr(fault.text, rows[i].fault))
            fail_msg("%s: " STR_FMT " '%s'", rows[i].why, STR_ARG(strbuf_str(&out)), fault.text);
        if (kept.count && (!summary.notes[SAFT_NO_LINES].count || !summary.notes[SAFT_RECEIPT_UNBALANCED].count))
            fail_msg("%s: not noted", rows[i].why);
        strbuf_free(&out);
        kept_free(&kept);
    }
}

#define FLAG(name, value) "<" name ">" value "</" name ">"
#define DROP_EVENT(id, trans_id, time) "<event><eventID>" id "</eventID><eventType>DROP</eventType><transID>" trans_id \
    "</transID><eventDate>2026-11-20</eventDate><eventTime>" time "</eventTime><eventText>Safe</eventText></event>"

static void no_sales(void **unused)
{
    static const struct { const char *why, *file, *must_be; enum saft_note note; } rows[] = {
        { "void and training", ONE_REGISTER(SALE("1", "SALE", "100", "C", P100 FLAG("voidTransaction", "1"))
          SALE("2", "SALE", "100", "C", P100 FLAG("trainingID", "true") FLAG("voidTransaction", "true"))
          SALE("3", "SALE", "100", "C", P100 PAID("CASH", "100") FLAG("trainingID", "0"))),
          "1 copy\n2 training\n3 receipt food@25=100.00 | cash=100.00", QUIET },
        { "pay-out, signed and not", ONE_REGISTER(SALE("1", "PAYOUT", "0.00", "D", PAID("CASH", "-50.00"))
          SALE("2", "PAYOUT", "0.00", "D", "<desc>Taxi</desc>" PAID("CASH", "50.00")) SALE("3", "PAYOUT", "50.00", "D", "")),
          "1 cash_movement | cash=-50.00 -50.00 'pay-out: PAYOUT'\n2 cash_movement | cash=-50.00 -50.00 'pay-out: Taxi'\n"
          "3 cash_movement -50.00 'pay-out: PAYOUT'", QUIET },
        { "cash difference", ONE_REGISTER(SALE("1", "DIFF", "0.00", "D", PAID("CASH", "-1.50"))),
          "1 cash_movement | cash=-1.50 -1.50 'cash difference: DIFF'", QUIET },
        { "a customer pays an invoice", ONE_REGISTER(SALE("1", "RECEIVED", "0.00", "C", WHO PAID("CARD", "500.00"))),
          "1 cash_movement order= customer=C1 | card=500.00 500.00 'payment from a customer: RECEIVED'", QUIET },
        { "movement without an amount", ONE_REGISTER(SALE("1", "PAYOUT", "0.00", "D", "")),
          "1 cash_movement 0.00 'pay-out: PAYOUT'", SAFT_MOVEMENT_EMPTY },
        { "withdrawal that a transaction tells of", ONE_REGISTER(DROP_EVENT("8", "t2", "18:00:00") DROP_EVENT("9", "", "12:00:00")
          SALE("1", "SALE", "0", "C", "") SALE("2", "PAYOUT", "0.00", "D", PAID("CASH", "-50.00"))),
          "1 receipt\n2 cash_movement | cash=-50.00 -50.00 'pay-out: PAYOUT'", QUIET },
        { "withdrawal that none tells of", ONE_REGISTER(DROP_EVENT("8", "", "18:00:00") PIZZA_SALE("1", "1.00")),
          "1 receipt food@25=1.00 | card=1.00\n8 cash_movement 0.00 'cash withdrawal, amount not said: Safe'",
          SAFT_MOVEMENT_EMPTY },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].why, rows[i].file, rows[i].must_be, rows[i].note);
}

#define TIPPED(nr) SALE(nr, "SALE", "100.00", "C", P100 TIP("10.00") PAID("CARD", "110.00"))
#define Z1(total, net, vat, payments) Z("1", "2026-11-20", "23:00:00", total, net, vat, payments)
#define ZTIP(said) "<event><eventType>Z</eventType><eventReport><reportID>1</reportID><reportType>Z report</reportType>" \
    "<reportDate>2026-11-20</reportDate><reportTime>23:00:00</reportTime><reportPayments>" Z_PAID("CARD", "110.00") \
    "</reportPayments><reportTip><tipAmnt>" said "</tipAmnt></reportTip><reportCashSalesVat><reportCashSaleVat><vatPerc>25" \
    "</vatPerc><cashSaleAmnt>80.00</cashSaleAmnt><vatAmnt>20.00</vatAmnt></reportCashSaleVat></reportCashSalesVat>" \
    "</eventReport></event>"
#define GRAND(number, paid, grand) "<event><eventType>Z</eventType><eventReport><reportID>" number "</reportID><reportType>" \
    "Z report</reportType><reportDate>2026-11-20</reportDate><reportTime>23:00:00</reportTime><reportPayments>" \
    Z_PAID("CARD", paid) "</reportPayments><reportCashSalesVat><reportCashSaleVat><vatPerc>25</vatPerc><cashSaleAmnt>" \
    "72.00</cashSaleAmnt><vatAmnt>18.00</vatAmnt></reportCashSaleVat></reportCashSalesVat><reportGrandTotalSalesNet>" grand \
    "</reportGrandTotalSalesNet></eventReport></event>"
#define ZCREDIT(sales, memos) "<event><eventType>Z</eventType><eventReport><reportID>1</reportID><reportType>Z report" \
    "</reportType><reportDate>2026-11-20</reportDate><reportTime>23:00:00</reportTime><reportCreditSales><creditSalesAmnt>" \
    sales "</creditSalesAmnt></reportCreditSales><reportCreditMemos><creditMemosAmnt>" memos "</creditMemosAmnt>" \
    "</reportCreditMemos></eventReport></event>"
#define SOLD "1 receipt food@25=100.00 tip@0=10.00 | card=110.00\n"

static void z_readings(void **unused)
{
    static const struct { const char *why, *file, *must_be; enum saft_note note; } rows[] = {
        { "tips in the payments only", ONE_REGISTER(Z1("100.00", "80.00", "20.00", Z_PAID("CARD", "110.00")) TIPPED("1")),
          SOLD "1 z_report 0%=10.00 25%=100.00 | 1-1 card=110.00", QUIET },
        { "tips in neither", ONE_REGISTER(Z1("100.00", "80.00", "20.00", Z_PAID("CARD", "100.00")) TIPPED("1")),
          SOLD "1 z_report 0%=10.00 25%=100.00 | 1-1 card=110.00", QUIET },
        { "tips in the total too", ONE_REGISTER(Z1("110.00", "80.00", "20.00", Z_PAID("CARD", "110.00")) TIPPED("1")),
          SOLD "1 z_report 0%=10.00 25%=100.00 | 1-1 card=110.00", QUIET },
        { "gross where net belongs", ONE_REGISTER(Z1("100.00", "100.00", "20.00", Z_PAID("CARD", "110.00")) TIPPED("1")),
          SOLD "1 z_report 0%=10.00 25%=100.00 | 1-1 card=110.00", QUIET },
        { "the Z's own tips differ", ONE_REGISTER(ZTIP("7.00") TIPPED("1")),
          SOLD "1 z_report 0%=7.00 25%=100.00 | 1-1 card=110.00", SAFT_Z_DIFFERS },
        { "sales missing in the file", ONE_REGISTER(Z1("200.00", "160.00", "40.00", Z_PAID("CARD", "210.00")) TIPPED("1")),
          SOLD "1 z_report 0%=10.00 25%=200.00 | 1-1 card=210.00", SAFT_Z_DIFFERS },
        { "a total that its rates do not have", ONE_REGISTER(Z1("150.00", "80.00", "20.00", Z_PAID("CARD", "110.00"))
          TIPPED("1")), SOLD "1 z_report 0%=60.00 25%=100.00 | 1-1 card=110.00", SAFT_Z_DIFFERS },
        { "returns still in the total and the rates", ONE_REGISTER("<event><eventType>Z</eventType><eventReport><reportID>1"
          "</reportID><reportType>Z report</reportType><reportDate>2026-11-20</reportDate><reportTime>23:00:00</reportTime>"
          "<reportTotalCashSales><totalCashSaleAmnt>100</totalCashSaleAmnt></reportTotalCashSales><reportPayments>"
          Z_PAID("CARD", "60") "</reportPayments><reportCashSalesVat><reportCashSaleVat><vatCode>H</vatCode><cashSaleAmnt>80"
          "</cashSaleAmnt><vatAmnt>20</vatAmnt></reportCashSaleVat></reportCashSalesVat><reportReturnAmnt>40"
          "</reportReturnAmnt></eventReport><eventDate>2026-11-20</eventDate></event>" SALE("1", "SALE", "100.00", "C", P100
          PAID("CARD", "100.00")) SALE("2", "RETURN", "40", "D", LINE_OF("PIZZA", "40", "D", "25") PAID("CARD", "40"))),
          "1 receipt food@25=100.00 | card=100.00\n2 receipt food@25=-40.00 | card=-40.00\n"
          "1 z_report 25%=60.00 | 1-2 card=60.00", QUIET },
        { "a tip on credit is kept out once", ONE_REGISTER(Z1("0.00", "0.00", "0.00", "") SALE("1", "CREDIT", "100.00", "C",
          WHO P100 TIP("10.00"))), "1 receipt order= customer=C1 food@25=100.00 tip@0=10.00 | credit=110.00\n"
          "1 z_report 0%=10.00 25%=100.00 | 1-1 credit=110.00", QUIET },
        { "a tip on credit is kept out once, and sales missing", ONE_REGISTER(Z1("50.00", "40.00", "10.00",
          Z_PAID("CARD", "50.00")) SALE("1", "CREDIT", "100.00", "C", WHO P100 TIP("10.00"))),
          "1 receipt order= customer=C1 food@25=100.00 tip@0=10.00 | credit=110.00\n"
          "1 z_report 0%=10.00 25%=150.00 | 1-1 card=50.00 credit=110.00", SAFT_Z_DIFFERS },
        { "credit memos taken off already", ONE_REGISTER(ZCREDIT("60.00", "40.00") SALE("1", "CREDIT", "100.00", "C", WHO P100)
          SALE("2", "CREDIT", "40.00", "D", WHO LINE_OF("PIZZA", "40.00", "D", "25"))),
          "1 receipt order= customer=C1 food@25=100.00 | credit=100.00\n"
          "2 receipt order= customer=C1 food@25=-40.00 | credit=-40.00\n1 z_report 25%=60.00 | 1-2 credit=60.00", QUIET },
        { "the Z knows of more credit", ONE_REGISTER(ZCREDIT("150.00", "0.00") SALE("1", "CREDIT", "100.00", "C", WHO P100)),
          "1 receipt order= customer=C1 food@25=100.00 | credit=100.00\n"
          "1 z_report 0%=50.00 25%=100.00 | 1-1 credit=150.00", SAFT_Z_DIFFERS },
        { "rounding is of the cash alone", ONE_REGISTER(Z1("99.60", "79.68", "19.92", Z_PAID("CARD", "50.00")
          Z_PAID("CASH", "49.60")) SALE("1", "SALE", "99.60", "C", LINE_OF("PIZZA", "99.60", "C", "25") ROUNDED("0.40")
          PAID("CARD", "50.00") PAID("CASH", "50.00"))),
          "1 receipt food@25=99.60 rounding@0=0.40 | card=50.00 cash=50.00\n"
          "1 z_report 0%=0.40 25%=99.60 | 1-1 card=50.00 cash=50.00", QUIET },
        { "gross where net belongs, and sales missing", ONE_REGISTER(Z1("200.00", "200.00", "40.00", Z_PAID("CARD", "210.00"))
          TIPPED("1")), SOLD "1 z_report 0%=10.00 25%=200.00 | 1-1 card=210.00", SAFT_Z_DIFFERS },
        { "the running total of sales alone", ONE_REGISTER(GRAND("1", "90.00", "100.00") PIZZA_SALE("1", "90.00")),
          "1 receipt food@25=90.00 | card=90.00\n1 z_report 25%=90.00 | 1-1 card=90.00 grand=100.00", QUIET },
        { "no running total of sales with tips", ONE_REGISTER(GRAND("1", "100.00", "100.00") SALE("1", "SALE", "90.00", "C",
          LINE_OF("PIZZA", "90.00", "C", "25") TIP("10.00") PAID("CARD", "100.00"))),
          "1 receipt food@25=90.00 tip@0=10.00 | card=100.00\n1 z_report 0%=10.00 25%=90.00 | 1-1 card=100.00", QUIET },
        { "X reports are nothing", ONE_REGISTER("<event><eventType>X</eventType><eventReport><reportType>X report</reportType>"
          "</eventReport></event>" PIZZA_SALE("1", "1.00")), "1 receipt food@25=1.00 | card=1.00", QUIET },
        { "Z without figures", ONE_REGISTER("<event><eventType>Z</eventType></event>"), "", SAFT_Z_EMPTY },
        { "two periods, and a Z printed twice", ONE_REGISTER(Z("2", "2026-11-20", "23:00:00", "2", "1.60", "0.40",
          Z_PAID("CARD", "2")) Z("1", "2026-11-20", "12:00:00", "1", "0.80", "0.20", Z_PAID("CARD", "1"))
          Z("1", "2026-11-20", "12:00:00", "1", "0.80", "0.20", Z_PAID("CARD", "1")) PIZZA_SALE("1", "1.00")
          "<cashtransaction><nr>2</nr><transAmntIn>2</transAmntIn>" WHEN("12:00:01") LINE_OF("PIZZA", "2", "C", "25")
          PAID("CARD", "2") "</cashtransaction>"),
          "1 receipt food@25=1.00 | card=1.00\n1 z_report 25%=1.00 | 1-1 card=1.00\n"
          "2 receipt food@25=2.00 | card=2.00\n2 z_report 25%=2.00 | 2-2 card=2.00", QUIET },
        { "a day without sales", ONE_REGISTER(Z1("0.00", "0.00", "0.00", "")), "1 z_report | 1-0", QUIET },
        { "a Z whose receipts are elsewhere", ONE_REGISTER(Z1("100.00", "80.00", "20.00", Z_PAID("CARD", "100.00"))),
          "1 z_report 25%=100.00 | 1-0 card=100.00", SAFT_Z_DIFFERS },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].why, rows[i].file, rows[i].must_be, rows[i].note);
}

static void z_without_number(void **unused)
{
    (void)unused;
    says("numbered by its time", ONE_REGISTER(Z("Z-A", "2026-11-20", "23:00:00", "0", "0", "0", "")),
         "1795212000 z_report | 1-0", SAFT_Z_UNNUMBERED);
}

/* A bar that prints its Z at six in the morning, after the business day's end. */
static void z_of_last_night(void **unused)
{
    struct fault fault;
    struct kept kept;
    struct event z;
    char day[16];

    (void)unused;
    kept_init(&kept);
    assert_int_equal(read_text(STR(ONE_REGISTER(Z("1", "2026-11-21", "06:00:00", "1", "0.80", "0.20", Z_PAID("CARD", "1"))
                                                PIZZA_SALE("1", "1.00"))), &kept, NULL, &fault), ERR_OK);
    z = event_at(&kept, 1);
    assert_string_equal(day_text(z.z.business_day, day), "2026-11-20");
    kept_free(&kept);
}

/* Standard code 33 is the low rate, whatever that was on the day. */
static void rates_of_days(void **unused)
{
    static const struct { const char *day, *rate; } rows[] = {
        { "2015-12-31", "8" }, { "2016-01-01", "10" }, { "2018-01-01", "12" }, { "2020-03-31", "12" }, { "2020-04-01", "6" },
        { "2021-09-30", "6" }, { "2021-10-01", "12" }, { "2026-11-20", "12" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char file[4096], must_be[64];

        (void)snprintf(file, sizeof file, ONE_REGISTER("<cashtransaction><nr>1</nr><transAmntIn>10</transAmntIn><transDate>%s"
                       "</transDate><transTime>12:00:00</transTime><ctLine><artGroupID>PIZZA</artGroupID><lineAmntIn>10"
                       "</lineAmntIn><vat><vatCode>L</vatCode></vat></ctLine>" PAID("CARD", "10") "</cashtransaction>"),
                       rows[i].day);
        (void)snprintf(must_be, sizeof must_be, "1 receipt food@%s=10.00 | card=10.00", rows[i].rate);
        says(rows[i].day, file, must_be, QUIET);
    }
}

/* An article that was renamed since must not make another receipt of the same one; an order shows its name. */
static void texts(void **unused)
{
    static const char *const lines = "<ctLine><artID>P1</artID><lineAmntIn>10</lineAmntIn><vat><vatPerc>25</vatPerc></vat>"
        "</ctLine><ctLine><artID>P1</artID><lineAmntIn>10</lineAmntIn><cashTransLineDescr>Extra cheese</cashTransLineDescr>"
        "<vat><vatPerc>25</vatPerc></vat></ctLine>";
    static const struct { const char *type, *first, *second; } rows[] = {
        { "SALE", "", "Extra cheese" }, { "CREDIT", "Margherita", "Extra cheese" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault;
        struct kept kept;
        struct event event;
        char file[8192];

        kept_init(&kept);
        (void)snprintf(file, sizeof file, ONE_REGISTER(SALE("1", "%s", "20", "C", "%s")), rows[i].type, lines);
        assert_int_equal(read_text(str_of(file), &kept, NULL, &fault), ERR_OK);
        event = event_at(&kept, 0);
        assert_true(str_equal(event.lines[0].text, str_of(rows[i].first)));
        assert_true(str_equal(event.lines[1].text, str_of(rows[i].second)));
        kept_free(&kept);
    }
}

/* The venue's words come before the official ones, by the till's own id or by the predefined code. */
static void words(void **unused)
{
    static struct saft_word groups[] = { { { "04007", 5 }, { "draught", 7 } },
                                         { { "PIZZA", 5 }, { "pizza", 5 } } };
    static struct saft_word payments[] = { { { "12002", 5 }, { "terminal", 8 } } };
    static const char *const file = ONE_REGISTER(SALE("1", "SALE", "30", "C", LINE_OF("PIZZA", "10", "C", "25")
        LINE_OF("BEER", "20", "C", "25") PAID("CARD", "30")));

    (void)unused;
    says("official", file, "1 receipt food@25=10.00 beer@25=20.00 | card=30.00", QUIET);
    venue.saft.article_groups = groups;
    venue.saft.article_group_count = COUNT(groups);
    venue.saft.payment_codes = payments;
    venue.saft.payment_code_count = COUNT(payments);
    says("the venue's", file, "1 receipt pizza@25=10.00 draught@25=20.00 | terminal=30.00", QUIET);
    venue.saft.article_group_count = venue.saft.payment_code_count = 0;
    says("codes used without being explained", ONE_REGISTER(SALE("1", "SALE", "10", "C", LINE_OF("04006", "10", "C", "25")
         PAID("12001", "10"))), "1 receipt food@25=10.00 | cash=10.00", QUIET);
    says("a group that nothing explains", ONE_REGISTER(SALE("1", "SALE", "10", "C", LINE_OF("Øl &amp; vin", "10", "C", "25")
         PAID("CARD", "10"))), "1 receipt Ol___vin-e5960471@25=10.00 | card=10.00", SAFT_GROUP_UNKNOWN);
    says("a payment that nothing explains", ONE_REGISTER(SALE("1", "SALE", "10", "C", LINE_OF("PIZZA", "10", "C", "25")
         PAID("Klippekort", "10"))), "1 receipt food@25=10.00 | Klippekort=10.00", SAFT_PAYMENT_UNKNOWN);
    says("an article leads to its group", ONE_REGISTER(SALE("1", "SALE", "10", "C", "<ctLine><artID>P1</artID><lineAmntIn>10"
         "</lineAmntIn><vat><vatCode>L</vatCode></vat></ctLine>" PAID("CARD", "10"))),
         "1 receipt food@12=10.00 | card=10.00", QUIET);
    says("no group at all", ONE_REGISTER(SALE("1", "SALE", "10", "C", "<ctLine><lineAmntIn>10</lineAmntIn><vat><vatPerc>25"
         "</vatPerc></vat></ctLine>" PAID("CARD", "10"))), "1 receipt no-article-group@25=10.00 | card=10.00",
         SAFT_GROUP_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings),   cmocka_unit_test(credit_and_gifts), cmocka_unit_test(without_lines),
        cmocka_unit_test(without_lines_or_totals), cmocka_unit_test(no_sales),
        cmocka_unit_test(z_readings), cmocka_unit_test(z_without_number), cmocka_unit_test(words),
        cmocka_unit_test(z_of_last_night), cmocka_unit_test(rates_of_days),
        cmocka_unit_test(texts),
    };

    return cmocka_run_group_tests(tests, venue_make, venue_drop);
}
