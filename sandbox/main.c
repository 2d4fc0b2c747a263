/* bilag-sandbox - a PowerOffice Go that runs on this machine: strict where the contract is known,
 * switchable where it is not. An independent witness: it shares no code with what it tests. */
#include <sodium.h>

#include "start.h"

int main(int argc, char **argv)
{
    static struct sandbox box;
    struct options options;
    enum options_result result;
    int code;

    if (sodium_init() < 0)
        return EXIT_LATER;
    settings_preset(&box.settings);
    result = options_read(argc, argv, &options, &box.settings);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_HELP ? 0 : EXIT_CONFIGURATION;
    faults_seed(&box.faults, options.seed);
    tokens_open(&box.tokens);
    stats_open(&box.stats);
    code = start_companies(&box, options.companies);
    if (!code)
        code = start_ledger(&box, options.ledger);
    if (!code)
        code = start_serving(&box, &options);
    journal_close(box.journal);
    registry_free(&box.registry);
    tokens_close(&box.tokens);
    stats_close(&box.stats);
    quotas_free(&box.quotas);
    onboardings_free(&box.onboardings);
    return code;
}
