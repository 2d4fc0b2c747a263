#include "ending.h"

#include <stddef.h>
#include <string.h>

static const struct ending endings[] = {
    { "Canceled", "it was broken off in the browser", "det ble avbrutt i nettleseren" },
    { "ClientNotFound", "PowerOffice has no client with this company's organisation number for that user",
      "PowerOffice har ingen klient med dette organisasjonsnummeret for den brukeren" },
    { "NoClientAccess", "that user may not add extensions; an administrator of the client must do it",
      "den brukeren kan ikke legge til utvidelser; en administrator hos klienten må gjøre det" },
    { "IntegrationBlocked", "the extension is blocked for that client", "utvidelsen er sperret for den klienten" },
};

const struct ending *ending_of(const char *status)
{
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(endings[i].status, status) == 0)
            return &endings[i];
    return NULL;
}
