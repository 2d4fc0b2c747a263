/* shapes.c - the schemas of request bodies, one table each, as the published description has them.
 * Rows are packed: T text, D date, U UUID, LS int64 list, R URI, L int64, I int32, N number, B bool; E enumeration,
 * O object, A list of objects; _REQUIRED where the description says so; T_MAX with a length. */
#include "shape.h"
#include "sandbox/base/text.h"

#define ROW(name, kind)        { #name, MEMBER_##kind, false, 0, NULL, NULL }
#define T(name)                ROW(name, TEXT)
#define D(name)                ROW(name, DATE)
#define R(name)                ROW(name, URI)
#define L(name)                ROW(name, INT64)
#define I(name)                ROW(name, INT32)
#define LS(name)               ROW(name, INTS)
#define U(name)                ROW(name, UUID)
#define N(name)                ROW(name, NUMBER)
#define B(name)                ROW(name, BOOL)
#define T_MAX(name, chars)     { #name, MEMBER_TEXT, false, chars, NULL, NULL }
#define E(name, words)         { #name, MEMBER_ENUM, false, 0, words, NULL }
#define O(name, shape)         { #name, MEMBER_OBJECT, false, 0, NULL, shape }
#define A(name, shape)         { #name, MEMBER_LIST, false, 0, NULL, shape }
#define REQUIRED(name, kind, chars) { #name, MEMBER_##kind, true, chars, NULL, NULL }

static const char farming_words[] =
    "None Finance Farming Forestry FurAnimals OtherIndustries Private";
static const char delivery_words[] =
    "PdfByEmail Print EHF AvtaleGiro External Efaktura Factoring";
static const char reminder_words[] =
    "PdfByEmail Print";
static const char order_status_words[] =
    "Draft Confirmed";
static const char product_type_words[] =
    "Product Service";
static const char send_delivery_words[] =
    "PdfByEmail PdfPrintForDownload Auto";
static const char unit_words[] =
    "BX MTR KMT KGM EA LTR HUR DAY MTK MTQ TNE MON ANN QAN NL XRO XBA XPL XPC PR XCI "
    "XBG SET XTY XOF FTK KWH MWH LBR CMT DMT LM XPK GRM HGM XFL XBE E54 MMT DAA H18 "
    "MLT HLT DLT AK XCR E14 MJ J57 XJG XCT XSA XTU WEE XCA XCN NAR M4 XVQ P1 MFU KMK "
    "LM3 FOT FM3 E34 E35";
static const char vat_return_words[] =
    "None Adjustment LossesOnClaims ReversalOfInputValueAddedTax Withdrawals "
    "AdjustmentVatCompensationRealProperty PurchasesEligibleForCompensation";
static const char line_type_words[] =
    "Normal Text Summary InvoiceFee TotalHours";

static const struct member voucher_line_members[] = {
    REQUIRED(AccountId, INT64, 0), N(CurrencyAmount), T(CurrencyCode), N(CurrencyExchangeRate),
    T(CustomMatchingReference), L(DepartmentId), T(Description), L(Dim1Id), L(Dim2Id), L(Dim3Id),
    T(ExternalLineReference), L(LocationId), REQUIRED(PostingDate, DATE, 0), L(ProductId),
    L(ProjectId), N(Quantity), N(Quantity2), REQUIRED(VatId, INT32, 0),
    E(VatReturnSpecification, vat_return_words)
};
static const struct shape shape_voucher_line = { "CashVoucherLinePostDto", voucher_line_members, COUNT(voucher_line_members) };

static const struct member voucher_members[] = {
    REQUIRED(CurrencyCode, TEXT, 3), T(Description), T(ExternalImportReference),
    L(ImportedVoucherNo), T(SaftBatchId), T(SaftSourceId), REQUIRED(VoucherDate, DATE, 0),
    A(VoucherLines, &shape_voucher_line)
};
const struct shape shape_voucher = { "CashVoucherPostDto", voucher_members, COUNT(voucher_members) };

static const struct member accrual_members[] = {
    E(BalanceAccountAgricultureDepartment, farming_words), L(BalanceAccountId),
    L(BalanceAccountNo), D(FromDate), B(IsActive),
    E(ResultAccountAgricultureDepartment, farming_words), L(ResultAccountId), L(ResultAccountNo),
    D(ToDate)
};
static const struct shape shape_accrual = { "SalesOrderAccrualPostDto", accrual_members, COUNT(accrual_members) };

static const struct member order_line_members[] = {
    O(Accrual, &shape_accrual), N(Allowance), T(DepartmentCode), L(DepartmentId), T(Description),
    T(Dim1Code), L(Dim1Id), T(Dim2Code), L(Dim2Id), T(Dim3Code), L(Dim3Id),
    T(ExternalImportReference), E(LineType, line_type_words), T(LocationCode), L(LocationId),
    T(ProductCode), L(ProductId), N(ProductUnitCost), N(ProductUnitPrice), T(ProjectCode),
    L(ProjectId), N(Quantity), L(SellersReferenceEmployeeId), L(SellersReferenceEmployeeNo),
    I(SortOrder), E(UnitOfMeasureCode, unit_words), B(UseStandardSalesAccount),
    E(VatReturnSpecification, vat_return_words)
};
static const struct shape shape_order_line = { "SalesOrderLinePostDto", order_line_members, COUNT(order_line_members) };

static const struct member order_members[] = {
    T(BrandingThemeCode), L(BrandingThemeId), L(ContactDeliveryAddressId), T(ContractNo),
    T(CurrencyCode), N(CurrencyExchangeRate), T(CustomMatchingReference), L(CustomerId),
    L(CustomerNo), T(CustomerReference), L(CustomerReferenceContactPersonId), D(DeliveryDate),
    T(DeliveryTerm), L(DeliveryTermId), T(DepartmentCode), L(DepartmentId), T(Dim1Code),
    L(Dim1Id), T(Dim2Code), L(Dim2Id), T(Dim3Code), L(Dim3Id), T(ExternalImportReference),
    L(ImportedOrderNo), T(LocationCode), L(LocationId), I(PaymentTerm), L(PaymentTermId),
    T(ProjectCode), L(ProjectId), T(PurchaseOrderReference), L(RelatedInvoiceNo),
    D(SalesOrderDate), A(SalesOrderLines, &shape_order_line),
    E(SalesOrderStatus, order_status_words), L(SalesPersonEmployeeId),
    L(SalesPersonEmployeeNumber)
};
const struct shape shape_order = { "SalesOrderCompletePostDto", order_members, COUNT(order_members) };

static const struct member address_members[] = {
    T_MAX(AddressLine1, 200), T_MAX(AddressLine2, 200), REQUIRED(City, TEXT, 100), T(CountryCode),
    T_MAX(ExternalCode, 50), REQUIRED(ZipCode, TEXT, 50)
};
static const struct shape shape_address = { "ContactAddressPostDto", address_members, COUNT(address_members) };

static const struct member customer_members[] = {
    N(Allowance), N(BillableRate), LS(ContactGroupIds), T(CurrencyCode), D(CustomerSince),
    D(DateOfBirth), T(DeliveryTerm), L(DeliveryTermId), T(DepartmentCode), L(DepartmentId),
    B(DoNotAddLatePaymentFees), B(DoNotAddLatePaymentInterest),
    B(DoNotAutomatePaymentNotifications), T(EmailAddress), T_MAX(ExternalImportReference, 50),
    L(ExternalNumber), T(FirstName), T(InvoiceBrandingThemeCode), L(InvoiceBrandingThemeId),
    E(InvoiceDeliveryType, delivery_words), T(InvoiceEmailAddress), T(InvoiceEmailAddressCC),
    B(IsArchived), B(IsPerson), B(IsVatFree), T(LastName), T(LegalName),
    O(MailAddress, &shape_address), T(Name), T(NationalIdNumber),
    E(NoticeOfDebtCollectionDeliveryType, reminder_words), L(Number), T(OrganizationNumber),
    T(PaymentReminderEmailAddress), I(PaymentTerm), L(PaymentTermId), T(PhoneNumber),
    E(ReminderDeliveryType, reminder_words), L(SalesPersonEmployeeId),
    L(SalesPersonEmployeeNumber), B(SendPaymentReminders), U(SubLedgerNumberSeriesId),
    B(TransferToDebtCollectionAgency), B(UseInvoiceFee), T(WebsiteUrl)
};
const struct shape shape_customer = { "CustomerPostDto", customer_members, COUNT(customer_members) };

static const struct member product_members[] = {
    T_MAX(Code, 100), T(Description), T(Gtin), B(IsArchived), B(IsStockItem),
    REQUIRED(Name, TEXT, 400), L(OptionalSalesAccount),
    E(OptionalSalesAccountAgricultureDepartment, farming_words), L(OptionalSalesAccountId),
    T(ProductGroupCode), L(ProductGroupId), E(ProductType, product_type_words),
    L(StandardSalesAccount), E(StandardSalesAccountAgricultureDepartment, farming_words),
    L(StandardSalesAccountId), N(StockOnHand), N(UnitCost), E(UnitOfMeasureCode, unit_words),
    N(UnitPrice)
};
const struct shape shape_product = { "ProductPostDto", product_members, COUNT(product_members) };

static const struct member send_members[] = {
    E(DeliveryType, send_delivery_words), T(EmailAddress), D(OverrideDueDate), D(VoucherDate)
};
const struct shape shape_send = { "SendInvoiceRequestPostDto", send_members, COUNT(send_members) };

static const struct member onboarding_start_members[] = {
    U(ApplicationKey), T(ClientOrganizationNo), R(RedirectUri)
};
const struct shape shape_onboarding_start = { "InitiateOnboardingPostDto", onboarding_start_members,
                                              COUNT(onboarding_start_members) };

static const struct member onboarding_end_members[] = {
    T(OnboardingToken)
};
const struct shape shape_onboarding_end = { "FinalizeOnboardingPostDto", onboarding_end_members,
                                            COUNT(onboarding_end_members) };
