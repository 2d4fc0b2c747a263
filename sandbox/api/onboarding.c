/* onboarding.c - how an integration gets the keys of its customers. */
#include "onboarding.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

static const char title[] = "Onboarding validation error(s)";

static void random_uuid(char to[static 40])
{
    uuid_t uuid;

    uuid_generate_random(uuid);
    uuid_unparse_lower(uuid, to);
}

void onboarding_initiate(struct exchange *x)
{
    struct onboardings *all = &x->box->onboardings;
    struct onboarding *one = &all->list[all->count % ONBOARDINGS_MAX];
    cJSON *body = shape_read(x, &shape_onboarding_start), *answer;
    char *address;

    if (!body)
        return;
    if (!json_text(body, "ApplicationKey") ||
        !registry_knows_application(&x->box->registry, json_text(body, "ApplicationKey"))) {
        problem_now(x, 400, title, "ApplicationKey is missing or not known.");
        cJSON_Delete(body);
        return;
    }
    all->count++;
    free(one->redirect);
    *one = (struct onboarding){ .valid_until_ms = x->arrived_ms + 1000 * exchange_number(
                                    x, SET_onboarding_token_life_s) };
    random_uuid(one->ticket);
    one->redirect = text_copy(json_text(body, "RedirectUri"));
    text_set(one->org_no, sizeof one->org_no, json_text(body, "ClientOrganizationNo"));
    text_set(one->application_key, sizeof one->application_key, json_text(body, "ApplicationKey"));
    cJSON_Delete(body);
    address = text_print("http://127.0.0.1:%u/_sandbox/onboarding?ticket=%s", x->box->port,
                         one->ticket);
    answer = cJSON_CreateObject();
    json_add_text(answer, "TemporaryUrl", address);
    answer_add_moment(x, answer, "ValidUntilDateTimeOffset", one->valid_until_ms);
    free(address);
    answer_json(x, 200, answer);
}

static struct onboarding *find(struct exchange *x, const char *ticket, const char *token)
{
    for (size_t i = 0; i < ONBOARDINGS_MAX; i++) {
        struct onboarding *one = &x->box->onboardings.list[i];

        if (one->valid_until_ms > x->arrived_ms && ((ticket && *ticket && strcmp(one->ticket, ticket) == 0) ||
                                                    (token && *token && strcmp(one->token, token) == 0)))
            return one;
    }
    return NULL;
}

/* Does the application reach this client, and is it the one that was asked for? */
static bool offered(const struct client *client, const struct onboarding *one)
{
    return !client->revoked && (!one->org_no[0] || strcmp(client->org_no, one->org_no) == 0) &&
           (!client->application_key || text_same(client->application_key, one->application_key));
}

static bool anybody_offered(struct exchange *x, const struct onboarding *one)
{
    bool anybody = false;

    for (size_t i = 0; i < x->box->registry.client_count; i++)
        anybody = anybody || offered(x->box->registry.clients[i], one);
    return anybody;
}

/* Stands for the person who logs in and says yes; switch onboarding_answer says what happens. */
void onboarding_page(struct exchange *x)
{
    struct onboarding *one = find(x, exchange_query(x, "ticket"), NULL);
    const char *status = setting_text(&x->box->settings, SET_onboarding_answer);
    const char *parameter = setting_text(&x->box->settings, SET_onboarding_parameter);
    char *address;

    if (!one) {
        answer_text(x, 404, "text/plain", "This address is not valid any more.\n");
        return;
    }
    if (strcmp(status, "Success") == 0 && !anybody_offered(x, one))
        status = "ClientNotFound";
    if (strcmp(status, "Success") == 0)
        random_uuid(one->token);
    one->ticket[0] = '\0';                                    /* the address works once */
    if (!one->redirect) {
        answer_text(x, 200, "text/plain", one->token[0] ? one->token : status);
        return;
    }
    address = text_print("%s%s%s%s%s%sstatus=%s", one->redirect,
                         strchr(one->redirect, '?') ? "&" : "?", one->token[0] ? parameter : "",
                         one->token[0] ? "=" : "", one->token, one->token[0] ? "&" : "", status);
    answer_header(x, "Location", address);
    free(address);
    answer_empty(x, 302);
}

void onboarding_finalize(struct exchange *x)
{
    cJSON *body = shape_read(x, &shape_onboarding_end), *answer, *list;
    struct onboarding *one;

    if (!body)
        return;
    one = find(x, NULL, json_text(body, "OnboardingToken"));
    cJSON_Delete(body);
    if (!one) {
        problem_now(x, 400, title, "The OnboardingToken is wrong, used or too old.");
        return;
    }
    one->token[0] = '\0';                                     /* single use */
    list = cJSON_CreateArray();
    for (size_t i = 0; i < x->box->registry.client_count; i++) {
        const struct client *client = x->box->registry.clients[i];
        cJSON *item;

        if (!offered(client, one))
            continue;
        item = cJSON_CreateObject();
        json_add_text(item, "ClientKey", client->key);
        json_add_text(item, "ClientName", client->name);
        json_add_text(item, "ClientOrganizationNumber", client->org_no);
        (void)cJSON_AddItemToArray(list, item);
    }
    answer = cJSON_CreateObject();
    json_add(answer, "OnboardedClientsInformation", list);
    json_add_text(answer, "UserEmail", "regnskap@example.com");
    answer_json(x, 200, answer);
}

void onboardings_free(struct onboardings *onboardings)
{
    for (size_t i = 0; i < ONBOARDINGS_MAX; i++)
        free(onboardings->list[i].redirect);
}
