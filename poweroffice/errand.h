/* errand.h - what is said between who has no key of PowerOffice (the asker: a command, the console) and the uploader, which asks
 * PowerOffice for them (docs/security.md, "Keys of PowerOffice").
 *
 * Socket      errands-0 of RUN_DIR, with the keys of stage/peers.h: an asker is heard there, and nobody else.
 * Message     one frame of JSON, at most ERRAND_BYTES_MAX. An answer has its number again, and a second frame: PowerOffice's body.
 * Reads       GET of a path of one table alone; READ: all that is kept of a venue's books (refdata.h) is read again, and kept. There is
 *             no errand that writes in its books.
 * Keys        the word that one was dropped (key_seal.h), or a token that is changed for one, and what became of it.
 * Pages       PowerOffice is asked for an address at which a person lets an extension in (onboarding.h). It sends the browser back to the
 *             console whose address stands in the uploader's own configuration, and nowhere else; the asker chooses the state alone.
 * Set-up      both sides may have read different files: a hash of what matters says so (errand_set_up), and each errand names
 *             the mark of the key it means.
 */
#ifndef BILAG_POWEROFFICE_ERRAND_H
#define BILAG_POWEROFFICE_ERRAND_H

#include "poweroffice.h"

#define ERRAND_SOCKET "errands-0"

enum { ERRAND_BYTES_MAX = 8192, ERRAND_PATH_SIZE = 1024, ERRAND_ANSWER_MAX = 16 * 1024 * 1024,
       ERRANDS_EACH = 8, ERRANDS_ALL = 32, SET_UP_SIZE = 33, ERRAND_STATE_SIZE = 44, ERRAND_ADDRESS_SIZE = 1024 };

enum errand_kind { ERRAND_HELLO, ERRAND_GET, ERRAND_DROP, ERRAND_READ, ERRAND_PAGES, ERRAND_KINDS };

struct errand {
    enum errand_kind kind;
    int64_t number;                       /* the asker's own; the answer has it again */
    char venue[65], client[64];           /* GET, READ: whose key; client: its mark, as the asker knows it */
    char path[ERRAND_PATH_SIZE];
    char name[33];                        /* DROP: of the sealed key (key_seal.h) */
    char company[33];                     /* PAGES: of whose client, and which extension is let in */
    int extension;
    char state[ERRAND_STATE_SIZE];        /* PAGES: what comes back with the browser; its letters are those of an address */
};

/* Why PowerOffice is not asked; TAKEN: it is. */
enum errand_refusal { ERRAND_TAKEN, ERRAND_BUSY, ERRAND_NO_VENUE, ERRAND_OTHER_KEY, ERRAND_NO_READ, ERRAND_TOO_LARGE,
                      ERRAND_MALFORMED,
                      /* ... and why a key that was dropped is not kept. OTHER_BOOKS: whose they are is in the answer's title
                       * (the client's name) and detail (its ClientId). */
                      ERRAND_NO_DROP, ERRAND_KEY_REFUSED, ERRAND_OTHER_BOOKS, ERRAND_NOT_ASKED, ERRAND_NO_PLACE,
                      ERRAND_NOT_KEPT,
                      /* ... and of PowerOffice's own pages. SAID_NO: in its own words (title, detail). */
                      ERRAND_SAID_NO, ERRAND_NO_PAGE, ERRAND_LOST, ERRAND_OTHER_COMPANY, ERRAND_NO_CONSOLE,
                      ERRAND_REFUSAL_COUNT };
const char *errand_refusal_code(enum errand_refusal refusal);
const char *errand_refusal_words(enum errand_refusal refusal);

/* Whether the path is one that only reads. */
bool errand_reads(struct str path);
/* Alike where both sides have read the same installation and the same keys, or their marks. false: no memory. */
bool errand_set_up(const struct config *config, struct arena *arena, char ret_text[SET_UP_SIZE]);

void errand_write(const struct errand *errand, struct strbuf *out);
/* ERR_FORMAT: no errand; *ret_errand has its number all the same where that could be read. */
USED enum err errand_read(struct str text, struct errand *ret_errand);

/* The first frame of an answer; answer's strings but body, and its body's length, are not in it. set_up: of HELLO; mark: of DROP, of the key
 * that is kept; address: of PAGES; else empty. */
struct errand_answer {
    int64_t number;
    enum errand_refusal refusal;
    char set_up[SET_UP_SIZE], mark[17], address[ERRAND_ADDRESS_SIZE];
    struct answer answer;
};
void errand_answer_write(const struct errand_answer *answer, struct strbuf *out);
/* body: the second frame; lent to *ret_answer. ERR_FORMAT. */
USED enum err errand_answer_read(struct str text, struct str body, struct errand_answer *ret_answer);

#endif
