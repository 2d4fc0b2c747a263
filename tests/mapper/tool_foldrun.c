/* tool_foldrun - the real fold and the real drafts, driven from outside: for the property tests.
 *
 * usage: tool_foldrun STORE_FOLDER CONFIG_DIR...
 *
 * Lines on stdin: a native event (JSON), kept until the next command that folds; or a command:
 *   #new PARTITIONS       an empty store, the first configuration, the clock far ahead
 *   #batch                folds what is there, in one batch a partition
 *   #restart              folds, closes the store and opens it again
 *   #config N             takes the configuration N (from 0) from here on; nothing is read again
 *   #behind 0|1           1: the log is not read to its end, so no day closes
 *   #look                 folds, then looks at every due day
 *   #clock MS             it is this moment (Unix time); from here on looks do not move the clock
 *   #seal DOC             folds nothing; the draft of DOC as last built is sealed
 *   #reverse DOC          what was sealed is taken back
 *   #decide VERB SUBJECT DETAIL   a person's decision
 *   #print                looks, then writes every draft as one JSON line, then "#done EVENTS DUPLICATES CONFLICTS"
 * Anything else, or a call that fails, ends the program with 1 and a line on stderr.
 */
#include "mapper/offer.h"
#include "mapper/fold.h"
#include "mapper/decisions.h"
#include "mapper/seals.h"
#include "base/json_write.h"
#include "domain/event_canonical.h"
#include "domain/event_read.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIGS_MAX = 8, PARTITIONS_MAX = 64, ROUND_MAX = 16, ARENA_BYTES = 512 * 1024 * 1024 };

struct run {
    const char *folder;
    struct config *configs[CONFIGS_MAX];
    int config_count, config;
    int32_t partitions;
    struct store *store;
    struct strbuf waiting[PARTITIONS_MAX];
    size_t waiting_count[PARTITIONS_MAX];
    uint64_t next[PARTITIONS_MAX];
    struct arena fold_arena, build_arena, event_arena;
    int64_t now_ms;
    bool behind;
    uint64_t events, duplicates, conflicts, decisions;
};

static void need(enum err err, const char *what, const char *detail)
{
    if (err == ERR_OK)
        return;
    (void)fprintf(stderr, "tool_foldrun: %s: %s (%s)\n", what, err_text(err), detail);
    exit(1);
}

static struct config *current(struct run *run)
{
    return run->configs[run->config];
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void store_start(struct run *run)
{
    struct fault fault = { "" };

    need(store_open(str_of(run->folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &run->store,
                    &fault), "open", fault.text);
    for (uint32_t i = 0; i < (uint32_t)run->partitions; i++) {
        uint64_t next;

        need(fold_offset(run->store, i, &next), "offset", "");
        run->next[i] = next;
    }
}

static void start_anew(struct run *run, int32_t partitions)
{
    store_close(run->store);
    (void)nftw(run->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    run->config = 0;
    run->partitions = partitions;
    for (int i = 0; i < run->config_count; i++)
        run->configs[i]->partitions = partitions;
    for (int i = 0; i < PARTITIONS_MAX; i++) {
        strbuf_reset(&run->waiting[i]);
        run->waiting_count[i] = 0;
    }
    run->events = run->duplicates = run->conflicts = run->decisions = 0;
    run->now_ms = INT64_C(4102444800000);                /* the year 2100 */
    run->behind = false;
    store_start(run);
}

static void take_event(struct run *run, struct str line)
{
    struct fault fault = { "" };
    struct event event;
    struct str bytes;
    uint32_t partition;

    arena_reset(&run->event_arena);
    need(event_from_json(line, &run->event_arena, &event, &fault), "event", fault.text);
    need(event_encode(&event, &run->event_arena, &bytes), "encode", "");
    partition = venue_partition(event.venue, run->partitions);
    strbuf_add(&run->waiting[partition], bytes);
    run->waiting_count[partition]++;
}

static void fold_waiting(struct run *run)
{
    for (uint32_t i = 0; i < (uint32_t)run->partitions; i++) {
        struct fold fold = { .config = current(run), .arena = &run->fold_arena, .now_ms = run->now_ms, .partition = i };
        struct reader events;

        if (run->waiting_count[i] == 0)
            continue;
        reader_init(&events, strbuf_str(&run->waiting[i]));
        need(fold_batch(&fold, run->store, run->next[i], &events, run->waiting_count[i]), "fold", "");
        run->next[i] += run->waiting_count[i];
        run->events += fold.events;
        run->duplicates += fold.duplicates;
        run->conflicts += fold.conflicts;
        run->waiting_count[i] = 0;
        strbuf_reset(&run->waiting[i]);
    }
}

/* --- days --- */

struct due_days { struct run *run; struct { struct str venue; int32_t day; } *at; size_t count, room; };

static enum err due_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct due_days *days = context;
    struct str venue;
    size_t at = 0;

    (void)txn;
    (void)value;
    ensure(days->count < days->room);
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &days->at[days->count].day))
        return ERR_STORE_DAMAGED;
    days->at[days->count++].venue = arena_copy(&days->run->event_arena, venue);
    return ERR_OK;
}

static enum err look_work(struct txn *txn, void *context)
{
    struct due_days *days = context;
    struct run *run = days->run;
    enum err err;

    arena_reset(&run->event_arena);
    days->count = 0;
    days->room = store_count(txn, TABLE_DUE);
    days->at = arena_array(&run->event_arena, days->room + 1, sizeof *days->at);
    err = store_walk(txn, TABLE_DUE, STR_NONE, STR_NONE, due_seen, days);
    for (size_t i = 0; !err && i < days->count; i++) {
        struct offer offer = { .config = current(run), .venue = config_venue(current(run), days->at[i].venue),
                                 .day = days->at[i].day, .arena = &run->build_arena, .now_ms = run->now_ms,
                                 .caught_up = !run->behind, .transfer_allowed = true };

        arena_reset(&run->build_arena);
        if (offer.venue)
            err = offer_day(txn, &offer);
    }
    return err;
}

/* Quiet time is over as well: the clock goes on before the look. */
static void look(struct run *run)
{
    struct due_days days = { .run = run };

    fold_waiting(run);
    run->now_ms += 100 * 86400 * INT64_C(1000) * (run->now_ms > INT64_C(4000000000000));
    need(store_write(run->store, look_work, &days), "look", "");
}

struct sealing { struct run *run; struct str doc; struct seal seal; };

static enum err seal_read(struct txn *txn, void *context)
{
    struct sealing *sealing = context;
    struct draft *draft = arena_alloc(&sealing->run->event_arena, sizeof *draft);
    struct str bytes;
    enum err err = offer_draft(txn, sealing->doc, &bytes);

    if (!err)
        err = draft_decode(arena_copy(&sealing->run->event_arena, bytes), &sealing->run->event_arena, draft);
    if (!err)
        sealing->seal = (struct seal){ .doc = draft->doc, .revision = draft->revision, .upto = draft->upto,
                                       .decided = draft->decided, .credit_ordered = draft->credit_ordered };
    return err;
}

static void seal(struct run *run, struct str doc, bool reversed)
{
    struct sealing sealing = { .run = run, .doc = doc };

    arena_reset(&run->event_arena);
    need(store_read(run->store, seal_read, &sealing), "seal", doc.bytes);
    sealing.seal.reversed = reversed;
    need(seals_apply(run->store, &sealing.seal, &run->build_arena), "settle", doc.bytes);
}

static void decide(struct run *run, char *words)
{
    struct decision decision = { .number = ++run->decisions, .who = STR("test"), .reason = STR("test") };
    char *verb = strtok_r(words, " ", &words), *subject = strtok_r(NULL, " ", &words);
    struct str venue;
    int32_t day;

    decision.verb = str_of(verb);
    decision.subject = str_of(subject);
    decision.detail = str_of(words && *words ? words : "");
    for (uint32_t i = 0; i < (uint32_t)run->partitions; i++)
        need(decisions_apply(run->store, current(run), i,
                             &decision, decision.number + 1, &run->build_arena, &venue, &day), "decide", verb);
}

/* --- drafts as JSON --- */

static void add_text(struct strbuf *out, const char *name, struct str text)
{
    strbuf_format(out, ",\"%s\":", name);
    json_quote(out, text);
}

static void add_lines(struct strbuf *out, const struct draft *draft)
{
    strbuf_add(out, STR(",\"lines\":["));
    for (size_t i = 0; i < draft->line_count; i++) {
        const struct voucher_line *line = &draft->lines[i];

        strbuf_format(out, "%s{\"account\":%" PRId64 ",\"amount\":%" PRId64 ",\"sold\":%d", i ? "," : "",
                      line->account, line->amount.ore, line->sold);
        add_text(out, "vat_code", line->vat_code);
        add_text(out, "department", line->department);
        add_text(out, "project", line->project);
        add_text(out, "location", line->location);
        strbuf_char(out, '}');
    }
    strbuf_add(out, STR("],\"order_lines\":["));
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];

        strbuf_format(out, "%s{\"share\":%" PRId64 ",\"gross\":%" PRId64 ",\"qty\":%" PRId64 ",\"rate\":%" PRId32,
                      i ? "," : "", line->share.ore, line->gross.ore, line->qty, line->rate);
        add_text(out, "product", line->product);
        add_text(out, "text", line->text);
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}

static void add_manual(struct strbuf *out, const struct draft *draft)
{
    strbuf_add(out, STR(",\"manual\":["));
    for (size_t i = 0; i < draft->manual_count; i++) {
        strbuf_format(out, "%s{\"movement\":%d,\"amount\":%" PRId64, i ? "," : "", draft->manual[i].movement,
                      draft->manual[i].amount.ore);
        add_text(out, "what", draft->manual[i].what);
        add_text(out, "receipt", draft->manual[i].receipt);
        strbuf_char(out, '}');
    }
    strbuf_add(out, STR("],\"problems\":["));
    for (size_t i = 0; i < draft->problems.count; i++) {
        const struct problem *problem = &draft->problems.at[i];
        struct strbuf text;

        strbuf_init(&text, PROBLEM_TEXT_MAX * 4);
        problem_write(problem, STR("en"), &text);
        strbuf_format(out, "%s{\"code\":\"%s\",\"count\":%" PRIu64, i ? "," : "", problem_code_text(problem->code),
                      problem->count);
        add_text(out, "text", strbuf_str(&text));
        strbuf_char(out, '}');
        strbuf_free(&text);
    }
    strbuf_char(out, ']');
}

static void draft_write(const struct draft *draft, struct str id, struct strbuf *out)
{
    char day[16];

    strbuf_add(out, STR("{\"id\":"));
    json_quote(out, id);
    add_text(out, "venue", draft->doc.venue);
    strbuf_format(out, ",\"kind\":\"%s\",\"day\":\"%s\",\"part\":%" PRIu32 ",\"phase\":\"%s\",\"revision\":%" PRIu32,
                  draft->doc.kind == DOC_ORDER ? "order" : "voucher", day_text(draft->doc.day, day), draft->doc.part,
                  draft->phase == DRAFT_CLOSED ? "closed" : "open", draft->revision);
    strbuf_format(out, ",\"post_on\":\"%s\"", day_text(draft->post_on, day));
    add_text(out, "register", draft->doc.reg);
    strbuf_format(out, ",\"seq\":%" PRIu64, draft->doc.seq);
    add_text(out, "reference", draft->reference);
    add_text(out, "batch", draft->batch_id);
    add_text(out, "text", draft->text);
    add_text(out, "customer", draft->customer);
    add_text(out, "order", draft->order_no);
    strbuf_format(out, ",\"receipts\":%" PRIu64 ",\"lines_total\":%" PRId64 ",\"voucher_total\":%" PRId64
                  ",\"orders_total\":%" PRId64 ",\"manual_total\":%" PRId64 ",\"total\":%" PRId64
                  ",\"till_vat\":%" PRId64 ",\"computed_vat\":%" PRId64,
                  draft->receipts, draft->lines_total.ore, draft->voucher_total.ore, draft->orders_total.ore,
                  draft->manual_total.ore, draft->total.ore, draft->till_vat.ore, draft->computed_vat.ore);
    add_lines(out, draft);
    add_manual(out, draft);
    strbuf_add(out, STR("}\n"));
}

static enum err draft_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct run *run = context;
    struct draft *draft;
    struct strbuf out;
    enum err err;

    (void)txn;
    arena_reset(&run->build_arena);
    draft = arena_alloc(&run->build_arena, sizeof *draft);
    err = draft_decode(value, &run->build_arena, draft);
    if (err)
        return err;
    strbuf_init(&out, DRAFT_BYTES_MAX);
    draft_write(draft, key, &out);
    ensure(!out.failed);
    (void)fwrite(out.bytes, 1, out.len, stdout);
    strbuf_free(&out);
    return ERR_OK;
}

static enum err print_work(struct txn *txn, void *context)
{
    return store_walk(txn, TABLE_DRAFTS, STR_NONE, STR_NONE, draft_seen, context);
}

static void print(struct run *run)
{
    look(run);
    need(store_read(run->store, print_work, run), "print", "");
    (void)printf("#done %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", run->events, run->duplicates, run->conflicts);
    (void)fflush(stdout);
}

/* --- commands --- */

static void on_new(struct run *run, char *rest)
{
    long partitions = strtol(rest, NULL, 10);

    ensure(partitions > 0 && partitions <= PARTITIONS_MAX);
    start_anew(run, (int32_t)partitions);
}

static void on_batch(struct run *run, char *rest)
{
    (void)rest;
    fold_waiting(run);
}

static void on_restart(struct run *run, char *rest)
{
    uint64_t before[PARTITIONS_MAX];

    (void)rest;
    fold_waiting(run);
    memcpy(before, run->next, sizeof before);
    store_close(run->store);
    store_start(run);
    ensure(memcmp(before, run->next, (size_t)run->partitions * sizeof *before) == 0);
}

static void on_config(struct run *run, char *rest)
{
    fold_waiting(run);
    run->config = (int)strtol(rest, NULL, 10);
    ensure(run->config >= 0 && run->config < run->config_count);
}

static void on_behind(struct run *run, char *rest)
{
    fold_waiting(run);
    run->behind = *rest == '1';
}

static void on_clock(struct run *run, char *rest)
{
    fold_waiting(run);
    run->now_ms = strtoll(rest, NULL, 10);
}

static void on_look(struct run *run, char *rest)
{
    (void)rest;
    look(run);
}

static void on_seal(struct run *run, char *rest)
{
    seal(run, str_of(rest), false);
}

static void on_reverse(struct run *run, char *rest)
{
    seal(run, str_of(rest), true);
}

static void on_decide(struct run *run, char *rest)
{
    decide(run, rest);
}

static void on_print(struct run *run, char *rest)
{
    (void)rest;
    print(run);
}

static void command(struct run *run, char *line)
{
    static const struct { const char *name; void (*does)(struct run *run, char *rest); } commands[] = {
        { "#new", on_new }, { "#batch", on_batch }, { "#restart", on_restart }, { "#config", on_config },
        { "#behind", on_behind }, { "#look", on_look }, { "#clock", on_clock }, { "#seal", on_seal }, { "#reverse", on_reverse },
        { "#decide", on_decide }, { "#print", on_print },
    };
    char *rest = line + strcspn(line, " ");

    if (*rest)
        *rest++ = '\0';
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, line) == 0) {
            commands[i].does(run, rest);
            return;
        }
    need(ERR_FORMAT, "command", line);
}

int main(int argc, char **argv)
{
    static struct run run;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (argc < 3 || argc > CONFIGS_MAX + 2)
        return 1;
    run.folder = argv[1];
    arena_init(&run.fold_arena, ARENA_BYTES);
    arena_init(&run.build_arena, ARENA_BYTES);
    arena_init(&run.event_arena, ARENA_BYTES);
    for (int i = 0; i < PARTITIONS_MAX; i++)
        strbuf_init(&run.waiting[i], ARENA_BYTES);
    for (int i = 2; i < argc; i++) {
        struct fault fault = { "" };

        need(config_load(str_of(argv[i]), &run.configs[run.config_count], &fault), "configuration", fault.text);
        if (run.configs[run.config_count]->fault_count)
            need(ERR_CONFIG, "venue", run.configs[run.config_count]->faults[0].text);
        run.config_count++;
    }
    while ((len = getline(&line, &room, stdin)) > 0) {
        if (line[len - 1] == '\n')
            line[--len] = '\0';
        if (line[0] == '#')
            command(&run, line);
        else if (len)
            take_event(&run, (struct str){ line, (size_t)len });
    }
    store_close(run.store);
    (void)nftw(run.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    for (int i = 0; i < run.config_count; i++)
        config_free(run.configs[i]);
    for (int i = 0; i < PARTITIONS_MAX; i++)
        strbuf_free(&run.waiting[i]);
    arena_free(&run.fold_arena);
    arena_free(&run.build_arena);
    arena_free(&run.event_arena);
    free(line);
    return 0;
}
