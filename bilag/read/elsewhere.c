#include "elsewhere.h"

#include "poweroffice/right_books.h"
#include "sender/docs.h"

#include <inttypes.h>

enum { PATH_BYTES_MAX = 600, FOUND_MAX = 1000, DAY_MS = 86400000 };

static enum err read_page(struct online *online, const struct sender_ops *ops, const struct venue *venue,
                          struct taken_list *list)
{
    struct online_answer answer = { .outcome = OUTCOME_PASSING };
    struct taken_answer taken;
    struct strbuf path;
    enum err err;

    strbuf_init(&path, PATH_BYTES_MAX);
    ops->watch_path(list, &path);
    err = path.failed ? ERR_MEMORY : online_call(online, venue, CALL_GET, strbuf_str(&path), STR_NONE, &answer);
    strbuf_free(&path);
    if (err)
        return err;
    taken = (struct taken_answer){ answer.outcome, answer.body, answer.last_page, answer.next };
    return taken_answer(ops, &taken, list);
}

struct wanting { const struct sender_ops *ops; struct taken_list *list; };

static enum err want(struct str doc, const struct record *record, void *context)
{
    struct wanting *wanting = context;

    return taken_want(wanting->ops, doc, record, wanting->list);
}

/* Of all venues of its client. No store yet: none. */
static enum err want_all(struct context *context, const struct sender_ops *ops, const struct venue *venue,
                         struct taken_list *list)
{
    const struct config *config = context->config;
    struct wanting wanting = { ops, list };
    struct docs *docs;
    enum err err = docs_open(config->state_dir, ops->stage, STORE_READ_ONLY, &docs, &context->fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    for (size_t v = 0; !err && v < config->venue_count; v++)
        if (str_equal(config->venues[v].client_id, venue->client_id))
            err = docs_walk(docs, arena_format(context->arena, STR_FMT "/", STR_ARG(config->venues[v].id)), want, &wanting);
    docs_close(docs);
    return err;
}

enum err elsewhere_read(struct context *context, struct online *online, const struct sender_ops *ops,
                        const struct venue *venue, struct taken_list *ret_list)
{
    int64_t now_ms = clock_now_ms();
    struct taken_list list;
    struct opened opened;
    enum err err;

    taken_begin(&list, now_ms - WATCH_BACK_DAYS * (int64_t)DAY_MS, now_ms);
    if (!right_books_opened(online_refstore(online), venue->client_id, context->arena, &opened))
        (void)str_copy(opened.client, list.books, sizeof list.books);
    err = want_all(context, ops, venue, &list);
    while (!err && list.key_count && list.step >= 0)
        err = read_page(online, ops, venue, &list);
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
    const struct taken_list *list = finding->list;
    struct elsewhere one = { .again = false };
    const char *by;

    if (!taken_concerns(record) || !taken_can_be(list, record))
        return ERR_OK;
    by = finding->ops->watch_by(record, list);
    if (by)
        one.by = str_of(by);
    else if (taken_twin_news(finding->ops, doc, record, list, &one.by) || taken_twin(finding->ops, doc, record, list))
        one.twice = true;
    else
        return ERR_OK;
    if (finding->count == FOUND_MAX)
        return ERR_STOP;
    one.again = one.twice && !taken_twin(finding->ops, doc, record, list);
    one.doc = arena_copy(finding->arena, doc);
    one.number = arena_format(finding->arena, "%" PRId64 "%s" STR_FMT, record->number, one.twice ? " " : "",
                              STR_ARG(one.twice ? record->id : STR_NONE));
    one.by = arena_copy(finding->arena, one.by);
    finding->at[finding->count++] = one;
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
