#include "histogram.h"

#include "json.h"
#include "json_write.h"

const int64_t histogram_bounds_ms[HISTOGRAM_BOUNDS] = {
    5, 25, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 900000, 3600000, 10800000,
    21600000, 43200000, 86400000,
};

void histogram_add(struct histogram *histogram, int64_t ms)
{
    size_t at = 0;

    ms = ms < 0 ? 0 : ms;
    while (at < HISTOGRAM_BOUNDS && ms > histogram_bounds_ms[at])
        at++;
    histogram->counts[at]++;
    histogram->sum_ms += (uint64_t)ms;
}

/* With its bounds: a program of another day may have others. */
void histogram_json(const struct histogram *histogram, const char *name, struct strbuf *json)
{
    json_open(json, name, '{');
    json_put_uint(json, "sum_ms", histogram->sum_ms);
    json_open(json, "le_ms", '[');
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++)
        json_put_int(json, NULL, histogram_bounds_ms[i]);
    json_close(json, ']');
    json_open(json, "counts", '[');
    for (size_t i = 0; i < HISTOGRAM_BOUNDS + 1; i++)
        json_put_uint(json, NULL, histogram->counts[i]);
    json_close(json, ']');
    json_close(json, '}');
}

static bool numbers(struct str object, const char *name, int64_t *ret_numbers, size_t count)
{
    struct str list, value;
    size_t at = 0, have = 0;

    if (!json_member(object, name, &list) || !json_is_array(list))
        return false;
    while (json_item(list, &at, &value))
        if (have == count || !json_int(value, &ret_numbers[have++]))
            return false;
    return have == count;
}

bool histogram_of_json(struct str json, struct histogram *ret_histogram)
{
    int64_t bounds[HISTOGRAM_BOUNDS], counts[HISTOGRAM_BOUNDS + 1], sum;

    if (!json_is_object(json) || !json_member_int(json, "sum_ms", &sum) || sum < 0 ||
        !numbers(json, "le_ms", bounds, HISTOGRAM_BOUNDS) || !numbers(json, "counts", counts, HISTOGRAM_BOUNDS + 1))
        return false;
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++)
        if (bounds[i] != histogram_bounds_ms[i])
            return false;
    *ret_histogram = (struct histogram){ .sum_ms = (uint64_t)sum };
    for (size_t i = 0; i < HISTOGRAM_BOUNDS + 1; i++) {
        if (counts[i] < 0)
            return false;
        ret_histogram->counts[i] = (uint64_t)counts[i];
    }
    return true;
}
