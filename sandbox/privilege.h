/* privilege.h - the rights that an integration can have, as bits. X_Full includes X. */
#ifndef BILAG_SANDBOX_PRIVILEGE_H
#define BILAG_SANDBOX_PRIVILEGE_H

#include <cjson/cJSON.h>
#include <stdint.h>

#define PRIVILEGES(X) \
    X(CommonServices) X(GeneralLedgerAccount) X(Department) X(Location) X(Project) \
    X(Customer) X(Customer_Full) X(Product) X(Product_Full) \
    X(CashVoucher) X(CashVoucher_Full) X(ManualVoucher) X(ManualVoucher_Full) \
    X(YearEndVoucher_Full) X(ReverseVoucher_Full) X(AccountTransaction) \
    X(SalesOrders) X(SalesOrders_Full) X(OutgoingInvoice) \
    X(VoucherDocumentation) X(VoucherDocumentation_Full)

enum privilege {
#define X(name) PRIVILEGE_##name,
    PRIVILEGES(X)
#undef X
    PRIVILEGE_COUNT
};

#define PRIVILEGE_NONE UINT32_C(0)                            /* any valid token */
#define PRIVILEGE_ALL  ((UINT32_C(1) << PRIVILEGE_COUNT) - 1)
#define NEEDS(name)    (UINT32_C(1) << PRIVILEGE_##name)

cJSON      *privilege_list(uint32_t privileges);               /* their names; the caller's */
uint32_t    privilege_bit(const char *name);                  /* 0: no such right */
uint32_t    privileges_with_included(uint32_t granted);       /* X_Full brings X */

#endif
