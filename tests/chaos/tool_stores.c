/* tool_stores - what a test does to the stores in a person's place, and what it reads out of them.
 *
 *   tool_stores STATE_DIR [OTHER-UID]      commands on stdin, one a line, words divided by one tab:
 *     connect COMPANY TILL-CUSTOMER NUMBER      a till's customer is that customer in PowerOffice
 *     decide VERB SUBJECT DETAIL REASON         a decision in the audit trail
 *     damage VENUE DAY                          the mapper's record of that day cannot be read any more
 *     trim VENUE DAY                            the mapper keeps none of the day's receipts any more, as after retention_days
 *     docs STAGE                                "DOCUMENT STATE WORK SEALED NEXT_MS PROBLEMS" a line, then "."
 * OTHER-UID: the stores are shared with that user (run_as).
 * Exit 1 and a sentence if something cannot be done.
 */
#include "base/folder.h"
#include "domain/audit.h"
#include "mapper/tables.h"
#include "sender/docs.h"
#include "poweroffice/refdata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WORDS = 5, LINE_BYTES = 4096 };

static struct str folder;

static enum err do_connect(char **word, struct fault *fault)
{
    struct refstore *store;
    enum err err = refstore_open(folder, 0, &store, fault);

    if (err)
        return err;
    err = customer_link_put(store, str_of(word[1]), str_of(word[2]), strtoll(word[3], NULL, 10));
    refstore_close(store);
    return err;
}

static enum err do_decide(char **word, struct fault *fault)
{
    struct decision decision = { .who = STR("test"), .verb = str_of(word[1]), .subject = str_of(word[2]),
                                 .detail = str_of(word[3]), .reason = str_of(word[4]) };
    struct audit *audit;
    uint64_t number;
    enum err err = audit_open(folder, &audit, fault);

    if (err)
        return err;
    err = audit_append(audit, &decision, &number);
    audit_close(audit);
    return err;
}

struct damage { struct str venue; int32_t day; };

static enum err damage_work(struct txn *txn, void *context)
{
    const struct damage *damage = context;
    struct key key;

    key_init(&key);
    key_name(&key, damage->venue);
    key_day(&key, damage->day);
    return store_put(txn, TABLE_DAYS, key_str(&key), STR("no settlement"));
}

struct trimming { struct str venue; int32_t day; struct key keys[64]; size_t count; };

static enum err receipt_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct trimming *trimming = context;
    struct known known;
    enum err err = known_read(value, &known);

    (void)txn;
    if (err || known.day != trimming->day)
        return err;
    if (trimming->count == COUNT(trimming->keys))
        return ERR_TOO_LONG;
    memcpy(trimming->keys[trimming->count].bytes, key.bytes, key.len);
    trimming->keys[trimming->count++].len = key.len;
    return ERR_OK;
}

static enum err trim_work(struct txn *txn, void *context)
{
    struct trimming *trimming = context;
    struct key venue;
    enum err err;

    trimming->count = 0;
    key_init(&venue);
    key_name(&venue, trimming->venue);
    err = store_walk(txn, TABLE_RECEIPTS, key_str(&venue), key_str(&venue), receipt_seen, trimming);
    for (size_t i = 0; !err && i < trimming->count; i++)
        err = store_delete(txn, TABLE_RECEIPTS, key_str(&trimming->keys[i]));
    return err;
}

/* Something done to a venue's day in the mapper's store. */
static enum err change_day(const char *day, int32_t *ret_day, enum err (*work)(struct txn *txn, void *context), void *context,
                           struct fault *fault)
{
    struct store *store;
    char path[LINE_BYTES];
    enum err err = day_parse(str_of(day), ret_day);

    (void)snprintf(path, sizeof path, STR_FMT "/mapper", STR_ARG(folder));
    if (!err)
        err = store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, 0, &store, fault);
    if (err)
        return err;
    err = store_write(store, work, context);
    store_close(store);
    return err;
}

static enum err do_damage(char **word, struct fault *fault)
{
    struct damage damage = { .venue = str_of(word[1]) };

    return change_day(word[2], &damage.day, damage_work, &damage, fault);
}

static enum err do_trim(char **word, struct fault *fault)
{
    struct trimming trimming = { .venue = str_of(word[1]) };

    return change_day(word[2], &trimming.day, trim_work, &trimming, fault);
}

static enum err print_doc(struct str doc, const struct record *record, void *context)
{
    struct problems problems;

    (void)context;
    record_problems(record, &problems);
    printf(STR_FMT " %s %s %s %" PRId64 " ", STR_ARG(doc), doc_state_text(record->state), work_text(record->work),
           record->sealed ? "sealed" : "open", record->next_ms);
    for (size_t i = 0; i < problems.count; i++)
        printf("%s%s", i ? "," : "", problem_code_text(problems.at[i].code));
    puts(problems.count ? "" : "-");
    return ERR_OK;
}

static enum err do_docs(char **word, struct fault *fault)
{
    struct docs *docs;
    enum err err = docs_open(folder, word[1], STORE_READ_ONLY, &docs, fault);

    if (!err) {
        err = docs_walk(docs, STR_NONE, print_doc, NULL);
        docs_close(docs);
    }
    puts(".");
    (void)fflush(stdout);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static const struct { const char *name; size_t words; enum err (*run)(char **word, struct fault *fault); } commands[] = {
    { "connect", 4, do_connect }, { "decide", 5, do_decide }, { "docs", 2, do_docs }, { "damage", 3, do_damage },
    { "trim", 3, do_trim },
};

static enum err run(char **word, size_t count, struct fault *fault)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(word[0], commands[i].name) == 0 && count == commands[i].words)
            return commands[i].run(word, fault);
    return ERR_FORMAT;
}

int main(int argc, char **argv)
{
    char line[LINE_BYTES];

    if (argc != 2 && argc != 3)
        return 2;
    folder = str_of(argv[1]);
    if (argc == 3) {
        folder_share((uid_t)strtoul(argv[2], NULL, 10));
        (void)umask(007);
    }
    while (fgets(line, sizeof line, stdin)) {
        char *word[WORDS] = { line }, *at = line;
        size_t count = 1;
        struct fault fault = { .text = "" };
        enum err err;

        line[strcspn(line, "\n")] = '\0';
        for (; *at && count < WORDS; at++)
            if (*at == '\t') {
                *at = '\0';
                word[count++] = at + 1;
            }
        err = run(word, count, &fault);
        if (err) {
            (void)fprintf(stderr, "tool_stores: %s %s: %s %s\n", word[0], count > 1 ? word[1] : "", err_text(err), fault.text);
            return 1;
        }
    }
    return 0;
}
