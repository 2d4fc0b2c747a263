#include "setup.h"

#include "setup_texts.h"
#include "siblings.h"

#include <inttypes.h>
#include <stdio.h>

/* What a check collects. Without an arena it only counts: setup_transfer_allowed() wants no texts. */
struct checker {
    const struct config *config;
    struct arena *arena;
    struct finding *findings;
    size_t count, room;
    size_t faults;
};

struct args { struct str at[3]; };

static const struct { const char *code; bool is_fault; } findings[FINDING_COUNT] = {
#define X(name, code, is_fault) [name] = { code, is_fault },
    FINDINGS(X)
#undef X
};

const char *finding_code_text(enum finding_code code)
{
    return (size_t)code < FINDING_COUNT ? findings[code].code : "unknown";
}

/* "{0}" to "{2}" become the arguments, "{=0}" what the pages call that key; other braces stand as they are, they show YAML. */
static struct str filled(const struct checker *checker, const char *format, const struct args *args)
{
    const struct config *config = checker->config;
    struct strbuf picked, out;
    struct str text;

    strbuf_init(&picked, 4096);
    strbuf_init(&out, 8192);
    wording_pick(format, config->wording, config->language, &picked);
    strbuf_char(&picked, '\0');
    ensure(!picked.failed);
    for (const char *at = picked.bytes; *at; at++) {
        bool label = at[0] == '{' && at[1] == '=';
        const char *number = at + 1 + label;

        if (at[0] == '{' && number[0] >= '0' && number[0] <= '2' && number[1] == '}') {
            struct str value = args->at[number[0] - '0'];

            strbuf_add(&out, label ? wording_label(value, config->language) : value);
            at = number + 1;
        } else {
            strbuf_char(&out, *at);
        }
    }
    text = arena_copy(checker->arena, strbuf_str(&out));
    strbuf_free(&picked);
    strbuf_free(&out);
    return text;
}

static bool findings_grow(struct checker *checker)
{
    size_t room = checker->room ? checker->room * 2 : 32;
    struct finding *grown;

    if (checker->count < checker->room)
        return true;
    grown = arena_array(checker->arena, room, sizeof *grown);
    if (!grown)
        return false;
    for (size_t i = 0; i < checker->count; i++)
        grown[i] = checker->findings[i];
    checker->findings = grown;
    checker->room = room;
    return true;
}

static void found(struct checker *checker, const struct venue *venue, enum finding_code code, struct args args)
{
    const struct finding_text *text = &finding_texts[code];
    bool norwegian = str_equal(checker->config->language, STR("nb"));

    checker->faults += findings[code].is_fault;
    if (!checker->arena || !findings_grow(checker))
        return;
    checker->findings[checker->count++] = (struct finding){
        .code = code,
        .severity = findings[code].is_fault ? SEVERITY_FAULT : SEVERITY_NOTE,
        .venue = venue ? venue->id : STR_NONE,
        .about = arena_copy(checker->arena, args.at[0]),
        .text = filled(checker, norwegian ? text->nb : text->en, &args),
        .mend = filled(checker, norwegian ? text->nb_mend : text->en_mend, &args),
    };
}

#define ARGS(...) ((struct args){ { __VA_ARGS__ } })

static struct str number_text(int64_t number, char buffer[24])
{
    (void)snprintf(buffer, 24, "%" PRId64, number);
    return str_of(buffer);
}

/* ---- what one venue says ---- */

static void check_keys(struct checker *checker, const struct venue *venue)
{
    if (venue->client_key.len == 0)
        found(checker, venue, FINDING_CLIENT_KEY, ARGS(STR_NONE));
    if (checker->config->application_keys[venue->extension].len == 0)
        found(checker, venue, FINDING_APPLICATION_KEY, ARGS(STR_NONE));
}

static void check_vat(struct checker *checker, const struct venue *venue)
{
    static const struct { enum vat_class class_; struct str name, rate, code; } classes[] = {
        { VAT_NORMAL, { "normal", 6 }, { "25", 2 }, { "3", 1 } },
        { VAT_REDUCED, { "reduced", 7 }, { "15", 2 }, { "31", 2 } },
        { VAT_NONE, { "none", 4 }, { "0", 1 }, { "0", 1 } },
    };

    for (size_t i = venue->vat_registered ? 0 : 2; i < COUNT(classes); i++)  /* not registered: none is the only one */
        if (!venue_vat_class(venue, classes[i].class_, INT32_MAX))
            found(checker, venue, FINDING_VAT_CLASS, ARGS(classes[i].name, classes[i].rate, classes[i].code));
}

static bool ever_on(const struct bools *turned)
{
    for (size_t i = 0; i < turned->count; i++)
        if (turned->rows[i].value)
            return true;
    return false;
}

/* The first digit is an account's class: 2901 and 29010 are debts alike, 3000 and 30000 sales. */
enum { CLASS_DEBT = 2, CLASS_SALES = 3 };

static bool account_is(int64_t account, int64_t class_)
{
    while (account >= 10)
        account /= 10;
    return account == class_;
}

/* Alcohol never has the reduced rate; what is no sale (gift cards, tips, rounding) has no VAT at all. */
static bool needs_reduced(const struct product_entry *entry)
{
    return entry->reduced_account == 0 && !entry->alcohol && account_is(entry->account, CLASS_SALES) &&
           !str_equal(entry->name, STR("gift_card"));
}

static void check_products(struct checker *checker, const struct venue *venue)
{
    bool orders = ever_on(&venue->auto_invoice);
    char number[24];

    if (venue->product_count == 0)
        found(checker, venue, FINDING_TYPES_MISSING, ARGS(STR("product_types")));
    for (size_t i = 0; i < venue->product_count; i++) {
        const struct product_entry *entry = &venue->products[i];

        if (entry->account == 0)
            found(checker, venue, FINDING_PRODUCT_ACCOUNT, ARGS(entry->name));
        if (venue->vat_registered && needs_reduced(entry))
            found(checker, venue, FINDING_REDUCED_ACCOUNT, ARGS(entry->name));
        if (entry->alcohol && (entry->reduced_account || entry->reduced_product.len))
            found(checker, venue, FINDING_ALCOHOL_REDUCED,
                  ARGS(entry->name, entry->reduced_account ? number_text(entry->reduced_account, number)
                                                           : entry->reduced_product));
        if (entry->vat_free && (entry->alcohol || str_equal(entry->name, STR("food"))))
            found(checker, venue, FINDING_VAT_FREE, ARGS(entry->name));
        if (orders && entry->product.len == 0)
            found(checker, venue, FINDING_PRODUCT_CODE, ARGS(entry->name));
        if (orders && entry->reduced_account && entry->reduced_product.len == 0)
            found(checker, venue, FINDING_REDUCED_PRODUCT_CODE, ARGS(entry->name));
    }
}

static void check_payments(struct checker *checker, const struct venue *venue)
{
    char number[24];

    if (venue->payment_count == 0)
        found(checker, venue, FINDING_TYPES_MISSING, ARGS(STR("payment_types")));
    for (size_t i = 0; i < venue->payment_count; i++) {
        const struct payment_entry *entry = &venue->payments[i];

        if (!entry->transfer)
            continue;                    /* nothing is posted, so no account is needed or wrong */
        if (entry->account == 0)
            found(checker, venue, FINDING_PAYMENT_ACCOUNT, ARGS(entry->name));
        if (entry->account >= 1920 && entry->account <= 1929)
            found(checker, venue, FINDING_BANK_ACCOUNT, ARGS(entry->name, number_text(entry->account, number)));
    }
}

static bool credit_booked_twice(const struct venue *venue, int32_t day)
{
    const struct payment_entry *credit = venue_payment(venue, STR("credit"), day);

    return credit && credit->transfer && venue_switch(&venue->auto_invoice, day);
}

/* Both may be dated: it can begin on any day on which one of them changes. */
static void check_credit(struct checker *checker, const struct venue *venue)
{
    bool twice = credit_booked_twice(venue, DAY_ALWAYS), any = false;
    int32_t day = DAY_ALWAYS;
    char date[16];

    for (size_t i = 0; i < venue->auto_invoice.count && !twice; i++) {
        day = venue->auto_invoice.rows[i].valid_from;
        twice = credit_booked_twice(venue, day);
    }
    for (size_t i = 0; i < venue->payment_count; i++) {
        if (!str_equal(venue->payments[i].name, STR("credit")))
            continue;
        any = true;
        if (twice)
            break;
        day = venue->payments[i].valid_from;
        twice = credit_booked_twice(venue, day);
    }
    if (twice) {
        struct str from = day == DAY_ALWAYS ? STR_NONE : str_of(day_text(day, date));
        char since[24];

        (void)snprintf(since, sizeof since, "%s" STR_FMT "%s", from.len ? " (" : "", STR_ARG(from), from.len ? ")" : "");
        found(checker, venue, FINDING_DOUBLE_ENTRY, ARGS(str_of(since)));
    }
    if (!any && ever_on(&venue->auto_invoice))
        found(checker, venue, FINDING_CREDIT, ARGS(STR_NONE));
}

static void check_gift_cards(struct checker *checker, const struct venue *venue)
{
    for (size_t i = 0; i < venue->payment_count; i++) {
        const struct payment_entry *used = &venue->payments[i];
        const struct product_entry *sold;
        char from[24], to[24];

        if (!str_equal(used->name, STR("gift_card")) || !used->transfer || used->account == 0)
            continue;
        sold = venue_product(venue, STR("gift_card"), used->valid_from);
        if (sold && sold->account && sold->account != used->account)
            found(checker, venue, FINDING_GIFT_CARD_ACCOUNTS,
                  ARGS(number_text(sold->account, from), number_text(used->account, to)));
        else if (!account_is(used->account, CLASS_DEBT))
            found(checker, venue, FINDING_GIFT_CARD_LIABILITY, ARGS(number_text(used->account, to)));
    }
}

static void check_business_day(struct checker *checker, const struct venue *venue)
{
    for (size_t i = 0; i < venue->cutoff_count; i++) {
        uint32_t seconds = (uint32_t)venue->cutoffs[i].seconds;
        char text[24];

        if (seconds == CUTOFF_PRESET)
            continue;
        (void)snprintf(text, sizeof text, "%02" PRIu32 ":%02" PRIu32, seconds / 3600 % 24, seconds / 60 % 60);
        found(checker, venue, FINDING_BUSINESS_DAY, ARGS(str_of(text)));
    }
}

static void check_saft(struct checker *checker, const struct venue *venue)
{
    for (size_t i = 0; i < venue->saft.article_group_count; i++) {
        const struct saft_word *row = &venue->saft.article_groups[i];

        if (!venue_product(venue, row->word, INT32_MAX))
            found(checker, venue, FINDING_SAFT_WORD, ARGS(row->code, row->word, STR("product_types")));
    }
    for (size_t i = 0; i < venue->saft.payment_code_count; i++) {
        const struct saft_word *row = &venue->saft.payment_codes[i];

        if (!venue_payment(venue, row->word, INT32_MAX))
            found(checker, venue, FINDING_SAFT_WORD, ARGS(row->code, row->word, STR("payment_types")));
    }
}

/* ---- what venues say together ---- */

static bool same_key(const struct venue *a, const struct venue *b)
{
    return a->client_id.len && str_equal(a->client_id, b->client_id);
}

static bool same_department_on(const struct venue *a, const struct venue *b, int32_t day, struct str *ret_code)
{
    *ret_code = venue_department(a, day);
    return str_equal(*ret_code, venue_department(b, day));
}

/* On any day on which one of the two changes, and before all of them. */
static bool same_department(const struct venue *a, const struct venue *b, struct str *ret_code)
{
    const struct venue *both[] = { a, b };

    if (same_department_on(a, b, DAY_ALWAYS, ret_code))
        return true;
    for (size_t v = 0; v < COUNT(both); v++)
        for (size_t i = 0; i < both[v]->department_count; i++)
            if (same_department_on(a, b, both[v]->departments[i].valid_from, ret_code))
                return true;
    return false;
}

static bool department_ever_missing(const struct venue *venue)
{
    if (venue_department(venue, DAY_ALWAYS).len == 0)
        return true;
    for (size_t i = 0; i < venue->department_count; i++)
        if (venue->departments[i].value.len == 0)
            return true;
    return false;
}

static void check_departments(struct checker *checker, const struct venue *venue)
{
    const struct config *config = checker->config;
    struct siblings siblings = siblings_of_company(config, venue);
    const struct venue *sibling = NULL;
    char text[96];

    for (size_t i = 0; i < siblings.count; i++) {
        const struct venue *other = &config->venues[siblings.at[i]];
        struct str code;

        if (other == venue)
            continue;
        sibling = sibling ? sibling : other;
        if (!same_key(venue, other) || !same_department(venue, other, &code))
            continue;
        if (str_equal(config->language, STR("nb")))
            (void)snprintf(text, sizeof text, code.len ? "samme avdeling " STR_FMT : "ingen avdeling" STR_FMT, STR_ARG(code));
        else
            (void)snprintf(text, sizeof text, code.len ? "the same department " STR_FMT : "no department" STR_FMT,
                           STR_ARG(code));
        found(checker, venue, FINDING_CLIENT_SHARED, ARGS(other->id, str_of(text)));
        return;
    }
    if (sibling && department_ever_missing(venue))
        found(checker, venue, FINDING_DEPARTMENT, ARGS(venue->company, sibling->id));
}

/* The next in the order of the configuration of those that share the company or the key. */
static const struct venue *next_kin(const struct config *config, struct siblings *company, struct siblings *client)
{
    size_t at = company->count && (!client->count || company->at[0] <= client->at[0]) ? company->at[0] : client->at[0];
    struct siblings *both[] = { company, client };

    for (size_t i = 0; i < COUNT(both); i++)
        if (both[i]->count && both[i]->at[0] == at) {
            both[i]->at++;
            both[i]->count--;
        }
    return &config->venues[at];
}

/* A client key is one company's and one extension's; an extension has one client key in a company. */
static void check_clients(struct checker *checker, const struct venue *venue)
{
    const struct config *config = checker->config;
    struct siblings kin = siblings_of_company(config, venue), client = siblings_of_client(config, venue);
    bool told[3] = { false };            /* each once: the first other venue is enough to find the mistake */

    while (venue->client_id.len && (kin.count || client.count)) {
        const struct venue *other = next_kin(config, &kin, &client);
        bool company = str_equal(other->company, venue->company), key = same_key(venue, other);
        bool extension = other->extension == venue->extension;

        if (other == venue)
            continue;
        if (key && !company && !told[0]) {
            found(checker, venue, FINDING_CLIENT_OTHER_COMPANY, ARGS(other->id, other->company));
            told[0] = true;
        }
        if (key && company && !extension && !told[1]) {
            found(checker, venue, FINDING_CLIENT_OTHER_EXTENSION, ARGS(other->id, str_of(extension_text(other->extension))));
            told[1] = true;
        }
        if (!key && company && extension && other->client_id.len && !told[2]) {
            found(checker, venue, FINDING_EXTENSION_TWICE, ARGS(str_of(extension_text(venue->extension)), other->id));
            told[2] = true;
        }
    }
}

static void check_extension_count(struct checker *checker, const struct venue *venue)
{
    const struct config *config = checker->config;
    struct siblings siblings = siblings_of_company(config, venue);
    struct str keys[EXTENSION_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < siblings.count; i++) {
        const struct venue *other = &config->venues[siblings.at[i]];
        size_t at = 0;

        if (other->client_id.len == 0)
            continue;
        while (at < count && !str_equal(keys[at], other->client_id))
            at++;
        if (at < count)
            continue;
        if (count == EXTENSION_COUNT) {
            found(checker, venue, FINDING_EXTENSIONS_TOO_MANY, ARGS(venue->company));
            return;
        }
        keys[count++] = other->client_id;
    }
}

static void check_begins(struct checker *checker, const struct venue *venue)
{
    if (venue->begins == DAY_ALWAYS)
        found(checker, venue, FINDING_BEGINS, ARGS(venue->id));
}

/* Every rule is asked, so that all that is wrong is seen at once. */
static void (*const rules[])(struct checker *checker, const struct venue *venue) = {
    check_keys, check_vat, check_products, check_payments, check_credit, check_gift_cards, check_business_day,
    check_saft, check_departments, check_clients, check_extension_count, check_begins,
};

/* ---- the set-up as a whole ---- */

static void check_whole(struct checker *checker)
{
    const struct config *config = checker->config;

    if (config->subscription_key.len == 0)
        found(checker, NULL, FINDING_SUBSCRIPTION_KEY, ARGS(STR_NONE));
    if (config->contact.len == 0)
        found(checker, NULL, FINDING_CONTACT, ARGS(STR_NONE));
    if (config->venue_count + config->fault_count == 0)
        found(checker, NULL, FINDING_NO_VENUES, ARGS(config->dir));
}

/* `shared` faults are those of the whole: they keep every venue from sending. */
static void check_venue(struct checker *checker, const struct venue *venue, size_t shared)
{
    size_t before = checker->faults;
    bool transfers = ever_on(&venue->auto_transfer), invoices = ever_on(&venue->auto_invoice);
    char number[24];

    for (size_t i = 0; i < COUNT(rules); i++)
        rules[i](checker, venue);
    if (checker->faults - before + shared && (transfers || invoices))
        found(checker, venue, FINDING_TRANSFER_REFUSED,
              ARGS(number_text((int64_t)(checker->faults - before + shared), number),
                   !invoices ? STR("auto_transfer") : !transfers ? STR("auto_invoice") : STR("auto_transfer, auto_invoice")));
}

enum err setup_check(const struct config *config, struct str venue, struct arena *arena,
                     struct finding **ret_findings, size_t *ret_count)
{
    struct checker checker = { .config = config, .arena = arena };
    size_t shared;

    check_whole(&checker);
    shared = checker.faults;
    for (size_t i = 0; i < config->fault_count; i++) {
        const struct venue left_out = { .id = config->fault_venues[i] };

        if (venue.len == 0 || str_equal(venue, left_out.id))
            found(&checker, &left_out, FINDING_FILE_WRONG, ARGS(str_of(config->faults[i].text)));
    }
    for (size_t i = 0; i < config->venue_count; i++)
        if (venue.len == 0 || str_equal(venue, config->venues[i].id))
            check_venue(&checker, &config->venues[i], shared);
    if (arena_failed(arena))
        return ERR_MEMORY;
    *ret_findings = checker.findings;
    *ret_count = checker.count;
    return ERR_OK;
}

bool setup_transfer_allowed(const struct config *config, const struct venue *venue)
{
    struct checker checker = { .config = config };

    check_whole(&checker);
    for (size_t i = 0; i < COUNT(rules); i++)
        rules[i](&checker, venue);
    return checker.faults == 0;
}
