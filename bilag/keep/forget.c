#include "forget.h"

#include "base/killpoint.h"
#include "base/store_compact.h"
#include "base/store_engine.h"
#include "domain/audit.h"
#include "ingest/eventlog.h"
#include "mapper/rename.h"
#include "poweroffice/refdata.h"
#include "sender/docs_rename.h"
#include "watch/notices.h"

#include <unistd.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static enum err failed(const struct forget *forget, enum err err, const char *store)
{
    if (err == ERR_CONFIG || err == ERR_IN_USE)
        return err;                      /* the fault says it */
    return fault_set(&forget->context->fault, err, context_words(forget->context, "the store %s: %s", "lageret %s: %s"), store,
                     err_text(err));
}

static struct str folder_of(const struct forget *forget, const char *store)
{
    return arena_format(forget->context->arena, STR_FMT "/%s", STR_ARG(forget->context->config->state_dir), store);
}

/* --- who, and where ------------------------------------------------------------------------------------------- */

static enum err open_pseudonyms(struct forget *forget, unsigned flags)
{
    enum err err = forget->pseudonyms ? ERR_OK : pseudonyms_open(forget->context->config->state_dir, flags, &forget->pseudonyms,
                                                                 &forget->context->fault);

    if (err || !forget->pseudonyms)
        return err;
    pseudonym_of(forget->pseudonyms, forget->person, forget->name, forget->pseudonym);
    forget->renaming.pseudonym = str_of(forget->pseudonym);
    return ERR_OK;
}

void forget_close(struct forget *forget)
{
    pseudonyms_close(forget->pseudonyms);
    forget->pseudonyms = NULL;
}

enum err forget_was_begun(struct forget *forget, bool *ret_begun)
{
    enum err err = open_pseudonyms(forget, STORE_READ_ONLY);

    *ret_begun = false;
    if (!err && forget->pseudonyms)
        err = pseudonyms_has_begun(forget->pseudonyms, forget->scope, str_of(forget->pseudonym), ret_begun);
    forget_close(forget);
    return err;
}

struct str forget_subject(const struct forget *forget)
{
    return arena_format(forget->context->arena, STR_FMT "/%s", STR_ARG(forget->scope), forget->pseudonym);
}

/* --- begun ---------------------------------------------------------------------------------------------------- */

struct search { struct str subject; bool found; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct search *search = context;

    search->found |= str_equal(decision->verb, STR("forget")) && str_equal(decision->subject, search->subject);
    return ERR_OK;
}

enum err forget_begin(struct forget *forget, bool *ret_decided)
{
    struct search search = { .found = false };
    uint64_t last = 0, since = 0;
    struct audit *audit;
    enum err err = open_pseudonyms(forget, 0);

    if (!err)
        err = audit_open(forget->context->config->state_dir, &audit, &forget->context->fault);
    if (err)
        return err;
    search.subject = forget_subject(forget);
    err = audit_last(audit, &last);
    if (!err)
        err = pseudonyms_begin(forget->pseudonyms, forget->scope, str_of(forget->pseudonym), last, &since);
    KILLPOINT("forget.begun");
    if (!err)
        err = audit_read(audit, since + 1, decision_seen, &search);
    audit_close(audit);
    *ret_decided = search.found;
    return err ? failed(forget, err, "audit") : ERR_OK;
}

/* --- store by store ------------------------------------------------------------------------------------------- */

static enum err in_log(struct forget *forget, struct forgotten_counts *counts)
{
    struct context *context = forget->context;
    struct eventlog *log;
    enum err err = eventlog_open(folder_of(forget, "ingest"), context->config->partitions, 0, &log, &context->fault);

    if (err)
        return err;
    err = eventlog_rename(log, &forget->renaming, &counts->events);
    if (!err)
        err = eventlog_refused_forget(log, &forget->renaming);
    eventlog_close(log);
    return err;
}

static enum err in_mapper(struct forget *forget, struct forgotten_counts *counts)
{
    struct store *store;
    struct arena arena;
    enum err err = store_open(folder_of(forget, "mapper"), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, 0, &store,
                              &forget->context->fault);

    if (err)
        return err;
    arena_init(&arena, ARENA_BYTES);
    err = rename_all(store, &forget->renaming, &arena, &counts->contents);
    arena_free(&arena);
    store_close(store);
    return err;
}

static enum err in_documents(struct forget *forget, const char *stage, struct forgotten_counts *counts)
{
    uint64_t renamed = 0;
    struct docs *docs;
    struct arena arena;
    enum err err = docs_open(forget->context->config->state_dir, stage, 0, &docs, &forget->context->fault);

    if (err)
        return err;
    arena_init(&arena, ARENA_BYTES);
    err = docs_rename(docs, &forget->renaming, &arena, &renamed);
    arena_free(&arena);
    docs_close(docs);
    counts->documents += renamed;
    return err;
}

static enum err in_uploader(struct forget *forget, struct forgotten_counts *counts)
{
    return in_documents(forget, "uploader", counts);
}

static enum err in_invoicer(struct forget *forget, struct forgotten_counts *counts)
{
    return in_documents(forget, "invoicer", counts);
}

/* Taken away and not renamed: it would lead from the pseudonym to the customer's number in PowerOffice. */
static enum err in_connections(struct forget *forget, struct forgotten_counts *counts)
{
    struct refstore *store;
    enum err err = refstore_open(forget->context->config->state_dir, 0, &store, &forget->context->fault);

    if (err || forget->person != PERSON_CUSTOMER) {
        if (!err)
            refstore_close(store);
        return err;
    }
    err = customer_link_remove(store, forget->scope, forget->name);
    refstore_close(store);
    counts->connection = !err;
    return err == ERR_NOT_FOUND || err == ERR_TOO_LONG ? ERR_OK : err;
}

static enum err in_trail(struct forget *forget, struct forgotten_counts *counts)
{
    struct str from = arena_format(forget->context->arena, STR_FMT "/" STR_FMT, STR_ARG(forget->scope), STR_ARG(forget->name));
    struct audit *audit;
    enum err err = audit_open(forget->context->config->state_dir, &audit, &forget->context->fault);

    if (err)
        return err;
    err = from.bytes ? audit_rename(audit, from, forget_subject(forget), &counts->decisions) : ERR_MEMORY;
    audit_close(audit);
    return err;
}

static enum err in_notices(struct forget *forget, struct forgotten_counts *counts)
{
    struct notices *notices;
    enum err err = notices_open(forget->context->config->state_dir, &notices, &forget->context->fault);

    if (err)
        return err;
    err = notices_rename(notices, &forget->renaming, &counts->notices);
    notices_close(notices);
    return err;
}

static const struct {
    const char *store;
    enum err (*rename)(struct forget *forget, struct forgotten_counts *counts);
} places[] = {
    { "ingest", in_log }, { "mapper", in_mapper }, { "uploader", in_uploader }, { "invoicer", in_invoicer },
    { "poweroffice", in_connections }, { "audit", in_trail }, { "watch", in_notices },
};

/* A store that nobody has made yet is not made for this. In PostgreSQL it may be another machine's doing that it is there. */
static bool is_there(const struct forget *forget, const char *store)
{
    char name[STORE_NAME_SIZE];
    struct str folder = folder_of(forget, store);

    return folder.bytes && (store_engine_name(folder, name) || access(folder.bytes, F_OK) == 0);
}

/* What was written over is out of the files as well. */
static enum err compact_all(struct forget *forget)
{
    enum err err = ERR_OK;
    bool there;

    for (size_t i = 0; i < COUNT(places) && !err; i++) {
        err = store_compact(folder_of(forget, places[i].store), &there, &forget->context->fault);
        KILLPOINT("forget.compacted-one");
    }
    return err;
}

enum err forget_do(struct forget *forget, struct forgotten_counts *ret_counts)
{
    enum err err = ERR_OK;

    *ret_counts = (struct forgotten_counts){ 0 };
    for (size_t i = 0; i < COUNT(places); i++) {
        if (is_there(forget, places[i].store))
            err = places[i].rename(forget, ret_counts);
        KILLPOINT("forget.renamed-one");
        if (err)
            return failed(forget, err, places[i].store);
    }
    err = compact_all(forget);
    KILLPOINT("forget.before-end");
    return err ? err : pseudonyms_end(forget->pseudonyms, forget->scope, str_of(forget->pseudonym));
}
