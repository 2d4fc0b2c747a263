/* quota.c - requests per second and subscription key. */
#include "quota.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/base/text.h"

#define SECOND_NS INT64_C(1000000000)

/* Forgets what is a second old or older; how many are left. */
static size_t window_count(struct window *window, int64_t now_ns)
{
    while (window->count && window->at_ns[window->first] <= now_ns - SECOND_NS) {
        window->first = (window->first + 1) % window->room;
        window->count--;
    }
    return window->count;
}

static void window_add(struct window *window, int64_t now_ns)
{
    if (window->count == window->room) {
        size_t room = window->room ? window->room * 2 : 64;
        int64_t *grown = must_alloc(room * sizeof *grown);

        for (size_t i = 0; i < window->count; i++)
            grown[i] = window->at_ns[(window->first + i) % window->room];
        free(window->at_ns);
        *window = (struct window){ grown, room, 0, window->count };
    }
    window->at_ns[(window->first + window->count++) % window->room] = now_ns;
}

bool quota_take(struct quotas *quotas, size_t key, int64_t limit, int64_t now_ns)
{
    struct quota *quota;

    if (key >= quotas->count) {
        quotas->list = must_grow(quotas->list, (key + 1) * sizeof *quotas->list);
        memset(quotas->list + quotas->count, 0, (key + 1 - quotas->count) * sizeof *quotas->list);
        quotas->count = key + 1;
    }
    quota = &quotas->list[key];
    (void)window_count(&quota->all, now_ns);
    window_add(&quota->all, now_ns);
    if (quota->all.count > quotas->max_in_a_second)
        quotas->max_in_a_second = quota->all.count;
    if (window_count(&quota->accepted, now_ns) >= (size_t)limit) {
        quotas->over_limit++;
        return false;
    }
    window_add(&quota->accepted, now_ns);
    return true;
}

void quotas_reset_stats(struct quotas *quotas)
{
    for (size_t i = 0; i < quotas->count; i++)
        quotas->list[i].all.count = 0;
    quotas->max_in_a_second = 0;
    quotas->over_limit = 0;
}

void quotas_free(struct quotas *quotas)
{
    for (size_t i = 0; i < quotas->count; i++) {
        free(quotas->list[i].accepted.at_ns);
        free(quotas->list[i].all.at_ns);
    }
    free(quotas->list);
}
