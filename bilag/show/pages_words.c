#include "pages_words.h"

#include <string.h>

/* What a sentence of the rooms below says to who has the console's pages: the row behind it in the catalogue has its Norwegian. */
static const struct { const char *command, *pages; } rows[] = {
    { "venue: %.*s is not set up here, or its file is wrong, so that nobody can say whether this company's token opens it; "
      "put that right, then bilag refused retry",
      "venue: %.*s is not set up here, or its set-up is wrong, so that nobody can say whether this company's token opens it; "
      "when that is right, take the line in again" },
    { "there is no venue %.*s; `bilag venues list` shows those there are", "there is no venue %.*s" },
    { "say --like VENUE, whose accounts are taken over; the first one's file is written by hand, from config-example/venues",
      "say which venue it is like, whose accounts are taken over" },
    { "company %.*s has other venues already (%zu), and departments tell them apart: say --department CODE",
      "company %.*s has other venues already (%zu), and departments tell them apart: say its department" },
    { "%.*s has no department, which it needs as soon as it is not alone in company %.*s: write department: into its file "
      "first, or its transfer would stop",
      "%.*s has no department, which it needs as soon as it is not alone in company %.*s: write one in its set-up first, or "
      "its transfer would stop" },
    { "company %.*s uses the main extension and all nine add-ons; say --share-key to use the key of %.*s",
      "company %.*s uses the main extension and all nine add-ons; whoever runs Bilag can let it use the key of %.*s" },
    { "the file of %.*s is there already; it is changed by hand", "there is a venue %.*s already; choose another short name" },
    { "keys/%.*s is there already and may be another's key: choose another name, or take it away",
      "the name %.*s was a venue's before, whose key is kept: choose another short name" },
    /* why a key was not taken, or PowerOffice not asked */
    { "%s names the systemd credential %.*s: put the key into that one",
      "its key is kept by the server itself, and cannot be given here; give it to whoever runs Bilag" },
    { "%s does not say where the key is; write client_key: {file: keys/%.*s} into it and try again",
      "its set-up has no place for a key; whoever runs Bilag gives it one" },
    { "the uploader keeps keys in %.*s alone, and the venue's file names %.*s: name a file in that folder",
      "its key has a place where it cannot be put from here; whoever runs Bilag gives it another" },
    { "venues/%.*s.yaml does not say which company it is of",
      "its set-up does not say which company it is of; whoever runs Bilag mends that" },
    { "the uploader does not run, and it alone asks PowerOffice for who has no keys: start it (systemctl start "
      "bilag-uploader@0)",
      "the process that asks PowerOffice does not run; whoever runs Bilag starts it" },
    { "the uploader runs and does not answer; see its log",
      "the process that asks PowerOffice does not answer; whoever runs Bilag sees why" },
    { "the uploader is of another version: restart it",
      "the process that asks PowerOffice is of another version; whoever runs Bilag starts it anew" },
    { "the uploader does not know where the console is: write console: {address: https://...} into bilag.yaml and reload it",
      "the process that asks PowerOffice does not know where the console is; whoever runs Bilag says so, or paste a key" },
    { "the key's file in the folder keys is another company's, or the installation's own: name another in the "
      "venue's file",
      "the place of its key is another company's, or the installation's own; whoever runs Bilag gives it another" },
    { "the key could not be written into the folder keys; see the uploader's log",
      "the key could not be written down; whoever runs Bilag sees why" },
};

const char *pages_words(const char *command)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].command, command) == 0)
            return rows[i].pages;
    return command;
}
