#include "venue_setup.h"

#include "base/form.h"
#include "base/json_write.h"
#include "domain/venue_file.h"
#include "base/wholefile.h"
#include "yamledit.h"

#include <fcntl.h>
#include <unistd.h>

enum { PERMISSIONS = 0644 };

struct setup {
    struct context *context;
    struct fault *fault;                 /* of the context */
    struct str id, like_id, company, department, name;
    bool share_key, only_judged, for_one;
    int extension;
    struct venue like;
};

/* --- what is there already --------------------------------------------------------------------------------- */

static struct str path_of(const struct context *context, struct str id)
{
    return arena_format(context->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(context->config->dir), STR_ARG(id));
}

enum err venue_setup_read(struct context *context, struct str id, struct str *ret_text, struct venue *ret_venue)
{
    struct str path = path_of(context, id), file = arena_format(context->arena, "venues/" STR_FMT ".yaml", STR_ARG(id));
    struct fault *fault = &context->fault;
    struct str text;
    enum err err = path.bytes && file.bytes ? form_load(path.bytes, file, &text, fault) : ERR_MEMORY;

    if (err)
        return err;
    err = venue_file_parse(text, id, context->config->dir, context->arena, ret_venue, fault);
    if (err)
        form_free(&text);
    else
        *ret_text = text;
    return err;
}

/* What the venues of the company use already, and who of them is in the way. */
struct siblings { bool used[EXTENSION_COUNT]; struct str same_department, no_department; size_t count; };

static void add_sibling(const struct setup *setup, const struct venue *venue, struct siblings *siblings)
{
    bool always = venue->department_count && venue->departments[0].valid_from == DAY_ALWAYS;

    if (!str_equal(venue->company, setup->company))
        return;
    siblings->count++;
    siblings->used[venue->extension] = true;
    for (size_t i = 0; i < venue->department_count; i++) {
        if (str_equal(venue->departments[i].value, setup->department))
            siblings->same_department = venue->id;
        always = always && venue->departments[i].value.len > 0;
    }
    if (!always)
        siblings->no_department = venue->id;
}

/* A venue that is left out, perhaps for its key only, counts; one whose file cannot be read would be passed over. */
static enum err find_siblings(const struct setup *setup, struct siblings *siblings)
{
    const struct config *config = setup->context->config;

    for (size_t i = 0; i < config->venue_count; i++)
        add_sibling(setup, &config->venues[i], siblings);
    for (size_t i = 0; i < config->fault_count; i++) {
        struct str text;
        struct venue venue;

        enum err err = venue_setup_read(setup->context, config->fault_venues[i], &text, &venue);

        if (err && setup->for_one)
            return fault_set(setup->fault, ERR_REFUSED, "the file of a venue cannot be read, so which extensions and "
                             "departments are used cannot be known; whoever runs Bilag sees which, and mends it");
        if (err)
            return fault_set(setup->fault, ERR_REFUSED, "%s. Mend that first: which extension and department it uses cannot be "
                             "known", config->faults[i].text);
        form_free(&text);
        add_sibling(setup, &venue, siblings);
    }
    return ERR_OK;
}

/* --- what is to be ----------------------------------------------------------------------------------------- */

static enum err check_department(const struct setup *setup, const struct siblings *siblings)
{
    if (siblings->count && !setup->department.len)
        return fault_set(setup->fault, ERR_FORMAT, "company %.*s has other venues already (%zu), and departments tell them "
                         "apart: say --department CODE", STR_ARG(setup->company), siblings->count);
    if (siblings->count && siblings->same_department.len)
        return fault_set(setup->fault, ERR_FORMAT, "department %.*s is that of %.*s; each venue of a company has its "
                         "own",
                        STR_ARG(setup->department), STR_ARG(siblings->same_department));
    if (siblings->no_department.len)
        return fault_set(setup->fault, ERR_REFUSED, "%.*s has no department, which it needs as soon as it is not alone in "
                         "company %.*s: write department: into its file first, or its transfer would stop",
                         STR_ARG(siblings->no_department), STR_ARG(setup->company));
    return ERR_OK;
}

static enum err choose_extension(struct setup *setup)
{
    struct siblings siblings = { .count = 0 };
    enum err err = find_siblings(setup, &siblings);

    if (!err)
        err = check_department(setup, &siblings);
    if (err)
        return err;
    setup->extension = setup->share_key ? setup->like.extension : EXTENSION_MAIN;
    while (!setup->share_key && setup->extension < EXTENSION_COUNT && siblings.used[setup->extension])
        setup->extension++;
    if (setup->extension == EXTENSION_COUNT)
        return fault_set(setup->fault, ERR_REFUSED, "company %.*s uses the main extension and all nine add-ons; say "
                        "--share-key to use the key of %.*s", STR_ARG(setup->company), STR_ARG(setup->like_id));
    return ERR_OK;
}

static bool is_there(const struct setup *setup, const char *folder, struct str name, const char *end)
{
    struct str path = arena_format(setup->context->arena, STR_FMT "/%s/" STR_FMT "%s", STR_ARG(setup->context->config->dir),
                                   folder, STR_ARG(name), end);

    return path.bytes && faccessat(AT_FDCWD, path.bytes, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum err check_wish(const struct setup *setup)
{
    if (!str_is_name(setup->id))
        return fault_set(setup->fault, ERR_FORMAT, "%.*s is no venue's name: write 1 to 64 of the characters A-Z a-z 0-9 . _ -",
                         STR_ARG(setup->id));
    if (!str_is_name(setup->like_id))
        return fault_set(setup->fault, ERR_FORMAT, "say --like VENUE, whose accounts are taken over; the first one's "
                         "file is "
                        "written by hand, from config-example/venues");
    if (!is_there(setup, "venues", setup->like_id, ".yaml"))
        return fault_set(setup->fault, ERR_FORMAT, "there is no venue %.*s; `bilag venues list` shows those there "
                         "are",
                        STR_ARG(setup->like_id));
    if (is_there(setup, "venues", setup->id, ".yaml") || is_there(setup, "venues", setup->id, ".yml"))
        return fault_set(setup->fault, ERR_REFUSED, "the file of %.*s is there already; it is changed by hand",
                         STR_ARG(setup->id));
    if (!setup->share_key && is_there(setup, "keys", setup->id, ""))
        return fault_set(setup->fault, ERR_REFUSED, "keys/%.*s is there already and may be another's key: choose another name, "
                         "or take it away", STR_ARG(setup->id));
    return ERR_OK;
}

static struct str quoted(struct setup *setup, struct str text)
{
    struct strbuf out;
    struct str copy;

    strbuf_init(&out, FORM_BYTES_MAX);
    json_quote(&out, text);
    copy = out.failed ? STR_NONE : arena_copy(setup->context->arena, strbuf_str(&out));
    strbuf_free(&out);
    return copy;
}

enum { OWN_REGISTERS, OWN_LOCATIONS, OWN_COUNT };

/* The file's text, and which lists of the other venue were emptied. */
static enum err write_text(struct setup *setup, struct str text, struct strbuf *out, bool ret_emptied[OWN_COUNT],
                           struct fault *fault)
{
    struct arena *arena = setup->context->arena;
    struct str file = arena_format(arena, "venues/" STR_FMT ".yaml", STR_ARG(setup->like_id));
    struct yamledit changes[] = {
        [OWN_REGISTERS] = { .key = "registers", .value = STR("[]"), .only_there = true },
        [OWN_LOCATIONS] = { .section = "saft", .key = "locations", .value = STR("[]"), .only_there = true },
        { .key = "venue", .value = quoted(setup, setup->id) },
        { .key = "name", .value = quoted(setup, setup->name), .only_there = str_equal(setup->name, setup->id) },
        { .key = "company", .value = quoted(setup, setup->company) },
        { .key = "department", .value = quoted(setup, setup->department), .only_there = !setup->department.len },
        { .key = "begins", .value = STR("\"\""), .only_there = true },
        { .key = "auto_transfer", .value = STR("false"), .only_there = true },
        { .key = "auto_invoice", .value = STR("false"), .only_there = true },
        { .key = "send_invoice", .value = STR("false"), .only_there = true },
        { .key = "extension", .value = str_of(extension_text(setup->extension)),
          .only_there = setup->extension == EXTENSION_MAIN },
        { .key = "client_key", .value = arena_format(arena, "{file: keys/" STR_FMT "}", STR_ARG(setup->id)) },
    };
    size_t count = COUNT(changes) - (setup->share_key ? 2 : 0);          /* the last two stay as they are */
    enum err err;

    for (size_t i = 0; i < COUNT(changes); i++)
        if (!changes[i].value.bytes)
            return fault_set(fault, ERR_MEMORY, "no memory for venue " STR_FMT, STR_ARG(setup->id));
    err = file.bytes ? yamledit(text, file, changes, count, out, fault) : ERR_MEMORY;
    for (size_t i = 0; i < OWN_COUNT; i++)
        ret_emptied[i] = changes[i].was_there;
    return err;
}

/* --- the file ---------------------------------------------------------------------------------------------- */

static enum err write_file(struct setup *setup, struct str text, struct str path, struct fault *fault)
{
    struct venue venue;
    enum err err = venue_file_parse(text, setup->id, setup->context->config->dir, setup->context->arena, &venue, fault);

    return err || setup->only_judged ? err : wholefile_write(path.bytes, text, PERMISSIONS, WHOLEFILE_NEW, fault);
}

static enum err make(struct setup *setup, struct str like, struct venue_made *made)
{
    struct fault *fault = setup->fault;
    struct strbuf text;
    bool emptied[OWN_COUNT] = { false };
    enum err err;

    made->path = path_of(setup->context, setup->id);
    strbuf_init(&text, FORM_BYTES_MAX);
    err = made->path.bytes ? write_text(setup, like, &text, emptied, fault) : ERR_MEMORY;
    if (!err)
        err = write_file(setup, strbuf_str(&text), made->path, fault);
    strbuf_free(&text);
    made->company = setup->company;
    made->extension = extension_text(setup->extension);
    made->no_registers = emptied[OWN_REGISTERS];
    made->no_locations = emptied[OWN_LOCATIONS];
    return err;
}

static enum err prepare(struct setup *setup)
{
    if (!setup->company.len)
        setup->company = setup->like.company;
    if (setup->share_key && !str_equal(setup->company, setup->like.company))
        return fault_set(setup->fault, ERR_FORMAT, "a client key belongs to one company, so %.*s cannot share that of %.*s",
                         STR_ARG(setup->id), STR_ARG(setup->like_id));
    return choose_extension(setup);
}

enum err venue_setup(struct context *context, const struct venue_wish *wish, struct venue_made *ret_made)
{
    struct setup setup = { .context = context, .fault = &context->fault, .id = wish->id, .like_id = wish->like,
                          .company = wish->company,
                           .department = wish->department, .name = wish->name.len ? wish->name : wish->id,
                           .share_key = wish->share_key, .only_judged = wish->only_judged,
                           .for_one = wish->for_one };
    struct venue_made made = { .extension = NULL };
    struct str like = STR_NONE;
    enum err err = check_wish(&setup);

    if (!err)
        err = venue_setup_read(context, setup.like_id, &like, &setup.like);
    if (err)
        return err;
    err = prepare(&setup);
    if (!err)
        err = make(&setup, like, &made);
    form_free(&like);
    if (!err)
        *ret_made = made;
    return err;
}
