/* registry.c - who may call: subscription keys, application keys, clients, and their books. */
#include "registry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "company.h"
#include "sandbox/base/json.h"
#include "sandbox/privilege.h"
#include "sandbox/base/text.h"

/* Keys are compared in constant time, as a real gateway would. */
static bool key_same(const char *a, const char *b)
{
    size_t length = strlen(a);

    return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}

static bool keys_add(char ***list, size_t *count, const cJSON *given)
{
    for (const cJSON *key = given ? given->child : NULL; key; key = key->next) {
        bool known = false;

        if (!json_is_text(key) || !key->valuestring[0])
            return false;
        for (size_t i = 0; i < *count; i++)
            known = known || strcmp((*list)[i], key->valuestring) == 0;
        if (known)
            continue;
        *list = must_grow(*list, (*count + 1) * sizeof **list);
        (*list)[(*count)++] = text_copy(key->valuestring);
    }
    return true;
}

struct client *registry_client(const struct registry *registry, const char *key)
{
    for (size_t i = 0; i < registry->client_count; i++)
        if (key_same(registry->clients[i]->key, key))
            return registry->clients[i];
    return NULL;
}

struct books *registry_books(const struct registry *registry, const char *id)
{
    for (size_t i = 0; i < registry->books_count; i++)
        if (strcmp(registry->books[i]->id, id) == 0)
            return registry->books[i];
    return NULL;
}

bool registry_knows_application(const struct registry *registry, const char *key)
{
    bool known = false;

    for (size_t i = 0; i < registry->application_key_count; i++)
        known = known || text_same(registry->application_keys[i], key);
    return known;
}

int registry_subscription(const struct registry *registry, const char *key)
{
    for (size_t i = 0; i < registry->subscription_key_count; i++)
        if (key_same(registry->subscription_keys[i], key))
            return (int)i;
    return -1;
}

static struct books *books_for(struct registry *registry, const char *id)
{
    struct books *books = registry_books(registry, id);

    if (books)
        return books;
    registry->books = must_grow(registry->books,
                                (registry->books_count + 1) * sizeof *registry->books);
    books = registry->books[registry->books_count++] = books_open(id);
    return books;
}

/* The keys of one company lead to one client. */
static void go_id_of(struct client *client, const char *what)
{
    char *go_id = text_print("%u", (unsigned)(text_hash(what) % 9000000 + 1000000));

    text_set(client->go_id, sizeof client->go_id, go_id);
    free(go_id);
}

static struct client *client_add(struct registry *registry, const char *key)
{
    struct client *client = must_alloc(sizeof *client);

    client->key = text_copy(key);
    go_id_of(client, key);
    client->privileges = PRIVILEGE_ALL;
    client->allow_send = true;
    client->subscriptions = text_copy("[\"Accounting\",\"Sales\"]");
    text_set(client->name, sizeof client->name, "Sandbox AS");
    registry->clients = must_grow(registry->clients,
                                  (registry->client_count + 1) * sizeof *registry->clients);
    registry->clients[registry->client_count++] = client;
    return client;
}

static bool privileges_read(const cJSON *list, uint32_t *ret_privileges)
{
    uint32_t privileges = 0;

    for (const cJSON *name = list->child; name; name = name->next) {
        uint32_t bit = json_is_text(name) ? privilege_bit(name->valuestring) : 0;

        if (!bit)
            return false;
        privileges |= bit;
    }
    *ret_privileges = privileges;
    return true;
}

/* The members that are about the client itself; the books are company.c's. */
static bool client_read(struct client *client, const cJSON *given, char **ret_why)
{
    const cJSON *privileges = json_member(given, "privileges");
    const cJSON *invalid = json_member(given, "invalid_privileges");
    const cJSON *subscriptions = json_member(given, "subscriptions");

    if ((cJSON_IsArray(privileges) && !privileges_read(privileges, &client->privileges)) ||
        (cJSON_IsArray(invalid) && !privileges_read(invalid, &client->invalid_privileges))) {
        *ret_why = text_print("client %s: a privilege that does not exist", client->name);
        return false;
    }
    if (json_text(given, "name"))
        text_set(client->name, sizeof client->name, json_text(given, "name"));
    if (json_text(given, "org_no")) {
        text_set(client->org_no, sizeof client->org_no, json_text(given, "org_no"));
        if (!client->go_id_given)
            go_id_of(client, client->org_no);
    }
    client->go_id_given = client->go_id_given || json_text(given, "client_id");
    if (json_text(given, "client_id"))
        text_set(client->go_id, sizeof client->go_id, json_text(given, "client_id"));
    if (json_text(given, "application_key")) {
        free(client->application_key);
        client->application_key = text_copy(json_text(given, "application_key"));
    }
    if (cJSON_IsArray(subscriptions)) {
        free(client->subscriptions);
        client->subscriptions = json_write(subscriptions);
    }
    (void)json_bool(given, "allow_send_invoice", &client->allow_send);
    (void)json_bool(given, "revoked", &client->revoked);
    return true;
}

static bool put_client(struct registry *registry, const cJSON *given, char **ret_why)
{
    const char *key = json_text(given, "client_key"), *books = json_text(given, "books");
    struct client *client;

    if (!key || !key[0]) {
        *ret_why = text_copy("a client needs a client_key");
        return false;
    }
    client = registry_client(registry, key);
    if (!client)
        client = client_add(registry, key);
    if (!client->books || books)
        client->books = books_for(registry, books ? books : key);
    return client_read(client, given, ret_why) && company_read(client->books, given, ret_why);
}

bool registry_load(struct registry *registry, const cJSON *companies, char **ret_why)
{
    const cJSON *clients = json_member(companies, "clients");

    if (!json_member(companies, "subscription_keys") && !clients) {
        *ret_why = text_copy("neither a client (client_key) nor a companies file (clients)");
        return false;
    }
    if (!keys_add(&registry->subscription_keys, &registry->subscription_key_count,
                  json_member(companies, "subscription_keys")) ||
        !keys_add(&registry->application_keys, &registry->application_key_count,
                  json_member(companies, "application_keys"))) {
        *ret_why = text_copy("subscription_keys and application_keys: lists of texts, not empty");
        return false;
    }
    for (const cJSON *client = clients ? clients->child : NULL; client; client = client->next)
        if (!put_client(registry, client, ret_why))
            return false;
    return true;
}

bool registry_apply(struct registry *registry, const cJSON *given, char **ret_why)
{
    return json_member(given, "client_key") ? put_client(registry, given, ret_why)
                                            : registry_load(registry, given, ret_why);
}

void registry_free(struct registry *registry)
{
    for (size_t i = 0; i < registry->client_count; i++) {
        free(registry->clients[i]->key);
        free(registry->clients[i]->application_key);
        free(registry->clients[i]->subscriptions);
        free(registry->clients[i]);
    }
    for (size_t i = 0; i < registry->books_count; i++)
        books_free(registry->books[i]);
    for (size_t i = 0; i < registry->subscription_key_count; i++)
        free(registry->subscription_keys[i]);
    for (size_t i = 0; i < registry->application_key_count; i++)
        free(registry->application_keys[i]);
    free(registry->clients);
    free(registry->books);
    free(registry->subscription_keys);
    free(registry->application_keys);
    *registry = (struct registry){ 0 };
}
