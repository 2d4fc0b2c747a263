#include "invoice_date.h"

#include "base/clock.h"

#include <stdio.h>

enum { MONTHS_IN_TERM = 2 };

/* The largest of what differs. */
static const struct { const char *en, *nb; } others[] = {
    { "another month", "en annen måned" }, { "another VAT term", "en annen mva-termin" }, { "another year", "et annet år" },
};

bool invoice_date_said(int32_t sold, int32_t invoiced, struct str language, char said[INVOICE_DATE_SAID_SIZE])
{
    const char *format = str_equal(language, STR("nb")) ? "fakturaen er datert %s: %s enn salget %s"
                                                        : "the invoice is dated %s: %s than the sale of %s";
    int32_t years[2], months[2], day;
    char date[16], sale[16];
    size_t which = 0;

    day_to_civil(sold, &years[0], &months[0], &day);
    day_to_civil(invoiced, &years[1], &months[1], &day);
    if (years[0] == years[1] && months[0] == months[1])
        return false;
    if (years[0] != years[1])
        which = 2;
    else if ((months[0] - 1) / MONTHS_IN_TERM != (months[1] - 1) / MONTHS_IN_TERM)
        which = 1;
    (void)snprintf(said, INVOICE_DATE_SAID_SIZE, format, day_text(invoiced, date),
                   str_equal(language, STR("nb")) ? others[which].nb : others[which].en, day_text(sold, sale));
    return true;
}
