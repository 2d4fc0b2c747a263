/* journal.h - what happened to the books, in order, for good (LMDB).
 *
 * Durability  journal_append() returns true: the record survives kill -9 and power cut. Handlers
 *             append before they answer, and change the books in memory only after that.
 * Records     JSON objects with a member "type"; journal_replay() shows each once, in order.
 * A NULL journal keeps nothing: append succeeds, replay shows nothing.
 */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct journal;
bool journal_open(const char *folder, struct journal **ret_journal, const char **ret_why);
void journal_close(struct journal *journal);
bool journal_append(struct journal *journal, const cJSON *record);

typedef bool journal_record(void *context, const cJSON *record);
bool journal_replay(struct journal *journal, journal_record *show, void *context);

#endif
