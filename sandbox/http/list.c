/* list.c - the answer of every list: OrderBy, page, Fields, X-Pagination, and 204 when empty. */
#include "list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/json.h"
#include "problem.h"
#include "sandbox/base/text.h"

#define FIELDS_MAX 64

struct fields { char *name[FIELDS_MAX]; bool down[FIELDS_MAX]; size_t count; };

static void fields_free(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        free(fields->name[i]);
}

/* "A,B" or, for OrderBy, "A desc,B asc". Every name must be a member of the list's objects. */
static bool fields_read(const char *given, const char *members, bool order, struct fields *fields)
{
    *fields = (struct fields){ 0 };
    while (given && *given) {
        size_t length = strcspn(given, ",");
        char *one = text_copy_bytes(given + strspn(given, " "), length - strspn(given, " "));
        char *direction = strchr(one, ' ');

        if (direction)
            *direction++ = '\0';
        given += length + (given[length] == ',');
        if (fields->count == FIELDS_MAX || text_choice(members, ' ', one) < 0 ||
            (direction && (!order || (!text_same(direction, "asc") && !text_same(direction, "desc"))))) {
            free(one);
            return false;
        }
        fields->down[fields->count] = direction && text_same(direction, "desc");
        fields->name[fields->count++] = one;
    }
    return true;
}

static int item_compare(const cJSON *a, const cJSON *b)
{
    const char *left = a ? a->valuestring : NULL, *right = b ? b->valuestring : NULL;

    if (!left || !right)
        return (left != NULL) - (right != NULL);
    if (cJSON_IsRaw(a) && cJSON_IsRaw(b)) {                   /* numbers: ids and amounts */
        size_t whole_a = strcspn(left, "."), whole_b = strcspn(right, ".");
        bool below_a = *left == '-', below_b = *right == '-';

        if (below_a != below_b)
            return below_a ? -1 : 1;
        if (whole_a != whole_b)
            return ((whole_a > whole_b) - (whole_a < whole_b)) * (below_a ? -1 : 1);
        return below_a ? strcmp(right, left) : strcmp(left, right);
    }
    return strcmp(left, right);
}

static int object_compare(const void *a, const void *b, void *context)
{
    const struct fields *order = context;

    for (size_t i = 0; i < order->count; i++) {
        int sign = item_compare(cJSON_GetObjectItem(*(cJSON *const *)a, order->name[i]),
                                cJSON_GetObjectItem(*(cJSON *const *)b, order->name[i]));

        if (sign)
            return order->down[i] ? -sign : sign;
    }
    return 0;
}

static void array_sort(cJSON *array, struct fields *order)
{
    size_t count = (size_t)cJSON_GetArraySize(array), at = 0;
    cJSON **items;

    if (!order->count || count < 2)
        return;
    items = must_alloc(count * sizeof(cJSON *));
    while (array->child)
        items[at++] = cJSON_DetachItemViaPointer(array, array->child);
    qsort_r(items, count, sizeof(cJSON *), object_compare, order);
    for (at = 0; at < count; at++)
        (void)cJSON_AddItemToArray(array, items[at]);
    free(items);
}

/* Leaves only the page; returns how many there were. */
static int64_t array_page(cJSON *array, int64_t page, int64_t size)
{
    int64_t total = 0, from = (page - 1) * size;

    for (cJSON *item = array->child, *next; item; item = next, total++) {
        next = item->next;
        if (total < from || total >= from + size)
            cJSON_Delete(cJSON_DetachItemViaPointer(array, item));
    }
    return total;
}

static void array_keep_fields(cJSON *array, const struct fields *fields)
{
    for (cJSON *object = array->child; fields->count && object; object = object->next)
        for (cJSON *item = object->child, *next; item; item = next) {
            bool keep = false;

            next = item->next;
            for (size_t i = 0; i < fields->count; i++)
                keep = keep || text_same(fields->name[i], item->string);
            if (!keep)
                cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
        }
}

static char *page_link(const struct exchange *x, int64_t page, int64_t size)
{
    char *link = text_print("%s/v2%s?PageNumber=%lld&PageSize=%lld",
                            setting_text(&x->box->settings, SET_api_root), x->path, (long long)page,
                            (long long)size);

    for (size_t i = 0; i < x->query_count; i++) {
        char *longer;

        if (text_same(x->query[i].name, "PageNumber") || text_same(x->query[i].name, "PageSize"))
            continue;
        longer = text_print("%s&%s=%s", link, x->query[i].name, x->query[i].value);
        free(link);
        link = longer;
    }
    for (char *at = link; *at; at++)                          /* a header line and a URL */
        if (*at == ' ' || *at == '\r' || *at == '\n')
            *at = '+';
    return link;
}

static void pagination_add(struct exchange *x, int64_t page, int64_t size, int64_t total)
{
    cJSON *header = cJSON_CreateObject();
    char *next = page * size < total ? page_link(x, page + 1, size) : NULL;
    char *previous = page > 1 ? page_link(x, page - 1, size) : NULL, *text;

    if (exchange_is(x, SET_pagination, "full")) {
        json_add_int(header, "totalCount", total);
        json_add_int(header, "pageSize", size);
        json_add_int(header, "currentPage", page);
        json_add_int(header, "totalPages", (total + size - 1) / size);
        json_add_text(header, "previousPageLink", previous);
    }
    json_add_text(header, "nextPageLink", next);
    text = json_write(header);
    if (!exchange_is(x, SET_pagination, "absent"))
        answer_header(x, "X-Pagination", text);
    free(text);
    free(next);
    free(previous);
    cJSON_Delete(header);
}

static int64_t page_number(const struct exchange *x, const char *name, int64_t preset)
{
    const char *given = exchange_query(x, name);

    return given ? strtol(given, NULL, 10) : preset;
}

void list_answer(struct exchange *x, cJSON *array, const char *members)
{
    int64_t page = page_number(x, "PageNumber", 1), total;
    int64_t size = page_number(x, "PageSize", exchange_number(x, SET_page_size_preset));
    struct fields fields = { 0 }, order = { 0 };

    if (size > exchange_number(x, SET_page_size_max)) {
        problem_now(x, 400, problem_parameter, "PageSize may not exceed %lld.",
                    (long long)exchange_number(x, SET_page_size_max));
    } else if (!fields_read(exchange_query(x, "Fields"), members, false, &fields) ||
               !fields_read(exchange_query(x, "OrderBy"), members, true, &order)) {
        problem_now(x, 400, problem_parameter, "Fields or OrderBy names what the list does not have.");
    } else {
        if (exchange_number(x, SET_page_cut) && size > exchange_number(x, SET_page_cut))
            size = exchange_number(x, SET_page_cut);
        array_sort(array, &order);
        total = array_page(array, page, size);
        array_keep_fields(array, &fields);
        pagination_add(x, page, size, total);
        if (!array->child && exchange_is(x, SET_empty_list, "204")) {
            answer_empty(x, 204);
        } else {
            answer_json(x, 200, array);
            array = NULL;
        }
    }
    cJSON_Delete(array);
    fields_free(&fields);
    fields_free(&order);
}
