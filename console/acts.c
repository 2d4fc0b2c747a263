/* acts.c - what is pressed: judged by the command's own acts (bilag/act), written down with the person's name. */
#include "decisions.h"
#include "document.h"
#include "routes.h"
#include "seen.h"

#include <string.h>

#include "bilag/act/connect.h"
#include "bilag/act/deeds.h"
#include "bilag/act/post_on.h"
#include "bilag/act/undo.h"

/* What view_seen() made: the document with what of it was seen, and the last decision there was then. */
struct seen_value { struct str document, what; uint64_t number; };

static struct seen_value parse_seen(struct str value)
{
    const char *at = value.len ? memrchr(value.bytes, '@', value.len) : NULL;
    const char *dot = value.len ? memrchr(value.bytes, '.', value.len) : NULL;
    struct seen_value seen = { .document = { value.bytes, at ? (size_t)(at - value.bytes) : 0 } };

    if (!at || !dot || dot < at)
        return seen;
    seen.what = (struct str){ value.bytes, (size_t)(dot - value.bytes) };
    seen.number = view_number((struct str){ dot + 1, value.len - (size_t)(dot + 1 - value.bytes) });
    return seen;
}

/* The document of a form, as it was seen: what a person saw is what he decides about, if nobody has decided since. False: answered. */
static bool seen_doc(struct view *view, struct str value, struct book_doc *ret_doc)
{
    struct seen_value seen = parse_seen(value);

    if (!view_doc(view, seen.document, ret_doc))
        return false;
    view->now = view_seen(view, ret_doc);
    if (!str_equal(parse_seen(view->now).what, seen.what) || seen.number > seen_now(view))
        view_refuse(view, MHD_HTTP_CONFLICT,
                    arena_format(&view->arena, SAY(view, "%.*s has changed since you saw it: look at it again.",
                                                   "%.*s er endret siden du så det: se på det igjen."), TEXT(ret_doc->id)).bytes);
    else if (seen_still_since(view, ret_doc->id, seen.number))
        view->now = STR_NONE;
    return !view->status;
}

static void post_on(struct view *view, const struct book_doc *doc, struct str reason)
{
    const char *objection;
    struct post_on decision;
    uint64_t number;
    int32_t day;
    enum err err;

    if (day_parse(view_field(view, "day"), &day)) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "A day such as 2026-11-20 is needed.",
                                                    "En dag som 2026-11-20 må oppgis."));
        return;
    }
    objection = post_on_objection(&view->context, doc, day);
    if (objection) {
        view_refuse(view, MHD_HTTP_CONFLICT, objection);
        return;
    }
    decision = post_on_decision(doc, day, &view->arena);
    err = decide(&view->context, decision.verb, doc->id, decision.detail, reason, &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* All are judged before one is written down. */
static void do_deed(struct view *view, const struct deed *deed, const struct book_doc *docs, size_t count, struct str reason)
{
    struct deed_question question = { .context = &view->context, .code = PROBLEM_COUNT };
    uint64_t number = 0;
    enum err err = ERR_OK;

    if (deed->needs_code && !problem_code_parse(view_field(view, "code"), &question.code)) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Which problem?", "Hvilket problem?"));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *objection = deed->objection(&question, &docs[i]);

        if (objection) {
            view_refuse(view, MHD_HTTP_CONFLICT, objection);
            return;
        }
    }
    for (size_t i = 0; !err && i < count; i++)
        err = deed_do(&question, deed, &docs[i], reason, &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

static bool is_document(const struct view *view, size_t field)
{
    return str_equal(view->fields[field].name, STR("document")) && view_is_first(view, field);
}

/* The documents of the form, each as it was seen; NULL: answered. */
static struct book_doc *seen_docs(struct view *view, size_t *ret_count)
{
    struct book_doc *docs;
    size_t count = 0, at = 0;

    for (size_t i = 0; i < view->field_count; i++)
        count += is_document(view, i);
    docs = arena_array(&view->arena, count ? count : 1, sizeof *docs);
    if (!docs)
        view_fail(view, ERR_MEMORY);
    else if (!count)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Nothing was chosen.", "Ingenting er valgt."));
    for (size_t i = 0; docs && !view->status && i < view->field_count; i++)
        if (is_document(view, i) && !seen_doc(view, view->fields[i].value, &docs[at++]))
            return NULL;
    *ret_count = count;
    return view->status ? NULL : docs;
}

void do_decide(struct view *view)
{
    struct str verb = view_field(view, "deed"), reason;
    const struct deed *deed = deed_of(verb);
    bool on_day = str_equal(verb, STR("post-on"));
    struct book_doc *docs;
    size_t count = 0;

    if ((!deed && !on_day) || deed == &deed_transfer) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "There is no such decision.", "Denne beslutningen finnes ikke."));
        return;
    }
    docs = seen_docs(view, &count);
    if (!docs || !view_has_reason(view, &reason))
        return;
    if (on_day && count > 1)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "One voucher at a time is posted on another day.",
                                                    "Ett bilag om gangen kan føres på en annen dag."));
    else if (on_day)
        post_on(view, &docs[0], reason);
    else
        do_deed(view, deed, docs, count, reason);
}

/* --- a decision --- */

void do_undo(struct view *view)
{
    struct str reason;
    struct undo undo;
    uint64_t number, wanted = view_number(view_field(view, "number"));
    enum err err = wanted ? undo_find(&view->context, wanted, &undo) : ERR_NOT_FOUND;

    if (err == ERR_NOT_FOUND || ((!err || err == ERR_EXISTS) && !decision_is_seen(view, undo.found.subject))) {
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such decision.", "Denne beslutningen finnes ikke."));
        return;
    }
    if ((!err || err == ERR_EXISTS) && !user_may(&view->user, undo_act(undo.found.verb))) {
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "Your role does not take back this decision.",
                                                  "Rollen din kan ikke ta tilbake denne beslutningen."));
        return;
    }
    if (!err && !view_has_reason(view, &reason))
        return;
    if (!err)
        err = undo_judge(&undo);
    if (!err)
        err = undo_do(&undo, reason, &number);
    if (err == ERR_EXISTS || err == ERR_REFUSED)
        view_refuse(view, MHD_HTTP_CONFLICT, arena_copy(&view->arena, str_of(view->context.fault.text)).bytes);
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* --- transfer --- */

static bool chosen(struct view *view, const struct venue *venue, struct str value, struct book_doc *ret_doc)
{
    const struct deed_question question = { .context = &view->context, .code = PROBLEM_COUNT };
    const char *objection;

    if (!seen_doc(view, value, ret_doc))
        return false;
    objection = deed_transfer.objection(&question, ret_doc);
    if (!str_equal(ret_doc->draft.doc.venue, venue->id))
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such document.", "Dokumentet finnes ikke."));
    else if (objection)
        view_refuse(view, MHD_HTTP_CONFLICT, arena_format(&view->arena, "%.*s: %s", TEXT(ret_doc->id), objection).bytes);
    return !view->status;
}

/* All are judged before one is written down. */
void do_transfer(struct view *view)
{
    const struct deed_question question = { .context = &view->context, .code = PROBLEM_COUNT };
    const struct venue *venue = view_venue(view);
    struct book_doc *docs = arena_array(&view->arena, view->field_count + 1, sizeof *docs);
    uint64_t number = 0;
    size_t count = 0;
    enum err err = docs ? ERR_OK : ERR_MEMORY;

    for (size_t i = 0; venue && !err && i < view->field_count; i++)
        if (is_document(view, i) && !chosen(view, venue, view->fields[i].value, &docs[count++]))
            return;
    if (!venue)
        return;
    if (!err && !count) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Nothing was chosen.", "Ingenting er valgt."));
        return;
    }
    for (size_t i = 0; !err && i < count; i++)
        err = deed_do(&question, &deed_transfer, &docs[i], STR("console"), &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* --- customers --- */

void do_connect(struct view *view)
{
    struct customer_ledger ledger = { .context = &view->context, .venue = view_venue(view) };
    struct str till_customer = view_field(view, "till_customer");
    int64_t customer, was;
    uint64_t number;
    enum err err;

    if (!ledger.venue)
        return;
    if (!till_customer.len || !customer_number_parse(view_field(view, "number"), &customer)) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "A customer number of PowerOffice is needed, such as 10001.",
                                                    "Et kundenummer i PowerOffice må oppgis, som 10001."));
        return;
    }
    if (!customer_number_parse(view_field(view, "was"), &was))
        was = 0;                         /* who does not say whom he saw connected has seen nobody */
    err = customer_ledger_open(&ledger, 0);
    if (!err)
        err = connect_judge(&ledger, customer);
    if (!err)
        err = customer_connect(&ledger, till_customer, customer, was, STR("console"), &number);
    if (err == ERR_NOT_FOUND || err == ERR_REFUSED)
        view_refuse(view, MHD_HTTP_CONFLICT, arena_copy(&view->arena, str_of(view->context.fault.text)).bytes);
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
    customer_ledger_close(&ledger);
}
