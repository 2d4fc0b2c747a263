/* onboarding.h - how an integration gets the keys of its customers: Initiate, browser, Finalize. */
#ifndef BILAG_SANDBOX_API_ONBOARDING_H
#define BILAG_SANDBOX_API_ONBOARDING_H

#include <stdint.h>

#define ONBOARDINGS_MAX 256                                   /* the oldest make room */

struct exchange;

struct onboardings {
    struct onboarding {
        char    ticket[40], token[40], org_no[24], application_key[40];
        char   *redirect;                                     /* NULL: none given */
        int64_t valid_until_ms;
    } list[ONBOARDINGS_MAX];
    uint64_t count;
};

void onboarding_initiate(struct exchange *x);                 /* POST /Onboarding/Initiate */
void onboarding_page(struct exchange *x);                     /* GET /_sandbox/onboarding?ticket= */
void onboarding_finalize(struct exchange *x);                 /* POST /Onboarding/Finalize */
void onboardings_free(struct onboardings *onboardings);

#endif
