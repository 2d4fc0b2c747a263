/* onboarding.h - a client key without pasting it: PowerOffice asks the person in his browser (docs/poweroffice-api.md section 19).
 *
 * begin     gives the address for the browser. PowerOffice sends it back to `redirect`, with a token.
 * end       changes that token, once, for the key of the company's client. Who gets it stores it before anything else: a
 *           lost answer means that all is to be done anew, which does no harm.
 * Waits     for the answer, with the settings' patience; both count in the shared quota. Without a stage.
 *           Whoever has a loop of his own sends the bodies himself (poweroffice_onboard()) and reads the answers with what stands last.
 * Errors    ERR_REFUSED: PowerOffice says no; ERR_NOT_FOUND: none of the clients that the person chose is this company's;
 *           ERR_NETWORK; ERR_FORMAT. The fault says what to do, and holds no key and no token.
 */
#ifndef BILAG_POWEROFFICE_ONBOARDING_H
#define BILAG_POWEROFFICE_ONBOARDING_H

#include "domain/config.h"

struct onboarded { char key[80], name[128]; };               /* key: secret, wipe it */

USED enum err onboarding_begin(const struct config *config, int extension, struct str company, struct str redirect,
                               char address[1024], struct fault *fault);
USED enum err onboarding_end(const struct config *config, struct str token, struct str company, struct onboarded *ret_onboarded,
                             struct fault *fault);

/* The bodies of both requests, and what their answers say. */
#define ONBOARDING_BEGIN "/Onboarding/Initiate"
#define ONBOARDING_END   "/Onboarding/Finalize"
struct strbuf;
void onboarding_begin_write(struct strbuf *out, struct str application_key, struct str company, struct str redirect);
void onboarding_end_write(struct strbuf *out, struct str token);
/* https, or of this machine, for the simulator; nothing in it could be something else than an address. */
bool onboarding_is_address(struct str text);
USED enum err onboarding_begin_read(struct str answer, char address[1024], struct fault *fault);
USED enum err onboarding_end_read(struct str answer, struct str company, struct onboarded *ret_onboarded, struct fault *fault);

#endif
