/* The installation's settings (bilag.yaml), as an editor or a person may have left them. */
#include "fuzz.h"

#include "domain/config.h"
#include "tests/temporary.h"

static char folder[40], path[64];

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct config *config = NULL;
    struct fault fault = { "" };
    FILE *file;

    if (!path[0]) {
        MUST(temporary_folder("fuzz", folder, sizeof folder));
        (void)snprintf(path, sizeof path, "%s/bilag.yaml", folder);
    }
    file = fopen(path, "we");
    MUST(file && fwrite(bytes, 1, len, file) == len);
    MUST(fclose(file) == 0);
    if (config_load_without_keys(str_of(folder), &config, &fault)) {
        MUST(!config && fault.text[0]);
        return 0;
    }
    MUST(config->retention_days >= 1 && config->partitions >= 1);
    config_free(config);
    return 0;
}
