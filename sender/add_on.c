/* add_on.c - a venue on an add-on waits until QuickOrder has it on its side (docs/guide.md, "one key each"): nothing of it is
 * sealed before a person has said so. Connecting asks, and `bilag venues confirm` ends it; both are decisions, taken up exactly
 * once with the place in the trail (decide.c), and kept beside the documents. What is sealed already is not touched. */
#include "sender_inside.h"

#include <stdio.h>

enum { NAME_SIZE = 96 };

static void number_name(struct str venue, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "add-on/" STR_FMT, STR_ARG(venue));
}

bool add_on_is_about(const struct decision *decision)
{
    return str_is_name(decision->subject) &&
           (str_equal(decision->verb, STR(ADD_ON_ASKED)) || str_equal(decision->verb, STR(ADD_ON_THERE)) ||
            str_equal(decision->verb, STR(ADD_ON_DROPPED)));
}

enum err add_on_decided(struct txn *txn, const struct decision *decision)
{
    char name[NAME_SIZE];

    number_name(decision->subject, name);
    return docs_set_number(txn, name, str_equal(decision->verb, STR(ADD_ON_ASKED)));
}

/* A venue that was moved to the main extension since waits for nobody. */
static enum err awaited(struct txn *txn, const struct sender *sender, struct str id, int *ret_extension)
{
    const struct venue *venue = config_venue(stage_config(sender->stage), id);
    char name[NAME_SIZE];
    uint64_t asked = 0;
    enum err err;

    *ret_extension = EXTENSION_MAIN;
    if (!venue || venue->extension == EXTENSION_MAIN)
        return ERR_OK;
    number_name(id, name);
    err = docs_number(txn, name, &asked);
    if (!err && asked)
        *ret_extension = venue->extension;
    return err;
}

static struct problem said(int extension)
{
    return (struct problem){ .code = PROBLEM_ADD_ON_AWAITED, .count = 1, .arg = { str_of(extension_text(extension)) } };
}

enum err add_on_judge(struct txn *txn, const struct sender *sender, const struct draft *draft, struct problems *problems)
{
    struct problem problem;
    int extension;
    enum err err = awaited(txn, sender, draft->doc.venue, &extension);

    if (err || extension == EXTENSION_MAIN)
        return err;
    problem = said(extension);
    problems_add(problems, &problem);
    return ERR_OK;
}

struct asking { const struct sender *sender; struct str venue; int extension; };

static enum err ask_work(struct txn *txn, void *context)
{
    struct asking *asking = context;

    return awaited(txn, asking->sender, asking->venue, &asking->extension);
}

enum err add_on_hold(struct job *job, bool *ret_held)
{
    struct asking asking = { job->sender, job->draft.doc.venue, EXTENSION_MAIN };
    struct problem problem;
    enum err err = store_read(docs_store(job->sender->docs), ask_work, &asking);

    *ret_held = !err && asking.extension != EXTENSION_MAIN;
    if (!*ret_held)
        return err;
    problem = said(asking.extension);
    job_move(job, STEP_PROBLEMS, 0);
    job_problem(job, &problem);
    return job_commit(job);
}
