/* route.c - the endpoints, a row each. */
#include "route.h"

#include <string.h>
#include <strings.h>

#include "sandbox/api/customer.h"
#include "sandbox/api/inspect.h"
#include "sandbox/books/order.h"
#include "sandbox/privilege.h"
#include "sandbox/api/product.h"
#include "sandbox/api/reference.h"
#include "sandbox/base/text.h"
#include "sandbox/books/voucher.h"

#define SINCE "lastChangedDateTimeOffsetGreaterThan:m createdDateTimeOffsetGreaterThan:m "

static const struct route routes[] = {
    { "POST", "/OAuth/Token", AUTH_KEY, 0, false, "", token_post },
    { "POST", "/Onboarding/Initiate", AUTH_KEY, 0, false, "", onboarding_initiate },
    { "POST", "/Onboarding/Finalize", AUTH_KEY, 0, false, "", onboarding_finalize },

    { "GET", "/ClientIntegrationInformation", AUTH_BEARER, PRIVILEGE_NONE, false, "", integration_get },
    { "GET", "/GeneralLedgerAccounts", AUTH_BEARER, NEEDS(GeneralLedgerAccount), true,
      SINCE "accountNos:n agricultureDepartments:w", accounts_get },
    { "GET", "/VatCodes", AUTH_BEARER, NEEDS(CommonServices), true, "isActive:b includeExpired:b",
      vat_codes_get },
    { "GET", "/Departments", AUTH_BEARER, NEEDS(Department), true,
      SINCE "codes:w isActive:b name:w managerEmployeeNo:n createdFromImportJournalId:u",
      departments_get },
    { "GET", "/Locations", AUTH_BEARER, NEEDS(Location), true,
      "codes:w createdDateTimeOffsetGreaterThan:m", locations_get },
    { "GET", "/Projects", AUTH_BEARER, NEEDS(Project), true,
      SINCE "projectCodes:w excludeArchivedProject:b name:w includeSubProjects:b customerNos:n "
      "departmentCodes:w projectBillingMethod:w projectManagerEmployeeNos:n status:w", projects_get },
    { "GET", "/LockDateSettings", AUTH_BEARER, NEEDS(CommonServices), false, "", lock_date_get },
    { "GET", "/FinancialSettings", AUTH_BEARER, NEEDS(CommonServices), false, "",
      financial_settings_get },

    { "GET", "/Customers", AUTH_BEARER, NEEDS(Customer), true,
      "customerNos:n externalImportReference:w externalNos:n contactGroupIds:n "
      "lastChangedDateTimeOffsetGreaterThan:m customerCreatedDateTimeOffsetGreaterThan:m",
      customers_get },
    { "POST", "/Customers", AUTH_BEARER, NEEDS(Customer_Full), false, "", customers_post },
    { "GET", "/Products", AUTH_BEARER, NEEDS(Product), true,
      SINCE "codes:w productGroupCodes:w isArchived:b names:w type:w "
      "stockOnHandLastChangedDatetimeOffsetGreaterThan:m", products_get },
    { "POST", "/Products", AUTH_BEARER, NEEDS(Product_Full), false, "", products_post },

    { "POST", "/Vouchers/CashJournals", AUTH_BEARER, NEEDS(CashVoucher_Full), false, "",
      vouchers_post_cash },
    { "GET", "/Vouchers/CashJournals/{id}", AUTH_BEARER, NEEDS(CashVoucher_Full), false, "",
      voucher_get_cash },
    { "POST", "/Vouchers/ManualJournals", AUTH_BEARER, NEEDS(ManualVoucher_Full), false, "",
      vouchers_post_manual },
    { "GET", "/Vouchers/ManualJournals/{id}", AUTH_BEARER, NEEDS(ManualVoucher_Full), false, "",
      voucher_get_manual },
    { "POST", "/Vouchers/Reverse/{id}", AUTH_BEARER, PRIVILEGE_NONE, false, "", voucher_reverse },
    { "GET", "/AccountTransactions", AUTH_BEARER, NEEDS(AccountTransaction), true,
      SINCE "fromDate:d! toDate:d! accountNos:n voucherNos:n voucherTypes:w vatCodes:w "
      "departmentCodes:w projectCodes:w productCodes:w includeSubProject:b agricultureDepartments:w",
      transactions_get },
    { "PUT", "/VoucherDocumentation", AUTH_BEARER, NEEDS(VoucherDocumentation_Full), false, "id:u!",
      voucher_put_documentation },

    { "POST", "/SalesOrders/Complete", AUTH_BEARER, NEEDS(SalesOrders_Full), false, "", orders_post },
    { "GET", "/SalesOrders", AUTH_BEARER, NEEDS(SalesOrders), true,
      "customerNos:n orderStatus:w lastChangedDateTimeOffsetGreaterThan:m departmentCodes:w "
      "onlyCreatedByCurrentIntegration:b showInherited:b projectCodes:w includeSubProject:b "
      "fromDate:d toDate:d", orders_get },
    { "GET", "/SalesOrders/sentState", AUTH_BEARER, NEEDS(SalesOrders_Full), false, "id:u",
      order_sent_state },
    { "GET", "/SalesOrders/{id}/Complete", AUTH_BEARER, NEEDS(SalesOrders), false, "showInherited:b",
      order_get },
    { "POST", "/SalesOrders/{id}/createAndSendInvoice", AUTH_BEARER, NEEDS(SalesOrders_Full), false,
      "", order_send },
    { "GET", "/OutgoingInvoices", AUTH_BEARER, NEEDS(OutgoingInvoice), true,
      "invoiceIds:u invoiceNos:n voucherNos:n customerNos:n fromDate:d toDate:d "
      "sentDateTimeOffsetGreaterThan:m balanceLastChangedDateTimeOffsetGreaterThan:m "
      "customMatchingReferences:w onlyUnpaidInvoices:b onlyCreatedByCurrentIntegration:b "
      "departmentCodes:w projectCodes:w includeSubProject:b", invoices_get },

    { "GET",  "/_sandbox/settings",    AUTH_NONE, 0, false, "", inspect_settings },
    { "POST", "/_sandbox/settings",    AUTH_NONE, 0, false, "", inspect_settings_post },
    { "POST", "/_sandbox/clients",     AUTH_NONE, 0, false, "", inspect_clients_post },
    { "POST", "/_sandbox/hand",        AUTH_NONE, 0, false, "", inspect_hand_post },
    { "GET",  "/_sandbox/vouchers",    AUTH_NONE, 0, false, "client_key:w org_no:w", inspect_vouchers },
    { "GET",  "/_sandbox/orders",      AUTH_NONE, 0, false, "client_key:w org_no:w", inspect_orders },
    { "GET",  "/_sandbox/stats",       AUTH_NONE, 0, false, "", inspect_stats },
    { "GET",  "/_sandbox/requests",    AUTH_NONE, 0, false, "last:i", inspect_requests },
    { "GET",  "/_sandbox/bodies",      AUTH_NONE, 0, false, "", inspect_bodies },
    { "POST", "/_sandbox/reset-stats", AUTH_NONE, 0, false, "", inspect_reset_stats },
    { "POST", "/_sandbox/reset",       AUTH_NONE, 0, false, "", inspect_reset },
    { "GET",  "/_sandbox/onboarding",  AUTH_NONE, 0, false, "ticket:w", onboarding_page },
};

_Static_assert(COUNT(routes) <= STATS_ROUTES, "the counters have a place for every route");

/* Segment by segment, case does not matter; {id} takes any one segment. */
static bool path_fits(const char *pattern, const char *path, char id[static 64])
{
    while (*pattern && *path) {
        size_t wanted = strcspn(pattern + 1, "/") + 1, given = strcspn(path + 1, "/") + 1;

        if (strncmp(pattern, "/{id}", wanted) == 0 && wanted == 5 && given > 1 && given < 64)
            text_set(id, given, path + 1);
        else if (wanted != given || strncasecmp(pattern, path, wanted) != 0)
            return false;
        pattern += wanted;
        path += given;
    }
    return !*pattern && !*path;
}

const struct route *route_find(const char *method, const char *path, char id[static 64])
{
    for (size_t i = 0; i < COUNT(routes); i++)
        if (strcmp(routes[i].method, method) == 0 && path_fits(routes[i].path, path, id))
            return &routes[i];
    return NULL;
}

const struct route *route_at(size_t index)
{
    ensure(index < COUNT(routes));
    return &routes[index];
}

size_t route_index(const struct route *route)
{
    return (size_t)(route - routes);
}
