#include "elsewhere.h"

#include "sender/docs.h"
#include "uploader/voucher_request.h"

#include <inttypes.h>

enum { PATH_BYTES_MAX = 600, PAGES_MAX = 200, FOUND_MAX = 1000, DAY_MS = 86400000 };

static enum err read_page(struct online *online, const struct venue *venue, int64_t since_ms, int page,
                          struct taken_list *list, bool *ret_last)
{
    struct online_answer answer = { .outcome = OUTCOME_PASSING };
    struct strbuf path;
    enum err err;

    strbuf_init(&path, PATH_BYTES_MAX);
    voucher_ops.watch_path(since_ms, page, &path);
    err = path.failed ? ERR_MEMORY : online_call(online, venue, CALL_GET, strbuf_str(&path), STR_NONE, &answer);
    strbuf_free(&path);
    if (!err && answer.outcome != OUTCOME_DONE)
        err = answer.outcome == OUTCOME_LOGIN || answer.outcome == OUTCOME_REFUSED ? ERR_REFUSED : ERR_NETWORK;
    *ret_last = answer.last_page;
    return err ? err : taken_page(&voucher_ops, answer.body, list);
}

enum err elsewhere_read(struct online *online, const struct venue *venue, struct taken_list *ret_list)
{
    int64_t since_ms = clock_now_ms() - WATCH_BACK_DAYS * (int64_t)DAY_MS;
    struct taken_list list = { NULL, 0, 0 };
    enum err err = ERR_OK;
    bool last = false;

    for (int page = 1; !err && !last; page++)
        err = page > PAGES_MAX ? ERR_TOO_LONG : read_page(online, venue, since_ms, page, &list, &last);
    if (err)
        taken_free(&list);
    else
        *ret_list = list;
    return err;
}

struct finding { const struct taken_list *list; struct arena *arena; struct elsewhere *at; size_t count; };

static enum err found(struct str doc, const struct record *record, void *context)
{
    struct finding *finding = context;
    const struct taken *taken = taken_concerns(record) ? taken_find(finding->list, record->id) : NULL;

    if (!taken)
        return ERR_OK;
    if (finding->count == FOUND_MAX)
        return ERR_STOP;
    finding->at[finding->count++] = (struct elsewhere){
        arena_copy(finding->arena, doc), arena_format(finding->arena, "%" PRId64, record->number),
        arena_copy(finding->arena, str_of(taken->by)) };
    return arena_failed(finding->arena) ? ERR_MEMORY : ERR_OK;
}

enum err elsewhere_find(struct context *context, const struct venue *venue, const struct taken_list *list,
                        struct elsewhere **ret_found, size_t *ret_count)
{
    struct finding finding = { list, context->arena, arena_array(context->arena, FOUND_MAX, sizeof *finding.at), 0 };
    struct docs *docs;
    enum err err = docs_open(context->config->state_dir, "uploader", STORE_READ_ONLY, &docs, &context->fault);

    *ret_count = 0;
    if (err || !finding.at)
        return err == ERR_NOT_FOUND ? ERR_OK : err ? err : ERR_MEMORY;
    err = docs_walk(docs, arena_format(context->arena, STR_FMT "/", STR_ARG(venue->id)), found, &finding);
    docs_close(docs);
    *ret_found = finding.at;
    *ret_count = finding.count;
    return err;
}
