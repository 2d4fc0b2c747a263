/* kit.h - what the SAF-T tests share: a venue, small files made of parts, and events kept as bytes. */
#ifndef TESTS_SAFT_KIT_H
#define TESTS_SAFT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "saft/saft.h"
#include "domain/event_canonical.h"
#include "tests/temporary.h"

#define NS "urn:StandardAuditFile-Taxation-CashRegister:NO"
#define FILE_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<auditfile xmlns=\"" NS "\">\n" \
    "<header><curCode>NOK</curCode><auditfileVersion>1.0</auditfileVersion></header>\n<company>" \
    "<companyIdent>999999999</companyIdent>\n<vatCodeDetails>" \
    "<vatCodeDetail><vatCode>H</vatCode><standardVatCode>3</standardVatCode></vatCodeDetail>" \
    "<vatCodeDetail><vatCode>L</vatCode><standardVatCode>33</standardVatCode></vatCodeDetail></vatCodeDetails>\n" \
    "<articles><article><artID>P1</artID><artGroupID>PIZZA</artGroupID><artDesc>Margherita</artDesc></article>" \
    "</articles>\n<basics>" \
    BASIC("04", "PIZZA", "04006") BASIC("04", "BEER", "04007") BASIC("05", "SAL", "") BASIC("10", "TIPS", "10001") \
    BASIC("11", "SALE", "11001") BASIC("11", "CREDIT", "11002") BASIC("11", "MIXED", "11015") \
    BASIC("11", "RETURN", "11006") BASIC("11", "RECEIVED", "11005") BASIC("11", "DIFF", "11008") \
    BASIC("11", "PAYOUT", "11010") BASIC("12", "CASH", "12001") BASIC("12", "CARD", "12002") \
    BASIC("12", "CREDITCARD", "12003") BASIC("12", "ACCOUNT", "12006") BASIC("12", "GIFT", "12005") \
    BASIC("13", "Z", "13009") BASIC("13", "X", "13008") BASIC("13", "DROP", "13019") "</basics>\n"
#define BASIC(type, id, predefined) "<basic><basicType>" type "</basicType><basicID>" id "</basicID>" \
    "<predefinedBasicID>" predefined "</predefinedBasicID><basicDesc>" id "</basicDesc></basic>"
#define PLACE_HEAD "<location><name>Bar</name><cashregister><registerID>K1</registerID>\n"
#define PLACE_TAIL "\n</cashregister></location>"
#define FILE_TAIL "\n</company></auditfile>\n"
#define ONE_REGISTER(content) FILE_HEAD PLACE_HEAD content PLACE_TAIL FILE_TAIL

#define WHEN(time) "<transDate>2026-11-20</transDate><transTime>" time "</transTime>"
#define SALE(nr, type, amount, side, content) "<cashtransaction><nr>" nr "</nr><transID>t" nr "</transID>" \
    "<transType>" type "</transType><transAmntIn>" amount "</transAmntIn><transAmntEx>0</transAmntEx><amntTp>" side \
    "</amntTp>" WHEN("12:00:00") content "</cashtransaction>\n"
#define LINE_OF(group, amount, side, vat) "<ctLine><lineType>SAL</lineType><artGroupID>" group "</artGroupID><qnt>1</qnt>" \
    "<lineAmntIn>" amount "</lineAmntIn><amntTp>" side "</amntTp><vat><vatPerc>" vat "</vatPerc></vat></ctLine>"
#define PAID(type, amount) "<payment><paymentType>" type "</paymentType><paidAmnt>" amount "</paidAmnt></payment>"
#define TIP(amount) "<raise><raiseType>TIPS</raiseType><raiseAmnt>" amount "</raiseAmnt></raise>"
#define ROUNDED(amount) "<rounding><roundingAmnt>" amount "</roundingAmnt></rounding>"
#define PIZZA_SALE(nr, amount) SALE(nr, "SALE", amount, "C", LINE_OF("PIZZA", amount, "C", "25") PAID("CARD", amount))
#define Z(number, date, time, total, net, vat, payments) "<event><eventID>" number "</eventID><eventType>Z</eventType>" \
    "<eventDate>" date "</eventDate><eventTime>" time "</eventTime><eventReport><reportID>" number "</reportID>" \
    "<reportType>Z report</reportType><reportDate>" date "</reportDate><reportTime>" time "</reportTime>" \
    "<reportTotalCashSales><totalCashSaleAmnt>" total "</totalCashSaleAmnt></reportTotalCashSales><reportPayments>" \
    payments "</reportPayments><reportCashSalesVat><reportCashSaleVat><vatPerc>25</vatPerc><cashSaleAmnt>" net \
    "</cashSaleAmnt><vatAmnt>" vat "</vatAmnt></reportCashSaleVat></reportCashSalesVat></eventReport></event>\n"
#define Z_PAID(type, amount) "<reportPayment><paymentType>" type "</paymentType><paymentAmnt>" amount \
    "</paymentAmnt></reportPayment>"

/* Events as they came, decoded from their canonical bytes when asked for. */
struct kept { struct str *bytes; size_t count, room; struct arena arena; };

static struct dated_cutoff cutoff = { 5 * 3600, DAY_ALWAYS };
static struct venue venue;

static __attribute__((unused)) int venue_make(void **unused)
{
    struct fault fault;

    (void)unused;
    venue = (struct venue){ .id = STR("bar"), .name = STR("Bar"), .file = STR("bar.yaml"), .cutoffs = &cutoff,
                            .cutoff_count = 1, .currency = STR("NOK"), .company = STR("999999999") };
    return zone_open(STR("Europe/Oslo"), &venue.zone, &fault) ? -1 : 0;
}

static __attribute__((unused)) int venue_drop(void **unused)
{
    (void)unused;
    zone_close(venue.zone);
    return 0;
}

static __attribute__((unused)) void kept_init(struct kept *kept)
{
    *kept = (struct kept){ 0 };
    arena_init(&kept->arena, 256 * 1024 * 1024);
}

static __attribute__((unused)) void kept_free(struct kept *kept)
{
    free(kept->bytes);
    arena_free(&kept->arena);
}

static __attribute__((unused)) struct str *kept_next(struct kept *kept)
{
    if (kept->count == kept->room) {
        kept->room = kept->room ? 2 * kept->room : 64;
        kept->bytes = realloc(kept->bytes, kept->room * sizeof *kept->bytes);
        ensure(kept->bytes);
    }
    return &kept->bytes[kept->count++];
}

static __attribute__((unused)) enum err keep(const struct event *event, void *context)
{
    struct kept *kept = context;

    return event_encode(event, &kept->arena, kept_next(kept));
}

static __attribute__((unused)) enum err keep_bytes(struct str event, void *context)
{
    struct kept *kept = context;

    *kept_next(kept) = arena_copy(&kept->arena, event);
    return ERR_OK;
}

static __attribute__((unused)) struct event event_at(struct kept *kept, size_t i)
{
    struct event event = { 0 };

    if (i >= kept->count)
        fail_msg("there are %zu events, asked for the one after %zu", kept->count, i);
    else if (event_decode(kept->bytes[i], &kept->arena, &event))
        fail_msg("event %zu cannot be decoded", i);
    return event;
}

static __attribute__((unused)) bool kept_equal(const struct kept *a, const struct kept *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!str_equal(a->bytes[i], b->bytes[i]))
            return false;
    return true;
}

/* All of it or nothing, of whatever company. */
static __attribute__((unused)) enum err read_whole(const char *path, saft_take take, void *context,
                                                   struct saft_summary *summary, struct fault *fault)
{
    static const struct saft_wishes all_or_nothing = { .folder = "/tmp", .other_company = true };

    return saft_read(path, &venue, take, &all_or_nothing, context, summary, fault);
}

/* Writes the text to a file of its own, and reads that. */
static __attribute__((unused)) enum err read_text(struct str text, struct kept *kept, struct saft_summary *summary,
                                                  struct fault *fault)
{
    char path[] = "/tmp/bilag-saft-XXXXXX";
    int fd = mkstemp(path);
    enum err err;

    ensure(fd >= 0 && write(fd, text.bytes, text.len) == (ssize_t)text.len && close(fd) == 0);
    temporary_own(path);
    fault->text[0] = '\0';
    err = read_whole(path, keep_bytes, kept, summary, fault);
    ensure(temporary_remove(path) == 0);
    return err;
}

#endif
