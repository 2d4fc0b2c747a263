/* voucher_inside.h - inside of voucher.h: what vouchers and orders are built with alike, for nobody else. */
#ifndef BILAG_MAPPER_VOUCHER_INSIDE_H
#define BILAG_MAPPER_VOUCHER_INSIDE_H

#include "voucher.h"

struct str build_kroner(struct arena *arena, struct money amount);
struct str build_percent(struct arena *arena, int32_t rate);
int64_t build_sold_account(const struct build *build, struct str type, int32_t rate);    /* 0: blank */
/* What every draft says of its venue, its part and its reference; draft->doc is there already. */
void build_header(const struct build *build, struct draft *draft);
/* The same problem twice is said once, with the receipt that sorts first, whichever came first. */
void build_add_problem(struct problems *problems, const struct problem *problem);

#endif
