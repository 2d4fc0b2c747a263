#include "elements.h"

#include <stddef.h>

#define CONTAINER(parent, name, node) { parent, name, node, VALUE_TEXT, 0 }
#define FIELD(parent, name, kind, field) { parent, name, NODE_LEAF, kind, offsetof(struct records, field) }

/* Rows of one parent stand together: the parser looks them up by parent. */
const struct element elements[] = {
    CONTAINER(NODE_OUTSIDE, "auditfile", NODE_FILE),

    CONTAINER(NODE_FILE, "header", NODE_HEADER),
    CONTAINER(NODE_FILE, "company", NODE_COMPANY),

    FIELD(NODE_HEADER, "curCode", VALUE_TEXT, header.currency),
    FIELD(NODE_HEADER, "auditfileVersion", VALUE_TEXT, header.version),

    CONTAINER(NODE_COMPANY, "location", NODE_LOCATION),
    CONTAINER(NODE_COMPANY, "vatCodeDetails", NODE_VAT_CODES),
    CONTAINER(NODE_COMPANY, "articles", NODE_ARTICLES),
    CONTAINER(NODE_COMPANY, "basics", NODE_BASICS),
    FIELD(NODE_COMPANY, "companyIdent", VALUE_TEXT, company.ident),

    CONTAINER(NODE_VAT_CODES, "vatCodeDetail", NODE_VAT_CODE),
    FIELD(NODE_VAT_CODE, "vatCode", VALUE_TEXT, vat_code.code),
    FIELD(NODE_VAT_CODE, "standardVatCode", VALUE_TEXT, vat_code.standard),

    CONTAINER(NODE_ARTICLES, "article", NODE_ARTICLE),
    FIELD(NODE_ARTICLE, "artID", VALUE_TEXT, article.id),
    FIELD(NODE_ARTICLE, "artGroupID", VALUE_TEXT, article.group),
    FIELD(NODE_ARTICLE, "artDesc", VALUE_TEXT, article.text),

    CONTAINER(NODE_BASICS, "basic", NODE_BASIC),
    FIELD(NODE_BASIC, "basicType", VALUE_TEXT, basic.type),
    FIELD(NODE_BASIC, "basicID", VALUE_TEXT, basic.id),
    FIELD(NODE_BASIC, "predefinedBasicID", VALUE_TEXT, basic.predefined),
    FIELD(NODE_BASIC, "basicDesc", VALUE_TEXT, basic.text),

    CONTAINER(NODE_LOCATION, "cashregister", NODE_REGISTER),
    FIELD(NODE_LOCATION, "name", VALUE_TEXT, location.name),

    CONTAINER(NODE_REGISTER, "cashtransaction", NODE_SALE),
    CONTAINER(NODE_REGISTER, "event", NODE_EVENT),
    FIELD(NODE_REGISTER, "registerID", VALUE_TEXT, reg.id),

    FIELD(NODE_EVENT, "eventID", VALUE_TEXT, event.id),
    FIELD(NODE_EVENT, "eventType", VALUE_TEXT, event.type),
    FIELD(NODE_EVENT, "transID", VALUE_TEXT, event.trans_id),
    FIELD(NODE_EVENT, "empID", VALUE_TEXT, event.staff),
    FIELD(NODE_EVENT, "eventDate", VALUE_DATE, event.date),
    FIELD(NODE_EVENT, "eventTime", VALUE_TIME, event.time),
    FIELD(NODE_EVENT, "eventText", VALUE_TEXT, event.text),
    CONTAINER(NODE_EVENT, "eventReport", NODE_REPORT),

    FIELD(NODE_REPORT, "reportID", VALUE_TEXT, event.report_id),
    FIELD(NODE_REPORT, "reportType", VALUE_TEXT, event.report_type),
    FIELD(NODE_REPORT, "reportDate", VALUE_DATE, event.report_date),
    FIELD(NODE_REPORT, "reportTime", VALUE_TIME, event.report_time),
    CONTAINER(NODE_REPORT, "reportTotalCashSales", NODE_Z_TOTAL),
    CONTAINER(NODE_REPORT, "reportPayments", NODE_Z_PAYMENTS),
    CONTAINER(NODE_REPORT, "reportTip", NODE_Z_TIP),
    CONTAINER(NODE_REPORT, "reportCashSalesVat", NODE_Z_VATS),
    CONTAINER(NODE_REPORT, "reportCreditSales", NODE_Z_CREDIT),
    CONTAINER(NODE_REPORT, "reportCreditMemos", NODE_Z_MEMOS),
    FIELD(NODE_REPORT, "reportReturnAmnt", VALUE_AMOUNT, event.z.returns),
    FIELD(NODE_REPORT, "reportGrandTotalSales", VALUE_AMOUNT, event.z.grand_sales),
    FIELD(NODE_REPORT, "reportGrandTotalReturn", VALUE_AMOUNT, event.z.grand_returns),
    FIELD(NODE_REPORT, "reportGrandTotalSalesNet", VALUE_AMOUNT, event.z.grand_net),

    FIELD(NODE_Z_TOTAL, "totalCashSaleAmnt", VALUE_AMOUNT, event.z.total),
    CONTAINER(NODE_Z_PAYMENTS, "reportPayment", NODE_Z_PAYMENT),
    FIELD(NODE_Z_PAYMENT, "paymentType", VALUE_TEXT, z_payment.type),
    FIELD(NODE_Z_PAYMENT, "paymentAmnt", VALUE_AMOUNT, z_payment.amount),
    FIELD(NODE_Z_TIP, "tipAmnt", VALUE_AMOUNT, event.z.tips),
    CONTAINER(NODE_Z_VATS, "reportCashSaleVat", NODE_Z_VAT),
    FIELD(NODE_Z_VAT, "vatCode", VALUE_TEXT, z_vat.code),
    FIELD(NODE_Z_VAT, "vatPerc", VALUE_RATE, z_vat.rate),
    FIELD(NODE_Z_VAT, "cashSaleAmnt", VALUE_AMOUNT, z_vat.net),
    FIELD(NODE_Z_VAT, "vatAmnt", VALUE_AMOUNT, z_vat.vat),
    FIELD(NODE_Z_VAT, "vatAmntTp", VALUE_SIDE, z_vat.side),
    FIELD(NODE_Z_CREDIT, "creditSalesAmnt", VALUE_AMOUNT, event.z.credit_sales),
    FIELD(NODE_Z_MEMOS, "creditMemosAmnt", VALUE_AMOUNT, event.z.credit_memos),

    CONTAINER(NODE_SALE, "ctLine", NODE_LINE),
    FIELD(NODE_SALE, "nr", VALUE_TEXT, sale.sale.nr),
    FIELD(NODE_SALE, "transID", VALUE_TEXT, sale.trans_id),
    FIELD(NODE_SALE, "transType", VALUE_TEXT, sale.sale.type),
    FIELD(NODE_SALE, "transAmntIn", VALUE_AMOUNT, sale.sale.gross),
    FIELD(NODE_SALE, "transAmntEx", VALUE_AMOUNT, sale.sale.net),
    FIELD(NODE_SALE, "amntTp", VALUE_SIDE, sale.sale.side),
    FIELD(NODE_SALE, "empID", VALUE_TEXT, sale.sale.staff),
    FIELD(NODE_SALE, "custSupID", VALUE_TEXT, sale.sale.customer),
    FIELD(NODE_SALE, "transDate", VALUE_DATE, sale.sale.date),
    FIELD(NODE_SALE, "transTime", VALUE_TIME, sale.sale.time),
    FIELD(NODE_SALE, "invoiceID", VALUE_TEXT, sale.sale.invoice),
    FIELD(NODE_SALE, "desc", VALUE_TEXT, sale.sale.text),
    FIELD(NODE_SALE, "voidTransaction", VALUE_FLAG, sale.sale.voided),
    FIELD(NODE_SALE, "trainingID", VALUE_FLAG, sale.sale.training),
    CONTAINER(NODE_SALE, "vat", NODE_SALE_VAT),
    CONTAINER(NODE_SALE, "raise", NODE_RAISE),
    CONTAINER(NODE_SALE, "discount", NODE_DISCOUNT),
    CONTAINER(NODE_SALE, "rounding", NODE_ROUNDING),
    CONTAINER(NODE_SALE, "payment", NODE_PAYMENT),

    FIELD(NODE_LINE, "lineType", VALUE_TEXT, line.type),
    FIELD(NODE_LINE, "artGroupID", VALUE_TEXT, line.group),
    FIELD(NODE_LINE, "artID", VALUE_TEXT, line.article),
    FIELD(NODE_LINE, "qnt", VALUE_DECIMAL, line.qty),
    FIELD(NODE_LINE, "lineAmntIn", VALUE_AMOUNT, line.gross),
    FIELD(NODE_LINE, "lineAmntEx", VALUE_AMOUNT, line.net),
    FIELD(NODE_LINE, "amntTp", VALUE_SIDE, line.side),
    FIELD(NODE_LINE, "cashTransLineDescr", VALUE_TEXT, line.text),
    CONTAINER(NODE_LINE, "vat", NODE_LINE_VAT),
    CONTAINER(NODE_LINE, "raise", NODE_LINE_RAISE),
    CONTAINER(NODE_LINE, "discount", NODE_LINE_DISCOUNT),

    FIELD(NODE_LINE_VAT, "vatCode", VALUE_TEXT, line.vat_code),
    FIELD(NODE_LINE_VAT, "vatPerc", VALUE_RATE, line.rate),
    FIELD(NODE_LINE_VAT, "vatAmnt", VALUE_AMOUNT, line.vat),
    FIELD(NODE_LINE_VAT, "vatBasAmnt", VALUE_AMOUNT, unused),
    FIELD(NODE_LINE_RAISE, "raiseType", VALUE_TEXT, raise.type),
    FIELD(NODE_LINE_RAISE, "raiseAmnt", VALUE_AMOUNT, raise.amount),
    FIELD(NODE_LINE_DISCOUNT, "dscAmnt", VALUE_AMOUNT, unused),

    FIELD(NODE_SALE_VAT, "vatCode", VALUE_TEXT, sale_vat.code),
    FIELD(NODE_SALE_VAT, "vatPerc", VALUE_RATE, sale_vat.rate),
    FIELD(NODE_SALE_VAT, "vatAmnt", VALUE_AMOUNT, sale_vat.vat),
    FIELD(NODE_SALE_VAT, "vatBasAmnt", VALUE_AMOUNT, sale_vat.base),
    FIELD(NODE_RAISE, "raiseType", VALUE_TEXT, raise.type),
    FIELD(NODE_RAISE, "raiseAmnt", VALUE_AMOUNT, raise.amount),
    FIELD(NODE_DISCOUNT, "dscAmnt", VALUE_AMOUNT, unused),
    FIELD(NODE_ROUNDING, "roundingAmnt", VALUE_AMOUNT, sale.sale.rounding),
    FIELD(NODE_PAYMENT, "paymentType", VALUE_TEXT, payment.type),
    FIELD(NODE_PAYMENT, "paidAmnt", VALUE_AMOUNT, payment.paid),
    FIELD(NODE_PAYMENT, "curCode", VALUE_TEXT, payment.currency),
    FIELD(NODE_PAYMENT, "exchRt", VALUE_DECIMAL, payment.exchange),
};

const size_t element_count = COUNT(elements);
