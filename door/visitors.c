#include "visitors.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { LOOK_EVERY_MS = 250 };

struct visitor {
    int fd;
    enum visitor_phase phase;
    bool known, shut;
    int64_t since_ms;                     /* in this phase */
    struct visitor *older, *newer;
};

struct visitors { struct visitor *oldest, *newest; size_t count; int64_t looked_ms; };

enum err visitors_open(struct visitors **ret_visitors)
{
    struct visitors *visitors = calloc(1, sizeof *visitors);

    if (!visitors)
        return ERR_MEMORY;
    *ret_visitors = visitors;
    return ERR_OK;
}

void visitors_close(struct visitors *visitors)
{
    if (!visitors)
        return;
    for (struct visitor *visitor = visitors->oldest, *newer; visitor; visitor = newer) {
        newer = visitor->newer;
        free(visitor);
    }
    free(visitors);
}

/* The server sees an end of the stream and closes the descriptor, which stays its own until then. */
static void shut(struct visitor *visitor)
{
    visitor->shut = true;
    (void)shutdown(visitor->fd, SHUT_RDWR);
}

static void make_room(struct visitors *visitors)
{
    for (struct visitor *visitor = visitors->oldest; visitor; visitor = visitor->newer)
        if (!visitor->known && !visitor->shut) {
            shut(visitor);
            return;
        }
}

struct visitor *visitors_add(struct visitors *visitors, int fd, int64_t now_ms)
{
    struct visitor *visitor = calloc(1, sizeof *visitor);

    if (!visitor)
        return NULL;
    if (visitors->count >= VISITORS_MAX - VISITORS_RESERVE)
        make_room(visitors);
    *visitor = (struct visitor){ .fd = fd, .phase = VISITOR_HEAD, .since_ms = now_ms, .older = visitors->newest };
    *(visitors->newest ? &visitors->newest->newer : &visitors->oldest) = visitor;
    visitors->newest = visitor;
    visitors->count++;
    return visitor;
}

void visitors_drop(struct visitors *visitors, struct visitor *visitor)
{
    if (!visitor)
        return;
    *(visitor->older ? &visitor->older->newer : &visitors->oldest) = visitor->newer;
    *(visitor->newer ? &visitor->newer->older : &visitors->newest) = visitor->older;
    visitors->count--;
    free(visitor);
}

void visitor_is(struct visitor *visitor, enum visitor_phase phase, bool known, int64_t now_ms)
{
    if (!visitor)
        return;
    visitor->phase = phase;
    visitor->known = known;
    visitor->since_ms = now_ms;
}

size_t visitors_turn(struct visitors *visitors, int64_t head_wait_ms, int64_t body_wait_ms, int64_t now_ms,
                     int64_t *ret_next_ms)
{
    const int64_t waits[] = { [VISITOR_HEAD] = head_wait_ms, [VISITOR_BODY] = body_wait_ms,
                              [VISITOR_ANSWER] = INT64_MAX, [VISITOR_IDLE] = VISITORS_IDLE_MS };
    size_t count = 0;

    *ret_next_ms = visitors->oldest ? now_ms + LOOK_EVERY_MS : INT64_MAX;
    if (now_ms < visitors->looked_ms + LOOK_EVERY_MS)
        return 0;
    visitors->looked_ms = now_ms;
    for (struct visitor *visitor = visitors->oldest; visitor; visitor = visitor->newer)
        if (!visitor->shut && now_ms - visitor->since_ms > waits[visitor->phase]) {
            shut(visitor);
            count++;
        }
    return count;
}
