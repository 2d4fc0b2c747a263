#include "elsewhere.h"

#include "sender/docs.h"

#include <inttypes.h>

enum { PATH_BYTES_MAX = 600, PAGES_MAX = 200, FOUND_MAX = 1000, DAY_MS = 86400000 };

struct place { int step, page; };

static enum err read_page(struct online *online, const struct sender_ops *ops, const struct venue *venue, struct place *place,
                          struct taken_list *list)
{
    struct online_answer answer = { .outcome = OUTCOME_PASSING };
    struct strbuf path;
    enum err err;
    bool refused;

    strbuf_init(&path, PATH_BYTES_MAX);
    ops->watch_path(place->step, list->began_ms - WATCH_BACK_DAYS * (int64_t)DAY_MS, place->page, &path);
    err = path.failed ? ERR_MEMORY : online_call(online, venue, CALL_GET, strbuf_str(&path), STR_NONE, &answer);
    strbuf_free(&path);
    if (err)
        return err;
    refused = answer.outcome == OUTCOME_LOGIN || answer.outcome == OUTCOME_REFUSED;
    if (answer.outcome != OUTCOME_DONE && !refused)
        return ERR_NETWORK;
    err = refused ? ERR_OK : taken_page(ops, place->step, answer.body, list);
    if (!refused && !answer.last_page)
        place->page++;
    else
        *place = (struct place){ ops->watch_next(place->step, refused), 1 };
    return err || place->step != WATCH_DENIED ? err : ERR_REFUSED;
}

enum err elsewhere_read(struct online *online, const struct sender_ops *ops, const struct venue *venue,
                        struct taken_list *ret_list)
{
    struct taken_list list = { .began_ms = clock_now_ms() };
    struct place place = { 0, 1 };
    enum err err = ERR_OK;

    for (int pages = 0; !err && place.step >= 0; pages++)
        err = pages == PAGES_MAX ? ERR_TOO_LONG : read_page(online, ops, venue, &place, &list);
    if (err)
        taken_free(&list);
    else
        *ret_list = list;
    return err;
}

struct finding {
    const struct sender_ops *ops;
    const struct taken_list *list;
    struct arena *arena;
    struct elsewhere *at;
    size_t count;
};

static enum err found(struct str doc, const struct record *record, void *context)
{
    struct finding *finding = context;
    const char *by = taken_concerns(record) ? finding->ops->watch_by(record, finding->list) : NULL;

    if (!by)
        return ERR_OK;
    if (finding->count == FOUND_MAX)
        return ERR_STOP;
    finding->at[finding->count++] = (struct elsewhere){
        arena_copy(finding->arena, doc), arena_format(finding->arena, "%" PRId64, record->number),
        arena_copy(finding->arena, str_of(by)) };
    return arena_failed(finding->arena) ? ERR_MEMORY : ERR_OK;
}

enum err elsewhere_find(struct context *context, const struct sender_ops *ops, const struct venue *venue,
                        const struct taken_list *list, struct elsewhere **ret_found, size_t *ret_count)
{
    struct finding finding = { ops, list, context->arena, arena_array(context->arena, FOUND_MAX, sizeof *finding.at), 0 };
    struct docs *docs;
    enum err err = docs_open(context->config->state_dir, ops->stage, STORE_READ_ONLY, &docs, &context->fault);

    *ret_count = 0;
    if (err || !finding.at)
        return err == ERR_NOT_FOUND ? ERR_OK : err ? err : ERR_MEMORY;
    err = docs_walk(docs, arena_format(context->arena, STR_FMT "/", STR_ARG(venue->id)), found, &finding);
    docs_close(docs);
    *ret_found = finding.at;
    *ret_count = finding.count;
    return err;
}
