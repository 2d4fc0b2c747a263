/* setup_texts.h - the sentences of setup.h's findings; only setup.c needs them. */
#ifndef BILAG_DOMAIN_SETUP_TEXTS_H
#define BILAG_DOMAIN_SETUP_TEXTS_H

#include "setup.h"

/* {0} to {2} stand for arguments, named in the comment above each row. */
struct finding_text { const char *en, *nb, *en_mend, *nb_mend; };
extern const struct finding_text finding_texts[FINDING_COUNT];

#endif
