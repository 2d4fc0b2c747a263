/* voucher_request.h - a cash voucher as PowerOffice wants it (docs/poweroffice-api.md sections 9-12, 18).
 *
 * Request   members in fixed order, amounts exact from whole øre: the same draft and the same ids give the same
 *           bytes on every machine.
 * Finding   by reference in /AccountTransactions of the posting date, reversed vouchers ignored; confirmed by
 *           the voucher itself: same total, same number of lines.
 */
#ifndef BILAG_UPLOADER_VOUCHER_REQUEST_H
#define BILAG_UPLOADER_VOUCHER_REQUEST_H

#include "sender/sender.h"

extern const struct sender_ops voucher_ops;

#endif
