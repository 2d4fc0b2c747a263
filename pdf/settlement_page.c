#include "settlement_page.h"

#include "base/clock.h"
#include "domain/event.h"
#include "paper.h"

#include <inttypes.h>
#include <stdio.h>

enum { RATES_MAX = 64, ROW_CELLS_MAX = 8, EDGE_LAST = 440 };

enum word {
    W_TITLE, W_COMPANY, W_VENUE, W_DAY, W_POSTED, W_PART, W_RECEIPTS, W_REFERENCE, W_BATCH,
    W_SOLD, W_TYPE, W_ACCOUNT, W_CODE, W_RATE, W_LINES, W_GROSS, W_SUM, W_VAT, W_NET, W_VAT_LEDGER, W_VAT_TILL,
    W_PAID, W_COUNT, W_AMOUNT, W_REGISTERS, W_REGISTER, W_NUMBERS, W_Z, W_Z_RANGE,
    W_ORDERS, W_ORDER, W_RECEIPT, W_CUSTOMER, W_LEFT, W_WHAT, W_MOVEMENTS, W_NOT_BOOKED, W_UNKNOWN,
    W_PROOF, W_ALL, W_IN_VOUCHER, W_IN_ORDERS, W_IN_LEFT, WORD_COUNT
};

static const struct { const char *en, *nb; } words[WORD_COUNT] = {
    [W_TITLE] = { "Daily settlement", "Dagsoppgjør" },
    [W_COMPANY] = { "Organisation number", "Organisasjonsnummer" },
    [W_VENUE] = { "Venue", "Utsalgssted" },
    [W_DAY] = { "Business day", "Salgsdag" },
    [W_POSTED] = { "Posting date", "Bokføringsdato" },
    [W_PART] = { "Part", "Del" },
    [W_RECEIPTS] = { "Receipts", "Kvitteringer" },
    [W_REFERENCE] = { "Reference", "Referanse" },
    [W_BATCH] = { "SAF-T batch", "SAF-T-batch" },
    [W_SOLD] = { "Sold, by product type", "Solgt, per varetype" },
    [W_TYPE] = { "type", "type" },
    [W_ACCOUNT] = { "account", "konto" },
    [W_CODE] = { "VAT code", "mva-kode" },
    [W_RATE] = { "VAT rate", "mva-sats" },
    [W_LINES] = { "lines", "linjer" },
    [W_GROSS] = { "gross", "brutto" },
    [W_SUM] = { "Sum", "Sum" },
    [W_VAT] = { "VAT", "Merverdiavgift" },
    [W_NET] = { "net", "netto" },
    [W_VAT_LEDGER] = { "VAT in the books", "mva i regnskapet" },
    [W_VAT_TILL] = { "VAT by the till", "mva etter kassen" },
    [W_PAID] = { "Paid, by payment type", "Betalt, per betalingstype" },
    [W_COUNT] = { "payments", "betalinger" },
    [W_AMOUNT] = { "amount", "beløp" },
    [W_REGISTERS] = { "Registers and Z reports of the day", "Dagens kasser og Z-rapporter" },
    [W_REGISTER] = { "register", "kasse" },
    [W_NUMBERS] = { "receipt numbers", "kvitteringsnumre" },
    [W_Z] = { "Z report", "Z-rapport" },
    [W_Z_RANGE] = { "its receipts", "dens kvitteringer" },
    [W_ORDERS] = { "Sold on credit, sent as orders", "Solgt på kreditt, sendt som ordre" },
    [W_ORDER] = { "order", "ordre" },
    [W_RECEIPT] = { "receipt", "kvittering" },
    [W_CUSTOMER] = { "customer", "kunde" },
    [W_LEFT] = { "Left out of the voucher: to be entered by hand", "Holdt utenfor bilaget: føres manuelt" },
    [W_WHAT] = { "what", "hva" },
    [W_MOVEMENTS] = { "Other movements at the till: to be entered by hand", "Andre bevegelser i kassen: føres manuelt" },
    [W_NOT_BOOKED] = { "other content of the same number, not booked", "annet innhold med samme nummer, ikke bokført" },
    [W_UNKNOWN] = { "unknown", "ukjent" },
    [W_PROOF] = { "Every sale in one place", "Hvert salg på ett sted" },
    [W_ALL] = { "sold in all", "solgt i alt" },
    [W_IN_VOUCHER] = { "in this voucher", "i dette bilaget" },
    [W_IN_ORDERS] = { "in orders", "i ordre" },
    [W_IN_LEFT] = { "left out", "holdt utenfor" },
};

/* Columns of the tables: edges, and which are set against their right one. */
struct column { int left, right; bool end; };
static const struct column
    pair_columns[] = { { PAPER_LEFT, 170, false }, { 175, PAPER_RIGHT, false } },
    sold_columns[] = { { PAPER_LEFT, 200, false }, { 205, 255, true }, { 270, 330, false }, { 335, 380, true },
                       { 385, 435, true }, { EDGE_LAST, PAPER_RIGHT, true } },
    vat_columns[] = { { PAPER_LEFT, 110, false }, { 115, 165, false }, { 170, 265, true }, { 270, 355, true },
                      { 360, 455, true }, { 460, PAPER_RIGHT, true } },
    paid_columns[] = { { PAPER_LEFT, 200, false }, { 205, 255, true }, { 335, 435, true },
                       { EDGE_LAST, PAPER_RIGHT, true } },
    register_columns[] = { { PAPER_LEFT, 200, false }, { 205, 320, false }, { 325, 400, false },
                           { 405, PAPER_RIGHT, false } },
    item_columns[] = { { PAPER_LEFT, 225, false }, { 230, 320, false }, { 325, 435, false },
                       { EDGE_LAST, PAPER_RIGHT, true } },
    proof_columns[] = { { PAPER_LEFT, 300, false }, { EDGE_LAST, PAPER_RIGHT, true } };

struct page { const struct draft *draft; struct paper *paper; bool nb; };

static struct str say(const struct page *page, enum word word)
{
    return str_of(page->nb ? words[word].nb : words[word].en);
}

static void row(const struct page *page, enum paper_style style, const struct column *columns, size_t count,
                const struct str *texts)
{
    struct paper_cell cells[ROW_CELLS_MAX];

    ensure(count <= ROW_CELLS_MAX);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct paper_cell){ texts[i], columns[i].left, columns[i].right, columns[i].end };
    paper_row(page->paper, style, cells, count);
}

#define ROW(page, style, columns, ...) \
    row(page, style, columns, COUNT(columns), (const struct str[COUNT(columns)]){ __VA_ARGS__ })

static void heading(const struct page *page, enum word word, size_t rows)
{
    struct paper_cell cell = { say(page, word), PAPER_LEFT, PAPER_RIGHT, false };

    paper_keep(page->paper, rows < 4 ? rows + 2 : 5);
    paper_gap(page->paper, 8);
    paper_row(page->paper, PAPER_HEAD, &cell, 1);
}

/* Texts of numbers, in one row's own memory. */
struct texts { char at[ROW_CELLS_MAX][64]; size_t used; };

static struct str kroner(struct texts *texts, struct money amount)
{
    ensure(texts->used < ROW_CELLS_MAX);
    return str_of(money_kroner(amount, texts->at[texts->used++]));
}

static struct str number(struct texts *texts, const char *before, uint64_t value)
{
    char *to = texts->at[texts->used++];

    ensure(texts->used <= ROW_CELLS_MAX);
    (void)snprintf(to, sizeof texts->at[0], "%s%" PRIu64, before, value);
    return str_of(to);
}

static struct str account(struct texts *texts, int64_t value)
{
    return value ? number(texts, "", (uint64_t)value) : STR("?");
}

static struct str percent(struct texts *texts, int32_t rate)
{
    char text[16], *to = texts->at[texts->used++];

    ensure(texts->used <= ROW_CELLS_MAX);
    (void)snprintf(to, sizeof texts->at[0], "%s %%", rate_text(rate, text));
    return str_of(to);
}

static struct str range(struct texts *texts, uint64_t first, uint64_t last)
{
    char *to = texts->at[texts->used++];

    ensure(texts->used <= ROW_CELLS_MAX);
    (void)snprintf(to, sizeof texts->at[0], "%" PRIu64 "\xe2\x80\x93%" PRIu64, first, last);
    return str_of(to);
}

static void write_head(const struct page *page)
{
    const struct draft *draft = page->draft;
    const struct paper_cell title = { draft->text, PAPER_LEFT, PAPER_RIGHT, false },
                            what = { say(page, W_TITLE), PAPER_LEFT, PAPER_RIGHT, false };
    struct texts texts = { .used = 0 };
    char day[16], posted[16];

    paper_row(page->paper, PAPER_LABEL, &what, 1);
    paper_row(page->paper, PAPER_TITLE, &title, 1);
    paper_gap(page->paper, 4);
    ROW(page, PAPER_ROW, pair_columns, say(page, W_VENUE), draft->doc.venue);
    ROW(page, PAPER_ROW, pair_columns, say(page, W_COMPANY), draft->company);
    ROW(page, PAPER_ROW, pair_columns, say(page, W_DAY), str_of(day_text(draft->doc.day, day)));
    if (draft->post_on != draft->doc.day)
        ROW(page, PAPER_ROW, pair_columns, say(page, W_POSTED), str_of(day_text(draft->post_on, posted)));
    if (draft->doc.part > 1)
        ROW(page, PAPER_ROW, pair_columns, say(page, W_PART), number(&texts, "", draft->doc.part));
    ROW(page, PAPER_ROW, pair_columns, say(page, W_RECEIPTS), number(&texts, "", draft->receipts));
    ROW(page, PAPER_ROW, pair_columns, say(page, W_REFERENCE), draft->reference);
    ROW(page, PAPER_ROW, pair_columns, say(page, W_BATCH), draft->batch_id);
}

static void write_sold(const struct page *page)
{
    const struct draft *draft = page->draft;
    struct texts texts = { .used = 0 };

    heading(page, W_SOLD, draft->cell_count);
    ROW(page, PAPER_LABEL, sold_columns, say(page, W_TYPE), say(page, W_ACCOUNT), say(page, W_CODE), say(page, W_RATE),
        say(page, W_LINES), say(page, W_GROSS));
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];

        texts.used = 0;
        if (cell->sold)
            ROW(page, PAPER_ROW, sold_columns, cell->type, account(&texts, cell->account), cell->vat_code,
                percent(&texts, cell->rate), number(&texts, "", cell->count),
                kroner(&texts, (struct money){ -cell->amount.ore }));
    }
    texts.used = 0;
    ROW(page, PAPER_TOTAL, sold_columns, say(page, W_SUM), STR_NONE, STR_NONE, STR_NONE, STR_NONE,
        kroner(&texts, draft->voucher_total));
}

/* One rate with one code. In the books VAT follows from each line's gross; the till counted receipt by receipt. */
struct rate_sum { int32_t rate; struct str code; struct money gross, vat, till; bool all_till; };

static size_t rates_of(const struct draft *draft, struct rate_sum rates[RATES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];
        size_t k = 0;

        while (k < count && (rates[k].rate != line->rate || !str_equal(rates[k].code, line->vat_code)))
            k++;
        if (!line->sold || k == RATES_MAX)
            continue;
        if (k == count)
            rates[count++] = (struct rate_sum){ .rate = line->rate, .code = line->vat_code, .all_till = true };
        rates[k].gross.ore -= line->amount.ore;
        rates[k].vat.ore -= money_vat_of_gross(line->amount, line->rate).ore;
    }
    for (size_t i = 0; i < draft->cell_count; i++)
        for (size_t k = 0; k < count; k++) {
            const struct cell *cell = &draft->cells[i];

            if (!cell->sold || cell->rate != rates[k].rate || !str_equal(cell->vat_code, rates[k].code))
                continue;
            rates[k].till.ore += cell->till_vat.ore;
            rates[k].all_till &= cell->has_vat || cell->rate == 0;
        }
    return count;
}

static void write_vat(const struct page *page)
{
    const struct draft *draft = page->draft;
    struct rate_sum rates[RATES_MAX];
    size_t count = rates_of(draft, rates);
    struct texts texts = { .used = 0 };
    struct money net = { draft->voucher_total.ore - draft->computed_vat.ore };

    heading(page, W_VAT, count);
    ROW(page, PAPER_LABEL, vat_columns, say(page, W_RATE), say(page, W_CODE), say(page, W_GROSS), say(page, W_NET),
        say(page, W_VAT_LEDGER), say(page, W_VAT_TILL));
    for (size_t i = 0; i < count; i++) {
        const struct rate_sum *rate = &rates[i];

        texts.used = 0;
        ROW(page, PAPER_ROW, vat_columns, percent(&texts, rate->rate), rate->code, kroner(&texts, rate->gross),
            kroner(&texts, (struct money){ rate->gross.ore - rate->vat.ore }), kroner(&texts, rate->vat),
            rate->all_till ? kroner(&texts, rate->till) : STR("\xe2\x80\x93"));
    }
    texts.used = 0;
    ROW(page, PAPER_TOTAL, vat_columns, say(page, W_SUM), STR_NONE, kroner(&texts, draft->voucher_total),
        kroner(&texts, net), kroner(&texts, draft->computed_vat),
        draft->has_till_vat ? kroner(&texts, draft->till_vat) : STR("\xe2\x80\x93"));
}

static void write_paid(const struct page *page)
{
    const struct draft *draft = page->draft;
    struct texts texts = { .used = 0 };
    struct money sum = { 0 };

    heading(page, W_PAID, draft->cell_count);
    ROW(page, PAPER_LABEL, paid_columns, say(page, W_TYPE), say(page, W_ACCOUNT), say(page, W_COUNT), say(page, W_AMOUNT));
    for (size_t i = 0; i < draft->cell_count; i++) {
        const struct cell *cell = &draft->cells[i];

        if (cell->sold)
            continue;
        texts.used = 0;
        sum.ore += cell->amount.ore;
        ROW(page, PAPER_ROW, paid_columns, cell->type, account(&texts, cell->account),
            number(&texts, "", cell->count), kroner(&texts, cell->amount));
    }
    texts.used = 0;
    ROW(page, PAPER_TOTAL, paid_columns, say(page, W_SUM), STR_NONE, STR_NONE, kroner(&texts, sum));
}

static void write_z(const struct page *page, struct str reg, struct str numbers, const struct basis_z *z)
{
    struct texts texts = { .used = 0 };
    bool ranged = z && z->last && z->last >= z->first;

    ROW(page, PAPER_ROW, register_columns, reg, numbers, z ? number(&texts, "Z ", z->number) : STR("\xe2\x80\x93"),
        ranged ? range(&texts, z->first, z->last) : STR_NONE);
}

static void write_registers(const struct page *page)
{
    const struct draft *draft = page->draft;

    if (!draft->register_count)
        return;
    heading(page, W_REGISTERS, draft->register_count);
    ROW(page, PAPER_LABEL, register_columns, say(page, W_REGISTER), say(page, W_NUMBERS), say(page, W_Z), say(page, W_Z_RANGE));
    for (size_t i = 0; i < draft->register_count; i++) {
        const struct basis_register *reg = &draft->registers[i];
        struct texts texts = { .used = 0 };
        struct str numbers = range(&texts, reg->first, reg->last);
        bool any = false;

        for (size_t k = 0; k < draft->z_count; k++) {
            if (!str_equal(draft->zs[k].reg, reg->reg))
                continue;
            write_z(page, any ? STR_NONE : reg->reg, any ? STR_NONE : numbers, &draft->zs[k]);
            any = true;
        }
        if (!any)
            write_z(page, reg->reg, numbers, NULL);
    }
}

static void write_more(const struct page *page, uint64_t more)
{
    char text[64];
    struct paper_cell cell = { STR_NONE, PAPER_LEFT, PAPER_RIGHT, false };

    if (!more)
        return;
    (void)snprintf(text, sizeof text, page->nb ? "og %" PRIu64 " til, med i summene" : "and %" PRIu64 " more, in the sums",
                   more);
    cell.text = str_of(text);
    paper_row(page->paper, PAPER_ROW, &cell, 1);
}

static void write_orders(const struct page *page)
{
    const struct draft *draft = page->draft;
    struct texts texts = { .used = 0 };

    if (!draft->order_count && !draft->orders_total.ore)
        return;
    heading(page, W_ORDERS, draft->order_count);
    ROW(page, PAPER_LABEL, item_columns, say(page, W_ORDER), say(page, W_RECEIPT), say(page, W_CUSTOMER), say(page, W_AMOUNT));
    for (size_t i = 0; i < draft->order_count; i++) {
        const struct order_ref *order = &draft->orders[i];

        texts.used = 0;
        ROW(page, PAPER_ROW, item_columns, order->order.len ? order->order : order->receipt, order->receipt, order->customer,
            kroner(&texts, order->amount));
    }
    write_more(page, draft->orders_more);
    texts.used = 0;
    ROW(page, PAPER_TOTAL, item_columns, say(page, W_SUM), STR_NONE, STR_NONE, kroner(&texts, draft->orders_total));
}

/* Either what the switches and persons left out, which has a total, or movements, which have none. */
static void write_manual(const struct page *page, bool movements)
{
    const struct draft *draft = page->draft;
    struct texts texts = { .used = 0 };
    size_t count = 0;

    for (size_t i = 0; i < draft->manual_count; i++)
        count += draft->manual[i].movement == movements;
    if (!count && (movements || !draft->manual_total.ore))
        return;
    heading(page, movements ? W_MOVEMENTS : W_LEFT, count);
    ROW(page, PAPER_LABEL, item_columns, say(page, W_WHAT), say(page, W_RECEIPT), say(page, W_CUSTOMER), say(page, W_AMOUNT));
    for (size_t i = 0; i < draft->manual_count; i++) {
        const struct manual_item *item = &draft->manual[i];
        bool not_booked = item->movement && str_equal(item->what, STR(MANUAL_NOT_BOOKED_WHAT));

        texts.used = 0;
        if (item->movement == movements)
            ROW(page, PAPER_ROW, item_columns, not_booked ? say(page, W_NOT_BOOKED) : item->what, item->receipt,
                item->customer, item->unknown ? say(page, W_UNKNOWN) : kroner(&texts, item->amount));
    }
    if (movements)
        return;
    write_more(page, draft->manual_more);
    texts.used = 0;
    ROW(page, PAPER_TOTAL, item_columns, say(page, W_SUM), STR_NONE, STR_NONE, kroner(&texts, draft->manual_total));
}

static void write_proof(const struct page *page)
{
    const struct { enum word word; struct money amount; } parts[] = {
        { W_IN_VOUCHER, page->draft->voucher_total }, { W_IN_ORDERS, page->draft->orders_total },
        { W_IN_LEFT, page->draft->manual_total },
    };
    struct texts texts = { .used = 0 };

    heading(page, W_PROOF, 3);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (i == 0 || parts[i].amount.ore)
            ROW(page, PAPER_ROW, proof_columns, say(page, parts[i].word), kroner(&texts, parts[i].amount));
    ROW(page, PAPER_TOTAL, proof_columns, say(page, W_ALL), kroner(&texts, page->draft->lines_total));
}

enum err settlement_page(const struct draft *draft, struct strbuf *out, struct fault *fault)
{
    struct page page = { .draft = draft, .nb = str_equal(draft->language, STR("nb")) };
    enum err err = paper_open(&page.paper, fault);

    if (err)
        return err;
    write_head(&page);
    write_sold(&page);
    write_vat(&page);
    write_paid(&page);
    write_registers(&page);
    write_orders(&page);
    write_manual(&page, false);
    write_manual(&page, true);
    write_proof(&page);
    err = paper_finish(page.paper, draft->reference, out, fault);
    paper_close(page.paper);
    return err;
}
