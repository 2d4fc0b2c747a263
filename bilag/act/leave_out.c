#include "leave_out.h"

#include <inttypes.h>
#include <string.h>

#include "decide.h"

enum err leave_out_open(struct context *context, struct leave_out *leave)
{
    enum err err;

    *leave = (struct leave_out){ .context = context };
    err = books_open(context->config, &leave->books, &context->fault);
    return err ? err : receipts_open(context->config, &leave->receipts, &context->fault);
}

void leave_out_close(struct leave_out *leave)
{
    receipts_close(leave->receipts);
    books_close(leave->books);
}

/* "125", "125,00" or "125.50" kroner. */
static bool parse_kroner(const char *text, struct money *ret_amount)
{
    size_t whole = strspn(text, "0123456789"), decimals = text[whole] ? strspn(text + whole + 1, "0123456789") : 0;
    int64_t ore = 0;

    if (!whole || whole > 12 ||
        (text[whole] && ((text[whole] != ',' && text[whole] != '.') || decimals != 2 || text[whole + 3])))
        return false;
    for (size_t i = 0; i < whole; i++)
        ore = ore * 10 + (text[i] - '0');
    ore *= 100;
    if (text[whole])
        ore += (text[whole + 1] - '0') * 10 + (text[whole + 2] - '0');
    *ret_amount = (struct money){ ore };
    return true;
}

/* What it comes to by itself; a void that took effect, by what it takes back. */
static bool amount_told(struct leave_out *leave, const struct leaving *leaving, struct money *ret_amount)
{
    const struct event *event = &leaving->fate.event;
    struct arena *arena = leave->context->arena;
    struct money lines, payments;
    struct receipt_fate target;

    if (event->kind == EVENT_RECEIPT) {
        if (receipt_sums(event, &lines, &payments))
            return false;
        *ret_amount = lines;
        return true;
    }
    if (receipts_find(leave->receipts, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, arena, &target) ||
        !target.voided || receipt_sums(&target.event, &lines, &payments) ||
        !str_equal(target.void_name, receipt_text(arena, leaving->name.reg, SERIES_RECEIPTS, leaving->name.seq)))
        return false;
    ret_amount->ore = -lines.ore;
    return true;
}

/* --- whether it can be left out --- */

/* A sentence in which the receipt's name stands first. */
static enum err refuse(const struct leave_out *leave, const struct leaving *leaving, enum err err, const char *en,
                       const char *nb)
    __attribute__((format(printf, 4, 0), format(printf, 5, 0)));
static enum err refuse(const struct leave_out *leave, const struct leaving *leaving, enum err err, const char *en,
                       const char *nb)
{
    struct str text = arena_format(leave->context->arena, context_words(leave->context, en, nb), STR_ARG(leaving->text));

    return fault_set(&leave->context->fault, err, STR_FMT, STR_ARG(text));
}

static enum err of_order(struct leave_out *leave, const struct leaving *leaving)
{
    struct context *context = leave->context;
    struct str id = arena_format(context->arena, STR_FMT "/order/" STR_FMT "/%" PRIu64, STR_ARG(leaving->name.venue),
                                 STR_ARG(leaving->name.reg), leaving->name.seq);
    struct book_doc doc;
    enum err err = books_doc(leave->books, id, context->arena, &doc);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (doc.draft.phase != DRAFT_CLOSED || book_doc_is_empty(&doc))
        return ERR_OK;
    return fault_set(&context->fault, ERR_REFUSED,
                     context_words(context, STR_FMT " is an order, " STR_FMT ": end that <with bilag by-hand|as entered by "
                                   "hand> if a person invoices it, or credit it in PowerOffice if it is sent",
                                   STR_FMT " er en ordre, " STR_FMT ": avslutt den <med bilag by-hand|som ført manuelt> "
                                   "hvis noen fakturerer den, eller krediter den i PowerOffice hvis den er sendt"), STR_ARG(leaving->text), STR_ARG(id));
}

/* Whether what it was booked in is sealed: then the difference goes into the next part. */
static enum err of_day(struct leave_out *leave, struct leaving *leaving)
{
    struct book_list list;
    enum err err = books_venue(leave->books, leaving->name.venue, leaving->fate.day, leaving->fate.day, leave->context->arena,
                               &list);

    for (size_t i = 0; !err && i < list.count; i++) {
        const struct draft *draft = &list.docs[i].draft;

        if (draft->doc.kind == DOC_VOUCHER && leaving->fate.place > draft->from && leaving->fate.place <= draft->upto)
            leaving->later |= list.docs[i].status.sealed;
    }
    return err;
}

static bool is_out(struct leave_out *leave, struct str venue, struct str receipt)
{
    struct arena *arena = leave->context->arena;
    struct receipt_name name;
    struct receipt_fate fate;

    return !receipt_parse(arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(venue), STR_ARG(receipt)), arena, &name) &&
           !receipts_find(leave->receipts, name.venue, name.reg, name.series, name.seq, arena, &fate) && fate.out;
}

static enum err judge(struct leave_out *leave, struct leaving *leaving)
{
    struct context *context = leave->context;
    const struct receipt_fate *fate = &leaving->fate;
    enum err err;

    if (fate->event.kind != EVENT_RECEIPT && fate->event.kind != EVENT_VOID)
        return refuse(leave, leaving, ERR_REFUSED, "%.*s has no money in a voucher: only receipts and voids are left out",
                      "%.*s har ingen penger i et bilag: bare bonger og annulleringer holdes utenfor");
    if (fate->out)
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, STR_FMT " is left out already, by decision %" PRIu64,
                                       STR_FMT " er alt holdt utenfor, av beslutning "
                                               "%" PRIu64), STR_ARG(leaving->text), fate->out);
    if (fate->event.kind == EVENT_RECEIPT && fate->voided && !is_out(leave, leaving->name.venue, fate->void_name))
        return fault_set(&context->fault, ERR_REFUSED,
                         context_words(context, STR_FMT " is taken back by " STR_FMT ": leave that out first",
                                       STR_FMT " er annullert av " STR_FMT ": hold den utenfor først"), STR_ARG(leaving->text),
                         STR_ARG(fate->void_name));
    err = of_order(leave, leaving);
    return err ? err : of_day(leave, leaving);
}

static enum err take_amount(struct leave_out *leave, const char *amount, struct leaving *leaving)
{
    struct context *context = leave->context;

    leaving->told = amount_told(leave, leaving, &leaving->amount);
    if (!amount)
        return ERR_OK;
    if (leaving->told)
        return refuse(leave, leaving, ERR_REFUSED,
                      "%.*s says itself what it comes to: <--amount|the amount> is for those that do not",
                      "%.*s sier selv hva den er på: <--amount|beløpet> er for dem som ikke gjør det");
    if (!parse_kroner(amount, &leaving->amount))
        return fault_set(&context->fault, ERR_FORMAT,
                         context_words(context, "<--amount wants|The amount is> kroner such as 125,00, not \"%s\"",
                                       "<--amount|Beløpet> skal være kroner, som 125,00, ikke «%s»"), amount);
    if (leaving->fate.event.kind == EVENT_VOID)
        leaving->amount.ore = -leaving->amount.ore;
    leaving->said = true;
    return ERR_OK;
}

enum err leave_out_judge(struct leave_out *leave, struct str text, const char *amount, struct leaving *ret_leaving)
{
    struct arena *arena = leave->context->arena;
    struct leaving *leaving = ret_leaving;
    enum err err;

    *leaving = (struct leaving){ .text = text };
    if (receipt_parse(text, arena, &leaving->name))
        return refuse(leave, leaving, ERR_FORMAT, "%.*s is no receipt; they look like oslo-grill/K1/12",
                      "%.*s er ingen bong; de ser ut som oslo-grill/K1/12");
    err = receipts_find(leave->receipts, leaving->name.venue, leaving->name.reg, leaving->name.series, leaving->name.seq, arena,
                        &leaving->fate);
    if (err == ERR_NOT_FOUND)
        return refuse(leave, leaving, ERR_NOT_FOUND, "receipt %.*s is not known: it never came, or it is older than "
                      "retention_days", "bong %.*s er ukjent: den er aldri kommet, eller er eldre enn retention_days");
    if (!err)
        err = judge(leave, leaving);
    return err ? err : take_amount(leave, amount, leaving);
}

enum err leave_out_do(struct leave_out *leave, const struct leaving *leaving, struct str reason, uint64_t *ret_number)
{
    struct context *context = leave->context;
    struct str detail = leaving->said ? arena_format(context->arena, "%" PRId64, leaving->amount.ore) : STR_NONE;

    return decide(context, "leave-out", leaving->text, detail, reason, ret_number);
}
