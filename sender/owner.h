/* owner.h - who is at a document, and whether that process still lives.
 *
 * Each instance holds a lock on STATE_DIR/<stage>/owner-<N>.lock for its whole life and has written its boot
 * (a random number) into it. A claim is dead when nobody holds its instance's lock, or somebody of another
 * boot does. Testing takes no lock, so it never disturbs one that starts.
 * Where machines share the stores, the owner is the instance's lease (base/lease.h), and its number carries the machine.
 */
#ifndef BILAG_SENDER_OWNER_H
#define BILAG_SENDER_OWNER_H

#include "record.h"

struct owners;
/* Takes the lock. ERR_IN_USE: another process holds it. */
USED enum err owners_open(struct str state_dir, const char *stage, int instance, struct owners **ret_owners,
                          struct fault *fault);
void owners_close(struct owners *owners);                    /* NULL is fine; gives the lock up */
struct owner owners_me(const struct owners *owners);
bool owners_alive(const struct owners *owners, const struct owner *owner);
/* Any boot of that instance of this machine is running. */
bool owners_running(const struct owners *owners, int instance);

#endif
