#include "venue_setup.h"

#include "base/form.h"
#include "domain/venue_file.h"
#include "base/wholefile.h"
#include "yamledit.h"

#include <fcntl.h>
#include <unistd.h>

enum { PERMISSIONS = 0644 };

struct setup {
    struct shell *shell;
    const struct args *args;
    struct str id, like_id, company, department, name;
    bool share_key;
    int extension;
    struct venue like;
};

/* --- what is there already --------------------------------------------------------------------------------- */

static struct str path_of(struct shell *shell, struct str id)
{
    return arena_format(&shell->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(shell->config->dir), STR_ARG(id));
}

enum err venue_setup_read(struct shell *shell, struct str id, struct str *ret_text, struct venue *ret_venue,
                          struct fault *fault)
{
    struct str path = path_of(shell, id), file = arena_format(&shell->arena, "venues/" STR_FMT ".yaml", STR_ARG(id));
    struct str text;
    enum err err = path.bytes && file.bytes ? form_load(path.bytes, file, &text, fault) : ERR_MEMORY;

    if (err)
        return err;
    err = venue_file_parse(text, id, shell->config->dir, &shell->arena, ret_venue, fault);
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
static int find_siblings(const struct setup *setup, struct siblings *siblings)
{
    const struct config *config = setup->shell->config;

    for (size_t i = 0; i < config->venue_count; i++)
        add_sibling(setup, &config->venues[i], siblings);
    for (size_t i = 0; i < config->fault_count; i++) {
        struct str text;
        struct venue venue;

        if (venue_setup_read(setup->shell, config->fault_venues[i], &text, &venue, NULL))
            return complain(setup->shell, EXIT_RED, "%s. Mend that first: which extension and department it uses cannot be "
                            "known", config->faults[i].text);
        form_free(&text);
        add_sibling(setup, &venue, siblings);
    }
    return EXIT_FINE;
}

/* --- what is to be ----------------------------------------------------------------------------------------- */

static int check_department(const struct setup *setup, const struct siblings *siblings)
{
    if (siblings->count && !setup->department.len)
        return complain(setup->shell, EXIT_USAGE, "company %.*s has %zu venue%s already, and departments tell them apart: "
                        "say --department CODE", TEXT(setup->company), siblings->count, siblings->count == 1 ? "" : "s");
    if (siblings->count && siblings->same_department.len)
        return complain(setup->shell, EXIT_USAGE, "department %.*s is that of %.*s; each venue of a company has its own",
                        TEXT(setup->department), TEXT(siblings->same_department));
    if (siblings->no_department.len)
        return complain(setup->shell, EXIT_RED, "%.*s has no department, which it needs as soon as it is not alone in "
                        "company %.*s: write department: into its file first, or its transfer would stop",
                        TEXT(siblings->no_department), TEXT(setup->company));
    return EXIT_FINE;
}

static int choose_extension(struct setup *setup)
{
    struct siblings siblings = { .count = 0 };
    int code = find_siblings(setup, &siblings);

    if (!code)
        code = check_department(setup, &siblings);
    if (code)
        return code;
    setup->extension = setup->share_key ? setup->like.extension : EXTENSION_MAIN;
    while (!setup->share_key && setup->extension < EXTENSION_COUNT && siblings.used[setup->extension])
        setup->extension++;
    if (setup->extension == EXTENSION_COUNT)
        return complain(setup->shell, EXIT_RED, "company %.*s uses the main extension and all nine add-ons; say "
                        "--share-key to use the key of %.*s", TEXT(setup->company), TEXT(setup->like_id));
    return EXIT_FINE;
}

static bool is_there(const struct setup *setup, const char *folder, struct str name, const char *end)
{
    struct str path = arena_format(&setup->shell->arena, STR_FMT "/%s/" STR_FMT "%s", STR_ARG(setup->shell->config->dir),
                                   folder, STR_ARG(name), end);

    return path.bytes && faccessat(AT_FDCWD, path.bytes, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int read_options(struct setup *setup)
{
    const struct args *args = setup->args;
    const struct shell *shell = setup->shell;

    setup->like_id = str_of(args_value(args, "like"));
    setup->name = str_of(args_value(args, "name"));
    setup->company = str_of(args_value(args, "company"));
    setup->department = str_of(args_value(args, "department"));
    setup->share_key = args_has(args, "share-key");
    if (!setup->name.len)
        setup->name = setup->id;
    if (!str_is_name(setup->id))
        return complain(shell, EXIT_USAGE, "%.*s is no venue's name: write 1 to 64 of the characters A-Z a-z 0-9 . _ -",
                        TEXT(setup->id));
    if (!str_is_name(setup->like_id))
        return complain(shell, EXIT_USAGE, "say --like VENUE, whose accounts are taken over; the first one's file is "
                        "written by hand, from config-example/venues");
    if (!is_there(setup, "venues", setup->like_id, ".yaml"))
        return complain(shell, EXIT_USAGE, "there is no venue %.*s; `bilag venues list` shows those there are",
                        TEXT(setup->like_id));
    if (is_there(setup, "venues", setup->id, ".yaml") || is_there(setup, "venues", setup->id, ".yml"))
        return complain(shell, EXIT_RED, "the file of %.*s is there already; it is changed by hand", TEXT(setup->id));
    if (!setup->share_key && is_there(setup, "keys", setup->id, ""))
        return complain(shell, EXIT_RED, "keys/%.*s is there already and may be another's key: choose another name, or "
                        "take it away", TEXT(setup->id));
    return EXIT_FINE;
}

static struct str quoted(struct setup *setup, struct str text)
{
    struct strbuf out;
    struct str copy;

    strbuf_init(&out, FORM_BYTES_MAX);
    strbuf_json(&out, text);
    copy = out.failed ? STR_NONE : arena_copy(&setup->shell->arena, strbuf_str(&out));
    strbuf_free(&out);
    return copy;
}

enum { OWN_REGISTERS, OWN_LOCATIONS, OWN_COUNT };

/* The file's text, and which lists of the other venue were emptied. */
static enum err write_text(struct setup *setup, struct str text, struct strbuf *out, bool ret_emptied[OWN_COUNT],
                           struct fault *fault)
{
    struct arena *arena = &setup->shell->arena;
    struct str file = arena_format(arena, "venues/" STR_FMT ".yaml", STR_ARG(setup->like_id));
    struct yamledit changes[] = {
        [OWN_REGISTERS] = { .key = "registers", .value = STR("[]"), .only_there = true },
        [OWN_LOCATIONS] = { .section = "saft", .key = "locations", .value = STR("[]"), .only_there = true },
        { .key = "venue", .value = quoted(setup, setup->id) },
        { .key = "name", .value = quoted(setup, setup->name), .only_there = str_equal(setup->name, setup->id) },
        { .key = "company", .value = quoted(setup, setup->company) },
        { .key = "department", .value = quoted(setup, setup->department), .only_there = !setup->department.len },
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

/* --- what is said ------------------------------------------------------------------------------------------ */

static int tell(const struct setup *setup, struct str path, const bool emptied[OWN_COUNT])
{
    (void)printf("%.*s is written: accounts, VAT codes, product and payment types are those of %.*s; automatic transfer "
                 "and invoicing are off.\n", TEXT(path), TEXT(setup->like_id));
    (void)printf("Company %.*s, %s%.*s%s%s%s.\n", TEXT(setup->company), setup->department.len ? "department " : "",
                 TEXT(setup->department), setup->department.len ? ", " : "",
                 setup->share_key ? "the client key of " : "extension ",
                 setup->share_key ? setup->like_id.bytes : extension_text(setup->extension));
    if (emptied[OWN_REGISTERS])
        (void)printf("Not taken over: registers. Write those that must report every day.\n");
    if (emptied[OWN_LOCATIONS])
        (void)printf("Not taken over: saft.locations. Write the names that are this venue in its SAF-T files.\n");
    if (setup->share_key)
        (void)printf("Running stages take it up when they reload (SIGHUP; `systemctl reload 'bilag-*'`).\n"
                     "Next: bilag check --venue %.*s --online\n", TEXT(setup->id));
    else
        (void)printf("Next: bilag venues connect %.*s\n", TEXT(setup->id));
    return EXIT_FINE;
}

/* --- the command ------------------------------------------------------------------------------------------- */

static enum err write_file(struct setup *setup, struct str text, struct str path, struct fault *fault)
{
    struct venue venue;
    enum err err = venue_file_parse(text, setup->id, setup->shell->config->dir, &setup->shell->arena, &venue, fault);

    return err ? err : wholefile_write(path.bytes, text, PERMISSIONS, WHOLEFILE_NEW, fault);
}

static int make(struct setup *setup, struct str like)
{
    struct str path = path_of(setup->shell, setup->id);
    struct fault fault = { "" };
    struct strbuf text;
    bool emptied[OWN_COUNT] = { false };
    enum err err;

    strbuf_init(&text, FORM_BYTES_MAX);
    err = path.bytes ? write_text(setup, like, &text, emptied, &fault) : ERR_MEMORY;
    if (!err)
        err = write_file(setup, strbuf_str(&text), path, &fault);
    strbuf_free(&text);
    if (err == ERR_CONFIG)
        return complain(setup->shell, EXIT_RED, "nothing is written: %s", fault.text);
    return err ? complain_err(setup->shell, err, &fault) : tell(setup, path, emptied);
}

static int prepare(struct setup *setup)
{
    if (!setup->company.len)
        setup->company = setup->like.company;
    if (setup->share_key && !str_equal(setup->company, setup->like.company))
        return complain(setup->shell, EXIT_USAGE, "a client key belongs to one company, so %.*s cannot share that of %.*s",
                        TEXT(setup->id), TEXT(setup->like_id));
    return choose_extension(setup);
}

int venue_setup(struct shell *shell, const struct args *args, const char *id)
{
    struct setup setup = { .shell = shell, .args = args, .id = str_of(id) };
    struct fault fault = { "" };
    struct str like = STR_NONE;
    int code = read_options(&setup);
    enum err err;

    if (code)
        return code;
    err = venue_setup_read(shell, setup.like_id, &like, &setup.like, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    code = prepare(&setup);
    if (!code)
        code = make(&setup, like);
    form_free(&like);
    return code;
}
