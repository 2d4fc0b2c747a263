#include "customers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDED_MAX = 512, ORG_NO_DIGITS = 9, NAME_MAX_BYTES = 400 };

/* --- till customers ---------------------------------------------------------------------------------------- */

static bool room_for_one(struct till_customers *list)
{
    size_t room = list->room ? list->room * 2 : 64;
    struct till_customer *more;

    if (list->count < list->room)
        return true;
    more = arena_array(list->arena, room, sizeof *more);
    if (!more)
        return false;
    if (list->count)
        memcpy(more, list->at, list->count * sizeof *more);
    list->at = more;
    list->room = room;
    return true;
}

struct till_customer *till_customers_of(struct till_customers *list, struct str name)
{
    size_t low = 0, high = list->count;
    struct str copy;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(list->at[middle].name, name);

        if (order == 0)
            return &list->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    copy = arena_copy(list->arena, name);
    if (!copy.bytes || !room_for_one(list))
        return NULL;
    memmove(&list->at[low + 1], &list->at[low], (list->count++ - low) * sizeof *list->at);
    list->at[low] = (struct till_customer){ .name = copy, .last_day = INT32_MIN };
    return &list->at[low];
}

static void seen_on(struct till_customer *customer, int32_t day)
{
    if (day > customer->last_day)
        customer->last_day = day;
}

enum err till_customers_note(struct till_customers *list, const struct draft *draft, bool held)
{
    struct till_customer *customer;

    for (size_t i = 0; i < draft->manual_count; i++) {
        if (draft->manual[i].movement || draft->manual[i].customer.len == 0)
            continue;
        customer = till_customers_of(list, draft->manual[i].customer);
        if (!customer)
            return ERR_MEMORY;
        customer->manual++;
        seen_on(customer, draft->doc.day);
    }
    if (draft->doc.kind != DOC_ORDER || draft->customer.len == 0)
        return ERR_OK;
    customer = till_customers_of(list, draft->customer);
    if (!customer)
        return ERR_MEMORY;
    customer->orders++;
    customer->waiting += held;
    seen_on(customer, draft->doc.day);
    return ERR_OK;
}

/* --- comparing --------------------------------------------------------------------------------------------- */

/* Letters and digits only, small. Of UTF-8, the block with Latin letters and marks (U+00C0 to U+00DE) is made small;
 * what lies beyond is kept as it is. A longer text is compared by its beginning. */
static struct str fold(struct str text, char folded[FOLDED_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < text.len && len + 1 < FOLDED_MAX; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        unsigned char next = i + 1 < text.len ? (unsigned char)text.bytes[i + 1] : 0;

        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + 32);
        if (c == 0xC3 && next >= 0x80 && next <= 0xBF) {
            folded[len++] = (char)c;
            folded[len++] = (char)(next <= 0x9E && next != 0x97 ? next + 0x20 : next);
            i++;
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
            folded[len++] = (char)c;
        }
    }
    return (struct str){ folded, len };
}

static struct str digits(struct str text, char found[FOLDED_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < text.len && len < FOLDED_MAX; i++)
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
            found[len++] = text.bytes[i];
    return (struct str){ found, len };
}

static bool contains(struct str text, struct str part)
{
    return part.len == 0 || (text.len && memmem(text.bytes, text.len, part.bytes, part.len));
}

bool customer_name_matches(struct str name, struct str text)
{
    char folded_name[FOLDED_MAX], folded_text[FOLDED_MAX];

    return contains(fold(name, folded_name), fold(text, folded_text));
}

static bool only_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] != ' ' && (text.bytes[i] < '0' || text.bytes[i] > '9'))
            return false;
    return text.len > 0;
}

bool customer_matches(const struct ref_customer *customer, struct str text)
{
    char number[24], wanted[FOLDED_MAX], org_no[FOLDED_MAX];
    int len = snprintf(number, sizeof number, "%" PRId64, customer->no);

    if (only_digits(text)) {
        struct str start = digits(text, wanted);

        if (str_starts((struct str){ number, (size_t)len }, start) || str_starts(digits(customer->org_no, org_no), start))
            return true;
    }
    return customer_name_matches(customer->name, text);
}

/* Nine digits, alone or with the country before and the VAT mark behind. */
static bool org_no_of(struct str text, char found[FOLDED_MAX], struct str *ret_org_no)
{
    char folded[FOLDED_MAX];
    struct str rest = fold(text, folded);

    if (str_starts(rest, STR("no")))
        rest = (struct str){ rest.bytes + 2, rest.len - 2 };
    if (rest.len == ORG_NO_DIGITS + 3 && memcmp(rest.bytes + ORG_NO_DIGITS, "mva", 3) == 0)
        rest.len = ORG_NO_DIGITS;
    if (rest.len != ORG_NO_DIGITS || !only_digits(rest))
        return false;
    memcpy(found, rest.bytes, rest.len);
    *ret_org_no = (struct str){ found, rest.len };
    return true;
}

enum suggestion customer_suggest(const struct refdata *data, struct str till_customer,
                                 const struct ref_customer **ret_customer)
{
    char folded[FOLDED_MAX], found[FOLDED_MAX], other[FOLDED_MAX];
    struct str name = fold(till_customer, folded), org_no = STR_NONE, his;
    const struct ref_customer *by_org_no = NULL, *of_name = NULL;
    size_t org_nos = 0, names = 0;

    (void)org_no_of(till_customer, found, &org_no);
    for (size_t i = 0; i < data->customer_count; i++) {
        const struct ref_customer *customer = &data->customers[i];

        if (customer->archived)
            continue;
        if (org_no.len && org_no_of(customer->org_no, other, &his) && str_equal(his, org_no) && org_nos++ == 0)
            by_org_no = customer;
        if (name.len && str_equal(fold(customer->name, other), name) && names++ == 0)
            of_name = customer;
    }
    *ret_customer = by_org_no ? by_org_no : of_name;
    if (org_nos)
        return org_nos == 1 ? SUGGEST_ORG_NO : SUGGEST_SEVERAL;
    return names == 0 ? SUGGEST_NONE : names == 1 ? SUGGEST_NAME : SUGGEST_SEVERAL;
}

bool customer_number_parse(struct str text, int64_t *ret_number)
{
    int64_t value = 0;

    if (text.len == 0 || text.len > 18)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        value = value * 10 + (text.bytes[i] - '0');
    }
    *ret_number = value;
    return value > 0;
}

/* --- a file of connections --------------------------------------------------------------------------------- */

static struct str trim(struct str text)
{
    while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
        text = (struct str){ text.bytes + 1, text.len - 1 };
    while (text.len && (text.bytes[text.len - 1] == ' ' || text.bytes[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* The first column decides what divides the columns: whichever of the three comes first outside quotes. */
static char divider_of(struct str line)
{
    bool quoted = false;

    for (size_t i = 0; i < line.len; i++) {
        if (line.bytes[i] == '"')
            quoted = !quoted;
        else if (!quoted && (line.bytes[i] == ';' || line.bytes[i] == ',' || line.bytes[i] == '\t'))
            return line.bytes[i];
    }
    return ';';
}

/* Takes one column off the line; a doubled quote inside quotes is one. */
static struct str column(struct str *line, char divider, struct arena *arena)
{
    char *text = arena_alloc(arena, line->len + 1);
    size_t len = 0, i = 0;
    bool quoted = false;

    for (; i < line->len && (quoted || line->bytes[i] != divider); i++) {
        if (line->bytes[i] != '"') {
            if (text)
                text[len++] = line->bytes[i];
        } else if (quoted && i + 1 < line->len && line->bytes[i + 1] == '"') {
            if (text)
                text[len++] = '"';
            i++;
        } else {
            quoted = !quoted;
        }
    }
    i += i < line->len;
    *line = (struct str){ line->bytes + i, line->len - i };
    return text ? trim((struct str){ text, len }) : STR_NONE;
}

static void fault_add(struct customer_file *file, uint64_t line, const char *what)
{
    if (file->fault_count < CUSTOMER_FAULTS_MAX)
        (void)fault_set(&file->faults[file->fault_count++], ERR_FORMAT, "line %" PRIu64 ": %s", line, fault_words(what));
}

static void line_take(struct customer_file *file, struct str line, uint64_t at, struct arena *arena)
{
    char divider = divider_of(line);
    struct str name = column(&line, divider, arena), number = column(&line, divider, arena);
    struct customer_row row = { .till_customer = name, .line = at };

    if (!customer_number_parse(number, &row.number)) {
        if (at > 1)
            fault_add(file, at, "the second column must be the customer's number in PowerOffice");
        return;
    }
    if (name.len == 0 || name.len > NAME_MAX_BYTES) {
        fault_add(file, at, "the first column must be the customer as the till names it");
        return;
    }
    file->rows[file->count++] = row;
}

static int by_name_and_line(const void *a, const void *b)
{
    const struct customer_row *x = a, *y = b;
    int order = str_compare(x->till_customer, y->till_customer);

    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* The same connection twice is one; two for the same customer are a fault. */
static void take_once(struct customer_file *file)
{
    size_t kept = 0;

    if (file->count)
        qsort(file->rows, file->count, sizeof *file->rows, by_name_and_line);
    for (size_t i = 0; i < file->count; i++) {
        bool same = kept && str_equal(file->rows[kept - 1].till_customer, file->rows[i].till_customer);

        if (!same)
            file->rows[kept++] = file->rows[i];
        else if (file->rows[kept - 1].number != file->rows[i].number)
            fault_add(file, file->rows[i].line, "this till customer stands further up already, with another number");
    }
    file->count = kept;
}

enum err customer_file_parse(struct str bytes, struct arena *arena, struct customer_file *ret_file)
{
    struct customer_file *file = ret_file;
    size_t lines = 1;
    uint64_t at = 0;

    *file = (struct customer_file){ .count = 0 };
    if (bytes.len > CUSTOMER_FILE_MAX)
        return ERR_TOO_LONG;
    if (str_starts(bytes, STR("\xEF\xBB\xBF")))              /* spreadsheets put it there */
        bytes = (struct str){ bytes.bytes + 3, bytes.len - 3 };
    for (size_t i = 0; i < bytes.len; i++)
        lines += bytes.bytes[i] == '\n';
    file->rows = arena_array(arena, lines, sizeof *file->rows);
    if (!file->rows)
        return ERR_MEMORY;
    while (bytes.len) {
        const char *end = memchr(bytes.bytes, '\n', bytes.len);
        struct str line = { bytes.bytes, end ? (size_t)(end - bytes.bytes) : bytes.len };

        bytes = (struct str){ bytes.bytes + line.len + (end != NULL), bytes.len - line.len - (end != NULL) };
        if (line.len && line.bytes[line.len - 1] == '\r')
            line.len--;
        at++;
        if (trim(line).len)
            line_take(file, line, at, arena);
    }
    take_once(file);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}
