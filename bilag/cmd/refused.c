/* refused.c - events that ingest did not take, each with its reason, and taking them in once they can be; and the sales
 * that are parked until their venue is set up: nothing is dropped in silence. */
#include "shell.h"

#include "domain/event.h"
#include "bilag/act/retry.h"
#include "bilag/read/parked.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_LISTED = 100, PATIENCE_MS = 30000, DAY_MS = 24 * 3600 * 1000 };

/* Beside a line of the list; and what is to be done about those that cannot be taken in. */
static const struct { const char *beside, *mend; } words[REFUSAL_STATE_COUNT] = {
    [REFUSAL_NO_EVENT] = { "", "no events: the till must send them as they should be (bilag refused list)" },
    [REFUSAL_CUT] = { "", "not kept whole: the till must send them again" },
    [REFUSAL_NO_VENUE] = { "can be parked now; was: ", NULL },
    [REFUSAL_WAITS] = { "waits for its venue; was: ",
                        "of venues that are not set up, with a company's token: they can be taken in once the venue is set up as that "
                        "company's" },
    [REFUSAL_OTHERS] = { "its token does not open this venue; was: ",
                         "sent with a token that does not open their venue, and never taken in: see who has the token (bilag tokens "
                         "list); the till must send them with its own" },
    [REFUSAL_READY] = { "can be taken in now; was: ", NULL },
    [REFUSAL_TAKEN] = { "taken in since; was: ", NULL },
    [REFUSAL_REPLACED] = { "taken in since with other content; was: ", NULL },
    [REFUSAL_DISMISSED] = { "dismissed; was: ", NULL },
};

/* What a till sent may be anything: only what is printable reaches the terminal, and no half letter. */
static void print_bytes(struct str bytes, size_t most)
{
    bool text = utf8_is_valid(bytes);
    size_t len = bytes.len < most ? bytes.len : most;
    bool cut = len < bytes.len;

    while (text && len > 0 && len < bytes.len && ((unsigned char)bytes.bytes[len] & 0xc0) == 0x80)
        len--;
    bytes.len = len;
    (void)printf("%.*s%s\n", TEXT(bytes), cut ? " ..." : "");
}

static bool is_wanted(const struct refusal *refusal, const char *venue)
{
    return !venue || str_equal(refusal->venue, str_of(venue));
}

static void print_refusal(const struct refusal *refusal, size_t number, size_t bytes_most)
{
    char when[32], token[40] = "";
    struct strbuf reason;

    strbuf_init(&reason, 4096);
    catalogue_said(refusal->reason, &reason);
    if (refusal->token)
        (void)snprintf(token, sizeof token, "  token %" PRIu64, refusal->token);
    shell_say("%6zu  %s  %.*s line %" PRIu64 "%s%s%.*s: %s%.*s\n        ", number,
              time_text_utc(refusal->time_ms, when), TEXT(refusal->source), refusal->line, token,
              refusal->venue.len ? "  " : "", TEXT(refusal->venue),
              catalogue_words(words[refusal->state].beside), TEXT(strbuf_str(&reason)));
    strbuf_free(&reason);
    print_bytes(refusal->bytes, bytes_most);
}

/* Gives how many venues nobody has seen to. */
static size_t list_parked(const struct parked *parked, const char *venue)
{
    char amount[MONEY_TEXT_SIZE], from[32], to[32];
    size_t red = 0;

    for (size_t i = 0; i < parked->count; i++) {
        const struct parked_venue *row = &parked->at[i];

        if (venue && !str_equal(row->venue, str_of(venue)))
            continue;
        red += parked_is_red(row);
        shell_say("parked  %.*s: %" PRIu64 " events, of them %" PRIu64 " receipts of %s, %.10s to %.10s; %s\n",
                  TEXT(row->venue), row->events, row->receipts, row->sum_known ? money_kroner(row->sum, amount) : "?",
                  time_text_utc(row->first_s * 1000, from), time_text_utc(row->last_s * 1000, to),
                  row->is_set_up ? catalogue_words("set up now: taken in when bilag-mapper loads the configuration (SIGHUP); "
                                                   "those that stay need a record that is damaged: bilag fsck")
                  : parked_is_red(row) ? catalogue_words("set the venue up (bilag check) and reload, and they are taken in")
                                       : catalogue_words("dismissed; kept"));
    }
    return red;
}

static int list(const struct refusals *refusals, const struct parked *parked, const char *venue)
{
    size_t shown = 0, open = 0, ready = 0, red = list_parked(parked, venue);

    for (size_t i = 0; i < refusals->count; i++) {
        const struct refusal *refusal = &refusals->at[i];

        if (!is_wanted(refusal, venue))
            continue;
        print_refusal(refusal, i + 1, BYTES_LISTED);
        shown++;
        open += !refusal_is_settled(refusal);
        ready += refusal_can_be_taken(refusal);
    }
    if (!shown)
        shell_say("nothing was refused\n");
    if (ready)
        shell_say("%zu of these can be taken in now: bilag refused retry\n", ready);
    return open || red ? EXIT_RED : EXIT_FINE;
}

/* NULL: there is none, and that is said. */
static const struct refusal *numbered(struct shell *shell, const struct refusals *refusals, const char *number)
{
    char *end;
    uint64_t wanted = strtoull(number, &end, 10);

    if (end == number || *end || wanted == 0 || wanted > refusals->count) {
        (void)complain(shell, EXIT_USAGE, "%s is no number of the list (bilag refused list)", number);
        return NULL;
    }
    return &refusals->at[wanted - 1];
}

static int show(struct shell *shell, const struct refusals *refusals, const char *number)
{
    const struct refusal *refusal = numbered(shell, refusals, number);

    if (!refusal)
        return EXIT_USAGE;
    print_refusal(refusal, (size_t)(refusal - refusals->at) + 1, SIZE_MAX);
    return refusal_is_settled(refusal) ? EXIT_FINE : EXIT_RED;
}

/* --- seen to by a person --- */

static int dismiss(struct shell *shell, const struct refusals *refusals, const struct args *args)
{
    const char *which = args->words[1], *venue = args_value(args, "venue"), *reason = args_value(args, "reason");
    const struct refusal *refusal = NULL;
    struct refusal_decision decision;
    uint64_t count = 0;
    int code;

    if (!reason || !*reason)
        return complain(shell, EXIT_USAGE, "--reason TEXT is needed: why nothing is missing without it");
    if (strcmp(which, "all") != 0) {
        refusal = numbered(shell, refusals, which);
        if (!refusal)
            return EXIT_USAGE;
    }
    for (size_t i = 0; i < refusals->count; i++)
        count += !refusal_is_settled(&refusals->at[i]) && (refusal ? refusal == &refusals->at[i]
                                                                   : is_wanted(&refusals->at[i], venue));
    decision = refusal ? refusal_dismissal(refusal, &shell->arena)
                       : refusals_dismissal(refusals, venue ? str_of(venue) : STR_NONE, &shell->arena);
    if (!decision.subject.bytes || !decision.detail.bytes)
        return complain_err(shell, ERR_MEMORY, NULL);
    code = count ? shell_decide(shell, REFUSAL_VERB, decision.subject, decision.detail, str_of(reason), NULL) : EXIT_FINE;
    if (code == EXIT_FINE)
        shell_say("%" PRIu64 " dismissed: kept and listed, and no longer counted\n", count);
    return code;
}

static int dismiss_parked(struct shell *shell, const struct parked *parked, const struct args *args)
{
    const char *venue = args_value(args, "venue"), *reason = args_value(args, "reason");
    const struct parked_venue *row = venue ? parked_of(parked, str_of(venue)) : NULL;
    struct str place;
    int code;

    if (!reason || !*reason)
        return complain(shell, EXIT_USAGE, "--reason TEXT is needed: why nothing is missing without them");
    if (!row)
        return complain(shell, EXIT_USAGE, venue ? "nothing is parked for %s (bilag refused list)"
                                                 : "--venue VENUE is needed: whose parked sales%s", venue ? venue : "");
    if (row->is_set_up)
        return complain(shell, EXIT_USAGE, "%s is set up: its parked sales are taken in, and are not dismissed (bilag refused "
                        "list)", venue);
    place = arena_format(&shell->arena, "%" PRIu64, row->last_place);
    if (!place.bytes)
        return complain_err(shell, ERR_MEMORY, NULL);
    code = shell_decide(shell, PARKED_VERB, row->venue, place, str_of(reason), NULL);
    if (code == EXIT_FINE)
        shell_say("%" PRIu64 " dismissed: kept and listed, no longer red, and taken in should %.*s ever be set up\n",
                  row->events - row->seen_to, TEXT(row->venue));
    return code;
}

/* --- taking in again --- */

/* What cannot be sent again, and what to do; gives how much that is. */
static uint64_t tell_rest(const struct refusals *refusals, const char *venue)
{
    uint64_t counts[REFUSAL_STATE_COUNT] = { 0 }, rest = 0;

    for (size_t i = 0; i < refusals->count; i++)
        counts[refusals->at[i].state] += is_wanted(&refusals->at[i], venue);
    for (size_t state = 0; state < REFUSAL_STATE_COUNT; state++) {
        if (!counts[state] || !words[state].mend)
            continue;
        (void)printf("%" PRIu64 " %s\n", counts[state], catalogue_words(words[state].mend));
        rest += counts[state];
    }
    return rest;
}

/* What of the list can be sent and is wanted. */
static bool gather(struct shell *shell, const struct refusals *refusals, const char *venue, struct retry *retry)
{
    retry->at = arena_array(&shell->arena, refusals->count + 1, sizeof(const struct refusal *));
    for (size_t i = 0; retry->at && i < refusals->count; i++)
        if (refusal_can_be_taken(&refusals->at[i]) && is_wanted(&refusals->at[i], venue))
            retry->at[retry->count++] = &refusals->at[i];
    return retry->at != NULL;
}

static int take_in(struct shell *shell, const struct refusals *refusals, const char *venue)
{
    struct context context = shell_context(shell);
    struct retry retry = { .count = 0 };
    uint64_t rest;
    enum err err;

    if (!gather(shell, refusals, venue, &retry))
        return complain_err(shell, ERR_MEMORY, NULL);
    err = retry_hand_over(&context, &retry, PATIENCE_MS);
    shell_say("%" PRIu64 " taken in, %" PRIu64 " known already, %" PRIu64 " refused again\n", retry.accepted,
              retry.duplicates, retry.refused);
    if (retry.parked)
        shell_say("%" PRIu64 " of them are parked until their venue is set up\n", retry.parked);
    if (retry.refused)
        shell_say("  the first because: %.*s\n", TEXT(retry.first_reason));
    if (err)
        return complain_err(shell, err, &context.fault);
    rest = tell_rest(refusals, venue);
    return retry.refused || rest ? EXIT_RED : EXIT_FINE;
}

static int refused_run(struct shell *shell, const struct args *args)
{
    const char *verb = args->word_count ? args->words[0] : "list", *venue = args_value(args, "venue");
    struct refusals refusals;
    struct parked parked;
    struct fault fault = { "" };
    int32_t since;
    enum err err;

    if (!shell_day(shell, args, "since", 0, &since))
        return EXIT_USAGE;
    if (!(strcmp(verb, "show") == 0 || strcmp(verb, "dismiss") == 0
              ? args->word_count == 2
              : (strcmp(verb, "list") == 0 || strcmp(verb, "retry") == 0) && args->word_count <= 1))
        return complain(shell, EXIT_USAGE, "list, show NUMBER, retry or dismiss NUMBER|all; see bilag refused --help");
    err = refusals_load(shell->config, (int64_t)since * DAY_MS, &shell->arena, &refusals, &fault);
    if (!err)
        err = parked_load(shell->config, &shell->arena, &parked, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    if (strcmp(verb, "dismiss") == 0 && strcmp(args->words[1], "parked") == 0)
        return dismiss_parked(shell, &parked, args);
    if (strcmp(verb, "show") == 0)
        return show(shell, &refusals, args->words[1]);
    if (strcmp(verb, "dismiss") == 0)
        return dismiss(shell, &refusals, args);
    return strcmp(verb, "retry") == 0 ? take_in(shell, &refusals, venue) : list(&refusals, &parked, venue);
}

static const struct option options[] = {
    { "venue", "VENUE", "only of this venue, as far as the line said it" },
    { "since", "DATE", "only from this day (UTC) on" },
    { "reason", "TEXT", "of dismiss: why nothing is missing without it; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_refused = {
    "refused",
    "list [--venue VENUE] [--since DATE]\nshow NUMBER [--since DATE]\nretry [--venue VENUE] [--since DATE]\n"
    "dismiss NUMBER|all [--venue VENUE] --reason TEXT\ndismiss parked --venue VENUE --reason TEXT",
    "sales that are parked until their venue is set up; events that ingest did not take, why, and taking them in once they can be", options, refused_run,
};
