/* questions.h - what docs/poweroffice-api.md sections 21 and 22 leave open, asked one by one (probing.h). */
#ifndef BILAG_BILAG_PROBE_QUESTIONS_H
#define BILAG_BILAG_PROBE_QUESTIONS_H

#include "probing.h"

/* All of them; what is posted on the way is taken back as it goes. After an error the rest is not asked. */
USED enum err questions_ask(struct probing *probing);
/* ... of which: a voucher from its posting to its reversal (life.c). */
USED enum err questions_of_life(struct probing *probing);

#endif
