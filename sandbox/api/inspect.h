/* inspect.h - /_sandbox/...: what a test wants to see and to change. No login, not counted. */
#ifndef BILAG_SANDBOX_API_INSPECT_H
#define BILAG_SANDBOX_API_INSPECT_H

struct exchange;

void inspect_settings(struct exchange *x);                    /* GET  /_sandbox/settings */
void inspect_settings_post(struct exchange *x);               /* POST /_sandbox/settings */
void inspect_clients_post(struct exchange *x);                /* POST /_sandbox/clients */
void inspect_hand_post(struct exchange *x);                   /* POST /_sandbox/hand */
void inspect_vouchers(struct exchange *x);                    /* GET  /_sandbox/vouchers */
void inspect_orders(struct exchange *x);                      /* GET  /_sandbox/orders */
void inspect_stats(struct exchange *x);                       /* GET  /_sandbox/stats */
void inspect_requests(struct exchange *x);                    /* GET  /_sandbox/requests */
void inspect_bodies(struct exchange *x);                      /* GET  /_sandbox/bodies */
void inspect_reset_stats(struct exchange *x);                 /* POST /_sandbox/reset-stats */
void inspect_reset(struct exchange *x);                       /* POST /_sandbox/reset */

#endif
