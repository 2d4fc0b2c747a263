/* registry.h - who may call: subscription keys, application keys, clients, and their books.
 *
 * Filled from the companies file and from POST /_sandbox/clients, which both carry the same object.
 * A client that is given again keeps its books and every member that is not mentioned.
 * Ownership  clients and books live as long as the registry; pointers to them stay valid.
 * Errors     false, with what is wrong and where in ret_why (owned by the caller, free()).
 */
#ifndef BILAG_SANDBOX_BOOKS_REGISTRY_H
#define BILAG_SANDBOX_BOOKS_REGISTRY_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "books.h"

struct client {
    char   *key, *application_key;                            /* application_key NULL: any */
    char    name[NAME_BYTES], org_no[24], go_id[24];
    uint32_t privileges, invalid_privileges;
    char   *subscriptions;                                    /* JSON array as text */
    bool    allow_send, revoked, go_id_given;                 /* go_id, PowerOffice's ClientId: else made of org_no */
    struct books *books;
};

struct registry {
    char          **subscription_keys, **application_keys;
    size_t          subscription_key_count, application_key_count;
    struct client **clients;
    size_t          client_count;
    struct books  **books;
    size_t          books_count;
};

/* An object with client_key is one client; any other is read as a companies file: its keys are
 * added, each of its clients is put. */
bool registry_apply(struct registry *registry, const cJSON *given, char **ret_why);
bool registry_load(struct registry *registry, const cJSON *companies, char **ret_why);
void registry_free(struct registry *registry);

struct client *registry_client(const struct registry *registry, const char *key);
struct books  *registry_books(const struct registry *registry, const char *id);
bool registry_knows_application(const struct registry *registry, const char *key);
int  registry_subscription(const struct registry *registry, const char *key);   /* index or -1 */

#endif
