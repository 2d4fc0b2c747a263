/* problemdetails.h - PowerOffice's own words out of an error body (docs/poweroffice-api.md section 6).
 *
 * Names are PascalCase in the specification and lower-case in life: compared without case. The gateway in front
 * speaks another form, {"statusCode","message"}; the token server a third, {"error","error_description"}. A body
 * that is none of them gives empty texts.
 */
#ifndef BILAG_POWEROFFICE_PROBLEMDETAILS_H
#define BILAG_POWEROFFICE_PROBLEMDETAILS_H

#include "base/str.h"

/* Cut between characters if too long; detail ends with the texts of `errors`. Control characters become blanks. */
void problemdetails_read(struct str body, char title[128], char detail[512]);
/* "N seconds" in a text, 0 if it does not say. */
int64_t problemdetails_seconds(const char *text);
/* Whether it has the form of the gateway's own answers, {"statusCode", "message"}, which PowerOffice itself does not give. */
bool problemdetails_of_gateway(struct str body);

#endif
