#include "order_body.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "price.h"

#include <inttypes.h>

enum { ORDER_NO_DIGITS_MAX = 15 };

static bool is_number(struct str text)
{
    if (!text.len || text.len > ORDER_NO_DIGITS_MAX || text.bytes[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
    return true;
}

/* The till customer's connection decides, as it stands when the order is sealed. */
static enum err customer_id(const struct task *task, int64_t *ret_id)
{
    const struct ref_customer *customer;
    int64_t number;
    enum err err = customer_link_get(task->links, task->draft->company, task->draft->customer, &number);

    if (err)
        return err;
    customer = refdata_customer(task->ref, number);
    if (!customer)
        return ERR_NOT_FOUND;
    *ret_id = customer->id;
    return ERR_OK;
}

/* -1 says none on purpose; nothing said would take the customer's. */
static enum err department_id(const struct task *task, int64_t *ret_id)
{
    const struct ref_department *department;

    *ret_id = -1;
    if (!task->draft->department.len)
        return ERR_OK;
    department = refdata_department(task->ref, task->draft->department);
    if (!department)
        return ERR_NOT_FOUND;
    *ret_id = department->id;
    return ERR_OK;
}

/* Like -1 above; an empty code. */
static enum err project_id(const struct task *task, struct str code, int64_t *ret_id)
{
    const struct ref_project *project = code.len ? refdata_project(task->ref, code) : NULL;

    *ret_id = project ? project->id : -1;
    return code.len && !project ? ERR_NOT_FOUND : ERR_OK;
}

static enum err location_id(const struct task *task, struct str code, int64_t *ret_id)
{
    const struct ref_location *location = code.len ? refdata_location(task->ref, code) : NULL;

    *ret_id = location ? location->id : -1;
    return code.len && !location ? ERR_NOT_FOUND : ERR_OK;
}

/* A project and a location that the venue does not name stay what PowerOffice makes of them (the customer's own); a line says
 * its own where it is another than the order's. */
static enum err dimensions_body(const struct task *task, struct str project, struct str location, struct str as_project,
                                struct str as_location, struct strbuf *body)
{
    bool says_project = !str_equal(project, as_project), says_location = !str_equal(location, as_location);
    int64_t project_no = 0, location_no = 0;
    enum err err = says_project ? project_id(task, project, &project_no) : ERR_OK;

    if (!err && says_location)
        err = location_id(task, location, &location_no);
    if (!err && says_project)
        json_put_int(body, "ProjectId", project_no);
    if (!err && says_location)
        json_put_int(body, "LocationId", location_no);
    return err;
}

/* Every order says one: an electronic invoice without it is refused. */
static enum err buyer_reference(const struct task *task, struct str *ret_reference)
{
    const struct draft *draft = task->draft;
    enum err err = ERR_OK;

    *ret_reference = draft->buyer_reference;
    if (!ret_reference->len)
        err = customer_link_get_reference(task->links, draft->company, draft->customer, task->arena, ret_reference);
    if (!err && !ret_reference->len)
        *ret_reference = draft->order_no;
    return err;
}

static enum err header(const struct task *task, struct strbuf *body)
{
    const struct draft *draft = task->draft;
    int64_t customer, department;
    struct str reference;
    char number[ORDER_NO_DIGITS_MAX + 1];
    enum err err = customer_id(task, &customer);

    if (!err)
        err = department_id(task, &department);
    if (!err)
        err = buyer_reference(task, &reference);
    if (err)
        return err;
    json_open(body, NULL, '{');
    json_put_int(body, "CustomerId", customer);
    json_put_str(body, "ExternalImportReference", draft->reference);
    json_put_str(body, "CurrencyCode", draft->currency);
    json_put_str(body, "CustomerReference", reference);
    json_put_day(body, "SalesOrderDate", draft->post_on);
    json_put_day(body, "DeliveryDate", draft->post_on);
    json_put_str(body, "SalesOrderStatus", STR("Draft"));
    if (is_number(draft->order_no) && str_copy(draft->order_no, number, sizeof number))
        json_put_number(body, "ImportedOrderNo", number);
    else
        json_put_str(body, "PurchaseOrderReference", draft->order_no);
    json_put_int(body, "DepartmentId", department);
    err = dimensions_body(task, draft->project, draft->location, STR_NONE, STR_NONE, body);
    json_open(body, "SalesOrderLines", '[');
    return err;
}

/* 8547 -> "85,47" */
static void kroner(struct money amount, struct strbuf *out)
{
    uint64_t ore = amount.ore < 0 ? -(uint64_t)amount.ore : (uint64_t)amount.ore;

    strbuf_format(out, "%s%" PRIu64 ",%02" PRIu64, amount.ore < 0 ? "-" : "", ore / 100, ore % 100);
}

/* A line of the order: one of the draft's, or a part of one that was split (docs/rules.md section 4). */
struct piece { size_t line; int part; struct priced priced; };     /* part 0: the whole */

static bool is_part(const struct order_line *line)
{
    return line->share.ore != line->gross.ore;
}

/* The till's quantity stands in the text where the line's own is another: of what was split, but for one piece. */
static bool in_words(const struct piece *piece, const struct order_line *line, const struct price *price)
{
    return !is_part(line) && line->qty && (piece->part ? line->qty != QUANTITY_ONE * INT64_C(100) : price->single);
}

/* What the till sold, and where the line is not the whole of it, what is missing to understand the sum. */
static void description(const struct draft *draft, const struct piece *piece, const struct price *price, struct strbuf *body)
{
    const struct order_line *line = &draft->order_lines[piece->line];
    struct strbuf text;

    strbuf_init(&text, 8192);
    if (in_words(piece, line, price)) {
        quantity_text(line->qty / 100, &text);
        strbuf_add(&text, STR(" x "));
    }
    strbuf_add(&text, line->text.len ? line->text : line->product_type);
    if (is_part(line)) {
        strbuf_add(&text, STR(" ("));
        kroner(line->share, &text);
        strbuf_add(&text, str_equal(draft->language, STR("nb")) ? STR(" av ") : STR(" of "));
        kroner(line->gross, &text);
        strbuf_char(&text, ')');
    }
    if (piece->part)
        strbuf_format(&text, " %d/2", piece->part);
    json_put_str(body, "Description", strbuf_str(&text));
    if (text.failed)
        body->failed = true;
    strbuf_free(&text);
}

static enum err line_body(const struct task *task, size_t index, const struct piece *piece, const struct price *price,
                          struct strbuf *body)
{
    const struct draft *draft = task->draft;
    const struct order_line *line = &draft->order_lines[piece->line];
    const struct ref_product *product = refdata_product(task->ref, line->product);
    enum err err;

    if (!product)
        return ERR_NOT_FOUND;
    json_open(body, NULL, '{');
    json_put_str(body, "LineType", STR("Normal"));
    json_put_int(body, "ProductId", product->id);
    description(draft, piece, price, body);
    strbuf_add(body, STR(",\"Quantity\":"));
    quantity_text(price->quantity, body);
    strbuf_add(body, STR(",\"ProductUnitPrice\":"));
    unit_text(price->unit, task->settings->price_decimals, body);
    json_put_int(body, "Allowance", 0);
    json_put_bool(body, "UseStandardSalesAccount", true);
    json_put_uint(body, "SortOrder", index);
    json_put_str(body, "ExternalImportReference",
                 arena_format(task->arena, STR_FMT "/%zu", STR_ARG(draft->reference), index + 1));
    err = dimensions_body(task, line->project, line->location, draft->project, draft->location, body);
    json_close(body, '}');
    return err ? err : arena_failed(task->arena) ? ERR_MEMORY : ERR_OK;
}

/* The lines of the order, in the order of the receipt. */
static size_t cut_pieces(const struct task *task, struct piece *pieces)
{
    const struct draft *draft = task->draft;
    bool split = venue_order_split(task->venue, task->settings);
    size_t count = 0;

    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];
        struct money parts[2];

        if (!split || !price_split(line->share, line->rate, parts)) {
            pieces[count++] = (struct piece){ i, 0, { line->share, line->rate, is_part(line) ? 0 : line->qty } };
            continue;
        }
        for (int part = 0; part < 2; part++)
            pieces[count++] = (struct piece){ i, part + 1, { parts[part], line->rate, 0 } };
    }
    return count;
}

static enum err lines_body(const struct task *task, const struct piece *pieces, size_t count, struct strbuf *body)
{
    struct priced *lines = arena_array(task->arena, count, sizeof *lines);
    struct price *prices = arena_array(task->arena, count, sizeof *prices);
    struct money total;
    enum err err;

    if (!lines || !prices)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        lines[i] = pieces[i].priced;
    err = prices_find(lines, count, task->settings->price_decimals, prices, &total);
    for (size_t i = 0; !err && i < count; i++)
        err = line_body(task, i, &pieces[i], &prices[i], body);
    return err;
}

enum err order_build(const struct task *task, struct strbuf *body)
{
    struct piece *pieces = arena_array(task->arena, 2 * task->draft->order_line_count, sizeof *pieces);
    enum err err;

    if (!task->draft->order_line_count)
        return ERR_RANGE;
    if (!pieces)
        return ERR_MEMORY;
    err = header(task, body);
    if (!err)
        err = lines_body(task, pieces, cut_pieces(task, pieces), body);
    json_close(body, ']');
    json_close(body, '}');
    return err;
}
