/* Goal: each rule raises its problem when it must and not when it must not; a draft that is right has none; what
 * was never read is said to be being read, unless the key itself is the reason. */
#include "validator/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"

enum { POST_ON = 20777, REF_EVERYTHING = 511 };

/* One picture that the rows change. */
struct books {
    struct ref_account accounts[4];
    struct ref_vat_code vat_codes[4];
    struct ref_department departments[2];
    struct ref_project projects[2];
    struct ref_location locations[1];
    struct ref_product products[2];
    struct ref_customer customers[2];
    struct refdata data;
    struct voucher_line lines[3];
    struct cell cells[2];
    struct order_line order_lines[1];
    struct draft draft;
    struct facts facts;
    struct problems problems;
};

static void books_fill(struct books *books)
{
    *books = (struct books){
        .accounts = { { .no = 1900, .id = 1, .active = true, .vat_code = STR("0") },
                      { .no = 1920, .id = 2, .active = true, .vat_code = STR("0") },
                      { .no = 3000, .id = 3, .active = true, .vat_code = STR("3"), .vat_locked = true },
                      { .no = 3010, .id = 4, .active = false, .vat_code = STR("3") } },
        .vat_codes = { { .code = STR("0"), .id = 100, .rate = 0, .active = true, .valid_from = INT32_MIN,
                         .valid_to = INT32_MAX },
                       { .code = STR("3"), .id = 101, .rate = 2500, .active = true, .valid_from = INT32_MIN,
                         .valid_to = INT32_MAX },
                       { .code = STR("33"), .id = 102, .rate = 1200, .active = true, .valid_from = INT32_MIN,
                         .valid_to = POST_ON - 1 },
                       { .code = STR("33"), .id = 103, .rate = 600, .active = true, .valid_from = POST_ON,
                         .valid_to = POST_ON } },
        .departments = { { .code = STR("10"), .id = 55, .active = true },
                         { .code = STR("20"), .id = 56, .active = false } },
        .projects = { { .code = STR("P1"), .id = 7, .active = true }, { .code = STR("P2"), .id = 8, .active = false } },
        .locations = { { .code = STR("OSLO"), .id = 9, .active = true } },
        .products = { { .code = STR("MAT"), .id = 1, .account = 3000 },
                      { .code = STR("OLD"), .id = 2, .account = 3000, .archived = true } },
        .customers = { { .no = 10001, .id = 1 }, { .no = 10002, .id = 2, .archived = true } },
        .lines = { { .sold = false, .account = 1900, .vat_code = STR("0"), .department = STR("10"), .amount = { 12500 } },
                   { .sold = true, .account = 3000, .vat_code = STR("3"), .rate = 2500, .department = STR("10"),
                     .amount = { -12500 } } },
        .cells = { { .type = STR("cash"), .account = 1900, .vat_code = STR("0"), .amount = { 12500 }, .count = 2,
                     .first = STR("K1/7") },
                   { .sold = true, .type = STR("food"), .rate = 2500, .account = 3000, .vat_code = STR("3"),
                     .amount = { -12500 }, .count = 2 } },
        .order_lines = { { .product = STR("MAT"), .account = 3000, .vat_code = STR("3"), .rate = 2500,
                           .product_type = STR("food"), .gross = { 12500 }, .share = { 12500 } } },
    };
    books->data = (struct refdata){
        .version = 1, .have = REF_EVERYTHING, .accounts = books->accounts, .account_count = 4,
        .vat_codes = books->vat_codes, .vat_code_count = 4, .departments = books->departments, .department_count = 2,
        .projects = books->projects, .project_count = 2, .locations = books->locations, .location_count = 1,
        .products = books->products, .product_count = 2, .customers = books->customers, .customer_count = 2,
        .accounting_ok = true,
    };
    books->draft = (struct draft){ .doc = { .kind = DOC_VOUCHER, .venue = STR("v"), .day = POST_ON, .part = 1 },
                                   .post_on = POST_ON, .lines = books->lines, .line_count = 2, .cells = books->cells,
                                   .cell_count = 2, .total = { 12500 } };
    books->facts = (struct facts){ .refdata = &books->data, .customer_no = 10001 };
}

static void books_fill_order(struct books *books)
{
    books_fill(books);
    books->draft = (struct draft){ .doc = { .kind = DOC_ORDER, .venue = STR("v"), .day = POST_ON, .reg = STR("K1"),
                                            .seq = 6 },
                                   .post_on = POST_ON, .order_lines = books->order_lines, .order_line_count = 1,
                                   .customer = STR("kunde-77"), .department = STR("10"), .total = { 12500 } };
}

static struct arena arena;

static void judge(struct books *books)
{
    arena_init(&arena, 1 << 20);
    assert_int_equal(rules_judge(&books->draft, &books->facts, &arena, &books->problems), ERR_OK);
}

/* --- what a row breaks ---------------------------------------------------------------------------------------- */

#define CHANGE(name, ...) static void name(struct books *b) { __VA_ARGS__; }
CHANGE(nothing, (void)b)
CHANGE(unbalanced, b->lines[0].amount.ore = 12499)
CHANGE(bank, b->lines[0].account = b->cells[0].account = 1920)
CHANGE(bank_sold, b->lines[1].account = 1920; b->lines[1].vat_code = STR("0"); b->lines[1].rate = 0)
CHANGE(account_gone, b->lines[0].account = 1901)
CHANGE(account_blank, b->lines[1].account = 0)
CHANGE(account_off, b->lines[1].account = 3010)
CHANGE(locked_other, b->lines[1].vat_code = STR("0"); b->lines[1].rate = 0)
CHANGE(unlocked_other, b->accounts[2].vat_locked = false; b->lines[1].vat_code = STR("0"); b->lines[1].rate = 0)
CHANGE(department_wanted, b->accounts[0].department_required = true; b->lines[0].department = STR_NONE)
CHANGE(project_wanted, b->accounts[0].project_required = true)
CHANGE(project_given, b->accounts[0].project_required = true; b->lines[0].project = STR("P1"))
CHANGE(project_gone, b->lines[0].project = b->lines[1].project = STR("P9"))
CHANGE(project_off, b->lines[1].project = STR("P2"))
CHANGE(project_of_order_gone, b->order_lines[0].project = STR("P9"))
CHANGE(project_of_header_gone, b->draft.project = STR("P9"))
CHANGE(projects_unread, b->lines[1].project = STR("P1"); b->data.have &= ~(unsigned)REF_PROJECTS)
CHANGE(projects_unread_unused, b->data.have &= ~(unsigned)REF_PROJECTS)
CHANGE(right_of_project_gone, b->data.missing_privileges = STR("Project, Location"); b->lines[1].project = STR("P1"))
CHANGE(location_given, b->lines[0].location = b->lines[1].location = STR("OSLO"))
CHANGE(location_gone, b->lines[1].location = STR("P1"))
CHANGE(location_of_order_gone, b->draft.location = STR("MOSS"))
CHANGE(right_of_location_gone, b->data.missing_privileges = STR("Project, Location"); b->draft.location = STR("OSLO"))
CHANGE(department_given, b->accounts[0].department_required = true)
CHANGE(department_gone, b->lines[0].department = STR("99"))
CHANGE(department_gone_everywhere, b->lines[0].department = b->lines[1].department = STR("99"))
CHANGE(department_off, b->lines[1].department = STR("20"))
CHANGE(code_gone, b->accounts[2].vat_locked = false; b->lines[1].vat_code = STR("77"))
CHANGE(code_off, b->vat_codes[1].active = false)
CHANGE(code_blank, b->lines[1].vat_code = STR_NONE)
CHANGE(rate_other, b->lines[1].rate = 1500)
CHANGE(rate_joined, b->cells[1].rate = 1200)
CHANGE(rate_joined_none, b->cells[1].rate = 1200; b->cells[1].amount.ore = 0)
CHANGE(rate_of_period, b->accounts[2].vat_locked = false; b->lines[1].vat_code = STR("33"); b->lines[1].rate = 600)
CHANGE(rate_of_old_period, b->accounts[2].vat_locked = false; b->lines[1].vat_code = STR("33"); b->lines[1].rate = 1200)
CHANGE(day_after_codes, b->accounts[2].vat_locked = false; b->lines[1].vat_code = STR("33"); b->lines[1].rate = 600;
       b->draft.post_on = POST_ON + 1)
CHANGE(lock_same_day, b->data.has_lock_date = true; b->data.lock_date = POST_ON)
CHANGE(lock_day_before, b->data.has_lock_date = true; b->data.lock_date = POST_ON - 1)
CHANGE(lock_none, b->data.lock_date = POST_ON)
CHANGE(conversion_after, b->data.has_conversion_date = true; b->data.conversion_date = POST_ON + 1)
CHANGE(conversion_same_day, b->data.has_conversion_date = true; b->data.conversion_date = POST_ON)
CHANGE(key_refused, b->data.login_fault = STR("invalid_client"))
CHANGE(books_of_another, b->data.client = STR("7"); b->data.client_name = STR("Bar AS"); b->data.company = STR("2");
       b->draft.company = STR("1"); b->facts.kept_client = STR("6"))
CHANGE(books_of_nobody, b->data.client = STR("7"); b->draft.company = STR("1"); b->facts.kept_client = STR("6"))
CHANGE(books_of_its_own, b->data.client = STR("7"); b->data.company = b->draft.company = STR("1"))
CHANGE(right_gone, b->data.missing_privileges = STR("CashVoucher_Full"))
CHANGE(right_of_orders_gone, b->data.missing_privileges = STR("SalesOrders_Full, Customer"))
CHANGE(right_of_department_gone, b->data.missing_privileges = STR("Department"))
CHANGE(no_department_needed, b->data.missing_privileges = STR("Department"); b->lines[0].department = STR_NONE;
       b->lines[1].department = STR_NONE)
CHANGE(no_accounting, b->data.accounting_ok = false)
CHANGE(never_read, b->facts.refdata = NULL)
CHANGE(no_accounts_read, b->data.have &= ~(unsigned)REF_ACCOUNTS)
CHANGE(refused_and_unread, b->data = (struct refdata){ .login_fault = STR("no"), .accounting_ok = true })
CHANGE(no_customer, b->draft.customer = STR_NONE)
CHANGE(unconnected, b->facts.customer_no = 0)
CHANGE(customer_gone, b->facts.customer_no = 10009)
CHANGE(customer_archived, b->facts.customer_no = 10002)
CHANGE(product_blank, b->order_lines[0].product = STR_NONE)
CHANGE(product_gone, b->order_lines[0].product = STR("NEW"))
CHANGE(product_archived, b->order_lines[0].product = STR("OLD"))
CHANGE(product_other, b->products[0].account = 3010)
CHANGE(product_inherits, b->products[0].account = 0)
CHANGE(order_unlocked_other, b->accounts[2].vat_locked = false; b->order_lines[0].vat_code = STR("0");
       b->order_lines[0].rate = 0)
CHANGE(order_total, b->draft.total.ore = 12501)
CHANGE(customers_unread, b->data.have &= ~(unsigned)REF_CUSTOMERS)

enum { NONE = -1 };

/* The row's problem is the only one; args "" are not looked at. */
static const struct row {
    const char *why;
    void (*change)(struct books *books);
    bool order;
    int code;
    const char *args[4];
} rows[] = {
    { "all is well", nothing, false, NONE, { "" } },
    { "all is well with an order", nothing, true, NONE, { "" } },
    { "lines and payments differ", unbalanced, false, PROBLEM_RECEIPT_UNBALANCED, { "125,00", "124,99" } },
    { "paid into the bank", bank, false, PROBLEM_BANK_ACCOUNT, { "cash", "1920" } },
    { "sold to 1920 is odd but no payment", bank_sold, false, NONE, { "" } },
    { "account not there", account_gone, false, PROBLEM_ACCOUNT_UNKNOWN, { "1901" } },
    { "blank account is the mapper's", account_blank, false, NONE, { "" } },
    { "account inactive", account_off, false, PROBLEM_ACCOUNT_INACTIVE, { "3010" } },
    { "locked to another code", locked_other, false, PROBLEM_ACCOUNT_VAT_LOCKED, { "3000", "0", "3" } },
    { "another code, not locked", unlocked_other, false, NONE, { "" } },
    { "department demanded", department_wanted, false, PROBLEM_DEPARTMENT_REQUIRED, { "", "1900" } },
    { "project demanded", project_wanted, false, PROBLEM_PROJECT_REQUIRED, { "1900" } },
    { "project demanded and given", project_given, false, NONE, { "" } },
    { "project not there, on two lines", project_gone, false, PROBLEM_PROJECT_UNKNOWN, { "P9", "1900" } },
    { "project inactive", project_off, false, PROBLEM_PROJECT_UNKNOWN, { "P2", "3000" } },
    { "project of an order's line not there", project_of_order_gone, true, PROBLEM_PROJECT_UNKNOWN, { "P9", "3000" } },
    { "project of an order not there", project_of_header_gone, true, PROBLEM_PROJECT_UNKNOWN, { "P9", "" } },
    { "projects not read", projects_unread, false, PROBLEM_REFERENCE_DATA, { "projects" } },
    { "projects not read, none used", projects_unread_unused, false, NONE, { "" } },
    { "right to projects", right_of_project_gone, false, PROBLEM_PRIVILEGE_MISSING, { "Project" } },
    { "location there", location_given, false, NONE, { "" } },
    { "location not there", location_gone, false, PROBLEM_LOCATION_UNKNOWN, { "P1", "3000" } },
    { "location of an order not there", location_of_order_gone, true, PROBLEM_LOCATION_UNKNOWN, { "MOSS", "" } },
    { "right to locations", right_of_location_gone, true, PROBLEM_PRIVILEGE_MISSING, { "Location" } },
    { "department demanded and given", department_given, false, NONE, { "" } },
    { "department not there", department_gone, false, PROBLEM_DEPARTMENT_UNKNOWN, { "99", "1900" } },
    { "department not there, on two lines", department_gone_everywhere, false, PROBLEM_DEPARTMENT_UNKNOWN,
      { "99", "1900" } },
    { "department inactive", department_off, false, PROBLEM_DEPARTMENT_UNKNOWN, { "20", "3000" } },
    { "VAT code not there", code_gone, false, PROBLEM_VAT_CODE_UNKNOWN, { "77", "2026-11-20" } },
    { "VAT code inactive", code_off, false, PROBLEM_VAT_CODE_UNKNOWN, { "3", "2026-11-20" } },
    { "blank VAT code is the mapper's", code_blank, false, NONE, { "" } },
    { "rate differs", rate_other, false, PROBLEM_VAT_RATE_DIFFERS, { "3", "15", "25" } },
    { "rate of what was joined in a line", rate_joined, false, PROBLEM_VAT_RATE_DIFFERS, { "3", "12", "25" } },
    { "of which nothing is posted", rate_joined_none, false, NONE, { "" } },
    { "rate of the period that is", rate_of_period, false, NONE, { "" } },
    { "rate of the period before", rate_of_old_period, false, PROBLEM_VAT_RATE_DIFFERS, { "33", "12", "6" } },
    { "after the code's last period", day_after_codes, false, PROBLEM_VAT_CODE_UNKNOWN, { "33", "2026-11-21" } },
    { "on the lock date", lock_same_day, false, PROBLEM_PERIOD_LOCKED, { "2026-11-20", "2026-11-20" } },
    { "the day after the lock date", lock_day_before, false, NONE, { "" } },
    { "no lock date", lock_none, false, NONE, { "" } },
    { "before the conversion date", conversion_after, false, PROBLEM_PERIOD_LOCKED, { "2026-11-20", "2026-11-21" } },
    { "on the conversion date", conversion_same_day, false, NONE, { "" } },
    { "books of another company", books_of_another, false, PROBLEM_OTHER_CLIENT, { "Bar AS (7)", "1", "2", "6" } },
    { "the same, of an order", books_of_another, true, PROBLEM_OTHER_CLIENT, { "Bar AS (7)", "1", "2", "6" } },
    { "other books than before", books_of_nobody, false, PROBLEM_OTHER_CLIENT, { "7", "1", "", "6" } },
    { "books of its own", books_of_its_own, false, NONE, { "" } },
    { "key refused", key_refused, false, PROBLEM_LOGIN, { "invalid_client" } },
    { "right missing", right_gone, false, PROBLEM_PRIVILEGE_MISSING, { "CashVoucher_Full" } },
    { "rights of orders do not hold a voucher", right_of_orders_gone, false, NONE, { "" } },
    { "rights of orders hold an order", right_of_orders_gone, true, PROBLEM_PRIVILEGE_MISSING,
      { "SalesOrders_Full, Customer" } },
    { "right of vouchers does not hold an order", right_gone, true, NONE, { "" } },
    { "right to departments", right_of_department_gone, false, PROBLEM_PRIVILEGE_MISSING, { "Department" } },
    { "right to departments, none used", no_department_needed, false, NONE, { "" } },
    { "no accounting module", no_accounting, false, PROBLEM_PRIVILEGE_MISSING, { "Accounting (subscription)" } },
    { "never read", never_read, false, PROBLEM_REFERENCE_DATA,
      { "accounts, VAT codes, departments, lock date, rights" } },
    { "accounts not read", no_accounts_read, false, PROBLEM_REFERENCE_DATA, { "accounts" } },
    { "not read because refused", refused_and_unread, false, PROBLEM_LOGIN, { "no" } },
    { "order without customer", no_customer, true, PROBLEM_CUSTOMER_MISSING, { "" } },
    { "customer not connected", unconnected, true, PROBLEM_CUSTOMER_UNCONNECTED, { "kunde-77" } },
    { "customer is of no matter to a voucher", unconnected, false, NONE, { "" } },
    { "customer not there", customer_gone, true, PROBLEM_CUSTOMER_UNKNOWN, { "kunde-77", "10009" } },
    { "customer archived", customer_archived, true, PROBLEM_CUSTOMER_UNKNOWN, { "kunde-77", "10002" } },
    { "product blank", product_blank, true, PROBLEM_PRODUCT_UNMAPPED, { "food", "25" } },
    { "product not there", product_gone, true, PROBLEM_PRODUCT_UNKNOWN, { "NEW" } },
    { "product archived", product_archived, true, PROBLEM_PRODUCT_UNKNOWN, { "OLD" } },
    { "product on another account", product_other, true, PROBLEM_PRODUCT_ACCOUNT, { "MAT", "3010", "3000" } },
    { "product's account is inherited", product_inherits, true, PROBLEM_PRODUCT_ACCOUNT, { "MAT", "-", "3000" } },
    { "orders get their account's VAT code", order_unlocked_other, true, PROBLEM_ACCOUNT_VAT_LOCKED,
      { "3000", "0", "3" } },
    { "order's shares are not its total", order_total, true, PROBLEM_RECEIPT_UNBALANCED, { "125,00", "125,01" } },
    { "customers not read", customers_unread, true, PROBLEM_REFERENCE_DATA, { "customers" } },
    { "the lock date is of no matter to an order", lock_same_day, true, NONE, { "" } },
};

static void each_rule_raises_its_problem_and_no_other(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct books books;

        if (row->order)
            books_fill_order(&books);
        else
            books_fill(&books);
        row->change(&books);
        judge(&books);
        if (books.problems.count != (row->code == NONE ? 0u : 1u))
            fail_msg("%s: %zu problems, the first %s", row->why, books.problems.count,
                     books.problems.count ? problem_code_text(books.problems.at[0].code) : "none");
        if (row->code != NONE && books.problems.at[0].code != (enum problem_code)row->code)
            fail_msg("%s: %s", row->why, problem_code_text(books.problems.at[0].code));
        for (size_t k = 0; k < COUNT(row->args) && row->code != NONE; k++)
            if (row->args[k] && row->args[k][0] && !str_equal(books.problems.at[0].arg[k], str_of(row->args[k])))
                fail_msg("%s: argument %zu is " STR_FMT, row->why, k, STR_ARG(books.problems.at[0].arg[k]));
        arena_free(&arena);
    }
}

static void all_that_is_wrong_is_said_at_once(void **unused)
{
    struct books books;

    (void)unused;
    books_fill(&books);
    lock_same_day(&books);
    bank(&books);
    account_off(&books);
    department_gone(&books);
    books.accounts[1].department_required = true;
    judge(&books);
    assert_int_equal(books.problems.count, 4);
    assert_true(problems_have(&books.problems, PROBLEM_PERIOD_LOCKED));
    assert_true(problems_have(&books.problems, PROBLEM_BANK_ACCOUNT));
    assert_true(problems_have(&books.problems, PROBLEM_ACCOUNT_INACTIVE));
    assert_true(problems_have(&books.problems, PROBLEM_DEPARTMENT_UNKNOWN));
    arena_free(&arena);
}

/* An unbalanced receipt was named by the mapper: the sum of the lines says nothing new. */
static void cause_named_by_the_mapper_is_not_repeated(void **unused)
{
    struct books books;

    (void)unused;
    books_fill(&books);
    unbalanced(&books);
    problems_add(&books.problems, &(struct problem){ .code = PROBLEM_RECEIPT_UNBALANCED, .arg = { STR("1,00") } });
    judge(&books);
    assert_int_equal(books.problems.count, 1);
    assert_int_equal(books.problems.at[0].count, 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_raises_its_problem_and_no_other),
        cmocka_unit_test(all_that_is_wrong_is_said_at_once),
        cmocka_unit_test(cause_named_by_the_mapper_is_not_repeated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
