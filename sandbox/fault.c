/* fault.c - which requests go wrong, drawn from a seeded sequence. */
#include "fault.h"

#include <string.h>

#include "sandbox/base/text.h"

void faults_seed(struct faults *faults, uint64_t seed)
{
    faults->state = seed;
}

/* splitmix64 */
static uint64_t draw(struct faults *faults, uint64_t below)
{
    uint64_t z = (faults->state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) % below;
}

bool fault_touches(const struct settings *settings, const char *path, bool is_token)
{
    const char *at = setting_text(settings, SET_fault_paths);

    if (!*at)
        return !is_token;
    while (*at) {
        size_t length = strcspn(at, ",");
        char part[200];

        text_set(part, length + 1, at);
        if (length && text_has(path, part))
            return true;
        at += length + (at[length] == ',');
    }
    return false;
}

enum fault fault_draw(struct faults *faults, struct settings *settings)
{
    static const struct { enum setting_id id; enum fault before, after; } rows[] = {
        { SET_fault_429,         FAULT_429,          FAULT_429         },
        { SET_fault_5xx_before,  FAULT_5XX_BEFORE,   FAULT_5XX_BEFORE  },
        { SET_fault_5xx_after,   FAULT_5XX_AFTER,    FAULT_5XX_AFTER   },
        { SET_fault_drop_before, FAULT_DROP_BEFORE,  FAULT_DROP_BEFORE },
        { SET_fault_drop_after,  FAULT_DROP_AFTER,   FAULT_DROP_AFTER  },
        { SET_fault_reset,       FAULT_RESET_BEFORE, FAULT_RESET_AFTER },
    };
    int64_t *left = &settings->value[SET_fault_count].number;
    int64_t chance = (int64_t)draw(faults, 1000);
    bool coin = draw(faults, 2);

    for (size_t i = 0; i < COUNT(rows) && *left != 0; i++) {
        chance -= setting_number(settings, rows[i].id);
        if (chance >= 0)
            continue;
        if (*left > 0)
            (*left)--;
        return coin ? rows[i].after : rows[i].before;
    }
    return FAULT_NONE;
}

int64_t fault_slow_ms(struct faults *faults, const struct settings *settings)
{
    bool slow = (int64_t)draw(faults, 1000) < setting_number(settings, SET_fault_slow_permille);

    return slow ? setting_number(settings, SET_fault_slow_ms) : 0;
}

unsigned fault_status(struct faults *faults)
{
    static const unsigned statuses[] = { 500, 502, 503, 504 };

    return statuses[draw(faults, COUNT(statuses))];
}
