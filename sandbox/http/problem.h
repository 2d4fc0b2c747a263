/* problem.h - what is wrong with a request, collected, and the problem-details body that says it. */
#ifndef BILAG_SANDBOX_HTTP_PROBLEM_H
#define BILAG_SANDBOX_HTTP_PROBLEM_H

#include "exchange.h"

struct problem {
    unsigned    status;                                       /* of the first fault; 0 = none yet */
    const char *title;
    char       *detail;
    cJSON      *errors;                                       /* member -> texts */
    size_t      count;
};

/* One more fault. The first gives status, title and detail; several make it an aggregate. */
void problem_add(struct problem *problem, unsigned status, const char *title, const char *member,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
bool problem_any(const struct problem *problem);
void problem_answer(struct exchange *x, struct problem *problem);   /* and empties it */

/* The whole way for a single fault. */
void problem_now(struct exchange *x, unsigned status, const char *title, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

extern const char problem_not_found[];                        /* titles that the API is known by */
extern const char problem_parameter[];
extern const char problem_cast[];

#endif
