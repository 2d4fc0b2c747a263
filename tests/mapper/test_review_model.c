/* Goal: whatever order events, looks, drafts, seals, reversals, decisions and turned switches come in, and whatever of
 * the messages is late, lost or repeated: when all is quiet, each sale stands in one voucher, one order or under manual.
 *
 * A model plays the senders by the rules of sender/inbox.c. Half of the seeds turn the switches; the others lose the
 * mapper's store and make it again from the log. Register K2 tells some numbers twice, with other contents: a person says
 * that it counts anew, or which of two is right, at any moment; what was sent by then stays.
 * usage: test_review_model [FIRST [SEEDS]] */
#include "mapper_rig.h"

#include "mapper/asking.h"

enum { SALES = 40, OTHERS = 6, AGAIN = 4, EVENTS = SALES + OTHERS + AGAIN,
       DECIDED_MAX = 8, PARTS = 10, DECISIONS_MAX = DECIDED_MAX + 2 * AGAIN + 4 * PARTS,
       DOCS_MAX = 400, MESSAGES_MAX = 4000, STEPS = 160, QUIET_ROUNDS = 60 };

struct record {
    char id[DOC_ID_SIZE];
    bool sealed, tell, queued, stands;   /* stands: something of it is in PowerOffice */
    uint32_t revision;
    struct draft *draft;                 /* sealed: the one that was sent */
};

struct world {
    struct rig rig;
    uint64_t random;
    struct event events[EVENTS];
    struct sale_line lines[EVENTS];
    struct payment payments[EVENTS];
    size_t folded;
    struct record docs[DOCS_MAX];
    size_t doc_count;
    struct str drafts[MESSAGES_MAX];
    size_t draft_count;
    struct seal seals[MESSAGES_MAX];
    size_t seal_count;
    struct arena arena;                  /* of messages and records: until the seed's end */
    bool loses_store;
    size_t logged;                       /* how many events the log has; the mapper may have folded fewer again */
    struct decision decisions[DECISIONS_MAX];
    size_t decision_count, decided;
    uint64_t asks, asked;
    bool undecided, restarts;
    uint64_t restarted_at;
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->random = world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(world->random >> 33) % below;
}

/* --- events --- */

static void make_events(struct world *world)
{
    for (size_t i = 0; i < EVENTS; i++) {
        struct event *event = &world->events[i];
        bool voids = i >= SALES * 3 / 4 && i < SALES;

        world->lines[i] = (struct sale_line){ .product_type = STR("food"), .vat = draw(world, 2) ? 2500 : 1500,
                                              .gross = { 1 + (int64_t)draw(world, 1000000) }, .qty = 1000000 };
        world->payments[i] = (struct payment){ draw(world, 2) ? STR("card") : STR("credit"), world->lines[i].gross };
        *event = (struct event){ .venue = STR("v"), .reg = STR("K1"), .seq = i + 1, .kind = EVENT_RECEIPT,
                                 .time = 1795172400 + (int64_t)(draw(world, 2) * 86400 + i), .offset_min = 60,
                                 .customer = STR("kunde"), .lines = &world->lines[i], .line_count = 1,
                                 .payments = &world->payments[i], .payment_count = 1 };
        if (voids) {                                         /* of a receipt each, none twice */
            event->kind = EVENT_VOID;
            event->voids.reg = STR("K1");
            event->voids.seq = (i - SALES * 3 / 4) * 3 + 1;
            event->line_count = event->payment_count = 0;
            event->lines = NULL;
            event->payments = NULL;
            event->customer = STR_NONE;
        }
        if (i >= SALES) {                                    /* the last ones come under numbers that were there */
            event->reg = STR("K2");
            event->seq = (i - SALES) % OTHERS + 1;
            event->time += (int64_t)(10 * event->seq + (i >= SALES + OTHERS ? 5 : 0)) - (int64_t)i;
        }
    }
    for (size_t i = EVENTS - 1; i > 0; i--) {                /* they come in any order */
        size_t j = draw(world, (uint32_t)i + 1);
        struct event other = world->events[i];

        world->events[i] = world->events[j];
        world->events[j] = other;
    }
}

static bool is_contested(const struct event *event)
{
    return str_equal(event->reg, STR("K2")) && event->seq <= AGAIN;
}

/* Of receipts that nobody contests. */
static int64_t sold(const struct world *world, const char *type)
{
    int64_t sum = 0;

    for (size_t i = 0; i < EVENTS; i++) {
        const struct event *event = &world->events[i];

        if (is_contested(event) || (str_equal(event->reg, STR("K1")) && event->kind == EVENT_RECEIPT && event->seq % 3 == 1 &&
                                    event->seq <= SALES / 4 * 3))
            continue;                                        /* taken back */
        if (event->kind == EVENT_RECEIPT && str_equal(event->payments[0].type, str_of(type)))
            sum += event->payments[0].amount.ore;
    }
    return sum;
}

/* --- messages --- */

static enum err queue_work(struct txn *txn, void *context)
{
    static struct rig_look look;
    struct world *world = context;
    struct rig *rig = &world->rig;
    enum err err;

    look = (struct rig_look){ .rig = rig };
    err = store_walk(txn, TABLE_DUE, STR_NONE, STR_NONE, rig_due, &look);
    for (size_t i = 0; !err && i < look.count; i++) {
        struct offer offer = { .config = rig->config, .venue = config_venue(rig->config, str_of(look.at[i].venue)),
                                 .day = look.at[i].day, .arena = &rig->build_arena, .now_ms = rig->now_ms,
                                 .caught_up = !world->undecided && (world->folded == EVENTS || draw(world, 3) == 0),
                                 .asks = world->asks, .transfer_allowed = true, .resend = true };

        arena_reset(&rig->build_arena);
        err = offer_day(txn, &offer);
        for (size_t s = 0; !err && s < offer.send_count; s++) {
            struct str bytes;

            NEEDED(offer_draft(txn, offer.sends[s], &bytes));
            if (world->draft_count < MESSAGES_MAX)
                world->drafts[world->draft_count++] = arena_copy(&world->arena, bytes);
        }
    }
    return err;
}

static void say(struct world *world, const struct seal *seal)
{
    if (world->seal_count < MESSAGES_MAX)
        world->seals[world->seal_count++] = *seal;
    world->seals[world->seal_count - 1].doc.venue = STR("v");
    world->seals[world->seal_count - 1].doc.reg = arena_copy(&world->arena, seal->doc.reg);
}

static void answer(struct world *world, const struct record *record)
{
    struct seal seal = { .doc = record->draft->doc, .revision = record->revision, .upto = record->draft->upto,
                         .credit_ordered = record->draft->credit_ordered, .reversed = record->tell };

    say(world, &seal);
}

static struct record *record_of(struct world *world, const struct doc *doc, bool *ret_known)
{
    char id[DOC_ID_SIZE];

    (void)doc_text(doc, id);
    for (size_t i = 0; i < world->doc_count; i++)
        if (strcmp(world->docs[i].id, id) == 0) {
            *ret_known = true;
            return &world->docs[i];
        }
    *ret_known = false;
    assert_true(world->doc_count < DOCS_MAX);
    world->docs[world->doc_count] = (struct record){ .sealed = false };
    memcpy(world->docs[world->doc_count].id, id, sizeof id);
    return &world->docs[world->doc_count++];
}

/* sender/inbox.c, apply() */
static void draft_came(struct world *world, struct str bytes)
{
    struct draft *draft = arena_alloc(&world->arena, sizeof *draft);
    struct record *record;
    bool known, nothing;

    NEEDED(draft_decode(bytes, &world->arena, draft));
    record = record_of(world, &draft->doc, &known);
    if (known && record->sealed &&
        !(record->tell && draft->revision > record->revision && draft->undone >= record->revision)) {
        answer(world, record);
        return;
    }
    if (known && draft->revision < record->revision) {
        say(world, &(struct seal){ .doc = draft->doc, .revision = record->revision, .behind = true });
        return;
    }
    if (draft->asks && draft->phase == DRAFT_OPEN)
        say(world, &(struct seal){ .doc = draft->doc, .revision = draft->revision, .behind = true, .heard = draft->asks });
    nothing = draft->phase == DRAFT_CLOSED && !draft->line_count && !draft->order_line_count && !draft->problems.count;
    record->sealed = nothing && draft->doc.kind == DOC_VOUCHER;
    record->tell = false;
    record->revision = draft->revision;
    record->draft = draft;
    record->queued = draft->phase == DRAFT_CLOSED && !nothing && !draft->problems.count;
    if (nothing)
        answer(world, record);
}

static void send_one(struct world *world, struct record *record)
{
    if (!record->queued)
        return;
    record->queued = false;
    record->sealed = record->stands = true;
    answer(world, record);
}

static void reverse_one(struct world *world, struct record *record)
{
    if (!record->stands || record->draft->doc.kind != DOC_VOUCHER)
        return;
    record->stands = false;
    record->tell = true;
    answer(world, record);
}

static void take_draft_message(struct world *world, size_t at)
{
    struct str bytes = world->drafts[at];

    world->drafts[at] = world->drafts[--world->draft_count];
    draft_came(world, bytes);
}

static void take_seal_message(struct world *world, size_t at)
{
    struct seal seal = world->seals[at];

    world->seals[at] = world->seals[--world->seal_count];
    NEEDED(seals_apply(world->rig.store, &seal, &world->rig.build_arena));
}

/* --- what happens --- */

static void turn_switches(struct world *world)
{
    static const char *const credit[] = { "{account: 1500}", "{account: 1500, transfer: false}",
                                          "{account: 1500, transfer: false}" };
    uint32_t which = draw(world, 3);
    char *text = replaced(rig_venue, "{account: 1500, transfer: false}", credit[which]), *venue;

    venue = replaced(text, "auto_invoice: true", which == 2 ? "auto_invoice: true" : "auto_invoice: false");
    folder_write(&world->rig.folder, "venues/v.yaml", venue, strlen(venue), 0644);
    config_free(world->rig.config);
    world->rig.config = folder_load(&world->rig.folder);
    free(text);
    free(venue);
}

struct emptying { unsigned table; struct key keys[2000]; size_t count; };

static enum err key_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct emptying *emptying = context;

    (void)txn;
    (void)value;
    assert_true(emptying->count < COUNT(emptying->keys));
    memcpy(emptying->keys[emptying->count].bytes, key.bytes, key.len);
    emptying->keys[emptying->count++].len = key.len;
    return ERR_OK;
}

static enum err empty_work(struct txn *txn, void *context)
{
    static struct emptying emptying;

    (void)context;
    for (emptying.table = 0; emptying.table < TABLE_COUNT; emptying.table++) {
        emptying.count = 0;
        NEEDED(store_walk(txn, emptying.table, STR_NONE, STR_NONE, key_seen, &emptying));
        for (size_t i = 0; i < emptying.count; i++)
            NEEDED(store_delete(txn, emptying.table, key_str(&emptying.keys[i])));
    }
    return ERR_OK;
}

static void fold_more(struct world *world, size_t count)
{
    for (; count && world->folded < EVENTS; count--)
        rig_put(&world->rig, &world->events[world->folded++]);
    rig_fold(&world->rig);
    world->logged = world->folded > world->logged ? world->folded : world->logged;
}

static void lose_store(struct world *world)
{
    size_t all = world->folded;

    NEEDED(store_write(world->rig.store, empty_work, NULL));
    world->folded = 0;
    world->rig.next = 0;
    world->decided = 0;
    world->asks = 0;
    world->undecided = true;
    if (draw(world, 2))
        fold_more(world, all);                               /* else drafts leave while it catches up */
}

/* --- a person decides --- */

static void say_decision(struct world *world, const char *verb, const char *subject, uint64_t place)
{
    struct decision *decision = &world->decisions[world->decision_count];
    struct str detail = place ? arena_format(&world->arena, "%" PRIu64, place)
                              : strcmp(verb, "accept") == 0 ? STR("sequence-gap") : STR_NONE;

    if (world->decision_count == DECISIONS_MAX)
        return;
    *decision = (struct decision){ .number = ++world->decision_count, .who = STR("kari"), .verb = str_of(verb),
                                   .subject = arena_copy(&world->arena, str_of(subject)), .detail = detail,
                                   .reason = STR("because") };
}

/* The place of this number's first or second coming, as far as the log goes; 0: it has not come. */
static uint64_t place_of(const struct world *world, uint64_t seq, bool second)
{
    uint64_t first = 0;

    for (size_t i = 0; i < world->logged; i++) {
        if (!is_contested(&world->events[i]) || world->events[i].seq != seq)
            continue;
        if (first || !second)
            return i + 1;
        first = i + 1;
    }
    return 0;
}

static void decide_something(struct world *world)
{
    uint64_t seq = 1 + draw(world, AGAIN), second = place_of(world, seq, true);
    char subject[32];

    (void)snprintf(subject, sizeof subject, "v/K2%s/%" PRIu64, draw(world, 4) ? "" : "~2", seq);
    if (!second)
        return;
    if (world->restarts && !world->restarted_at) {
        world->restarted_at = second;
        say_decision(world, "restarted", subject, second);
    } else {
        say_decision(world, "choose", subject, draw(world, 2) ? second : place_of(world, seq, false));
    }
}

/* mapper/hearing.c: in order, each when the senders have been heard about all that is not sealed. */
static void judge_decision(struct world *world)
{
    struct rig *rig = &world->rig;
    bool heard = false;
    struct str venue;
    int32_t day;

    if (world->folded < world->logged)
        return;
    if (world->decided == world->decision_count) {
        world->asks = 0;
        world->undecided = false;
        return;
    }
    if (!world->asks)
        world->asks = ++world->asked;
    NEEDED(asking_heard(rig->store, STR("v"), world->asks, &rig->build_arena, &heard));
    if (!heard)
        return;
    NEEDED(decisions_apply(rig->store, rig->config, venue_partition(STR("v"), rig->config->partitions),
                           &world->decisions[world->decided], world->decisions[world->decided].number + 1,
                           &rig->build_arena, &venue, &day));
    world->decided++;
}

/* What nobody decided otherwise is not booked. */
static void settle_all(struct world *world)
{
    char subject[32];

    for (uint64_t seq = 1; seq <= AGAIN; seq++)
        for (int run = 1; run <= 2; run++) {
            (void)snprintf(subject, sizeof subject, "v/K2%s/%" PRIu64, run == 1 ? "" : "~2", seq);
            say_decision(world, "choose", subject, 0);
        }
    for (int part = 1; part <= PARTS; part++)                /* numbers that are the other run's by now */
        for (int day = 20; day <= 21; day++) {
            (void)snprintf(subject, sizeof subject, "v/2026-11-%d/%d", day, part);
            say_decision(world, "accept", subject, 0);
        }
}

static void step(struct world *world)
{
    uint32_t what = draw(world, 24);

    if (what >= 22 && world->decision_count < DECIDED_MAX)
        decide_something(world);
    else if (what >= 20)
        judge_decision(world);
    else if (what < 4)
        fold_more(world, 1 + draw(world, 4));
    else if (what < 9)
        NEEDED(store_write(world->rig.store, queue_work, world));
    else if (what < 13 && world->draft_count)
        take_draft_message(world, draw(world, 4) ? 0 : draw(world, (uint32_t)world->draft_count));
    else if (what < 16 && world->seal_count)
        take_seal_message(world, draw(world, 4) ? 0 : draw(world, (uint32_t)world->seal_count));
    else if (what == 16 && world->doc_count)
        send_one(world, &world->docs[draw(world, (uint32_t)world->doc_count)]);
    else if (what == 17 && world->doc_count && draw(world, 2))
        reverse_one(world, &world->docs[draw(world, (uint32_t)world->doc_count)]);
    else if (what == 18 && !world->loses_store)
        turn_switches(world);
    else if (what == 18 && draw(world, 4) == 0)
        lose_store(world);
    else if (what == 19 && world->seal_count && draw(world, 2))
        world->seal_count--;                                 /* lost */
    else if (what == 19 && world->seal_count)
        say(world, &world->seals[draw(world, (uint32_t)world->seal_count)]);         /* repeated */
}

/* Nothing is lost any more: everything comes to rest. */
static size_t until_quiet(struct world *world)
{
    fold_more(world, EVENTS);
    settle_all(world);
    for (size_t round = 0; round < QUIET_ROUNDS; round++) {
        NEEDED(store_write(world->rig.store, queue_work, world));
        for (size_t i = 0; i <= DECISIONS_MAX; i++)
            judge_decision(world);
        if (!world->draft_count && !world->seal_count && round && world->decided == world->decision_count && !world->asks)
            return round;
        while (world->draft_count)
            take_draft_message(world, 0);
        for (size_t i = 0; i < world->doc_count; i++) {
            send_one(world, &world->docs[i]);
            if (world->docs[i].tell)
                answer(world, &world->docs[i]);
        }
        while (world->seal_count)
            take_seal_message(world, 0);
    }
    return QUIET_ROUNDS;
}

struct books { struct world *world; int64_t card, credit, orders, manual; };

/* Parts that came to nothing without anybody being told: only the mapper's own draft has what is under manual. */
static enum err unheard_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct books *books = context;
    struct draft *draft = arena_alloc(&books->world->arena, sizeof *draft);

    (void)txn;
    NEEDED(draft_decode(value, &books->world->arena, draft));
    for (size_t i = 0; i < books->world->doc_count; i++)
        if (str_equal(str_of(books->world->docs[i].id), key))
            return ERR_OK;
    if (draft->doc.kind == DOC_VOUCHER && draft->phase == DRAFT_CLOSED)
        books->manual += draft->manual_total.ore;
    return ERR_OK;
}

static enum err unheard_work(struct txn *txn, void *context)
{
    return store_walk(txn, TABLE_DRAFTS, STR_NONE, STR_NONE, unheard_seen, context);
}

/* What a failing seed came to. */
static void print_world(const struct world *world)
{
    for (size_t i = 0; i < EVENTS; i++)
        print_message("  place %zu: %s %.2s/%" PRIu64 " day %d %s %" PRId64 " voids %" PRIu64 "\n", i + 1,
                      event_kind_text(world->events[i].kind), world->events[i].reg.bytes, world->events[i].seq,
                      (int)(world->events[i].time / 86400), world->events[i].payment_count
                          ? world->events[i].payments[0].type.bytes : "", world->events[i].line_count
                          ? world->events[i].lines[0].gross.ore : 0, world->events[i].voids.seq);
    for (size_t i = 0; i < world->decision_count; i++)
        print_message("  decision %zu: %s %s %s\n", i + 1, world->decisions[i].verb.bytes, world->decisions[i].subject.bytes,
                      world->decisions[i].detail.bytes);
    for (size_t i = 0; i < world->doc_count; i++)
        print_message("  %s revision %u (%" PRIu64 ", %" PRIu64 "] sealed %d stands %d ordered %d total %" PRId64
                      " orders %" PRId64 " manual %" PRId64 " problems %zu first %s\n", world->docs[i].id, world->docs[i].revision,
                      world->docs[i].draft->from, world->docs[i].draft->upto, world->docs[i].sealed,
                      world->docs[i].stands, world->docs[i].draft->credit_ordered, world->docs[i].draft->total.ore,
                      world->docs[i].draft->orders_total.ore, world->docs[i].draft->manual_total.ore,
                      world->docs[i].draft->problems.count, world->docs[i].draft->problems.count
                          ? problem_code_text(world->docs[i].draft->problems.at[0].code) : "");
}

struct sums { int64_t card, credit; };

static struct sums with(const struct world *world, struct sums sums, uint64_t place)
{
    const struct payment *payment = world->events[place - 1].payments;

    if (str_equal(payment->type, STR("card")))
        sums.card += payment->amount.ore;
    else
        sums.credit += payment->amount.ore;
    return sums;
}

/* Of each contested number one content is booked; both, if its register counted anew in between. */
static bool is_right(const struct world *world, struct sums left, uint64_t seq)
{
    uint64_t first, second;

    if (seq > AGAIN)
        return left.card == 0 && left.credit == 0;
    first = place_of(world, seq, false);
    second = place_of(world, seq, true);
    if (is_right(world, with(world, left, first), seq + 1) || is_right(world, with(world, left, second), seq + 1))
        return true;
    return world->restarted_at > first && world->restarted_at <= second &&
           is_right(world, with(world, with(world, left, first), second), seq + 1);
}

static void check_books(struct world *world, uint64_t seed)
{
    struct books books = { .world = world };

    for (size_t i = 0; i < world->doc_count; i++) {
        const struct record *record = &world->docs[i];

        if (record->draft->doc.kind == DOC_VOUCHER && record->sealed && !record->tell)
            books.manual += record->draft->manual_total.ore;
        if (!record->stands)
            continue;
        books.card += rig_line(record->draft, 1570);
        books.credit += rig_line(record->draft, 1500);
        books.orders += record->draft->doc.kind == DOC_ORDER ? record->draft->total.ore : 0;
    }
    NEEDED(store_read(world->rig.store, unheard_work, &books));
    if (is_right(world, (struct sums){ sold(world, "card") - books.card,
                                       sold(world, "credit") - books.credit - books.orders - books.manual }, 1))
        return;
    print_world(world);
    fail_msg("seed %" PRIu64 ": card %" PRId64 " of %" PRId64 "; credit %" PRId64 " + orders %" PRId64 " + manual %"
             PRId64 " of %" PRId64, seed, books.card, sold(world, "card"), books.credit, books.orders, books.manual,
             sold(world, "credit"));
}

static uint64_t first_seed = 1, seeds = 300;

static void the_books_are_right_when_all_is_quiet(void **unused)
{
    static struct world world;

    (void)unused;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        world = (struct world){ .random = seed * UINT64_C(0x9e3779b97f4a7c15), .loses_store = seed % 2,
                                  .restarts = seed / 2 % 2 };
        rig_make(&world.rig);
        arena_init(&world.arena, 512u << 20);
        make_events(&world);
        for (int i = 0; i < STEPS; i++)
            step(&world);
        if (until_quiet(&world) == QUIET_ROUNDS) {
            print_world(&world);
            fail_msg("seed %" PRIu64 ": something waits for ever: %zu drafts, %zu seals, decisions %zu of %zu", seed,
                     world.draft_count, world.seal_count, world.decided, world.decision_count);
        }
        check_books(&world, seed);
        arena_free(&world.arena);
        rig_free(&world.rig);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_books_are_right_when_all_is_quiet) };

    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seeds = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
