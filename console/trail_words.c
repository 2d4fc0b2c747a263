#include "trail_words.h"

#include <string.h>

#include "bilag/act/venue_edit.h"
#include "bilag/show/decision_words.h"

static const struct words { const char *name, *en, *nb; } steps[] = {
    { "preview", "the day goes on", "dagen fortsetter" },
    { "held", "held", "stoppet" },
    { "open", "open", "åpen" },
    { "ready", "ready to be transferred", "klar til overføring" },
    { "waiting", "waits", "venter" },
    { "queued", "in the queue", "i kø" },
    { "sealed", "sealed: on its way to PowerOffice", "forseglet: på vei til PowerOffice" },
    { "sent", "sent", "sendt" },
    { "not-processed", "PowerOffice did not take it: tried again", "PowerOffice tok den ikke imot: prøves på nytt" },
    { "answer-lost", "no answer: it is looked up in PowerOffice", "uten svar: den slås opp i PowerOffice" },
    { "login", "PowerOffice refuses the key", "PowerOffice avviser nøkkelen" },
    { "refused", "refused", "avvist" },
    { "refused-looked-up", "refused, and looked up in PowerOffice", "avvist, og slås opp i PowerOffice" },
    { "found", "found in PowerOffice", "funnet i PowerOffice" },
    { "differs", "found in PowerOffice with another content", "funnet i PowerOffice med et annet innhold" },
    { "not-found", "not there: looked up once more", "ikke der: slås opp en gang til" },
    { "absent", "not in PowerOffice: sent again", "ikke i PowerOffice: sendes på nytt" },
    { "transfer", "to be transferred", "skal overføres" },
    { "resend", "to be sent again", "skal sendes på nytt" },
    { "reverse", "to be reversed in PowerOffice", "skal reverseres i PowerOffice" },
    { "reversal-asked", "PowerOffice was asked to reverse it", "PowerOffice er bedt om å reversere" },
    { "reversal-again", "PowerOffice is asked once more to reverse it", "PowerOffice bes en gang til om å reversere" },
    { "reversal-not-done", "not reversed yet", "ikke reversert ennå" },
    { "reversed", "reversed", "tilbakeført" },
    { "reversal-refused", "PowerOffice did not reverse it", "PowerOffice reverserte ikke" },
    { "by-hand", "entered by hand", "ført manuelt" },
    { "undo-by-hand", "not entered by hand after all", "likevel ikke ført manuelt" },
    { "leave-reversed", "stays reversed", "forblir tilbakeført" },
    { "explained", "why PowerOffice refused it was found", "årsaken til avvisningen er funnet" },
    { "round-ended", "built again", "bygget på nytt" },
    { "pdf-attached", "the settlement is attached", "dagsoppgjøret er vedlagt" },
    { "pdf-refused", "the settlement could not be attached", "dagsoppgjøret kunne ikke legges ved" },
    { "stands-once", "stands once in PowerOffice", "står én gang i PowerOffice" },
    { "taken-over", "taken over after a restart", "overtatt etter en omstart" },
};

static const struct words verbs[] = {
    { "accept", "accepted", "godtatt" },
    { "resend", "sent again", "sendt på nytt" },
    { "resend-on", "posted on another day", "ført på en annen dag" },
    { "post-on", "posted on another day", "ført på en annen dag" },
    { "reverse", "reversed and sent again", "reversert og sendt på nytt" },
    { "leave-reversed", "left reversed", "blir stående tilbakeført" },
    { "transfer", "transferred", "overført" },
    { "by-hand", "entered by hand", "ført manuelt" },
    { "manual-done", "done by hand", "gjort manuelt" },
    { "leave-out", "receipt left out", "bong holdt utenfor" },
    { "choose", "receipt chosen", "bong valgt" },
    { "dismiss", "receipt dismissed", "bong avvist" },
    { "restarted", "register counts anew", "kassen teller på nytt" },
    { "dismiss-refused", "refused line dismissed", "avvist linje lagt bort" },
    { "retry-refused", "refused line taken in again", "avvist linje tatt inn på nytt" },
    { "dismiss-parked", "parked sales dismissed", "parkerte salg lagt bort" },
    { "connect", "customer connected", "kunde koblet" },
    { "disconnect", "customer disconnected", "kunde koblet fra" },
    { "customer-reference", "reference of a customer", "referanse for kunde" },
    { "create-products", "products made", "produkter opprettet" },
    { "invoice-from", "invoiced from", "fakturert fra" },
    { "venue-new", "new venue", "nytt salgssted" },
    { "venue-setup", "set-up changed", "oppsett endret" },
    { "venue-key", "client key given", "klientnøkkel gitt" },
    { "venue-key-refused", "client key not kept", "klientnøkkel ikke lagret" },
    { "new-client", "moved to other books", "flyttet til et annet regnskap" },
    { ADD_ON_ASKED, "add-on connected, waits for QuickOrder", "utvidelse koblet, venter på QuickOrder" },
    { ADD_ON_THERE, "QuickOrder has the add-on", "QuickOrder har utvidelsen" },
    { ADD_ON_DROPPED, "add-on's key refused", "utvidelsens nøkkel avvist" },
    { "look", "looked up in PowerOffice", "slått opp i PowerOffice" },
    { "look-twice", "stands twice in PowerOffice", "står to ganger i PowerOffice" },
    { "forget", "a person forgotten", "en person glemt" },
    { "business-days", "hours of the business day changed", "tidene for driftsdøgnet endret" },
    { READ_BOOKS, "PowerOffice read again", "PowerOffice lest på nytt" },
    { "token-add", "token made", "token laget" },
    { "token-revoke", "token revoked", "token trukket tilbake" },
    { "user-add", "user made", "bruker laget" },
    { "user-remove", "user removed", "bruker fjernet" },
    { "user-password", "password changed", "passord endret" },
    { "user-token-add", "user's token made", "brukers token laget" },
    { "user-token-revoke", "user's token revoked", "brukers token trukket tilbake" },
};

static const struct words *words_of(const struct words *rows, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(name, str_of(rows[i].name)))
            return &rows[i];
    return NULL;
}

struct str step_words(struct view *view, struct str name)
{
    const struct words *words = words_of(steps, COUNT(steps), name);

    return words ? str_of(SAY(view, words->en, words->nb)) : name;
}

struct str verb_words(struct view *view, struct str name)
{
    size_t undo = str_starts(name, STR(UNDO_PREFIX)) ? sizeof UNDO_PREFIX - 1 : 0;
    const struct words *words = words_of(verbs, COUNT(verbs), (struct str){ name.bytes + undo, name.len - undo });
    const char *taken_back = undo ? SAY(view, "taken back: ", "tatt tilbake: ") : "";

    return words ? arena_format(&view->arena, "%s%s", taken_back, SAY(view, words->en, words->nb)) : name;
}

/* --- what of a set-up changed (bilag/act/venue_edit.c) --- */

/* "0 -> 1 from 2027-01-01" */
static struct str values_words(struct view *view, bool is_switch, struct str values)
{
    static const char from[] = " from 2027-01-01";
    struct str day = STR_NONE;

    if (values.len > sizeof from - 1 && memcmp(values.bytes + values.len - (sizeof from - 1), from, 6) == 0) {
        day = (struct str){ values.bytes + values.len - 10, 10 };
        values.len -= sizeof from - 1;
    }
    if (is_switch && str_equal(values, STR("0 -> 1")))
        values = str_of(SAY(view, "no -> yes", "nei -> ja"));
    else if (is_switch && str_equal(values, STR("1 -> 0")))
        values = str_of(SAY(view, "yes -> no", "ja -> nei"));
    if (!day.len)
        return values;
    return arena_format(&view->arena, SAY(view, "%.*s, from %.*s", "%.*s, fra %.*s"), TEXT(values), TEXT(day));
}

/* "name Bar -> Kafé", "product_types.food.account 3000 -> 3005". Empty: not of this field. */
static struct str field_words(struct view *view, const struct venue_field *field, struct str change)
{
    struct arena *arena = &view->arena;
    struct str prefix = field->section ? arena_format(arena, "%s.", field->section) : STR(""), rest, values;
    struct str key = arena_format(arena, "%s%s ", field->section ? "." : "", field->key);
    const char *at;

    if (!key.bytes || !str_starts(change, prefix))
        return STR_NONE;
    rest = (struct str){ change.bytes + prefix.len, change.len - prefix.len };
    at = memmem(rest.bytes, rest.len, key.bytes, key.len);
    if (!at || (!field->section && at != rest.bytes))
        return STR_NONE;
    values = (struct str){ at + key.len, rest.len - (size_t)(at - rest.bytes) - key.len };
    values = values_words(view, field->kind == FIELD_SWITCH, values);
    return arena_format(arena, "%.*s%s%s %.*s", (int)(at - rest.bytes), rest.bytes, field->section ? ": " : "",
                        SAY(view, field->en, field->nb), TEXT(values));
}

static bool ends(struct str text, const char *end, size_t *ret_len)
{
    size_t len = strlen(end);

    *ret_len = text.len > len ? text.len - len : 0;
    return text.len > len && memcmp(text.bytes + *ret_len, end, len) == 0;
}

/* "product_types.food new", "and 3 more" */
static struct str entry_words(struct view *view, struct str change)
{
    static const char *const sections[] = { SECTION_VAT ".", SECTION_PRODUCTS ".", SECTION_PAYMENTS "." };
    struct arena *arena = &view->arena;
    size_t len;

    for (size_t i = 0; i < COUNT(sections); i++)
        if (str_starts(change, str_of(sections[i])))
            change = (struct str){ change.bytes + strlen(sections[i]), change.len - strlen(sections[i]) };
    if (ends(change, " new", &len))
        return arena_format(arena, SAY(view, "%.*s: new", "%.*s: ny"), (int)len, change.bytes);
    if (ends(change, " taken away", &len))
        return arena_format(arena, SAY(view, "%.*s: taken away", "%.*s: tatt bort"), (int)len, change.bytes);
    if (str_starts(change, STR("and ")) && ends(change, " more", &len))
        return arena_format(arena, SAY(view, "and %.*s more", "og %.*s til"), (int)len - 4, change.bytes + 4);
    return change;
}

static struct str change_words(struct view *view, struct str change)
{
    struct str words = STR_NONE;

    for (size_t i = 0; !words.len && i < venue_fields_shown_count; i++)
        words = field_words(view, &venue_fields_shown[i], change);
    return words.len ? words : entry_words(view, change);
}

static struct str setup_words(struct view *view, struct str detail)
{
    struct str text = STR_NONE;

    while (detail.len) {
        const char *end = memmem(detail.bytes, detail.len, "; ", 2);
        struct str one = { detail.bytes, end ? (size_t)(end - detail.bytes) : detail.len };
        size_t used = one.len + (end ? 2 : 0);

        text = arena_format(&view->arena, STR_FMT "%s" STR_FMT, STR_ARG(text), text.len ? "; " : "",
                            STR_ARG(change_words(view, one)));
        detail = (struct str){ detail.bytes + used, detail.len - used };
    }
    return text;
}

struct str detail_words(struct view *view, const struct decision *decision)
{
    if (str_equal(decision->verb, STR(VENUE_SETUP_VERB)))
        return setup_words(view, decision->detail);
    return decision_detail_words(decision, &view->arena);
}

struct str step_detail(struct view *view, const struct trail_fact *fact)
{
    struct str detail = fact->detail;
    const char *id;

    if (str_starts(detail, STR("decision=")))
        return STR_NONE;                     /* the decision stands below, with its reason */
    id = str_starts(detail, STR("no=")) ? memchr(detail.bytes, ' ', detail.len) : NULL;
    if (!id)
        return detail;
    return arena_format(&view->arena, SAY(view, "no. %.*s", "nr. %.*s"), (int)(id - detail.bytes) - 3, detail.bytes + 3);
}
