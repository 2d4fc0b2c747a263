/* pages_words.h - sentences of the rooms below that name a command or a file, for who has the console's pages instead. */
#ifndef BILAG_BILAG_SHOW_PAGES_WORDS_H
#define BILAG_BILAG_SHOW_PAGES_WORDS_H

/* In English, with the same places for values in the same order; itself if it names none. */
const char *pages_words(const char *command) __attribute__((format_arg(1)));

#endif
