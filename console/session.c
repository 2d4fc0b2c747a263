#include "session_inside.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 32, NAME_BYTES = 64, RECORD_BYTES = 4096, SEEN_EVERY_MS = 60000,
       SESSION_FORM = 1, SWEPT_MAX = 1000 };
const char *const session_tables[SESSION_TABLES] = { [SESSION_TABLE] = "sessions" };   /* hash of the token -> session */

struct sessions { struct store *store; };

static const struct field_row session_rows[] = {
    FIELD_IS(SESSION_FORM),
    FIELD_MAX(session, user, NAME_BYTES),
    FIELD(session, made_ms),
    FIELD(session, seen_ms),
};
const struct fields session_fields = FIELDS(session, session_rows, 4, NULL);

enum err sessions_open(struct str state_dir, struct sessions **ret_sessions, struct fault *fault)
{
    struct sessions *sessions = calloc(1, sizeof *sessions);
    struct strbuf folder;
    enum err err;

    if (!sessions)
        return fault_set(fault, ERR_MEMORY, "no memory for the sessions");
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/console", STR_ARG(state_dir));
    err = folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                        : store_open(strbuf_str(&folder), session_tables, SESSION_TABLES, SESSION_LAYOUT, 0,
                                     &sessions->store, fault);
    strbuf_free(&folder);
    if (err) {
        sessions_close(sessions);
        return err;
    }
    *ret_sessions = sessions;
    return ERR_OK;
}

void sessions_close(struct sessions *sessions)
{
    if (!sessions)
        return;
    store_close(sessions->store);
    free(sessions);
}

/* --- tokens --- */

/* What rests, and what forms carry, are two hashes of the token: neither tells the other. */
static void hash_for(const char *use, struct str text, uint8_t hash[SESSION_HASH_BYTES])
{
    (void)crypto_generichash(hash, SESSION_HASH_BYTES, (const unsigned char *)text.bytes, text.len, (const unsigned char *)use,
                             crypto_generichash_KEYBYTES);
}

static const char for_rest[] = "bilag console session at rest...", for_forms[] = "bilag console session in forms..";
_Static_assert(sizeof for_rest - 1 == crypto_generichash_KEYBYTES && sizeof for_forms - 1 == crypto_generichash_KEYBYTES,
               "both uses are as long as a key");

static void text_of(const uint8_t *bytes, char text[SESSION_TEXT_SIZE])
{
    (void)sodium_bin2base64(text, SESSION_TEXT_SIZE, bytes, TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void session_form_token(struct str text, char ret_token[SESSION_TEXT_SIZE])
{
    uint8_t hash[SESSION_HASH_BYTES];

    hash_for(for_forms, text, hash);
    text_of(hash, ret_token);
}

bool session_form_token_is(struct str text, struct str token)
{
    char wanted[SESSION_TEXT_SIZE];

    session_form_token(text, wanted);
    return token.len == strlen(wanted) && sodium_memcmp(token.bytes, wanted, token.len) == 0;
}

/* --- records --- */

static bool is_over(const struct session *session, const struct session_limits *limits, int64_t now_ms)
{
    return now_ms - session->made_ms > limits->age_ms || now_ms - session->seen_ms > limits->idle_ms;
}

static enum err put(struct txn *txn, struct str key, const struct session *session)
{
    struct strbuf bytes;
    enum err err;

    strbuf_init(&bytes, RECORD_BYTES);
    fields_write(&session_fields, session, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, SESSION_TABLE, key, strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

struct beginning {
    struct session session;
    const struct session_limits *limits;
    uint8_t hash[SESSION_HASH_BYTES], over[SWEPT_MAX][SESSION_HASH_BYTES], oldest[SESSION_HASH_BYTES];
    size_t over_count, of_user;
    int64_t oldest_ms;
};

static enum err sweep_one(struct txn *txn, struct str key, struct str value, void *context)
{
    struct beginning *beginning = context;
    struct session session = { .made_ms = 0 };

    (void)txn;
    if (key.len != SESSION_HASH_BYTES || fields_read(&session_fields, value, NULL, &session))
        return ERR_STORE_DAMAGED;
    if (is_over(&session, beginning->limits, beginning->session.made_ms)) {
        if (beginning->over_count < SWEPT_MAX)
            memcpy(beginning->over[beginning->over_count++], key.bytes, SESSION_HASH_BYTES);
        return ERR_OK;
    }
    if (!str_equal(session.user, beginning->session.user))
        return ERR_OK;
    if (!beginning->of_user++ || session.seen_ms < beginning->oldest_ms) {
        beginning->oldest_ms = session.seen_ms;
        memcpy(beginning->oldest, key.bytes, SESSION_HASH_BYTES);
    }
    return ERR_OK;
}

static enum err begin_work(struct txn *txn, void *context)
{
    struct beginning *beginning = context;
    enum err err;

    beginning->over_count = beginning->of_user = 0;
    err = store_walk(txn, SESSION_TABLE, STR_NONE, STR_NONE, sweep_one, beginning);
    for (size_t i = 0; !err && i < beginning->over_count; i++)
        err = store_delete(txn, SESSION_TABLE, (struct str){ (const char *)beginning->over[i], SESSION_HASH_BYTES });
    if (!err && beginning->of_user >= SESSIONS_PER_USER)
        err = store_delete(txn, SESSION_TABLE, (struct str){ (const char *)beginning->oldest, SESSION_HASH_BYTES });
    return err ? err : put(txn, (struct str){ (const char *)beginning->hash, SESSION_HASH_BYTES }, &beginning->session);
}

enum err sessions_begin(struct sessions *sessions, struct str user, const struct session_limits *limits, int64_t now_ms,
                        char ret_text[SESSION_TEXT_SIZE])
{
    struct beginning *beginning = calloc(1, sizeof *beginning);
    uint8_t random[TOKEN_BYTES];
    enum err err;

    if (!beginning)
        return ERR_MEMORY;
    beginning->session = (struct session){ user, now_ms, now_ms };
    beginning->limits = limits;
    randombytes_buf(random, sizeof random);
    text_of(random, ret_text);
    sodium_memzero(random, sizeof random);
    hash_for(for_rest, str_of(ret_text), beginning->hash);
    err = store_write(sessions->store, begin_work, beginning);
    free(beginning);
    if (err)
        sodium_memzero(ret_text, SESSION_TEXT_SIZE);
    return err;
}

struct looking { uint8_t hash[SESSION_HASH_BYTES]; struct arena *arena; struct session session; };

static enum err look_work(struct txn *txn, void *context)
{
    struct looking *looking = context;
    struct str value;
    enum err err = store_get(txn, SESSION_TABLE, (struct str){ (const char *)looking->hash, SESSION_HASH_BYTES }, &value);

    if (!err && fields_read(&session_fields, value, NULL, &looking->session))
        return ERR_STORE_DAMAGED;
    if (!err)
        looking->session.user = arena_copy(looking->arena, looking->session.user);
    return !err && !looking->session.user.bytes ? ERR_MEMORY : err;
}

static enum err seen_work(struct txn *txn, void *context)
{
    const struct looking *looking = context;

    return put(txn, (struct str){ (const char *)looking->hash, SESSION_HASH_BYTES }, &looking->session);
}

enum err sessions_find(struct sessions *sessions, struct str text, const struct session_limits *limits, int64_t now_ms,
                       struct arena *arena, struct session *ret_session)
{
    struct looking looking = { .arena = arena };
    enum err err;

    hash_for(for_rest, text, looking.hash);
    err = store_read(sessions->store, look_work, &looking);
    if (!err && is_over(&looking.session, limits, now_ms))
        err = ERR_NOT_FOUND;
    if (!err && now_ms - looking.session.seen_ms > SEEN_EVERY_MS) {
        looking.session.seen_ms = now_ms;
        err = store_write(sessions->store, seen_work, &looking);
    }
    if (!err)
        *ret_session = looking.session;
    return err;
}

static enum err end_work(struct txn *txn, void *context)
{
    const uint8_t *hash = context;

    return store_delete(txn, SESSION_TABLE, (struct str){ (const char *)hash, SESSION_HASH_BYTES });
}

enum err sessions_end(struct sessions *sessions, struct str text)
{
    uint8_t hash[SESSION_HASH_BYTES];

    hash_for(for_rest, text, hash);
    return store_write(sessions->store, end_work, hash);
}
