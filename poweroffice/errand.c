#include "errand.h"

#include "base/json.h"
#include "base/json_write.h"
#include "outcome.h"

#include <sodium.h>
#include <string.h>

enum { DIGEST_BYTES = (SET_UP_SIZE - 1) / 2 };

/* What reading asks for (refreading.c, bilag/read/elsewhere.c, `bilag export --compare`); a query may follow. */
static const char *const reads[] = {
    "/ClientIntegrationInformation", "/GeneralLedgerAccounts", "/VatCodes", "/Departments", "/LockDateSettings",
    "/FinancialSettings", "/Products", "/Customers", "/Projects", "/Locations", "/AccountTransactions", "/OutgoingInvoices",
    "/SalesOrders",
};

static const struct { const char *code, *words; } refusals[ERRAND_REFUSAL_COUNT] = {
    [ERRAND_TAKEN] = { "taken", "" },
    [ERRAND_BUSY] = { "busy", "the uploader asks for too many at once; try again" },
    [ERRAND_NO_VENUE] = { "no-venue", "the uploader does not know this venue yet: reload it" },
    [ERRAND_OTHER_KEY] = { "other-key", "the uploader has another key for this venue than its file names now: reload it" },
    [ERRAND_NO_READ] = { "no-read", "the uploader asks PowerOffice for nothing but what is known as reading" },
    [ERRAND_TOO_LARGE] = { "too-large", "PowerOffice's answer is larger than the uploader hands on" },
    [ERRAND_MALFORMED] = { "malformed", "the uploader is of another version: restart it" },
    [ERRAND_NO_DROP] = { "no-drop", "the uploader found no key there that it could open; try again" },
    [ERRAND_KEY_REFUSED] = { "key-refused", "PowerOffice refuses the key" },
    [ERRAND_OTHER_BOOKS] = { "other-books", "the key opens other books than those of the company" },
    [ERRAND_NOT_ASKED] = { "not-asked", "PowerOffice could not be asked whose the key is, and it was not kept; try again when "
                           "it answers" },
    [ERRAND_NO_PLACE] = { "no-place", "the key's file in the folder keys is another company's, or the installation's own: "
                          "name another in the venue's file" },
    [ERRAND_NOT_KEPT] = { "not-kept", "the key could not be written into the folder keys; see the uploader's log" },
    [ERRAND_SAID_NO] = { "said-no", "PowerOffice says no" },
    [ERRAND_NO_PAGE] = { "no-page", "PowerOffice could not be asked for its page; try again when it answers" },
    [ERRAND_LOST] = { "lost", "PowerOffice's answer was lost, and the key with it; begin with PowerOffice's page once more, "
                      "which does no harm" },
    [ERRAND_OTHER_COMPANY] = { "other-company", "none of the clients chosen in PowerOffice has the company's organisation "
                               "number; begin once more and choose that one" },
    [ERRAND_NO_CONSOLE] = { "no-console", "the uploader does not know where the console is: write console: {address: "
                            "https://...} into bilag.yaml and reload it" },
};

static const char *const kinds[ERRAND_KINDS] = {
    [ERRAND_HELLO] = "hello", [ERRAND_GET] = "get", [ERRAND_DROP] = "drop", [ERRAND_READ] = "read",
    [ERRAND_PAGES] = "pages",
};

const char *errand_refusal_code(enum errand_refusal refusal)
{
    ensure(refusal < ERRAND_REFUSAL_COUNT);
    return refusals[refusal].code;
}

const char *errand_refusal_words(enum errand_refusal refusal)
{
    ensure(refusal < ERRAND_REFUSAL_COUNT);
    return refusals[refusal].words;
}

bool errand_reads(struct str path)
{
    const char *query = path.len ? memchr(path.bytes, '?', path.len) : NULL;
    struct str list = { path.bytes, query ? (size_t)(query - path.bytes) : path.len };

    for (size_t i = 0; i < path.len; i++)                    /* one line of an address, and nothing behind it */
        if (path.bytes[i] <= 0x20 || path.bytes[i] >= 0x7f || path.bytes[i] == '#')
            return false;
    for (size_t i = 0; i < COUNT(reads); i++)
        if (str_equal(list, str_of(reads[i])))
            return true;
    return false;
}

static void digest(crypto_generichash_state *state, struct str text)
{
    uint64_t len = text.len;

    (void)crypto_generichash_update(state, (const uint8_t *)&len, sizeof len);
    if (text.len)
        (void)crypto_generichash_update(state, (const uint8_t *)text.bytes, text.len);
}

bool errand_set_up(const struct config *config, struct arena *arena, char ret_text[SET_UP_SIZE])
{
    const struct str keys[] = { config->subscription_key, config->subscription_key_secondary,
                                config->application_keys[EXTENSION_MAIN] };
    uint8_t bytes[DIGEST_BYTES];
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof bytes);
    digest(&state, config->token_url);
    digest(&state, config->api_url);
    for (size_t i = 0; i < COUNT(keys); i++)
        digest(&state, config->holds_keys && keys[i].len ? keymark_of(keys[i], arena) : keys[i]);
    for (size_t i = 0; i < config->venue_count; i++) {
        const struct venue *venue = &config->venues[i];

        digest(&state, venue->id);
        digest(&state, venue->client_id);
        digest(&state, venue->company);
        digest(&state, str_of(extension_text(venue->extension)));
    }
    (void)crypto_generichash_final(&state, bytes, sizeof bytes);
    (void)sodium_bin2hex(ret_text, SET_UP_SIZE, bytes, sizeof bytes);
    return !arena_failed(arena);
}

void errand_write(const struct errand *errand, struct strbuf *out)
{
    json_open(out, NULL, '{');
    json_put_str(out, "errand", str_of(kinds[errand->kind]));
    json_put_int(out, "number", errand->number);
    if (errand->kind == ERRAND_GET || errand->kind == ERRAND_READ) {
        json_put_str(out, "venue", str_of(errand->venue));
        json_put_str(out, "client", str_of(errand->client));
    }
    if (errand->kind == ERRAND_GET)
        json_put_str(out, "path", str_of(errand->path));
    if (errand->kind == ERRAND_DROP)
        json_put_str(out, "name", str_of(errand->name));
    if (errand->kind == ERRAND_PAGES) {
        json_put_str(out, "company", str_of(errand->company));
        json_put_int(out, "extension", errand->extension);
        json_put_str(out, "state", str_of(errand->state));
    }
    json_close(out, '}');
}

/* Whole, or not at all: json_text() cuts what is too long. */
static bool member(struct str object, const char *name, char *to, size_t size)
{
    return json_member_text(object, name, to, size) && (strlen(to) + 1 < size || size == sizeof((struct errand *)NULL)->name);
}

/* Nothing that would be another member of the address that it becomes a part of. */
static bool is_state(const char *state)
{
    return strspn(state, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ERRAND_STATE_SIZE - 1;
}

static enum err read_pages(struct str object, struct errand *ret_errand)
{
    int64_t extension;
    char state[ERRAND_STATE_SIZE + 1];   /* one more than may be: what is cut is refused */

    if (!member(object, "company", ret_errand->company, sizeof ret_errand->company) || !ret_errand->company[0] ||
        !json_member_int(object, "extension", &extension) || extension < 0 || extension >= EXTENSION_COUNT ||
        !json_member_text(object, "state", state, sizeof state) || !is_state(state) || state[ERRAND_STATE_SIZE - 1])
        return ERR_FORMAT;
    ret_errand->extension = (int)extension;
    (void)str_copy(str_of(state), ret_errand->state, sizeof ret_errand->state);
    return ERR_OK;
}

enum err errand_read(struct str text, struct errand *ret_errand)
{
    struct str object;
    char kind[16];

    *ret_errand = (struct errand){ .kind = ERRAND_KINDS };
    if (text.len > ERRAND_BYTES_MAX || json_check(text, &object) || !json_is_object(object) ||
        !json_member_int(object, "number", &ret_errand->number) || !member(object, "errand", kind, sizeof kind))
        return ERR_FORMAT;
    for (size_t i = 0; i < ERRAND_KINDS; i++)
        if (strcmp(kind, kinds[i]) == 0)
            ret_errand->kind = (enum errand_kind)i;
    if (ret_errand->kind == ERRAND_GET || ret_errand->kind == ERRAND_READ)
        return member(object, "venue", ret_errand->venue, sizeof ret_errand->venue) &&
               member(object, "client", ret_errand->client, sizeof ret_errand->client) &&
               (ret_errand->kind == ERRAND_READ || member(object, "path", ret_errand->path, sizeof ret_errand->path))
                   ? ERR_OK : ERR_FORMAT;
    if (ret_errand->kind == ERRAND_DROP)
        return member(object, "name", ret_errand->name, sizeof ret_errand->name) ? ERR_OK : ERR_FORMAT;
    if (ret_errand->kind == ERRAND_PAGES)
        return read_pages(object, ret_errand);
    return ret_errand->kind == ERRAND_KINDS ? ERR_FORMAT : ERR_OK;
}

void errand_answer_write(const struct errand_answer *answer, struct strbuf *out)
{
    const struct answer *said = &answer->answer;

    json_open(out, NULL, '{');
    json_put_int(out, "number", answer->number);
    json_put_str(out, "taken", str_of(errand_refusal_code(answer->refusal)));
    if (answer->set_up[0])
        json_put_str(out, "set_up", str_of(answer->set_up));
    if (answer->mark[0])
        json_put_str(out, "mark", str_of(answer->mark));
    if (answer->address[0])
        json_put_str(out, "address", str_of(answer->address));
    json_put_str(out, "outcome", str_of(outcome_text(said->outcome)));
    json_put_int(out, "status", said->status);
    json_put_bool(out, "last_page", said->last_page);
    json_put_bool(out, "next", said->next.said);
    json_put_int(out, "next_number", said->next.number);
    json_put_int(out, "next_size", said->next.size);
    json_put_bool(out, "closed", said->closed);
    json_put_bool(out, "subscription_refused", said->subscription_refused);
    json_put_str(out, "title", str_of(said->title));
    json_put_str(out, "detail", str_of(said->detail));
    json_put_int(out, "took_ms", said->took_ms);
    json_close(out, '}');
}

static bool find_outcome(const char *text, enum outcome *ret_outcome)
{
    for (enum outcome outcome = OUTCOME_DONE; outcome <= OUTCOME_REFUSED; outcome++)
        if (strcmp(text, outcome_text(outcome)) == 0) {
            *ret_outcome = outcome;
            return true;
        }
    return false;
}

static bool find_refusal(const char *text, enum errand_refusal *ret_refusal)
{
    for (size_t i = 0; i < ERRAND_REFUSAL_COUNT; i++)
        if (strcmp(text, refusals[i].code) == 0) {
            *ret_refusal = (enum errand_refusal)i;
            return true;
        }
    return false;
}

enum err errand_answer_read(struct str text, struct str body, struct errand_answer *ret_answer)
{
    struct answer *said = &ret_answer->answer;
    int64_t status = 0, number = 0, size = 0;
    char outcome[24], taken[24];
    struct str object;

    *ret_answer = (struct errand_answer){ .answer = { .body = body } };
    if (json_check(text, &object) || !json_member_int(object, "number", &ret_answer->number) ||
        !json_member_text(object, "taken", taken, sizeof taken) || !find_refusal(taken, &ret_answer->refusal) ||
        !json_member_text(object, "outcome", outcome, sizeof outcome) || !find_outcome(outcome, &said->outcome))
        return ERR_FORMAT;
    (void)json_member_text(object, "set_up", ret_answer->set_up, sizeof ret_answer->set_up);
    (void)json_member_text(object, "mark", ret_answer->mark, sizeof ret_answer->mark);
    (void)json_member_text(object, "address", ret_answer->address, sizeof ret_answer->address);
    (void)json_member_int(object, "status", &status);
    (void)json_member_int(object, "next_number", &number);
    (void)json_member_int(object, "next_size", &size);
    (void)json_member_int(object, "took_ms", &said->took_ms);
    said->status = (long)status;
    said->last_page = json_member_true(object, "last_page");
    said->next = (struct next_page){ json_member_true(object, "next"), (int)number, (int)size };
    said->closed = json_member_true(object, "closed");
    said->subscription_refused = json_member_true(object, "subscription_refused");
    (void)json_member_text(object, "title", said->title, sizeof said->title);
    (void)json_member_text(object, "detail", said->detail, sizeof said->detail);
    return ERR_OK;
}
