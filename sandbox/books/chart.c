/* chart.c - what books have when the companies file does not say. */
#include "chart.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/base/text.h"

/* Norwegian standard chart, the part that a till meets. Nothing is locked: any VAT code may be
 * posted to a sales account; its own code only decides what orders (products) get. */
static const struct { int64_t from, to; const char *name, *type, *vat_code; bool control; } ranges[] = {
    { 1500, 1500, "Kundefordringer",                 "Asset",     "",  true  },
    { 1570, 1579, "Andre fordringer, betalingskort", "Asset",     "0", false },
    { 1900, 1919, "Kontanter",                       "Asset",     "0", false },
    { 1920, 1929, "Bank",                            "Asset",     "0", false },
    { 2400, 2400, "Leverandørgjeld",                 "Liability", "",  true  },
    { 2900, 2901, "Forskudd fra kunder, gavekort",   "Liability", "0", false },
    { 2910, 2910, "Tips til ansatte",                "Liability", "0", false },
    { 2990, 2990, "Annen kortsiktig gjeld",          "Liability", "0", false },
    { 3000, 3299, "Salgsinntekt",                    "Income",    NULL, false },   /* by last digit */
    { 7740, 7740, "Øreavrunding",                    "Expense",   "0", false },
    { 7770, 7771, "Bank- og kortgebyr, kassedifferanse", "Expense", "0", false },
};

/* Outgoing codes of the national list, with the rates they have had. 33 and 32 show what happens
 * when a rate changes: several rows, one valid on each date. */
static const struct { const char *code; int32_t rate; const char *from, *to, *name; } codes[] = {
    { "0",     0, "2000-01-01", "",           "Ingen MVA-behandling" },
    { "3",  2500, "2005-01-01", "",           "Utgående MVA, høy sats" },
    { "31", 1500, "2012-01-01", "",           "Utgående MVA, middels sats" },
    { "32", 1111, "2005-01-01", "",           "Utgående MVA, råfisk" },
    { "33", 1000, "2016-01-01", "2017-12-31", "Utgående MVA, lav sats" },
    { "33", 1200, "2018-01-01", "2020-03-31", "Utgående MVA, lav sats" },
    { "33",  600, "2020-04-01", "2021-09-30", "Utgående MVA, lav sats" },
    { "33", 1200, "2021-10-01", "",           "Utgående MVA, lav sats" },
    { "5",     0, "2000-01-01", "",           "Innenlands omsetning, nullsats" },
    { "51",    0, "2015-01-01", "",           "Innenlands omsetning, omvendt avgiftsplikt" },
    { "52",    0, "2000-01-01", "",           "Utførsel, nullsats" },
    { "6",     0, "2000-01-01", "",           "Utenfor merverdiavgiftsloven" },
    { "7",     0, "2000-01-01", "",           "Ingen MVA-behandling, inntekter" },
};

struct account *chart_put_account(struct books *books, int64_t no)
{
    size_t at = 0;
    struct account *account;

    while (at < books->account_count && books->accounts[at].no < no)
        at++;
    if (at < books->account_count && books->accounts[at].no == no)
        return &books->accounts[at];
    books->accounts = must_grow(books->accounts,
                                (books->account_count + 1) * sizeof *books->accounts);
    account = &books->accounts[at];
    memmove(account + 1, account, (books->account_count - at) * sizeof *account);
    books->account_count++;
    *account = (struct account){ .no = no, .id = books_account_id(books, no), .active = true,
                                 .changed_ms = moment_now_ms() };
    text_set(account->type, sizeof account->type, no < 2000   ? "Asset"
                                                  : no < 3000 ? "Liability"
                                                  : no < 4000 ? "Income"
                                                              : "Expense");
    return account;
}

struct vat_code *chart_put_vat(struct books *books, const char *code, const char *from)
{
    struct vat_code *vat;

    for (size_t i = 0; i < books->vat_code_count; i++) {
        vat = &books->vat_codes[i];
        if (strcmp(vat->code, code) == 0 && strcmp(vat->from, from) == 0)
            return vat;
    }
    books->vat_codes = must_grow(books->vat_codes,
                                 (books->vat_code_count + 1) * sizeof *books->vat_codes);
    vat = &books->vat_codes[books->vat_code_count++];
    *vat = (struct vat_code){ .id = books_vat_id(books, code, from), .active = true };
    text_set(vat->code, sizeof vat->code, code);
    text_set(vat->from, sizeof vat->from, from);
    return vat;
}

struct dimension *chart_put_dimension(struct books *books, enum dimension_kind kind,
                                      const char *code)
{
    struct dimensions *dimensions = &books->dimensions[kind];
    struct dimension *dimension;

    for (size_t i = 0; i < dimensions->count; i++)
        if (strcmp(dimensions->list[i].code, code) == 0)
            return &dimensions->list[i];
    dimensions->list = must_grow(dimensions->list,
                                 (dimensions->count + 1) * sizeof *dimensions->list);
    dimension = &dimensions->list[dimensions->count++];
    *dimension = (struct dimension){ .id = books_dimension_id(books, kind, code), .active = true,
                                     .changed_ms = moment_now_ms() };
    text_set(dimension->code, sizeof dimension->code, code);
    return dimension;
}

void chart_preset(struct books *books)
{
    for (size_t i = 0; i < COUNT(ranges); i++)
        for (int64_t no = ranges[i].from; no <= ranges[i].to; no++) {
            struct account *account = chart_put_account(books, no);

            text_set(account->name, sizeof account->name, ranges[i].name);
            text_set(account->type, sizeof account->type, ranges[i].type);
            text_set(account->vat_code, sizeof account->vat_code,
                     ranges[i].vat_code ? ranges[i].vat_code : no % 10 == 1 ? "31" : "3");
            account->control = ranges[i].control;
        }
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct vat_code *vat = chart_put_vat(books, codes[i].code, codes[i].from);

        vat->rate = codes[i].rate;
        text_set(vat->to, sizeof vat->to, codes[i].to);
        text_set(vat->name, sizeof vat->name, codes[i].name);
    }
    for (int code = 10; code <= 19; code++) {
        char text[8];
        struct dimension *department;

        (void)snprintf(text, sizeof text, "%d", code);
        department = chart_put_dimension(books, DIMENSION_DEPARTMENT, text);
        (void)snprintf(department->name, sizeof department->name, "Avdeling %d", code);
    }
}
