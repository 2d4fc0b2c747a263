"""bilag-sandbox, sales orders, their customers and products: each strict rule refuses, each switch has its effect."""
import json
import uuid

import pytest

from sandbox_api import DAY, send, wait_for
from sandbox_start import start    # noqa: F401


# --- customers and products -------------------------------------------------------------------

def test_customers(start):
    api = start().api()
    answer = api.post("/Customers", {"Name": "Ny AS", "ExternalImportReference": "kunde-1",
                                     "OrganizationNumber": "999888777", "ExternalNumber": 5})
    assert answer.status == 201
    new = answer.json
    assert new["Number"] == 10006 and new["UseInvoiceFee"] and not new["IsArchived"]
    assert api.list("/Customers?externalImportReference=kunde-1")[0]["Id"] == new["Id"]
    assert api.list("/Customers?externalNos=5")[0]["SubledgerAccountId"] == new["SubledgerAccountId"]


@pytest.mark.parametrize("why, body, status, word", [
    ("no name", {}, 400, "Name"), ("person without last name", {"IsPerson": True, "FirstName": "A"}, 400, "LastName"),
    ("reference in use", {"Name": "x", "ExternalImportReference": "k"}, 400, "in use by id"),
    ("external number in use", {"Name": "x", "ExternalNumber": 9}, 400, "in use by id"),
    ("reference too long", {"Name": "x", "ExternalImportReference": "x" * 51}, 400, "50"),
    ("address without city", {"Name": "x", "MailAddress": {"ZipCode": "0150"}}, 400, "City"),
    ("e-mail missing", {"Name": "x", "InvoiceDeliveryType": "PdfByEmail"}, 400, "PdfByEmail"),
    ("organisation number missing", {"Name": "x", "InvoiceDeliveryType": "EHF"}, 400, "EHF"),
    ("cannot be set", {"Name": "x", "InvoiceDeliveryType": "Factoring"}, 400, "Factoring"),
    ("number outside the series", {"Name": "x", "Number": 5}, 400, "series"),
    ("number in use", {"Name": "x", "Number": 10001}, 400, "in use"),
    ("unknown department", {"Name": "x", "DepartmentCode": "77"}, 404, "department"),
    ("allowance", {"Name": "x", "Allowance": 100.01}, 400, "Allowance"),
])
def test_customer_refused(start, why, body, status, word):
    api = start().api()
    assert api.post("/Customers", {"Name": "K", "ExternalImportReference": "k", "ExternalNumber": 9}).status == 201
    answer = api.post("/Customers", body)
    assert answer.status == status and word in answer.json["detail"], (why, answer)


def test_products(start):
    sandbox = start()
    api = sandbox.api()
    answer = api.post("/Products", {"Name": "Øl", "Code": "OL", "StandardSalesAccountId": api.account(3010)})
    assert answer.status == 201 and answer.json["StandardSalesAccount"] == 3010
    assert "VatCode" not in answer.json
    sandbox.set(product_status="200")
    assert api.post("/Products", {"Name": "Vin", "Code": "VIN", "StandardSalesAccount": 3011}).status == 200
    assert api.post("/Products", {"Code": "X"}).status == 400
    assert api.post("/Products", {"Name": "x" * 401}).status == 400
    assert api.post("/Products", {"Name": "x", "StandardSalesAccount": 9}).status == 400
    assert api.post("/Products", {"Name": "x", "Code": "OL"}).status == 400


# --- sales orders -----------------------------------------------------------------------------

def test_order_posted_and_found_again(start):
    sandbox = start()
    api = sandbox.api()
    lines = [{"ProductCode": "MAT", "Quantity": 2, "ProductUnitPrice": 79.6, "Allowance": 0,
              "UseStandardSalesAccount": True, "Description": "Burger", "SortOrder": 0},
             {"ProductCode": "MAT-TA", "Quantity": 3, "ProductUnitPrice": 33.3333, "Allowance": 0,
              "UseStandardSalesAccount": True, "SortOrder": 1},
             {"LineType": "Text", "Description": "Takk"}]
    answer = api.post_order("o-1", lines=lines, ImportedOrderNo=55, DepartmentCode="10")
    assert answer.status == 201
    order = answer.json
    assert order["NetAmount"] == 259.20 and order["TotalAmount"] == 314.00 and order["LineCount"] == 3
    assert [(l["VatCode"], l["VatRate"], l["NetAmount"], l["VatAmount"], l["TotalAmount"])
            for l in order["SalesOrderLines"][:2]] == [("3", 0.25, 159.2, 39.8, 199), ("31", 0.15, 100, 15, 115)]
    found = api.list("/SalesOrders?onlyCreatedByCurrentIntegration=true&customerNos=10001"
                     "&Fields=Id,SalesOrderNo,ExternalImportReference")
    assert found == [{"Id": order["Id"], "SalesOrderNo": order["SalesOrderNo"], "ExternalImportReference": "o-1"}]
    assert api.get(f"/SalesOrders/{order['Id']}/Complete").json["TotalAmount"] == 314.00
    assert api.get("/SalesOrders?customerNos=10002").status == 204
    [seen] = sandbox.inspect("orders")
    assert (seen["total"], seen["net"], seen["imported_order_no"], seen["customer_no"], seen["department"],
            seen["order_date"], seen["sent"], seen["status"]) == \
        (31400, 25920, 55, 10001, "10", DAY, False, "Draft")
    assert (seen["lines"][1]["product"], seen["lines"][1]["account"], seen["lines"][1]["quantity"],
            seen["lines"][1]["unit_price"]) == ("MAT-TA", 3001, "3", "33.3333")
    assert api.post_order("o-1").status == 400


def test_what_a_client_forgets_to_say_is_inherited(start):
    api = start().api()
    said = {"ProductCode": "MAT", "Quantity": 1, "ProductUnitPrice": 80, "Allowance": 0, "UseStandardSalesAccount": True}
    without = lambda *names: [{k: v for k, v in said.items() if k not in names}]
    total = lambda ref, customer, lines: api.post_order(ref, customer, lines).json["TotalAmount"]
    assert total("a", 10002, [said]) == 100
    assert total("b", 10002, without("Allowance")) == 90               # the customer's discount
    assert total("c", 10003, [said]) == 100
    assert total("d", 10003, without("UseStandardSalesAccount")) == 92  # the optional account, 15 %
    assert total("e", 10001, without("ProductUnitPrice")) == 50        # the product's price
    shown = lambda ref, **more: api.post_order(ref, 10005, [said], **more).json["DepartmentCode"]
    assert shown("f") == "10" and shown("g", DepartmentId=-1) is None


@pytest.mark.parametrize("why, change, line, word", [
    ("no customer", {"CustomerNo": None}, {}, "CustomerId"),
    ("unknown customer", {"CustomerNo": 19999}, {}, "customer"),
    ("archived customer", {"CustomerNo": 10004}, {}, "archived"),
    ("foreign currency", {"CurrencyCode": "EUR"}, {}, "EUR"),
    ("status", {"SalesOrderStatus": "Sent"}, {}, "SalesOrderStatus"),
    ("reference too long", {"ExternalImportReference": "x" * 51}, {}, "ExternalImportReference"),
    ("unknown department", {"DepartmentCode": "77"}, {}, "department"),
    ("unknown project", {"ProjectId": 77}, {}, "project"),
    ("unknown location of a line", {}, {"LocationId": 77}, "location"),
    ("no product", {}, {"ProductCode": None}, "ProductId"),
    ("unknown product", {}, {"ProductCode": "NO"}, "product"),
    ("archived product", {}, {"ProductCode": "OLD"}, "archived"),
    ("no quantity", {}, {"Quantity": None}, "Quantity"),
    ("allowance over 100", {}, {"Allowance": 100.5}, "Allowance"),
    ("line type", {}, {"LineType": "Gift"}, "LineType"),
    ("amount no customer could owe", {}, {"ProductUnitPrice": 99999999999, "Quantity": 9999999}, "range"),
])
def test_order_refused(start, why, change, line, word):
    sandbox = start()
    api = sandbox.api()
    order = {**api.order(), **change}
    order["SalesOrderLines"][0].update(line)
    answer = api.post("/SalesOrders/Complete", order)
    assert answer.status == 400 and word in answer.json["detail"], (why, answer)
    assert sandbox.inspect("orders") == []


def test_order_line_references_are_unique_within(start):
    api = start().api()
    one = {"ProductCode": "MAT", "Quantity": 1, "ProductUnitPrice": 8, "ExternalImportReference": "l"}
    assert api.post_order("a", lines=[one, one]).status == 400
    assert api.post_order("a", lines=[one, {**one, "ExternalImportReference": "m"}]).status == 201
    assert api.post_order("b", lines=[one]).status == 201


def test_prices_and_rounding(start):
    sandbox = start()
    api = sandbox.api()
    total = lambda ref, *lines: api.post_order(ref, lines=[
        {"ProductCode": p, "Quantity": q, "ProductUnitPrice": u, "Allowance": 0, "UseStandardSalesAccount": True}
        for p, q, u in lines]).json["TotalAmount"]
    assert total("a", ("MAT", 3, 31.73336)) == 119.00                  # kept as 31.7334: net 95.20, VAT 23.80
    sandbox.set(price_decimals=2)
    assert total("b", ("MAT", 3, 31.73336)) == 118.99                  # kept as 31.73: net 95.19, VAT 23.80
    sandbox.set(price_decimals=6)
    assert total("c", ("MAT", 1000, 0.000105)) == 0.14
    assert total("d", ("MAT", -1, 80)) == -100                         # a credit note
    three = [("MAT", 1, 0.02)] * 3
    assert total("e", *three) == 0.09                                  # VAT 0.005 up to 0.01, three times
    sandbox.set(vat_rounding="order")
    assert total("f", *three) == 0.08
    sandbox.set(quantity_decimals=0)
    assert total("g", ("MAT", 1.5, 80)) == 200


def test_sending_an_order(start):
    sandbox = start(send_ms=100)
    api = sandbox.api()
    order = api.post_order("o-1", customer=10002).json
    assert api.get(f"/SalesOrders/sentState?id={order['Id']}").status == 204
    answer = send(api, order["Id"], DeliveryType="Auto", EmailAddress="a@example.com", VoucherDate="2026-11-21")
    assert answer.status == 202 and answer.json["DeliveryType"] == "Auto"
    state = lambda: api.get(answer.headers["location"].removeprefix("/v2")).json[0]
    assert state()["IsInvoiceBeingProcessed"] in (True, False)
    done = wait_for(lambda: state() if state()["SentDateTimeOffset"] else None)
    assert done["InvoiceNo"] > 0 and done["DueDate"] == "2026-12-05" and done["LastErrorMessage"] is None
    assert api.get("/SalesOrders").status == 204
    assert api.get(f"/SalesOrders/{order['Id']}/Complete").status == 404
    [invoice] = api.list("/OutgoingInvoices?customerNos=10002&fromDate=2026-11-21&toDate=2026-11-21")
    assert invoice["Id"] == order["Id"] and invoice["ExternalImportReference"] == "o-1"
    assert invoice["TotalAmount"] == order["TotalAmount"] + 73.75      # the customer's invoice fee
    assert invoice["OrderNo"] == order["SalesOrderNo"] and invoice["VoucherType"] == "OutgoingInvoice"
    assert api.get("/OutgoingInvoices?fromDate=2026-11-22").status == 204
    assert send(api, order["Id"]).status == 202
    assert len(api.list("/OutgoingInvoices")) == 1
    sandbox.set(send_again="refuse", sent_state="object")
    assert send(api, order["Id"]).status == 400
    assert api.get(f"/SalesOrders/sentState?id={order['Id']}").json["InvoiceNo"] == done["InvoiceNo"]
    assert sandbox.inspect("orders")[0]["sent"]
    assert api.post_order("o-1").status == 400                         # sending does not free it


def test_sending_refused(start):
    sandbox = start(send_ms=0, send_result="failed")
    api = sandbox.api()
    order = api.post_order(lines=[{"ProductCode": "MAT", "Quantity": -1, "ProductUnitPrice": 80}]).json["Id"]
    assert send(api, uuid.uuid4()).status == 404
    assert send(api, order, DeliveryType="PdfByEmail").status == 400
    assert send(api, order, DeliveryType="Pigeon").status == 400
    assert send(api, order).status == 202
    assert api.get(f"/SalesOrders/sentState?id={order}").json[0]["LastErrorMessage"]
    assert api.get("/SalesOrders").status == 200                       # a failed one stays an order
    sandbox.set(send_result="sent")
    sandbox.client(allow_send_invoice=False)
    answer = send(api, order)
    assert answer.status == 400 and answer.json["title"] == "Missing privilege"
    sandbox.client(allow_send_invoice=True)
    assert send(api, order).status == 202
    assert wait_for(lambda: api.list("/OutgoingInvoices"))[0]["VoucherType"] == "OutgoingCreditNote"
    assert api.get(f"/SalesOrders/sentState?id={uuid.uuid4()}").status == 404


def test_order_switches(start):
    sandbox = start(order_status="Confirmed", order_dates_required="on")
    api = sandbox.api()
    assert api.post_order().json["SalesOrderStatus"] == "Confirmed"
    assert api.get("/SalesOrders").status == 400
    assert len(api.list(f"/SalesOrders?fromDate={DAY}&toDate={DAY}&orderStatus=Confirmed")) == 1
    assert api.get("/SalesOrders?fromDate=2026-11-21&toDate=2026-11-22").status == 204
