/* shape.h - the schemas of request bodies: members, types, lengths, enumerations.
 *
 * shape_read() parses a request body and checks it: right media type, JSON, an object, every member
 * of its type, what is required present, no text too long. The rules of bookkeeping come after.
 */
#ifndef BILAG_SANDBOX_HTTP_SHAPE_H
#define BILAG_SANDBOX_HTTP_SHAPE_H

#include "exchange.h"

enum member_kind {
    MEMBER_TEXT, MEMBER_DATE, MEMBER_UUID, MEMBER_URI, MEMBER_INT64, MEMBER_INT32, MEMBER_INTS,
    MEMBER_NUMBER, MEMBER_BOOL, MEMBER_ENUM, MEMBER_OBJECT, MEMBER_LIST
};

struct member {
    const char      *name;
    enum member_kind kind;
    bool             required;
    size_t           chars_max;                               /* texts; 0 = no limit known */
    const char      *words;                                   /* enumerations */
    const struct shape *shape;                                /* objects and lists */
};

struct shape { const char *name; const struct member *members; size_t count; };

extern const struct shape shape_voucher, shape_order, shape_customer, shape_product, shape_send,
                          shape_onboarding_start, shape_onboarding_end;

/* The body, or NULL after the request has been answered with what is wrong. Caller deletes it. */
cJSON *shape_read(struct exchange *x, const struct shape *shape);

/* The known members of a body as an answer's object, numbers as they came; nested ones too. */
cJSON *shape_echo(const cJSON *body, const struct shape *shape);

#endif
