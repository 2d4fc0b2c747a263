/* watch_config.h - a configuration of two recipients and two venues of two companies, without files. */
#ifndef BILAG_TESTS_WATCH_CONFIG_H
#define BILAG_TESTS_WATCH_CONFIG_H

#include "watch/notices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/temporary.h"

#define NEEDED(call) assert_int_equal((call), ERR_OK)

enum { ANNA, BO, DRIFT, RECIPIENTS };

static struct str anna_company = { "911111111", 9 }, bo_company = { "922222222", 9 };
static struct watch_recipient recipients[RECIPIENTS];
static struct config config;

static void config_make(void)
{
    struct fault fault;

    recipients[ANNA] = (struct watch_recipient){ .name = STR("anna"), .mail = STR("anna@example.no"), .language = STR("nb"),
                                                 .companies = &anna_company, .company_count = 1, .summary = true };
    recipients[BO] = (struct watch_recipient){ .name = STR("bo"), .webhook = STR("https://bo.example.no"),
                                               .secret = STR("0123456789abcdef"), .companies = &bo_company,
                                               .company_count = 1 };
    recipients[DRIFT] = (struct watch_recipient){ .name = STR("drift"), .mail = STR("drift@example.no"), .summary = true };
    config.language = STR("en");
    config.watch.recipients = recipients;
    config.watch.recipient_count = RECIPIENTS;
    config.watch.from = STR("bilag@example.no");
    config.watch.retry_first_s = 5;
    config.watch.retry_max_s = 900;
    NEEDED(zone_open(STR("Europe/Oslo"), &config.watch.zone, &fault));
}

#endif
