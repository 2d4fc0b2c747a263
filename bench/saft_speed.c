/* saft_speed - what reading a SAF-T file costs beside libxml2's SAX alone, of the same file and in the same blocks (docs/performance.md).
 *
 *   saft_speed [RECEIPTS]
 *
 * Makes a file of so many receipts of one register (of the shape of tests/data/saft/cases/10-plain.xml), and reads it in turn both
 * ways: processor time, the median of nine, and their ratio.
 */
#include "saft/saft.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 9, BLOCK = 256 * 1024, RECEIPTS = 40000 };

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><auditfile xmlns=\"urn:StandardAuditFile-Taxation-CashRegister:NO\"><header>"
    "<curCode>NOK</curCode><auditfileVersion>1.00</auditfileVersion></header><company><companyIdent>999999999</companyIdent>"
    "<vatCodeDetails><vatCodeDetail><vatCode>3</vatCode><standardVatCode>3</standardVatCode></vatCodeDetail></vatCodeDetails>"
    "<basics><basic><basicType>04</basicType><basicID>PIZZA</basicID><predefinedBasicID>04006</predefinedBasicID></basic><basic>"
    "<basicType>12</basicType><basicID>DEBCARD</basicID><predefinedBasicID>12002</predefinedBasicID></basic></basics>"
    "<location><name>Bar</name><cashregister><registerID>R1</registerID>";
static const char line[] =
    "<ctLine><nr>%d</nr><lineID>%d</lineID><lineType>SAL</lineType><artGroupID>PIZZA</artGroupID><artID>P1</artID><qnt>1</qnt>"
    "<lineAmntIn>189.50</lineAmntIn><lineAmntEx>151.60</lineAmntEx><amntTp>C</amntTp><ppu>189.50</ppu><empID>1001</empID>"
    "<lineDate>2025-06-10</lineDate><lineTime>11:05:00</lineTime><vat><vatCode>3</vatCode><vatPerc>25.00</vatPerc>"
    "<vatAmnt>37.90</vatAmnt><vatAmntTp>C</vatAmntTp><vatBasAmnt>151.60</vatBasAmnt></vat></ctLine>";

static void put_receipt(FILE *file, int nr)
{
    (void)fprintf(file,
                  "<cashtransaction><nr>%d</nr><transID>%d</transID><transType>CASHSAL</transType><transAmntIn>379.00</transAmntIn>"
                  "<transAmntEx>303.20</transAmntEx><amntTp>C</amntTp><empID>1001</empID><transDate>2025-06-10</transDate>"
                  "<transTime>%02d:%02d:%02d</transTime>", nr, 500000 + nr, 11 + nr / 3600 % 12, nr / 60 % 60, nr % 60);
    (void)fprintf(file, line, nr, 1);
    (void)fprintf(file, line, nr, 2);
    (void)fputs("<vat><vatCode>3</vatCode><vatPerc>25.00</vatPerc><vatAmnt>75.80</vatAmnt><vatAmntTp>C</vatAmntTp><va"
                "tBasAmnt>303.20</vatBasAmnt></vat><rounding><roundingAmnt>0.00</roundingAmnt></rounding><payment><pa"
                "ymentType>DEBCARD</paymentType><paidAmnt>379.00</paidAmnt><empID>1001</empID><curCode>NOK</curCode><"
                "exchRt>1.000000</exchRt><paymentRefID>BAX: 568833-76692358</paymentRefID></payment><signature>QC5jDT"
                "7Ogj7+eoAzHc+H6mHU4Nnk1adQXjFa85XYiyNbN55yl1HSmTDgn0D3TiA3ttZAW6Cn49uaLf4rIhqdFogiUcvXS++zMAVQMqJzOO"
                "dpVVbSRCHGnnZzXv4d69uBqbhZl+4CYPBg3eycqvsbfnFPQE+NytaNP67f0Q8l2BI=</signature><keyVersion>1</keyVers"
                "ion><receiptNum>1</receiptNum><receiptCopyNum>0</receiptCopyNum><receiptProformaNum>0</receiptProfor"
                "maNum><receiptDeliveryNum>0</receiptDeliveryNum><voidTransaction>false</voidTransaction><trainingID>"
                "false</trainingID></cashtransaction>\n", file);
}

static double cpu_s(void)
{
    struct rusage use;

    (void)getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_count,
                    const xmlChar **ns, int attribute_count, int defaulted, const xmlChar **attributes)
{
    (void)name, (void)prefix, (void)uri, (void)ns_count, (void)ns, (void)attribute_count, (void)defaulted, (void)attributes;
    ++*(uint64_t *)context;
}

static void text(void *context, const xmlChar *bytes, int len)
{
    (void)bytes;
    *(uint64_t *)context += (uint64_t)len;
}

static void sax_alone(const char *path)
{
    xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = element, .characters = text };
    static char block[BLOCK];
    uint64_t seen = 0;
    FILE *file = fopen(path, "r");
    xmlParserCtxtPtr xml = xmlCreatePushParserCtxt(&handler, &seen, NULL, 0, NULL);

    ensure(file && xml);
    for (size_t len; (len = fread(block, 1, BLOCK, file)) > 0;)
        ensure(xmlParseChunk(xml, block, (int)len, 0) == 0);
    ensure(xmlParseChunk(xml, block, 0, 1) == 0 && seen > 0);
    xmlFreeParserCtxt(xml);
    (void)fclose(file);
}

static enum err count(struct str event, void *context)
{
    (void)event;
    ++*(int *)context;
    return ERR_OK;
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

int main(int argc, char **argv)
{
    static struct dated_cutoff cutoff = { 5 * 3600, DAY_ALWAYS };
    struct venue venue = { .id = STR("bar"), .name = STR("Bar"), .cutoffs = &cutoff, .cutoff_count = 1, .currency = STR("NOK"),
                           .company = STR("999999999"), .vat_registered = true };
    const struct saft_wishes wishes = { .folder = "/tmp", .other_company = true };
    int receipts = argc > 1 ? atoi(argv[1]) : RECEIPTS;
    char path[] = "/tmp/bl-saft-XXXXXX";
    double sax[TRIES], ours[TRIES];
    struct fault fault = { "" };
    long bytes;
    FILE *file;

    ensure(zone_open(STR("Europe/Oslo"), &venue.zone, &fault) == ERR_OK);
    file = fdopen(mkstemp(path), "w");
    ensure(file);
    (void)fputs(head, file);
    for (int nr = 1; nr <= receipts; nr++)
        put_receipt(file, nr);
    (void)fputs("</cashregister></location></company></auditfile>", file);
    bytes = ftell(file);
    ensure(fclose(file) == 0);
    for (int i = 0; i < TRIES; i++) {
        double began = cpu_s();
        int events = 0;
        enum err err;

        sax_alone(path);
        sax[i] = cpu_s() - began;
        err = saft_read(path, &venue, count, &wishes, &events, NULL, &fault);
        if (err || events != receipts)
            ensure(fprintf(stderr, "%s, %d events\n", fault.text, events) < 0);
        ours[i] = cpu_s() - began - sax[i];
    }
    (void)unlink(path);
    qsort(sax, TRIES, sizeof *sax, compare);
    qsort(ours, TRIES, sizeof *ours, compare);
    printf("%ld MB, %d receipts: libxml2's SAX alone %.3f s (%.3f to %.3f), read %.3f s (%.3f to %.3f): %.2f of it\n",
           bytes / 1000000, receipts, sax[TRIES / 2], sax[0], sax[TRIES - 1], ours[TRIES / 2], ours[0], ours[TRIES - 1],
           sax[TRIES / 2] / ours[TRIES / 2]);
    zone_close(venue.zone);
    return 0;
}
