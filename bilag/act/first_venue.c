#include "first_venue.h"

#include "base/clean.h"
#include "base/json_write.h"
#include "domain/event.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_BYTES = 256, WORD_WIDTH = 11 };

/* The classes that Norwegian restaurants have; codes as PowerOffice has them everywhere. */
static const struct { const char *name; const char *code; } classes[] = {
    { "normal", "3" }, { "reduced", "31" }, { "low", "33" }, { "none", "0" },
};

/* Where an account is looked for: numbers, the VAT code its sales have (NULL: any), and words of its name, the likelier
 * first. With `any` the lowest one will do if no name fits. */
struct place { int64_t from, to; const char *vat; const char *words[5]; bool any; };
#define NOWHERE { 0, 0, NULL, { NULL }, false }
struct suggestion { const char *type; struct place place, reduced; const char *more; };

static const struct suggestion products[] = {
    { "food", { 3000, 3999, "3", { "servering", "mat", "salg" }, true },
      { 3000, 3999, "31", { "ta med", "mat", "salg" }, true }, "" },
    { "soda", { 3000, 3999, "3", { "mineralvann", "brus" }, false },
      { 3000, 3999, "31", { "mineralvann", "brus" }, false }, "" },
    { "beer", { 3000, 3999, "3", { "øl", "alkohol" }, false }, NOWHERE, ", alcohol: true" },
    { "wine", { 3000, 3999, "3", { "vin", "alkohol" }, false }, NOWHERE, ", alcohol: true" },
    { "gift_card", { 2900, 2999, NULL, { "gavekort", "forskudd" }, false }, NOWHERE, "" },
    { "tip", { 2900, 2999, NULL, { "tips", "drikkepenger" }, false }, NOWHERE, "" },
    { "rounding", { 7700, 7799, NULL, { "øre", "avrunding" }, false }, NOWHERE, "" },
};
static const struct suggestion payments[] = {
    { "cash", { 1900, 1909, NULL, { "kontant", "kasse" }, false }, NOWHERE, "" },
    { "card", { 1500, 1599, NULL, { "betalingskort", "bankkort", "kort", "terminal", "nets" }, false },
      NOWHERE, "" },
    { "vipps", { 1500, 1599, NULL, { "vipps" }, false }, NOWHERE, "" },
    { "gift_card", { 2900, 2999, NULL, { "gavekort", "forskudd" }, false }, NOWHERE, "" },
};

/* Norwegian letters and ASCII in small letters. */
static void small_letters(struct str name, char to[NAME_BYTES])
{
    size_t len = name.len < NAME_BYTES - 1 ? name.len : NAME_BYTES - 1;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name.bytes[i];
        bool after = i && (unsigned char)name.bytes[i - 1] == 0xc3;

        to[i] = (char)((c >= 'A' && c <= 'Z') || (after && c >= 0x80 && c <= 0x9e) ? c + 32 : c);
    }
    to[len] = '\0';
}

static bool lies_in(const struct ref_account *account, const struct place *place)
{
    return account->active && account->no >= place->from && account->no <= place->to &&
           (account->no < 1920 || account->no > 1929) &&
           (!place->vat || str_equal(account->vat_code, str_of(place->vat)));
}

static const struct ref_account *find_account(const struct refdata *data, const struct place *place)
{
    const struct ref_account *lowest = NULL;

    for (size_t word = 0; word < COUNT(place->words) && place->words[word]; word++)
        for (size_t i = 0; i < data->account_count; i++) {
            char name[NAME_BYTES];

            small_letters(data->accounts[i].name, name);
            if (lies_in(&data->accounts[i], place) && strstr(name, place->words[word]))
                return &data->accounts[i];
        }
    for (size_t i = 0; place->any && i < data->account_count && !lowest; i++)
        if (lies_in(&data->accounts[i], place))
            lowest = &data->accounts[i];
    return lowest;
}

/* "  food:      {account: 3000, reduced_account: 3001}  # 3000 Salg; 3001 Salg, ta med". */
static void put_type(const struct suggestion *row, const struct refdata *data, struct strbuf *out)
{
    const struct ref_account *account = find_account(data, &row->place);
    const struct ref_account *reduced = row->reduced.to ? find_account(data, &row->reduced) : NULL;

    if (!account) {
        strbuf_format(out, "  # %s: {account: }%*s# no account was found: write yours\n", row->type,
                      (int)(WORD_WIDTH - strlen(row->type)), "");
        return;
    }
    strbuf_format(out, "  %s:%*s{account: %" PRId64, row->type, (int)(WORD_WIDTH - strlen(row->type)), "", account->no);
    if (reduced)
        strbuf_format(out, ", reduced_account: %" PRId64, reduced->no);
    strbuf_format(out, "%s}  # %" PRId64 " ", row->more, account->no);
    strbuf_clean(out, account->name);
    if (reduced) {
        strbuf_format(out, "; %" PRId64 " ", reduced->no);
        strbuf_clean(out, reduced->name);
    }
    strbuf_char(out, '\n');
}

static void put_classes(const struct refdata *data, int32_t today, struct strbuf *out)
{
    for (size_t i = 0; i < COUNT(classes); i++) {
        const struct ref_vat_code *code = refdata_vat_code_on(data, str_of(classes[i].code), today);
        char rate[16];

        if (code)
            strbuf_format(out, "  %s:%*s{rate: %s, code: \"%s\"}\n", classes[i].name,
                          (int)(WORD_WIDTH - strlen(classes[i].name)), "", rate_text(code->rate, rate), classes[i].code);
        else
            strbuf_format(out, "  # %s: {rate: , code: }  # the books have no VAT code %s on this day\n", classes[i].name,
                          classes[i].code);
    }
}

static void put_head(const struct first_wish *wish, struct strbuf *out)
{
    strbuf_format(out, "# Suggested from PowerOffice's chart of accounts; look at each line. Every setting with its meaning:\n"
                  "# the example in config-example/venues, and bilag-venue(5).\n\nvenue: ");
    json_quote(out, wish->id);
    strbuf_add(out, STR("\nname: "));
    json_quote(out, wish->name);
    strbuf_add(out, STR("\ntimezone: Europe/Oslo\ncompany: "));
    json_quote(out, wish->company);
    strbuf_format(out, "\nclient_key: {file: keys/" STR_FMT "}\n", STR_ARG(wish->id));
    if (wish->department.len) {
        strbuf_add(out, STR("department: "));
        json_quote(out, wish->department);
        strbuf_char(out, '\n');
    }
    strbuf_add(out, STR("# begins: 2026-12-01             # first business day that is posted; write the date\n"
                        "auto_transfer: false             # true once the set-up is complete and tested\n"
                        "auto_invoice: false              # true: sales paid with credit become sales orders\n"
                        "close: z_report                  # a day ends with its Z reports; or clock\n"));
}

enum err first_venue_text(const struct first_wish *wish, const struct refdata *data, int32_t today, struct strbuf *out)
{
    put_head(wish, out);
    if (data) {
        strbuf_add(out, STR("\nvat:\n"));
        put_classes(data, today, out);
        strbuf_add(out, STR("\nproduct_types:                   # every type that the tills use\n"));
        for (size_t i = 0; i < COUNT(products); i++)
            put_type(&products[i], data, out);
        strbuf_add(out, STR("\npayment_types:                   # never a bank account (1920-1929)\n"));
        for (size_t i = 0; i < COUNT(payments); i++)
            put_type(&payments[i], data, out);
        strbuf_add(out, STR("  credit:     {transfer: false}\n"));
    }
    return out->failed ? ERR_MEMORY : ERR_OK;
}
