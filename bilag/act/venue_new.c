#include "venue_new.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/form.h"
#include "base/wholefile.h"
#include "decide.h"
#include "domain/venue_file.h"
#include "first_venue.h"

enum { PERMISSIONS = 0644, DAY_MS = 24 * 3600 * 1000 };

static enum err refuse(struct context *context, enum err err, const char *en, const char *nb)
{
    return fault_set(&context->fault, err, "%s", context_words(context, en, nb));
}

/* --- the first of its company --- */

static bool has_venue(struct context *context, struct str company)
{
    const struct config *config = context->config;

    for (size_t i = 0; i < config->venue_count; i++)
        if (str_equal(config->venues[i].company, company))
            return true;
    for (size_t i = 0; i < config->fault_count; i++) {
        struct str text;
        struct venue venue;

        if (venue_setup_read(context, config->fault_venues[i], &text, &venue))
            continue;                        /* whose it is cannot be known; setup_check() says what is double once it can */
        form_free(&text);
        if (str_equal(venue.company, company))
            return true;
    }
    context->fault.text[0] = '\0';
    return false;
}

static enum err judge_first(struct context *context, const struct venue_wish *wish, struct str path)
{
    if (!str_is_name(wish->id))
        return refuse(context, ERR_FORMAT, "a venue's short name is 1 to 64 of the characters A-Z a-z 0-9 . _ -",
                      "kortnavnet til et salgssted er 1 til 64 av tegnene A-Z a-z 0-9 . _ -");
    if (!str_is_name(wish->company))
        return refuse(context, ERR_FORMAT, "say the organisation number, or which venue it is like",
                      "oppgi organisasjonsnummeret, eller hvilket salgssted det er likt");
    if (access(path.bytes, F_OK) == 0)
        return refuse(context, ERR_REFUSED, "there is a venue of that short name already",
                      "det finnes alt et salgssted med dette kortnavnet");
    if (has_venue(context, wish->company))
        return refuse(context, ERR_FORMAT, "this company has a venue already: say which one the new venue is like, and its "
                                           "department",
                      "firmaet har alt et salgssted: si hvilket det nye er likt, og avdelingen dets");
    return ERR_OK;
}

static enum err first_text(struct context *context, const struct venue_wish *wish, struct strbuf *out)
{
    const struct first_wish first = { wish->id, wish->name.len ? wish->name : wish->id, wish->company, wish->department };
    struct venue venue;
    enum err err = first_venue_text(&first, NULL, (int32_t)(clock_now_ms() / DAY_MS), out);

    return err ? err : venue_file_parse(strbuf_str(out), wish->id, context->config->dir, context->arena, &venue,
            &context->fault);
}

/* --- either --- */

static enum err write_down(struct context *context, const struct venue_wish *wish, struct str company, struct str reason,
                           uint64_t *ret_number)
{
    struct str detail = wish->like.len ? arena_format(context->arena, "company " STR_FMT ", like " STR_FMT, STR_ARG(company),
                                                      STR_ARG(wish->like))
                                       : arena_format(context->arena, "company " STR_FMT, STR_ARG(company));

    return decide(context, VENUE_NEW_VERB, wish->id, detail, reason, ret_number);
}

static enum err make_first(struct context *context, const struct venue_wish *wish, struct str reason, uint64_t *ret_number)
{
    struct str path = arena_format(context->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir),
                                   STR_ARG(wish->id));
    struct strbuf text;
    enum err err = path.bytes ? judge_first(context, wish, path) : ERR_MEMORY;

    strbuf_init(&text, FORM_BYTES_MAX);
    if (!err)
        err = first_text(context, wish, &text);
    if (!err)
        err = write_down(context, wish, wish->company, reason, ret_number);
    if (!err)
        err = wholefile_write(path.bytes, strbuf_str(&text), PERMISSIONS, WHOLEFILE_NEW, &context->fault);
    strbuf_free(&text);
    return err;
}

enum err venue_new(struct context *context, const struct venue_wish *wish, struct str reason, uint64_t *ret_number)
{
    struct venue_wish judged = *wish;
    struct venue_made made;
    enum err err;

    if (!wish->like.len)
        return make_first(context, wish, reason, ret_number);
    judged.only_judged = true;
    err = venue_setup(context, &judged, &made);
    if (!err)
        err = write_down(context, wish, made.company, reason, ret_number);
    return err ? err : venue_setup(context, wish, &made);
}
