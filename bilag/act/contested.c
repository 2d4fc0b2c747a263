#include "contested.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bilag/read/books.h"
#include "decide.h"
#include "domain/register.h"
#include "mapper/refold.h"

struct money content_amount(const struct event *event)
{
    struct money amount = event->amount, payments;

    if (event->kind == EVENT_RECEIPT && receipt_sums(event, &amount, &payments))
        amount.ore = 0;
    return amount;
}

/* --- what came under the number --- */

/* The one that is booked stands among the others by its place; one that is no longer kept came first. */
static void list_contents(struct contested *contested)
{
    const struct receipt_fate *fate = &contested->fate;
    struct content booked = { fate->place ? &fate->event : NULL, fate->place, fate->day, true, false };
    bool put = false;

    for (size_t at = 0; at < fate->other_count; at++) {
        const struct other_content *other = &fate->others[at];

        if (!put && fate->place < other->place) {
            contested->contents[contested->count++] = booked;
            put = true;
        }
        contested->contents[contested->count++] = (struct content){ &other->event, other->place, other->day, false,
                                                                    other->open };
    }
    if (!put)
        contested->contents[contested->count++] = booked;
}

/* A sentence with the receipt's name in it. */
static enum err refuse(const struct contested *contested, enum err err, const char *en, const char *nb)
    __attribute__((format(printf, 3, 0), format(printf, 4, 0)));
static enum err refuse(const struct contested *contested, enum err err, const char *en, const char *nb)
{
    struct str text = arena_format(contested->context->arena, context_words(contested->context, en, nb),
                                   STR_ARG(contested->text));

    return fault_set(&contested->context->fault, err, STR_FMT, STR_ARG(text));
}

enum err contested_open(struct context *context, struct str text, struct contested *contested)
{
    struct receipt_name *name = &contested->name;
    enum err err;

    *contested = (struct contested){ .context = context, .text = text };
    if (receipt_parse(text, context->arena, name))
        return refuse(contested, ERR_FORMAT, "%.*s is no receipt; they look like oslo-grill/K1/12, or oslo-grill/K1/Z12",
                      "%.*s er ingen bong; de ser ut som oslo-grill/K1/12 eller oslo-grill/K1/Z12");
    contested->venue = config_venue(context->config, name->venue);
    if (!contested->venue)
        return fault_set(&context->fault, ERR_FORMAT, context_words(context, "there is no venue " STR_FMT,
                         "det finnes ikke noe sted " STR_FMT), STR_ARG(name->venue));
    err = receipts_open(context->config, &contested->receipts, &context->fault);
    if (!err)
        err = receipts_find(contested->receipts, name->venue, name->reg, name->series, name->seq, context->arena,
                            &contested->fate);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (err && !contested->fate.other_count)
        return fault_set(&context->fault, err, context_words(context,
                         "receipt " STR_FMT " is not known: it never came, or it is older than retention_days (%d)",
                         "bong " STR_FMT " er ukjent: den har aldri kommet, eller er eldre enn retention_days (%d)"),
                         STR_ARG(text), context->config->retention_days);
    if (!contested->fate.other_count)
        return refuse(contested, ERR_REFUSED, "no other content came under the number of %.*s: there is nothing to decide",
                      "ikke noe annet innhold er kommet under nummeret til %.*s: det er ingenting å avgjøre");
    list_contents(contested);
    return ERR_OK;
}

void contested_close(struct contested *contested)
{
    receipts_close(contested->receipts);
}

/* --- which one is right --- */

/* The voucher or order that is sent, or may be on its way, with the content in it. Empty: none. */
static struct str sent_with(const struct contested *contested, const struct content *content)
{
    struct context *context = contested->context;
    struct fault fault = { "" };
    struct book_list list = { 0 };
    struct books *books;
    struct str found = STR_NONE;

    if (books_open(context->config, &books, &fault))
        return STR_NONE;
    if (!books_venue(books, contested->name.venue, content->day, content->day, context->arena, &list))
        for (size_t i = 0; i < list.count; i++) {
            const struct book_doc *doc = &list.docs[i];
            const struct doc *is = &doc->draft.doc;
            bool has = is->kind == DOC_ORDER
                ? is->seq == contested->name.seq && str_equal(is->reg, contested->name.reg)
                : content->place > doc->draft.from && content->place <= doc->draft.upto;

            if (has && doc->status.sealed)
                found = doc->id;
        }
    books_close(books);
    return found;
}

/* The content that came first is no longer kept, and what it was booked in is sent: it stands. */
static enum err judge_gone(const struct contested *contested, size_t number)
{
    struct context *context = contested->context;

    if (number == 1)
        return ERR_OK;
    return fault_set(&context->fault, ERR_REFUSED, context_words(context,
                     "what came first under the number of " STR_FMT " was booked, and its content is no longer kept: it is not "
                     "exchanged. <bilag choose|To say of> " STR_FMT " <first|that the first is right> lists the later one as not "
                     "booked, to be entered by hand; if the register counts anew, <bilag restarted|say so on the page of> " STR_FMT,
                     "det som kom først under nummeret til " STR_FMT ", er bokført, og innholdet er ikke lenger lagret: det "
                     "byttes ikke ut. <bilag choose|Å si om> " STR_FMT " <first|at den første er riktig,> viser det senere som "
                     "ikke bokført, så det kan føres manuelt; teller kassen på nytt, <bilag restarted|si det på siden til> " STR_FMT),
                     STR_ARG(contested->text), STR_ARG(contested->text),
                     STR_ARG(contested->text));
}

enum err contested_judge(struct contested *contested, size_t number)
{
    struct context *context = contested->context;

    if (number == 0 || number > contested->count)
        return fault_set(&context->fault, ERR_FORMAT, context_words(context,
                         "first, second or a number up to %zu, as <bilag explain lists them|they are listed here>",
                         "first, second eller et tall opp til %zu, slik <bilag explain viser dem|de vises her>"), contested->count);
    if (!contested->fate.place)
        return judge_gone(contested, number);
    for (size_t i = 0; i < contested->count; i++) {
        struct str sent = contested->contents[i].booked != (i + 1 == number) ? sent_with(contested, &contested->contents[i])
                                                                              : STR_NONE;

        if (sent.len)
            return fault_set(&context->fault, ERR_REFUSED, context_words(context,
                             STR_FMT " is sent with the first content: reverse it first< (bilag reverse)|>, or take an order "
                             "back in PowerOffice",
                             STR_FMT " er sendt med det første innholdet: reverser det først< (bilag reverse)|>, eller trekk "
                             "ordren tilbake i PowerOffice"), STR_ARG(sent));
    }
    return ERR_OK;
}

enum err contested_choose(struct contested *contested, size_t number, struct str reason, uint64_t *ret_number)
{
    struct context *context = contested->context;
    struct str detail = contested->fate.place ? arena_format(context->arena, "%" PRIu64, contested->contents[number - 1].place)
                                              : STR_NONE;

    return decide(context, "choose", contested->text, detail, reason, ret_number);
}

/* --- or the register counts anew --- */

struct counting { const struct contested *contested; struct new_run *run; placed_visit visit; void *context; };

static enum err placed_seen(const struct placed *placed, void *context)
{
    const struct counting *counting = context;
    struct new_run *run = counting->run;

    run->count++;
    if (placed->event->kind == EVENT_RECEIPT && money_add(run->sum, content_amount(placed->event), &run->sum))
        run->sum.ore = 0;
    return counting->visit(placed, counting->context);
}

/* The first content that nobody has decided about: from its place on. 0: there is none. */
static uint64_t first_open(const struct receipt_fate *fate)
{
    for (size_t i = 0; i < fate->other_count; i++)
        if (fate->others[i].open)
            return fate->others[i].place;
    return 0;
}

enum err contested_run(struct contested *contested, placed_visit visit, void *context, struct new_run *run)
{
    const struct receipt_name *name = &contested->name;
    struct counting counting = { contested, run, visit, context };
    struct context *asked = contested->context;
    struct str base = register_base(name->reg);
    unsigned next = name->reg.len == base.len ? 2 : (unsigned)strtoul(name->reg.bytes + base.len + 1, NULL, 10) + 1;
    enum err err;

    *run = (struct new_run){ .base = base, .next = arena_format(asked->arena, STR_FMT "~%u", STR_ARG(base), next),
                             .place = first_open(&contested->fate) };
    if (!run->next.bytes)
        return ERR_MEMORY;
    if (!run->place)
        return refuse(contested, ERR_REFUSED, "it is decided already what %.*s is", "det er alt avgjort hva %.*s er");
    err = receipts_from(contested->receipts, name->venue, name->reg, run->place, placed_seen, &counting);
    if (err || run->count <= REFOLD_MAX)
        return err;
    return fault_set(&asked->fault, ERR_REFUSED, context_words(asked,
                     "at most %d numbers can be moved at once: say which one is right< with bilag choose|>, or let the till go on "
                     "with "
                     "other numbers", "høyst %d numre kan flyttes på én gang: si hvilken som er riktig< med bilag choose|>, eller "
                                      "la "
                     "kassen fortsette med andre numre"), (int)REFOLD_MAX);
}

struct str new_run_name(const struct contested *contested, const struct new_run *run, struct str name)
{
    size_t reg = contested->name.reg.len;

    return arena_format(contested->context->arena, STR_FMT "%.*s", STR_ARG(run->next), (int)(name.len - reg), name.bytes + reg);
}

enum err contested_begin(struct contested *contested, const struct new_run *run, struct str reason, uint64_t *ret_number)
{
    return decide(contested->context, "restarted", contested->text,
                  arena_format(contested->context->arena, "%" PRIu64, run->place), reason, ret_number);
}
