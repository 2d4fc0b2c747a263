/* msgpack bytes to the tree of event_tree.h, so that a till may send either form. */
#include <math.h>
#include <string.h>

#include "event.h"
#include "event_tree.h"
#include "base/wire.h"

enum { NODES_MAX = 65536 };

struct building { struct reader in; struct arena *arena; size_t nodes; const char *why; };

static cJSON *build(struct building *b, unsigned depth);

static cJSON *refuse(struct building *b, const char *why)
{
    b->in.failed = true;
    if (!b->why)
        b->why = why;
    return NULL;
}

static char *build_text(struct building *b)
{
    struct str text = take_str(&b->in, EVENT_BYTES_MAX);
    struct str copy;

    if (b->in.failed)
        return NULL;
    if (!utf8_is_valid(text)) {
        (void)refuse(b, "a text is not UTF-8, or holds a NUL");
        return NULL;
    }
    copy = arena_copy(b->arena, text);
    return (char *)(uintptr_t)copy.bytes;            /* cJSON's fields are not const; nobody writes */
}

/* Both kinds of number become a double, as in JSON. A 32-bit float of 2^24 or more may have been a whole number that its
 * sender's float could not hold: an øre is not worth a guess. */
static double build_number(struct building *b)
{
    enum wire_type type = reader_peek(&b->in);
    bool negative = type == WIRE_INT && *b->in.at >= 0xd0;
    struct str bytes;
    uint64_t bits = 0;
    double number;

    if (type == WIRE_INT)
        return negative ? (double)take_int(&b->in) : (double)take_uint(&b->in);
    bytes = take_any(&b->in);
    for (size_t i = 1; i < bytes.len; i++)
        bits = bits << 8 | (uint8_t)bytes.bytes[i];
    if (bytes.len == 5) {
        uint32_t half = (uint32_t)bits;
        float single;

        memcpy(&single, &half, sizeof single);
        number = (double)single;
        if (!(fabs(number) < 0x1p24))
            (void)refuse(b, "a 32-bit float of 16777216 or more is not exact; send whole numbers as integers");
    } else {
        memcpy(&number, &bits, sizeof number);
    }
    return number;
}

static void build_children(struct building *b, cJSON *node, bool map, unsigned depth)
{
    size_t count = map ? take_map(&b->in, NODES_MAX) : take_array(&b->in, NODES_MAX);
    cJSON *last = NULL;

    for (size_t i = 0; i < count && !b->in.failed; i++) {
        char *key = NULL;
        cJSON *child;

        if (map && reader_peek(&b->in) != WIRE_STR) {
            (void)refuse(b, "a field's name is not a text");
            return;
        }
        if (map)
            key = build_text(b);
        child = build(b, depth + 1);
        if (!child)
            return;
        child->string = key;
        child->prev = last;
        if (last)
            last->next = child;
        else
            node->child = child;
        last = child;
    }
}

static cJSON *build(struct building *b, unsigned depth)
{
    cJSON *node = b->in.failed ? NULL : arena_alloc(b->arena, sizeof *node);

    if (!node)
        return NULL;
    if (depth > TREE_DEPTH_MAX)
        return refuse(b, "nested deeper than 16");
    if (++b->nodes > NODES_MAX)
        return refuse(b, "more values than an event may have");
    switch (reader_peek(&b->in)) {
    case WIRE_NIL:
        (void)take_nil(&b->in);
        node->type = cJSON_NULL;
        break;
    case WIRE_BOOL:
        node->type = take_bool(&b->in) ? cJSON_True : cJSON_False;
        break;
    case WIRE_INT:
    case WIRE_FLOAT:
        node->type = cJSON_Number;
        node->valuedouble = build_number(b);
        break;
    case WIRE_STR:
        node->type = cJSON_String;
        node->valuestring = build_text(b);
        break;
    case WIRE_ARRAY:
        node->type = cJSON_Array;
        build_children(b, node, false, depth);
        break;
    case WIRE_MAP:
        node->type = cJSON_Object;
        build_children(b, node, true, depth);
        break;
    case WIRE_BIN:
    case WIRE_OTHER:
        return refuse(b, "a value is neither number, text, true, false, nil, list nor map, or is cut off");
    }
    return b->in.failed ? NULL : node;
}

enum err event_from_msgpack(struct str bytes, struct arena *arena, struct event *ret_event,
                            struct fault *fault)
{
    struct building b = { .arena = arena };
    cJSON *tree;

    reader_init(&b.in, bytes);
    tree = build(&b, 0);
    if (arena_failed(arena))
        return fault_set(fault, ERR_MEMORY, "more values than an event may have");
    if (!tree)
        return fault_set(fault, ERR_FORMAT, "not msgpack: %s", b.why ? b.why : "cut off, or not well-formed");
    if (reader_done(&b.in))
        return fault_set(fault, ERR_FORMAT, "not msgpack: something follows the map");
    return event_from_tree(tree, arena, ret_event, fault);
}
