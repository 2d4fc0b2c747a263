#include "day_rules.h"

#include "tables.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 16 * 1024 * 1024, TEXT_BYTES_MAX = 4000, RULE_BYTES_MAX = 1 << 20 };

static const char verb[] = "business-days";

struct day_rule { struct str venue; uint64_t place; struct venue was; };

struct day_rules {
    struct arena arena;
    struct day_rule *at;                 /* in the order in which they were written down */
    size_t count, room;
    uint64_t next;                       /* decision to read from */
    struct zone **zones; size_t zone_count;
};

enum err day_rules_open(struct day_rules **ret_rules)
{
    struct day_rules *rules = calloc(1, sizeof *rules);

    if (!rules)
        return ERR_MEMORY;
    arena_init(&rules->arena, ARENA_BYTES);
    rules->next = 1;
    *ret_rules = rules;
    return ERR_OK;
}

void day_rules_close(struct day_rules *rules)
{
    if (!rules)
        return;
    for (size_t i = 0; i < rules->zone_count; i++)
        zone_close(rules->zones[i]);
    free(rules->zones);
    free(rules->at);
    arena_free(&rules->arena);
    free(rules);
}

/* --- as text: "Europe/Oslo;18000 21600@20777;20820 20912" --- */

static void rule_text(const struct venue *venue, struct strbuf *out)
{
    strbuf_add(out, venue->zone_name);
    strbuf_char(out, ';');
    for (size_t i = 0; i < venue->cutoff_count; i++) {
        strbuf_format(out, "%s%" PRId32, i ? " " : "", venue->cutoffs[i].seconds);
        if (venue->cutoffs[i].valid_from != DAY_ALWAYS)
            strbuf_format(out, "@%" PRId32, venue->cutoffs[i].valid_from);
    }
    strbuf_char(out, ';');
    for (size_t i = 0; i < venue->vat_count; i++)
        if (venue->vat[i].valid_from != DAY_ALWAYS && venue_vat_changes_on(venue, venue->vat[i].valid_from))
            strbuf_format(out, " %" PRId32, venue->vat[i].valid_from);
}

static size_t count_of(struct str text, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.bytes[i] == c;
    return count;
}

static bool take_number(char **at, int32_t *ret_number)
{
    char *end;
    long number = strtol(*at, &end, 10);

    if (end == *at || number < INT32_MIN || number > INT32_MAX)
        return false;
    *at = end;
    *ret_number = (int32_t)number;
    return true;
}

static struct zone *open_zone(struct day_rules *rules, struct str name)
{
    struct zone **zones = realloc(rules->zones, (rules->zone_count + 1) * sizeof *zones);
    struct fault fault;

    if (!zones)
        return NULL;
    rules->zones = zones;
    return zone_open(name, &zones[rules->zone_count], &fault) ? NULL : zones[rules->zone_count++];
}

/* Whatever cannot be read is no rule: the trail is everybody's. */
static enum err rule_parse(struct day_rules *rules, struct str text, struct venue *ret_was)
{
    size_t most = count_of(text, ' ') + 2;
    struct dated_cutoff *cutoffs = arena_array(&rules->arena, most, sizeof *cutoffs);
    struct vat_entry *vat = arena_array(&rules->arena, most, sizeof *vat);
    char *at = arena_alloc(&rules->arena, text.len + 1), *zone = at;
    struct venue was = { .cutoffs = cutoffs, .vat = vat };

    if (!cutoffs || !vat || !at)
        return ERR_MEMORY;
    memcpy(at, text.bytes, text.len);
    at[text.len] = 0;
    at = strchr(at, ';');
    if (!at)
        return ERR_FORMAT;
    *at++ = 0;
    while (*at && *at != ';' && was.cutoff_count < most) {
        struct dated_cutoff *cutoff = &cutoffs[was.cutoff_count++];

        *cutoff = (struct dated_cutoff){ .valid_from = DAY_ALWAYS };
        if (!take_number(&at, &cutoff->seconds) || (*at == '@' && (at++, !take_number(&at, &cutoff->valid_from))))
            return ERR_FORMAT;
    }
    if (*at++ != ';')
        return ERR_FORMAT;
    while (*at && was.vat_count < most) {
        vat[was.vat_count] = (struct vat_entry){ .rate = (int32_t)was.vat_count };       /* each another one: it changes */
        if (!take_number(&at, &vat[was.vat_count++].valid_from))
            return ERR_FORMAT;
    }
    was.zone_name = str_of(zone);
    was.zone = open_zone(rules, was.zone_name);
    *ret_was = was;
    return was.zone ? ERR_OK : ERR_FORMAT;
}

/* --- the trail --- */

static enum err note(struct day_rules *rules, const struct day_rule *rule)
{
    if (rules->count == rules->room) {
        size_t room = rules->room ? rules->room * 2 : 16;
        struct day_rule *bigger = realloc(rules->at, room * sizeof *bigger);

        if (!bigger)
            return ERR_MEMORY;
        rules->at = bigger;
        rules->room = room;
    }
    rules->at[rules->count++] = *rule;
    return ERR_OK;
}

/* subject: venue; detail: "<place> <rule>". */
static enum err decision_seen(const struct decision *decision, void *context)
{
    struct day_rules *rules = context;
    struct str left = decision->detail;
    struct day_rule rule = { .place = 0 };
    enum err err;

    rules->next = decision->number + 1;
    if (!str_equal(decision->verb, str_of(verb)))
        return ERR_OK;
    for (; left.len && *left.bytes >= '0' && *left.bytes <= '9' && rule.place < UINT64_MAX / 100; left.bytes++, left.len--)
        rule.place = rule.place * 10 + (uint64_t)(*left.bytes - '0');
    if (!left.len || *left.bytes != ' ')
        return ERR_OK;
    rule.venue = arena_copy(&rules->arena, decision->subject);
    err = rule_parse(rules, (struct str){ left.bytes + 1, left.len - 1 }, &rule.was);
    if (err == ERR_FORMAT)
        log_fact("level=error what=\"a rule of business days in the audit trail cannot be read\" decision=%" PRIu64,
                 decision->number);
    if (err)
        return err == ERR_FORMAT ? ERR_OK : err;
    return arena_failed(&rules->arena) ? ERR_MEMORY : note(rules, &rule);
}

enum err day_rules_read(struct day_rules *rules, struct audit *audit)
{
    return audit_read(audit, rules->next, decision_seen, rules);
}

/* --- the store --- */

struct keeping {
    const struct config *config;
    uint32_t partition;
    struct strbuf now, former;
    const struct venue **fresh, **changed;       /* not known yet; known by another rule */
    size_t fresh_count, changed_count;
};

static void rule_key(struct key *key, struct str venue)
{
    key_init(key);
    key_name(key, STR("days"));
    key_name(key, venue);
}

static enum err get(struct txn *txn, struct str venue, struct str *ret_text)
{
    struct key key;
    enum err err;

    rule_key(&key, venue);
    err = store_get(txn, TABLE_META, key_str(&key), ret_text);
    if (err == ERR_NOT_FOUND)
        *ret_text = STR_NONE;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static struct str text_of(struct keeping *keeping, const struct venue *venue)
{
    strbuf_reset(&keeping->now);
    rule_text(venue, &keeping->now);
    return strbuf_str(&keeping->now);
}

static enum err look(struct txn *txn, void *context)
{
    struct keeping *keeping = context;
    const struct config *config = keeping->config;
    enum err err = ERR_OK;

    keeping->fresh_count = keeping->changed_count = 0;
    for (size_t i = 0; !err && i < config->venue_count; i++) {
        const struct venue *venue = &config->venues[i];
        struct str former;

        if (venue_partition(venue->id, config->partitions) != keeping->partition)
            continue;
        err = get(txn, venue->id, &former);
        if (!err && former.len == 0)
            keeping->fresh[keeping->fresh_count++] = venue;
        else if (!err && !str_equal(former, text_of(keeping, venue)))
            keeping->changed[keeping->changed_count++] = venue;
    }
    return err ? err : keeping->now.failed ? ERR_MEMORY : ERR_OK;
}

struct one_rule { struct keeping *keeping; const struct venue *venue; };

static enum err former_of(struct txn *txn, void *context)
{
    struct one_rule *one = context;
    struct str former;
    enum err err = get(txn, one->venue->id, &former);

    strbuf_reset(&one->keeping->former);
    if (!err)
        strbuf_add(&one->keeping->former, former);
    return err;
}

static enum err put_all(struct txn *txn, void *context)
{
    struct keeping *keeping = context;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < keeping->fresh_count; i++) {
        struct key key;

        rule_key(&key, keeping->fresh[i]->id);
        err = store_put(txn, TABLE_META, key_str(&key), text_of(keeping, keeping->fresh[i]));
    }
    return err;
}

static enum err write_down(struct audit *audit, const struct venue *venue, struct str former, uint64_t folded, int64_t now_ms)
{
    struct decision decision = { .time_ms = now_ms, .who = STR("mapper"), .verb = str_of(verb), .subject = venue->id,
                                 .reason = STR("its business days begin otherwise now; what came before keeps its days") };
    struct strbuf detail;
    uint64_t number;
    enum err err;

    strbuf_init(&detail, TEXT_BYTES_MAX);
    strbuf_format(&detail, "%" PRIu64 " ", folded);
    strbuf_add(&detail, former);
    decision.detail = strbuf_str(&detail);
    err = detail.failed ? ERR_TOO_LONG : audit_append(audit, &decision, &number);
    strbuf_free(&detail);
    if (err == ERR_TOO_LONG)
        log_fact("level=error what=\"the former rule of business days is too long to be kept\" venue=" STR_FMT,
                 STR_ARG(venue->id));
    return err == ERR_TOO_LONG ? ERR_OK : err;
}

/* The trail first, then the store. */
static enum err keep(struct store *store, struct audit *audit, struct keeping *keeping, uint64_t folded, int64_t now_ms)
{
    enum err err = store_read(store, look, keeping);

    for (size_t i = 0; !err && i < keeping->changed_count; i++) {
        struct one_rule one = { keeping, keeping->changed[i] };

        err = store_read(store, former_of, &one);
        if (!err)
            err = write_down(audit, one.venue, strbuf_str(&keeping->former), folded, now_ms);
        keeping->fresh[keeping->fresh_count++] = one.venue;
    }
    return err || keeping->fresh_count == 0 ? err : store_write(store, put_all, keeping);
}

enum err day_rules_keep(struct store *store, struct audit *audit, const struct config *config, uint32_t partition,
                        uint64_t folded, int64_t now_ms)
{
    struct keeping keeping = { .config = config, .partition = partition,
                               .fresh = calloc(config->venue_count + 1, sizeof *keeping.fresh),
                               .changed = calloc(config->venue_count + 1, sizeof *keeping.changed) };
    enum err err;

    strbuf_init(&keeping.now, RULE_BYTES_MAX);
    strbuf_init(&keeping.former, RULE_BYTES_MAX);
    err = keeping.fresh && keeping.changed ? keep(store, audit, &keeping, folded, now_ms) : ERR_MEMORY;
    strbuf_free(&keeping.now);
    strbuf_free(&keeping.former);
    free(keeping.fresh);
    free(keeping.changed);
    return err;
}

/* The first that was written down and reaches so far: a store that is made again may write down another one on its way. */
const struct venue *day_rules_at(const struct day_rules *rules, const struct venue *venue, uint64_t place)
{
    for (size_t i = 0; rules && i < rules->count; i++)
        if (place <= rules->at[i].place && str_equal(rules->at[i].venue, venue->id))
            return &rules->at[i].was;
    return venue;
}
