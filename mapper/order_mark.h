/* order_mark.h - what has become of an order's draft: kept per receipt, so that nothing is offered twice or dropped. */
#ifndef BILAG_MAPPER_ORDER_MARK_H
#define BILAG_MAPPER_ORDER_MARK_H

#include "tables.h"

struct order_mark {
    struct str reg; uint64_t seq;        /* the receipt's, or its void's */
    uint32_t part;
    uint32_t revision;
    uint64_t content;                    /* hash of the draft without its revision */
    bool released;                       /* a closed draft of it may be on its way */
    bool sealed;                         /* the invoicer has it */
    uint32_t empty;                      /* revision of the last draft that took it back; 0: none */
    uint32_t undone;                     /* of the draft last refused, to be built again: its seal says nothing more */
    uint64_t heard;                      /* asked with this number (asking.h), the invoicer said: nothing is sealed */
    bool withdrawn;                      /* the invoicer knows that it is none (any more); it may become one again */
};

/* ERR_NOT_FOUND. reg is a view into the store. */
USED enum err order_mark_get(struct txn *txn, struct str venue, int32_t day, struct str reg, uint64_t seq,
                       struct order_mark *ret_mark);
USED enum err order_mark_put(struct txn *txn, struct str venue, int32_t day, const struct order_mark *mark);
typedef enum err (*order_mark_visit)(struct txn *txn, const struct order_mark *mark, void *context);
USED enum err order_mark_walk(struct txn *txn, struct str venue, int32_t day, order_mark_visit visit, void *context);

#endif
