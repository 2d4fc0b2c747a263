#include "verdicts.h"

#include "poweroffice/right_books.h"
#include "rules.h"
#include "base/log.h"

#include <inttypes.h>

enum { RETRY_MS = 20, PATIENCE_MS = 1000 };

/* The verdict leaves, or waits for a peer while no drafts are taken, or is let go. */
static enum err verdict_send(struct stage *stage, struct validator *validator, struct next *next)
{
    struct str bytes = strbuf_str(&validator->verdict);
    int64_t now = stage_steady_ms(stage);
    enum err err = link_send(next->link, &bytes, 1);

    if (err && err != ERR_BUSY)
        return err;
    if (!err)
        next->down = false;
    else if (validator->unsent_to != next)
        next->busy_since_ms = now;
    else if (now - next->busy_since_ms >= PATIENCE_MS)
        next->down = true;
    validator->unsent_to = err && !next->down ? next : NULL;
    stage_pause(stage, validator->unsent_to != NULL);
    if (validator->unsent_to)
        stage_wake_at(stage, now + RETRY_MS);
    else
        stage_counter_add(stage, err ? "verdicts_not_taken" : "verdicts", 1);
    return ERR_OK;
}

static enum err facts_gather(struct validator *validator, const struct draft *draft, struct arena *arena,
                             struct facts *ret_facts)
{
    struct facts facts = { .refdata = NULL };
    enum err err = refcache_get(validator->cache, draft->client_id, &facts.refdata);

    if (!err && draft->doc.kind == DOC_ORDER && draft->customer.len) {
        err = customer_link_get(validator->store, draft->company, draft->customer, &facts.customer_no);
        if (err == ERR_NOT_FOUND || err == ERR_TOO_LONG)
            err = ERR_OK;
    }
    if (!err && facts.refdata && !str_equal(facts.refdata->company, draft->company)) {
        err = right_books_of(validator->store, draft->company, arena, &facts.kept_client);
        if (err == ERR_NOT_FOUND || err == ERR_TOO_LONG)
            err = ERR_OK;
    }
    if (!err)
        *ret_facts = facts;
    return err;
}

static void mix(uint64_t *hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        *hash = (*hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
}

/* Each verdict about a final draft once, however often the mapper repeats it. */
static void say(struct validator *validator, const struct draft *draft, const struct problems *problems, int64_t took_ms)
{
    char id[DOC_ID_SIZE], codes[PROBLEM_CODES_SIZE];
    struct str doc = doc_text(&draft->doc, id), list = str_of(problems_codes(problems, codes));
    uint64_t hash = UINT64_C(14695981039346656037), document;
    struct said *said;
    size_t way = 0;

    if (draft->phase != DRAFT_CLOSED)
        return;
    mix(&hash, doc.bytes, doc.len + 1);
    document = hash;
    mix(&hash, (const char *)&draft->revision, sizeof draft->revision);
    mix(&hash, list.bytes, list.len + 1);
    said = &validator->said[document % SAID_SETS];
    while (way < SAID_WAYS - 1 && said->document[way] && said->document[way] != document)
        way++;
    if (said->verdict[way] == hash)
        return;
    said->document[way] = document;
    said->verdict[way] = hash;
    log_doc(doc, "what=verdict revision=%" PRIu32 " verdict=%s problems=%s ms=%" PRId64, draft->revision,
            problems->count ? "held" : "ready", codes, took_ms);
}

enum err verdicts_judge(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct validator *validator = state;
    struct draft draft;
    struct facts facts;
    struct verdict verdict;
    int64_t began = stage_steady_ms(stage);
    enum err err;

    (void)link;
    err = frames->count == 1 ? draft_decode(frames->part[0], stage_arena(stage), &draft) : ERR_FORMAT;
    if (!err)
        err = facts_gather(validator, &draft, stage_arena(stage), &facts);
    if (err)
        return err;
    verdict = (struct verdict){ .draft_bytes = frames->part[0], .problems = draft.problems };
    err = rules_judge(&draft, &facts, stage_arena(stage), &verdict.problems);
    if (err)
        return err;
    strbuf_reset(&validator->verdict);
    verdict_encode(&verdict, &validator->verdict);
    if (validator->verdict.failed)
        return ERR_MEMORY;
    say(validator, &draft, &verdict.problems, stage_steady_ms(stage) - began);
    stage_counter_add(stage, verdict.problems.count ? "held" : "ready", 1);
    return verdict_send(stage, validator, draft.doc.kind == DOC_ORDER ? &validator->invoicers : &validator->uploaders);
}

enum err verdicts_turn(struct stage *stage, struct validator *validator)
{
    return validator->unsent_to ? verdict_send(stage, validator, validator->unsent_to) : ERR_OK;
}
