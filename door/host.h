/* host.h - by which name a request says that it was led here.
 *
 * A page that a foreign name leads to this address says that name (DNS rebinding): only addresses, localhost, the host that is
 * listened on, and names that the settings give are ours.
 */
#ifndef BILAG_DOOR_HOST_H
#define BILAG_DOOR_HOST_H

#include "base/str.h"

/* value: of the Host header, NULL where there is none (HTTP/1.0, which no browser speaks). listen: "127.0.0.1:7420". */
bool host_is_ours(const char *value, struct str listen, const struct str *names, size_t count);

#endif
