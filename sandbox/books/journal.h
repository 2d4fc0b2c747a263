/* journal.h - what happened to the books, in order, for good (LMDB).
 *
 * Durability  what was appended survives kill -9 and power cut once journal_commit() has returned.
 *             The server commits once for all requests that came together, and lets no answer of
 *             any of them out before that (journal_is_dirty()).
 * Failure     a journal that cannot be written ends the program with 111: the books in memory and
 *             on disk would tell different stories.
 * Records     JSON objects with a member "type"; journal_replay() shows each once, in order.
 * A NULL journal keeps nothing, is never dirty, and replays nothing.
 */
#ifndef BILAG_SANDBOX_BOOKS_JOURNAL_H
#define BILAG_SANDBOX_BOOKS_JOURNAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct journal;
bool journal_open(const char *folder, struct journal **ret_journal, const char **ret_why);
void journal_close(struct journal *journal);
void journal_append(struct journal *journal, const cJSON *record);
void journal_commit(struct journal *journal);                 /* cheap if there is nothing */
bool journal_is_dirty(const struct journal *journal);

typedef bool journal_record(void *context, const cJSON *record);
bool journal_replay(struct journal *journal, journal_record *show, void *context);

#endif
