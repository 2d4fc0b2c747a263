/* fsck_shared.h - are the stores that all stages share whole? (base/storecheck.h) */
#ifndef BILAG_KEEP_FSCK_SHARED_H
#define BILAG_KEEP_FSCK_SHARED_H

#include "base/storecheck.h"

USED enum err fsck_poweroffice(struct storecheck *check, struct fault *fault);
USED enum err fsck_doors(struct storecheck *check, struct fault *fault);
USED enum err fsck_users(struct storecheck *check, struct fault *fault);
USED enum err fsck_pseudonyms(struct storecheck *check, struct fault *fault);
USED enum err fsck_audit(struct storecheck *check, struct fault *fault);

#endif
