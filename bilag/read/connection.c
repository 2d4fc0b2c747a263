#include "connection.h"

#include "addons.h"
#include "domain/audit.h"
#include "poweroffice/privilege.h"
#include "poweroffice/refdata.h"
#include "poweroffice/right_books.h"

/* --- the key that was given last ------------------------------------------------------------------------------- */

struct walking { struct context *context; struct str mark; struct connection *connection; bool by_pages; };

static enum err seen(const struct decision *decision, void *context)
{
    struct walking *walking = context;
    struct arena *arena = walking->context->arena;
    bool given = str_equal(decision->verb, STR("venue-key"));

    if (!given && !str_equal(decision->detail, walking->mark))
        return ERR_OK;                       /* of a key that was given before */
    walking->connection->given.state = given ? GIVEN_ON_ITS_WAY : GIVEN_TAKEN_BACK;
    walking->connection->given.why = given ? STR_NONE : arena_copy(arena, decision->reason);
    if (given) {
        walking->mark = arena_copy(arena, decision->detail);
        walking->by_pages = str_equal(decision->detail, STR(GIVEN_BY_PAGES));
        walking->connection->given.who = arena_copy(arena, decision->who);
        walking->connection->given.time_ms = decision->time_ms;
    }
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err given_last(struct context *context, const struct venue *venue, struct connection *connection,
                           bool *ret_by_pages)
{
    static const char *const verbs[] = { "venue-key", "venue-key-refused" };
    const struct audit_wish wish = { verbs, COUNT(verbs), venue->id };
    struct walking walking = { context, STR_NONE, connection, false };
    struct audit *audit;
    enum err err = audit_open_there(context->config->state_dir, &audit, &context->fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_read_of(audit, &wish, seen, &walking);
    audit_close(audit);
    if (connection->given.state == GIVEN_ON_ITS_WAY && venue->client_id.len && str_equal(walking.mark, venue->client_id))
        connection->given.state = GIVEN_USED;
    *ret_by_pages = walking.by_pages;
    return err;
}

/* --- what PowerOffice said -------------------------------------------------------------------------------------- */

static enum connection_state state_of(struct refstore *store, const struct venue *venue, const struct refdata *data,
                                      struct arena *arena, struct str *ret_words)
{
    *ret_words = data->login_fault;
    if (data->login_fault.len)
        return data->subscription_refused ? CONNECTION_SUBSCRIPTION : CONNECTION_REFUSED;
    if (!(data->have & REF_PRIVILEGES))
        return CONNECTION_UNREAD;
    if (!right_books(store, venue->client_id, venue->company))
        return CONNECTION_OTHER_BOOKS;
    *ret_words = privileges_text(data->missing_privileges, venue, arena);
    return ret_words->len ? CONNECTION_RIGHTS : CONNECTION_FINE;
}

static enum err said_last(struct context *context, const struct venue *venue, struct connection *connection)
{
    struct refdata data = { .read_ms = 0 };
    struct refstore *store;
    enum err err = refstore_open(context->config->state_dir, STORE_READ_ONLY, &store, &context->fault);

    connection->state = CONNECTION_UNREAD;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = refdata_of_client(store, venue->client_id, context->arena, &data);
    if (!err) {
        connection->state = state_of(store, venue, &data, context->arena, &connection->words);
        connection->client_name = data.client_name;
        connection->read_ms = data.read_ms;
    }
    refstore_close(store);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err connection_of(struct context *context, const struct venue *venue, struct connection *ret_connection)
{
    struct addons addons;
    bool by_pages = false;
    enum err err;

    *ret_connection = (struct connection){ .state = CONNECTION_NONE };
    err = given_last(context, venue, ret_connection, &by_pages);
    if (!err && venue->client_id.len)
        err = said_last(context, venue, ret_connection);
    /* One whose mark nobody wrote down, because who asked for it ended: a key with which the books were read since is it. */
    if (by_pages && ret_connection->given.state == GIVEN_ON_ITS_WAY && ret_connection->read_ms > ret_connection->given.time_ms)
        ret_connection->given.state = GIVEN_USED;
    if (!err)
        err = addons_load(context, &addons);
    if (err)
        return err;
    ret_connection->add_on_waits = venue->extension != EXTENSION_MAIN && addons_has(&addons, venue->id);
    if (ret_connection->state == CONNECTION_FINE && ret_connection->add_on_waits)
        ret_connection->state = CONNECTION_ADD_ON;
    return arena_failed(context->arena) ? ERR_MEMORY : ERR_OK;
}
