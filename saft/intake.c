#include "intake.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES_MAX = 8 * 1024 * 1024, PLACE_BYTES_MAX = 1024 * 1024, PLACES_SHOWN = 8 };

struct intake {
    const struct venue *venue;
    saft_sink sink;
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
    struct raw_z_vat *z_vats;
    struct raw_z_payment *z_payments;
    bool decided, taken;                 /* whether the location is the venue */
    bool in_register;                    /* the register has begun */
    size_t place_count;                  /* locations so far */
    struct strbuf places;                /* their names, for the fault */
    struct str only_place;               /* name of the first one */
};

static enum err emit(const struct event *event, void *context, struct fault *fault)
{
    struct intake *intake = context;
    enum err err;

    intake->summary.events++;
    if (!intake->sink)
        return ERR_OK;
    err = intake->sink(event, intake->context);
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
static void place_decide(struct intake *intake)
{
    struct str name = intake->now.location.name;
    bool same = intake->place_count && str_equal(intake->only_place, name);

    if (intake->decided)
        return;
    intake->decided = true;
    if (intake->place_count < PLACES_SHOWN && !same)
        strbuf_format(&intake->places, "%s'" STR_FMT "'", intake->place_count ? ", " : "", STR_ARG(name));
    if (!intake->place_count)
        intake->only_place = arena_copy(&intake->file, name);
    intake->place_count += !same;
    intake->taken = intake->venue->saft.location_count ? place_listed(intake->venue, name)
                                                       : intake->place_count == 1;
    if (intake->taken)
        intake->summary.locations++;
    else if (intake->venue->saft.location_count)
        saft_summary_note(&intake->summary, SAFT_LOCATION_LEFT_OUT, "'" STR_FMT "'", STR_ARG(name));
}

enum err intake_finish(struct intake *intake, struct fault *fault)
{
    bool listed = intake->venue->saft.location_count > 0;

    if (listed ? intake->summary.locations || intake->place_count == 0 : intake->place_count <= 1)
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED,
                     "%s (%zu in this file: " STR_FMT "%s). Write those that are venue " STR_FMT
                     " as `saft: {locations: [...]}` in " STR_FMT,
                     listed ? "none of its locations is one of the venue's" : "it holds more than one location",
                     intake->place_count, STR_ARG(strbuf_str(&intake->places)),
                     intake->place_count > PLACES_SHOWN ? ", ..." : "", STR_ARG(intake->venue->id),
                     STR_ARG(intake->venue->file.len ? intake->venue->file : STR("its venue file")));
}

bool intake_skips(struct intake *intake, enum node node)
{
    if (node != NODE_REGISTER)
        return false;
    place_decide(intake);
    return !intake->taken;
}

/* "K1", or "<location>.K1" for a venue of several locations: registerID is unique within one only. */
static enum err register_begin(struct intake *intake, struct fault *fault)
{
    struct str name;

    if (intake->in_register)
        return ERR_OK;
    intake->in_register = true;
    if (intake->now.reg.id.len == 0)
        return fault_set(fault, ERR_FORMAT, "a cashregister has no registerID; ask the till's vendor");
    name = value_name(intake->now.reg.id, &intake->record);
    if (intake->venue->saft.location_count > 1) {
        struct str place = value_name(intake->now.location.name, &intake->record);
        struct str both = arena_format(&intake->record, STR_FMT "." STR_FMT, STR_ARG(place), STR_ARG(name));

        name = value_name(both, &intake->record);
    }
    return name.len ? till_begin(intake->till, name) : ERR_MEMORY;
}

/* ------------------------------------------------------------------ what the end of an element means */

static enum err end_header(struct intake *intake, struct fault *fault)
{
    struct str currency = intake->now.header.currency;

    if (!currency.len || !intake->venue->currency.len || str_equal(currency, intake->venue->currency))
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED,
                     "its amounts are in " STR_FMT ", but the venue's currency is " STR_FMT
                     "; correct `currency:` of the venue if the file is right",
                     STR_ARG(currency), STR_ARG(intake->venue->currency));
}

static enum err end_vat_code(struct intake *intake, struct fault *fault)
{
    enum err err = codelist_put_vat(intake->codes, intake->now.vat_code.code, intake->now.vat_code.standard);

    return err ? fault_set(fault, err, "more codes than 24 MB hold") : ERR_OK;
}

static enum err end_article(struct intake *intake, struct fault *fault)
{
    enum err err = codelist_put_article(intake->codes, intake->now.article.id, intake->now.article.group,
                                        intake->now.article.text);

    return err ? fault_set(fault, err, "more articles than 24 MB hold") : ERR_OK;
}

static enum err end_basic(struct intake *intake, struct fault *fault)
{
    enum err err = codelist_put_basic(intake->codes, intake->now.basic.type, intake->now.basic.id,
                                      intake->now.basic.predefined, intake->now.basic.text);

    return err ? fault_set(fault, err, "more codes than 24 MB hold") : ERR_OK;
}

static enum err end_place(struct intake *intake, struct fault *fault)
{
    (void)fault;
    place_decide(intake);
    return ERR_OK;
}

static enum err end_event(struct intake *intake, struct fault *fault)
{
    return till_event(intake->till, &intake->now.event, fault);
}

static enum err end_sale(struct intake *intake, struct fault *fault)
{
    enum err err = till_sale(intake->till, &intake->now.sale.sale, intake->now.sale.trans_id, &intake->record, fault);

    if (!err)
        intake->now.sale.sale.nr = STR_NONE;
    return err;
}

static enum err end_register(struct intake *intake, struct fault *fault)
{
    bool begun = intake->in_register;

    intake->in_register = false;
    return begun ? till_end(intake->till, fault) : ERR_OK;
}

static enum err end_z_vat(struct intake *intake, struct fault *fault)
{
    struct raw_z *z = &intake->now.event.z;

    if (z->vat_count == EVENT_Z_SUMS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "a Z report has more than %d VAT rates", EVENT_Z_SUMS_MAX);
    z->vats[z->vat_count++] = intake->now.z_vat;
    return ERR_OK;
}

static enum err end_z_payment(struct intake *intake, struct fault *fault)
{
    struct raw_z *z = &intake->now.event.z;

    if (z->payment_count == EVENT_PAYMENTS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "a Z report has more than %d payment types", EVENT_PAYMENTS_MAX);
    z->payments[z->payment_count++] = intake->now.z_payment;
    return ERR_OK;
}

/* The last two places are for the tip and the rounding. */
static enum err end_line(struct intake *intake, struct fault *fault)
{
    struct raw_sale *sale = &intake->now.sale.sale;

    if (sale->line_count == EVENT_LINES_MAX - 2)
        return fault_set(fault, ERR_TOO_LONG, "it has more than %d lines", EVENT_LINES_MAX - 2);
    sale->lines[sale->line_count++] = intake->now.line;
    return ERR_OK;
}

static enum err end_sale_vat(struct intake *intake, struct fault *fault)
{
    struct raw_sale *sale = &intake->now.sale.sale;

    (void)fault;
    sale->vat_code = intake->now.sale_vat.code;
    sale->vat_rate = intake->now.sale_vat.rate;
    sale->vat_count++;
    return ERR_OK;
}

static enum err add_tip(struct intake *intake, struct money *tip, struct fault *fault)
{
    const struct code *code = codelist_find(intake->codes, CODE_RAISE, intake->now.raise.type);

    if (!code)
        return fault_set(fault, ERR_MEMORY, "more codes than 24 MB hold");
    if (!code_is_tip(code))
        return ERR_OK;
    if (money_add(*tip, intake->now.raise.amount.value, tip) || llabs(tip->ore) > MONEY_INPUT_MAX)
        return fault_set(fault, ERR_RANGE, "its tips are too large");
    return ERR_OK;
}

static enum err end_raise(struct intake *intake, struct fault *fault)
{
    return add_tip(intake, &intake->now.sale.sale.tip, fault);
}

static enum err end_line_raise(struct intake *intake, struct fault *fault)
{
    return add_tip(intake, &intake->now.line.tip, fault);
}

/* The last place is for what is left on credit. */
static enum err end_payment(struct intake *intake, struct fault *fault)
{
    struct raw_sale *sale = &intake->now.sale.sale;

    if (sale->payment_count == EVENT_PAYMENTS_MAX - 1)
        return fault_set(fault, ERR_TOO_LONG, "it has more than %d payments", EVENT_PAYMENTS_MAX - 1);
    sale->payments[sale->payment_count++] = intake->now.payment;
    return ERR_OK;
}

/* ------------------------------------------------------------------ containers, as one table */

static enum err begin_place(struct intake *intake, struct fault *fault)
{
    (void)fault;
    arena_reset(&intake->place);
    intake->decided = intake->taken = false;
    return ERR_OK;
}

static enum err begin_event(struct intake *intake, struct fault *fault)
{
    intake->now.event.z.vats = intake->z_vats;
    intake->now.event.z.payments = intake->z_payments;
    return register_begin(intake, fault);
}

static enum err begin_report(struct intake *intake, struct fault *fault)
{
    (void)fault;
    intake->now.event.has_report = true;
    return ERR_OK;
}

static enum err begin_sale(struct intake *intake, struct fault *fault)
{
    intake->now.sale.sale.lines = intake->lines;
    intake->now.sale.sale.payments = intake->payments;
    return register_begin(intake, fault);
}

#define RECORD(field) offsetof(struct records, field), sizeof(((struct records *)0)->field)

/* A record is emptied when its element begins; with `whole`, so is the arena of its texts. */
static const struct container {
    size_t offset, size;
    bool whole;
    enum err (*begin)(struct intake *intake, struct fault *fault);
    enum err (*end)(struct intake *intake, struct fault *fault);
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

enum err intake_begin(struct intake *intake, enum node node, struct fault *fault)
{
    const struct container *container = &containers[node];

    if (container->whole)
        arena_reset(&intake->record);
    memset((char *)&intake->now + container->offset, 0, container->size);
    return container->begin ? container->begin(intake, fault) : ERR_OK;
}

enum err intake_end(struct intake *intake, enum node node, struct fault *fault)
{
    return containers[node].end ? containers[node].end(intake, fault) : ERR_OK;
}

/* A company's file for another company's venue is not refused: organisation numbers of sub-units differ. */
static void company_known(struct intake *intake)
{
    struct str ident = intake->now.company.ident;

    (void)str_copy(ident, intake->summary.company, sizeof intake->summary.company);
    value_printable(intake->summary.company);
    if (intake->venue->company.len && !str_equal(ident, intake->venue->company))
        saft_summary_note(&intake->summary, SAFT_OTHER_COMPANY, "file " STR_FMT ", venue " STR_FMT, STR_ARG(ident),
                          STR_ARG(intake->venue->company));
}

enum err intake_field(struct intake *intake, const struct element *field, struct str text, struct fault *fault)
{
    bool place = field->parent == NODE_COMPANY || field->parent == NODE_LOCATION || field->parent == NODE_REGISTER;
    struct arena *arena = place ? &intake->place : &intake->record;
    enum err err;

    text = value_trim(text);
    if (text.len == 0 && field->kind != VALUE_TEXT)          /* seen: optional elements that are there, empty */
        return ERR_OK;
    err = value_read(field->kind, text, arena, (char *)&intake->now + field->offset);
    if (!err && field->parent == NODE_COMPANY)
        company_known(intake);
    if (err == ERR_MEMORY)
        return fault_set(fault, err, "%s: more text than one receipt may have", field->name);
    if (err)
        return fault_set(fault, err,
                         "%s is '%.*s', which is not %s. Ask the till's vendor for a file that follows the schema; "
                         "nothing of this one was booked",
                         field->name, (int)(text.len < 40 ? text.len : 40), text.bytes, value_form(field->kind));
    return ERR_OK;
}

struct str intake_receipt(const struct intake *intake)
{
    return intake->now.sale.sale.nr;
}

const struct saft_summary *intake_summary(const struct intake *intake)
{
    return &intake->summary;
}

enum err intake_new(const struct venue *venue, saft_sink sink, void *context, struct intake **ret_intake)
{
    struct intake *intake = calloc(1, sizeof *intake);
    enum err err;

    if (!intake)
        return ERR_MEMORY;
    *intake = (struct intake){ .venue = venue, .sink = sink, .context = context };
    arena_init(&intake->record, RECORD_BYTES_MAX);
    arena_init(&intake->place, PLACE_BYTES_MAX);
    arena_init(&intake->file, PLACE_BYTES_MAX);
    strbuf_init(&intake->places, PLACE_BYTES_MAX);
    intake->lines = calloc(EVENT_LINES_MAX, sizeof *intake->lines);
    intake->payments = calloc(EVENT_PAYMENTS_MAX, sizeof *intake->payments);
    intake->z_vats = calloc(EVENT_Z_SUMS_MAX, sizeof *intake->z_vats);
    intake->z_payments = calloc(EVENT_PAYMENTS_MAX, sizeof *intake->z_payments);
    err = intake->lines && intake->payments && intake->z_vats && intake->z_payments ? codelist_new(venue, &intake->codes)
                                                                                    : ERR_MEMORY;
    if (!err)
        err = till_new(venue, intake->codes, (struct till_outlet){ emit, intake, &intake->summary }, &intake->till);
    if (err) {
        intake_free(intake);
        return err;
    }
    *ret_intake = intake;
    return ERR_OK;
}

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    till_free(intake->till);
    codelist_free(intake->codes);
    arena_free(&intake->record);
    arena_free(&intake->place);
    arena_free(&intake->file);
    strbuf_free(&intake->places);
    free(intake->lines);
    free(intake->payments);
    free(intake->z_vats);
    free(intake->z_payments);
    free(intake);
}
