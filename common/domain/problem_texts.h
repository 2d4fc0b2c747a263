/* problem_texts.h - the sentences of problem.h's codes; only problem.c needs them. */
#ifndef BILAG_DOMAIN_PROBLEM_TEXTS_H
#define BILAG_DOMAIN_PROBLEM_TEXTS_H

#include "problem.h"

struct problem_text { const char *en, *nb; };
extern const struct problem_text problem_texts[PROBLEM_COUNT];

#endif
