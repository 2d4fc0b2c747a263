#include "content.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES_MAX = 8 * 1024 * 1024, PLACE_BYTES_MAX = 1024 * 1024, PLACES_SHOWN = 8, ODD_IN_A_ROW_MAX = 100,
       ODD_BYTES_MAX = 16 * 1024 };

struct content {
    const struct venue *venue;
    saft_sink sink;
    saft_refuse refuse;
    void *context;
    struct saft_summary summary;
    struct codelist *codes;
    struct till *till;

    struct records now;
    struct arena record;                 /* one basic, article, event or transaction */
    struct arena place;                  /* the location and its registers */
    struct arena file;                   /* what is kept to the end */
    struct raw_line *lines;
    struct raw_payment *payments;
    struct raw_sale_vat *vats;
    struct raw_z_vat *z_vats;
    struct raw_z_payment *z_payments;
    bool decided, taken;                 /* whether the location is the venue */
    bool in_register;                    /* the register has begun */
    size_t place_count;                  /* locations so far */
    struct strbuf places;                /* their names, for the fault */
    struct str only_place;               /* name of the first one */

    bool in_sale, odd;                   /* odd: the receipt being read is set aside */
    int line;
    struct fault why, first_why;         /* of that one, and of the first of the file */
    unsigned odd_in_a_row;
    struct strbuf fields;                /* what it says, as far as there is room */
};

static enum err emit(const struct event *event, void *context, struct fault *fault)
{
    struct content *content = context;
    enum err err;

    content->summary.events++;
    err = content->sink(event, content->context);
    return err ? fault_set(fault, err, "its event could not be taken in: %s", err_text(err)) : ERR_OK;
}

/* ------------------------------------------------------------------ locations and registers */

static bool place_listed(const struct venue *venue, struct str name)
{
    for (size_t i = 0; i < venue->saft.location_count; i++)
        if (str_equal(venue->saft.locations[i], name))
            return true;
    return false;
}

/* A venue that lists no location takes the only one of the file; with two it must say which is it. */
static void place_decide(struct content *content)
{
    struct str name = content->now.location.name;
    bool same = content->place_count && str_equal(content->only_place, name);

    if (content->decided)
        return;
    content->decided = true;
    if (content->place_count < PLACES_SHOWN && !same)
        strbuf_format(&content->places, "%s'" STR_FMT "'", content->place_count ? ", " : "", STR_ARG(name));
    if (!content->place_count)
        content->only_place = arena_copy(&content->file, name);
    content->place_count += !same;
    content->taken = content->venue->saft.location_count ? place_listed(content->venue, name)
                                                       : content->place_count == 1;
    if (content->taken)
        content->summary.locations++;
    else if (content->venue->saft.location_count)
        saft_summary_note(&content->summary, SAFT_LOCATION_LEFT_OUT, "'" STR_FMT "'", STR_ARG(name));
}

enum err content_finish(struct content *content, struct fault *fault)
{
    bool listed = content->venue->saft.location_count > 0;
    const struct saft_summary *sum = &content->summary;

    if (sum->notes[SAFT_RECEIPT_REFUSED].count && sum->receipts + sum->voids + sum->training + sum->movements == 0)
        return fault_set(fault, ERR_FORMAT, "no receipt of it can be read; the first: %.400s", content->first_why.text);
    if (listed ? content->summary.locations || content->place_count == 0 : content->place_count <= 1)
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED,
                     "%s (%zu in this file: " STR_FMT "%s). Write those that are venue " STR_FMT
                     " as `saft: {locations: [...]}` in " STR_FMT,
                     fault_words(listed ? "none of its locations is one of the venue's" : "it holds more than one location"),
                     content->place_count, STR_ARG(strbuf_str(&content->places)),
                     content->place_count > PLACES_SHOWN ? ", ..." : "", STR_ARG(content->venue->id),
                     STR_ARG(content->venue->file.len ? content->venue->file : str_of(fault_words("its venue file"))));
}

bool content_skips(struct content *content, enum node node)
{
    if (node != NODE_REGISTER)
        return false;
    place_decide(content);
    return !content->taken;
}

/* "K1", or "<location>.K1" for a venue of several locations: registerID is unique within one only. */
static enum err register_begin(struct content *content, struct fault *fault)
{
    struct str name;

    if (content->in_register)
        return ERR_OK;
    content->in_register = true;
    if (content->now.reg.id.len == 0)
        return fault_set(fault, ERR_FORMAT, "a cashregister has no registerID; ask the till's vendor");
    name = value_name(content->now.reg.id, &content->record);
    if (content->venue->saft.location_count > 1) {
        struct str place = value_name(content->now.location.name, &content->record);
        struct str both = arena_format(&content->record, STR_FMT "." STR_FMT, STR_ARG(place), STR_ARG(name));

        name = value_name(both, &content->record);
    }
    return name.len ? till_begin(content->till, name) : ERR_MEMORY;
}

/* ------------------------------------------------------------------ what the end of an element means */

/* The schema has no such element; tills that name themselves there all the same are to stand on their vouchers. */
static void system_known(struct content *content)
{
    struct str id = content->now.header.system_id;

    if (id.len && !str_equal(id, content->venue->saft.system_id))
        saft_summary_note(&content->summary, SAFT_SYSTEM_ID, STR_FMT, STR_ARG(id));
}

static enum err end_header(struct content *content, struct fault *fault)
{
    struct str currency = content->now.header.currency;

    system_known(content);
    if (!currency.len || !content->venue->currency.len || str_equal(currency, content->venue->currency))
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED,
                     "its amounts are in " STR_FMT ", but the venue's currency is " STR_FMT
                     "; correct `currency:` of the venue if the file is right",
                     STR_ARG(currency), STR_ARG(content->venue->currency));
}

static enum err end_vat_code(struct content *content, struct fault *fault)
{
    enum err err = codelist_put_vat(content->codes, content->now.vat_code.code, content->now.vat_code.standard);

    return err ? fault_set(fault, err, "more codes than 24 MB hold") : ERR_OK;
}

static enum err end_article(struct content *content, struct fault *fault)
{
    enum err err = codelist_put_article(content->codes, content->now.article.id, content->now.article.group,
                                        content->now.article.text);

    return err ? fault_set(fault, err, "more articles than 24 MB hold") : ERR_OK;
}

static enum err end_basic(struct content *content, struct fault *fault)
{
    enum err err = codelist_put_basic(content->codes, content->now.basic.type, content->now.basic.id,
                                      content->now.basic.predefined, content->now.basic.text);

    return err ? fault_set(fault, err, "more codes than 24 MB hold") : ERR_OK;
}

static enum err end_place(struct content *content, struct fault *fault)
{
    (void)fault;
    place_decide(content);
    return ERR_OK;
}

static enum err end_event(struct content *content, struct fault *fault)
{
    return till_event(content->till, &content->now.event, fault);
}

bool content_sets_aside(struct content *content, enum err err, const struct fault *fault)
{
    if (!content->refuse || !content->in_sale || (err != ERR_FORMAT && err != ERR_RANGE && err != ERR_TOO_LONG))
        return false;
    if (!content->odd)
        content->why = *fault;
    content->odd = true;
    return true;
}

void content_line(struct content *content, int line)
{
    content->line = line;
}

static enum err hand_refused(struct content *content, struct fault *fault)
{
    struct str receipt = content->now.sale.sale.nr;
    struct fault why;
    enum err err;

    (void)fault_set(&why, ERR_FORMAT, "line %d, receipt %.*s: %.380s", content->line,
                    (int)(receipt.len < 35 ? receipt.len : 35), receipt.len ? receipt.bytes : "", content->why.text);
    value_printable(why.text);
    if (!content->summary.notes[SAFT_RECEIPT_REFUSED].count)
        content->first_why = why;
    saft_summary_note(&content->summary, SAFT_RECEIPT_REFUSED, "%s", why.text);
    if (++content->odd_in_a_row == ODD_IN_A_ROW_MAX)
        return fault_set(fault, ERR_FORMAT, "%d receipts in a row cannot be read, so nothing of the file was booked; the "
                         "first: %.300s", ODD_IN_A_ROW_MAX, content->first_why.text);
    err = content->refuse(receipt, strbuf_str(&content->fields), why.text, content->context);
    return err ? fault_set(fault, err, "it could not be kept as refused: %s", err_text(err)) : ERR_OK;
}

static enum err end_sale(struct content *content, struct fault *fault)
{
    enum err err = ERR_OK;

    if (!content->odd) {
        err = till_sale(content->till, &content->now.sale.sale, content->now.sale.trans_id, &content->record, fault);
        if (err && till_sale_is_odd(content->till) && content_sets_aside(content, err, fault))
            err = ERR_OK;
    }
    content->in_sale = false;            /* what fails from here on is no fault of the receipt */
    if (content->odd)
        err = till_odd(content->till, &content->now.sale.sale, fault);
    if (content->odd && !err)
        err = hand_refused(content, fault);
    if (!content->odd)
        content->odd_in_a_row = 0;
    content->odd = false;
    if (!err)
        content->now.sale.sale.nr = STR_NONE;
    return err;
}

static enum err end_register(struct content *content, struct fault *fault)
{
    bool begun = content->in_register;

    content->in_register = false;
    return begun ? till_end(content->till, fault) : ERR_OK;
}

static enum err end_z_vat(struct content *content, struct fault *fault)
{
    struct raw_z *z = &content->now.event.z;

    if (z->vat_count == EVENT_Z_SUMS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "a Z report has more than %d VAT rates", EVENT_Z_SUMS_MAX);
    z->vats[z->vat_count++] = content->now.z_vat;
    return ERR_OK;
}

static enum err end_z_payment(struct content *content, struct fault *fault)
{
    struct raw_z *z = &content->now.event.z;

    if (z->payment_count == EVENT_PAYMENTS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "a Z report has more than %d payment types", EVENT_PAYMENTS_MAX);
    z->payments[z->payment_count++] = content->now.z_payment;
    return ERR_OK;
}

/* The last two places are for the tip and the rounding. */
static enum err end_line(struct content *content, struct fault *fault)
{
    struct raw_sale *sale = &content->now.sale.sale;

    if (sale->line_count == EVENT_LINES_MAX - 2)
        return fault_set(fault, ERR_TOO_LONG, "it has more than %d lines", EVENT_LINES_MAX - 2);
    sale->lines[sale->line_count++] = content->now.line;
    return ERR_OK;
}

static enum err end_sale_vat(struct content *content, struct fault *fault)
{
    struct raw_sale *sale = &content->now.sale.sale;

    (void)fault;
    if (sale->vat_count < RAW_SALE_VATS_MAX)
        sale->vats[sale->vat_count] = content->now.sale_vat;
    sale->vat_count++;
    return ERR_OK;
}

static enum err add_tip(struct content *content, struct money *tip, struct fault *fault)
{
    const struct code *code = codelist_find(content->codes, CODE_RAISE, content->now.raise.type);

    if (!code)
        return fault_set(fault, ERR_MEMORY, "more codes than 24 MB hold");
    if (!code_is_tip(code))
        return ERR_OK;
    if (money_add(*tip, content->now.raise.amount.value, tip) || llabs(tip->ore) > MONEY_INPUT_MAX)
        return fault_set(fault, ERR_RANGE, "its tips are too large");
    return ERR_OK;
}

static enum err end_raise(struct content *content, struct fault *fault)
{
    return add_tip(content, &content->now.sale.sale.tip, fault);
}

static enum err end_line_raise(struct content *content, struct fault *fault)
{
    return add_tip(content, &content->now.line.tip, fault);
}

/* The last place is for what is left on credit. */
static enum err end_payment(struct content *content, struct fault *fault)
{
    struct raw_sale *sale = &content->now.sale.sale;

    if (sale->payment_count == EVENT_PAYMENTS_MAX - 1)
        return fault_set(fault, ERR_TOO_LONG, "it has more than %d payments", EVENT_PAYMENTS_MAX - 1);
    sale->payments[sale->payment_count++] = content->now.payment;
    return ERR_OK;
}

/* ------------------------------------------------------------------ containers, as one table */

static enum err begin_place(struct content *content, struct fault *fault)
{
    (void)fault;
    arena_reset(&content->place);
    content->decided = content->taken = false;
    return ERR_OK;
}

static enum err begin_event(struct content *content, struct fault *fault)
{
    content->now.event.z.vats = content->z_vats;
    content->now.event.z.payments = content->z_payments;
    return register_begin(content, fault);
}

static enum err begin_report(struct content *content, struct fault *fault)
{
    (void)fault;
    content->now.event.has_report = true;
    return ERR_OK;
}

static enum err begin_sale(struct content *content, struct fault *fault)
{
    enum err err;

    content->now.sale.sale.lines = content->lines;
    content->now.sale.sale.payments = content->payments;
    content->now.sale.sale.vats = content->vats;
    content->odd = false;
    strbuf_reset(&content->fields);
    err = register_begin(content, fault);
    content->in_sale = !err;
    return err;
}

#define RECORD(field) offsetof(struct records, field), sizeof(((struct records *)0)->field)

/* A record is emptied when its element begins; with `whole`, so is the arena of its texts. */
static const struct container {
    size_t offset, size;
    bool whole;
    enum err (*begin)(struct content *content, struct fault *fault);
    enum err (*end)(struct content *content, struct fault *fault);
} containers[NODE_COUNT] = {
    [NODE_HEADER] = { RECORD(header), true, NULL, end_header },
    [NODE_VAT_CODE] = { RECORD(vat_code), true, NULL, end_vat_code },
    [NODE_ARTICLE] = { RECORD(article), true, NULL, end_article },
    [NODE_BASIC] = { RECORD(basic), true, NULL, end_basic },
    [NODE_LOCATION] = { RECORD(location), false, begin_place, end_place },
    [NODE_REGISTER] = { RECORD(reg), false, NULL, end_register },
    [NODE_EVENT] = { RECORD(event), true, begin_event, end_event },
    [NODE_REPORT] = { 0, 0, false, begin_report, NULL },
    [NODE_Z_PAYMENT] = { RECORD(z_payment), false, NULL, end_z_payment },
    [NODE_Z_VAT] = { RECORD(z_vat), false, NULL, end_z_vat },
    [NODE_SALE] = { RECORD(sale), true, begin_sale, end_sale },
    [NODE_LINE] = { RECORD(line), false, NULL, end_line },
    [NODE_LINE_RAISE] = { RECORD(raise), false, NULL, end_line_raise },
    [NODE_SALE_VAT] = { RECORD(sale_vat), false, NULL, end_sale_vat },
    [NODE_RAISE] = { RECORD(raise), false, NULL, end_raise },
    [NODE_PAYMENT] = { RECORD(payment), false, NULL, end_payment },
};

enum err content_begin(struct content *content, enum node node, struct fault *fault)
{
    const struct container *container = &containers[node];

    if (container->whole)
        arena_reset(&content->record);
    memset((char *)&content->now + container->offset, 0, container->size);
    return container->begin ? container->begin(content, fault) : ERR_OK;
}

enum err content_end(struct content *content, enum node node, struct fault *fault)
{
    return containers[node].end ? containers[node].end(content, fault) : ERR_OK;
}

/* Whether another company's file is wanted is asked by who reads it (saft_read_most()). */
static void company_known(struct content *content)
{
    struct str ident = content->now.company.ident;

    (void)str_copy(ident, content->summary.company, sizeof content->summary.company);
    value_printable(content->summary.company);
    if (content->venue->company.len && !str_equal(ident, content->venue->company))
        saft_summary_note(&content->summary, SAFT_OTHER_COMPANY, "file " STR_FMT ", venue " STR_FMT, STR_ARG(ident),
                          STR_ARG(content->venue->company));
}

enum err content_field(struct content *content, const struct element *field, struct str text, struct fault *fault)
{
    bool place = field->parent == NODE_COMPANY || field->parent == NODE_LOCATION || field->parent == NODE_REGISTER;
    struct arena *arena = place ? &content->place : &content->record;
    enum err err;

    text = value_trim(text);
    if (content->in_sale && content->refuse && content->fields.len + text.len + 200 < ODD_BYTES_MAX)
        strbuf_format(&content->fields, "<%s>" STR_FMT, field->name, STR_ARG(text));
    if (text.len == 0 && field->kind != VALUE_TEXT)          /* seen: optional elements that are there, empty */
        return ERR_OK;
    err = value_read(field->kind, text, arena, (char *)&content->now + field->offset);
    if (!err && field->parent == NODE_COMPANY)
        company_known(content);
    if (err == ERR_MEMORY)
        return fault_set(fault, err, "%s: more text than one receipt may have", field->name);
    if (err)
        return fault_set(fault, err,
                         "%s is '%.*s', which is not %s. Ask the till's vendor for a file that follows the schema; "
                         "nothing of this one was booked",
                         field->name, (int)(text.len < 40 ? text.len : 40), text.bytes, fault_words(value_form(field->kind)));
    return ERR_OK;
}

struct str content_receipt(const struct content *content)
{
    return content->now.sale.sale.nr;
}

const struct saft_summary *content_summary(const struct content *content)
{
    return &content->summary;
}

enum err content_new(const struct venue *venue, saft_sink sink, saft_refuse refuse, void *context,
                     struct content **ret_content)
{
    struct content *content = calloc(1, sizeof *content);
    enum err err;

    if (!content)
        return ERR_MEMORY;
    *content = (struct content){ .venue = venue, .sink = sink, .refuse = refuse, .context = context };
    arena_init(&content->record, RECORD_BYTES_MAX);
    arena_init(&content->place, PLACE_BYTES_MAX);
    arena_init(&content->file, PLACE_BYTES_MAX);
    strbuf_init(&content->places, PLACE_BYTES_MAX);
    strbuf_init(&content->fields, 2 * ODD_BYTES_MAX);
    content->lines = calloc(EVENT_LINES_MAX, sizeof *content->lines);
    content->payments = calloc(EVENT_PAYMENTS_MAX, sizeof *content->payments);
    content->vats = calloc(RAW_SALE_VATS_MAX, sizeof *content->vats);
    content->z_vats = calloc(EVENT_Z_SUMS_MAX, sizeof *content->z_vats);
    content->z_payments = calloc(EVENT_PAYMENTS_MAX, sizeof *content->z_payments);
    err = content->lines && content->payments && content->vats && content->z_vats && content->z_payments ? ERR_OK : ERR_MEMORY;
    if (!err)
        err = codelist_new(venue, &content->codes);
    if (!err)
        err = till_new(venue, content->codes, (struct till_outlet){ emit, content, &content->summary }, &content->till);
    if (err) {
        content_free(content);
        return err;
    }
    *ret_content = content;
    return ERR_OK;
}

void content_free(struct content *content)
{
    if (!content)
        return;
    till_free(content->till);
    codelist_free(content->codes);
    arena_free(&content->record);
    arena_free(&content->place);
    arena_free(&content->file);
    strbuf_free(&content->places);
    strbuf_free(&content->fields);
    free(content->lines);
    free(content->payments);
    free(content->vats);
    free(content->z_vats);
    free(content->z_payments);
    free(content);
}
