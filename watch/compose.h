/* compose.h - the bytes of a letter: a mail as RFC 5322 has it, or JSON for a webhook or a command.
 *
 * A mail's headers are ASCII and one line each whatever its texts say: what others wrote is cleaned (clean.h) and stands in
 * encoded words (RFC 2047); the body is UTF-8 in base64, so that no line of it is long or begins with a dot. Lines end with CRLF.
 * JSON       {"id", "recipient", "made", "notices": [{"what": "begin" | "end" | "summary", "kind", "matter", "venue", "company",
 *            "day", "since", "time", "text"}]}; what is not there is left out.
 */
#ifndef BILAG_WATCH_COMPOSE_H
#define BILAG_WATCH_COMPOSE_H

#include "notices.h"

struct composing {
    const struct config *config;
    const struct watch_recipient *recipient;
    const struct notice *notices; size_t count;
    struct str id;
    int64_t made_ms;
};

/* By the recipient's way. Fails as out fails. */
void compose_letter(const struct composing *composing, struct strbuf *out);
/* "mail drift@example.no": what a letter of this recipient is written for. */
struct str compose_address(const struct watch_recipient *recipient, struct arena *arena);

#endif
