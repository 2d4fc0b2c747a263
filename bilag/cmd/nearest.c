#include "nearest.h"

#include <string.h>

enum { NAME_LEN_MAX = 32, FAR = NAME_LEN_MAX };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, left out, changed or swapped (optimal string alignment). */
static size_t distance(struct str a, struct str b)
{
    size_t steps[NAME_LEN_MAX + 1][NAME_LEN_MAX + 1];

    if (a.len > NAME_LEN_MAX || b.len > NAME_LEN_MAX)
        return FAR;
    for (size_t i = 0; i <= a.len; i++)
        for (size_t k = 0; k <= b.len; k++) {
            if (i == 0 || k == 0) {
                steps[i][k] = i + k;
                continue;
            }
            steps[i][k] = least(steps[i - 1][k - 1] + (a.bytes[i - 1] != b.bytes[k - 1]),
                                least(steps[i - 1][k], steps[i][k - 1]) + 1);
            if (i > 1 && k > 1 && a.bytes[i - 1] == b.bytes[k - 2] && a.bytes[i - 2] == b.bytes[k - 1])
                steps[i][k] = least(steps[i][k], steps[i - 2][k - 2] + 1);
        }
    return steps[a.len][b.len];
}

const char *nearest(struct str written, const char *(*name)(const void *names, size_t i), const void *names, size_t count)
{
    const char *best = NULL;
    size_t best_steps = 3;               /* nearer than that */

    for (size_t i = 0; i < count; i++) {
        const char *at = name(names, i);
        size_t steps = distance(written, str_of(at));

        if (steps < best_steps && 2 * steps < strlen(at)) {
            best = at;
            best_steps = steps;
        }
    }
    return best;
}
