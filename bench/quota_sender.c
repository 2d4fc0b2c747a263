/* quota_sender - keeps the API client busy with reads for some seconds; bench/quota.py starts several and lets the
 * sandbox count what arrives. Nothing but the real client, limiter and tokens is measured.
 *
 * usage: quota_sender FOLDER ADDRESS REQUESTS-PER-SECOND SECONDS AT-ONCE
 */
#include "poweroffice/poweroffice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct load { struct poweroffice *po; const struct venue *venue; int64_t until_ms; uint64_t done, failed; };

static void ask(struct load *load);

static void answered_one(void *context, const struct answer *answer)
{
    struct load *load = context;

    load->done += answer->outcome == OUTCOME_DONE;
    load->failed += answer->outcome != OUTCOME_DONE;
    if (clock_steady_ms() < load->until_ms)
        ask(load);
}

static void ask(struct load *load)
{
    const struct call call = { .venue = load->venue, .method = CALL_GET, .path = STR("/LockDateSettings") };

    ensure(poweroffice_call(load->po, &call, answered_one, load) == ERR_OK);
}

int main(int argc, char **argv)
{
    struct venue venue = { .id = STR("bench"), .client_id = STR("bench"), .client_key = STR("bench-client") };
    struct config config = { .subscription_key = STR("bench-subscription"), .application_keys = { STR("bench-app") },
                             .venues = &venue, .venue_count = 1,
                             .sender = { .answer_wait_ms = 30000, .connect_wait_ms = 5000, .in_flight_max = 1024,
                                         .retry_first_ms = 1000, .retry_max_ms = 60000 } };
    struct load load = { .venue = &venue };
    struct fault fault = { "" };
    char token_url[300], api_url[300];

    if (argc != 6) {
        (void)fprintf(stderr, "usage: quota_sender FOLDER ADDRESS REQUESTS-PER-SECOND SECONDS AT-ONCE\n");
        return 100;
    }
    config.state_dir = config.run_dir = str_of(argv[1]);
    (void)snprintf(api_url, sizeof api_url, "%s/v2", argv[2]);
    config.api_url = str_of(api_url);
    (void)snprintf(token_url, sizeof token_url, "%s/OAuth/Token", argv[2]);
    config.token_url = str_of(token_url);
    config.requests_per_second = (int32_t)strtol(argv[3], NULL, 10);
    load.until_ms = clock_steady_ms() + 1000 * strtol(argv[4], NULL, 10);
    if (poweroffice_open_alone(&config, &load.po, &fault) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", fault.text);
        return 111;
    }
    for (long i = strtol(argv[5], NULL, 10); i > 0; i--)
        ask(&load);
    poweroffice_run(load.po, load.until_ms + 10000);
    printf("done=%" PRIu64 " failed=%" PRIu64 "\n", load.done, load.failed);
    poweroffice_close(load.po);
    return load.failed ? 1 : 0;
}
