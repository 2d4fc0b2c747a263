/* catalogue.h - what the command says, in both languages: a row a sentence, found by its English.
 *
 * Sentences whose two languages stand side by side at their place (voice_words()) and those of problems (domain/problem.c) are
 * not here. tests/system/test_languages.py finds what is in no language but English.
 */
#ifndef BILAG_BILAG_SHOW_CATALOGUE_H
#define BILAG_BILAG_SHOW_CATALOGUE_H

#include "domain/wording.h"

/* From now on, to that reader (pages_words.h): "nb"; anything else is English. */
void catalogue_speak(struct str language, enum wording wording);
/* The sentence in that language, with the same places for values in the same order; itself if there is no row. */
const char *catalogue_words(const char *en) __attribute__((format_arg(1)));

/* A sentence that another process has filled and kept in English (why ingest did not take a line), in that language as far as
 * it is known; the text is added to out. */
void catalogue_said(struct str en, struct strbuf *out);

#endif
