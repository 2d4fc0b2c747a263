"""A till's days as a SAF-T Cash Register file: written from what was sold, not from how Bilag reads it.

Plain sales, returns and credit sales of food, beer and wine; training; a Z report a day. (What a Z counts of tips,
rounding and gift cards differs from till to till; the files in tests/data/saft have those.)
"""
from xml.sax.saxutils import escape

GROUPS = {"food": "04006", "beer": "04007", "wine": "04008"}
PAYMENTS = {"cash": "12001", "card": "12002", "vipps": "12011"}
VAT_CODES = {25: "3", 15: "31"}
TYPES = {"sale": "11001", "return": "11006", "credit": "11002"}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<auditfile xmlns="urn:StandardAuditFile-Taxation-CashRegister:NO"><header><curCode>NOK</curCode>
<auditfileVersion>1.0</auditfileVersion></header><company><companyIdent>{company}</companyIdent>
"""


def kroner(ore):
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02d}"


def net(gross, rate):
    """Rounded as tills do, half away from zero."""
    whole = abs(gross) * 200 // (100 + rate)
    return (whole // 2 + whole % 2) * (1 if gross > 0 else -1)


def basics():
    def basic(kind, word, code):
        return (f"<basic><basicType>{kind}</basicType><basicID>{word}</basicID><predefinedBasicID>{code}"
                f"</predefinedBasicID></basic>")
    rows = [basic("04", word, code) for word, code in GROUPS.items()]
    rows += [basic("12", word, code) for word, code in PAYMENTS.items()]
    rows += [basic("11", word, code) for word, code in TYPES.items()] + [basic("13", "ZREP", "13009")]
    codes = "".join(f"<vatCodeDetail><vatCode>{code}</vatCode><standardVatCode>{code}</standardVatCode></vatCodeDetail>"
                    for code in VAT_CODES.values())
    return f"<vatCodeDetails>{codes}</vatCodeDetails>\n<basics>{''.join(rows)}</basics>\n"


def sign(ore):
    return "D" if ore < 0 else "C"


def line(event, number, sold):
    gross, rate = sold["gross"], sold["vat"]
    without = net(gross, rate)
    return (f"<ctLine><nr>{event['seq']}</nr><lineID>{number}</lineID><lineType>SAL</lineType>"
            f"<artGroupID>{sold['product_type']}</artGroupID><qnt>{sold['qty']}</qnt><lineAmntIn>{kroner(gross)}</lineAmntIn>"
            f"<lineAmntEx>{kroner(without)}</lineAmntEx><amntTp>{sign(gross)}</amntTp><vat><vatCode>{VAT_CODES[rate]}</vatCode>"
            f"<vatPerc>{rate}.00</vatPerc><vatAmnt>{kroner(gross - without)}</vatAmnt><vatAmntTp>{sign(gross)}</vatAmntTp>"
            f"<vatBasAmnt>{kroner(without)}</vatBasAmnt></vat></ctLine>")


def kind_of(event):
    if any(payment["type"] == "credit" for payment in event["payments"]):
        return "credit"
    return "return" if sum(sold["gross"] for sold in event["lines"]) < 0 else "sale"


def transaction(event):
    sold = event.get("lines") or [{"product_type": "food", "vat": 25, "gross": 100, "qty": 1}]   # somebody practised
    total = sum(row["gross"] for row in sold)
    without = sum(net(row["gross"], row["vat"]) for row in sold)
    paid = [row for row in event.get("payments", [{"type": "cash", "amount": total}]) if row["type"] != "credit"]
    customer = f"<custSupID>{event['customer']}</custSupID>" if event.get("customer") else ""
    invoice = f"<invoiceID>{escape(event['order'])}</invoiceID>" if event.get("order") and customer else ""
    kind = kind_of(event) if event["kind"] == "receipt" else "sale"
    return (f"<cashtransaction><nr>{event['seq']}</nr><transID>{event['seq']}</transID><transType>{kind}</transType>"
            f"<transAmntIn>{kroner(total)}</transAmntIn><transAmntEx>{kroner(without)}</transAmntEx>"
            f"<amntTp>{sign(total)}</amntTp>{customer}<transDate>{event['time'][:10]}</transDate>"
            f"<transTime>{event['time'][11:19]}</transTime>{invoice}"
            + "".join(line(event, number + 1, row) for number, row in enumerate(sold))
            + "".join(f"<payment><paymentType>{row['type']}</paymentType><paidAmnt>{kroner(row['amount'])}</paidAmnt></payment>"
                      for row in paid)
            + f"<signature>NA</signature><keyVersion>NA</keyVersion><voidTransaction>false</voidTransaction>"
            f"<trainingID>{'true' if event['kind'] == 'training' else 'false'}</trainingID></cashtransaction>\n")


def z_report(register, z, events):
    """Cash sales, net of returns; credit is told apart."""
    vat, paid, credit = {}, {}, 0
    for event in (event for event in events if event["kind"] == "receipt"):
        if kind_of(event) == "credit":
            credit += sum(sold["gross"] for sold in event["lines"])
            continue
        for sold in event["lines"]:
            vat[sold["vat"]] = vat.get(sold["vat"], 0) + sold["gross"]
        for payment in event["payments"]:
            paid[payment["type"]] = paid.get(payment["type"], 0) + payment["amount"]
    nets = {rate: sum(net(sold["gross"], rate) for event in events if event["kind"] == "receipt" and kind_of(event) != "credit"
                      for sold in event["lines"] if sold["vat"] == rate) for rate in vat}
    day, moment = z["time"][:10], z["time"][11:19]
    payments = "".join(f"<reportPayment><paymentType>{kind}</paymentType><paymentNum>1</paymentNum><paymentAmnt>{kroner(amount)}"
                       f"</paymentAmnt></reportPayment>" for kind, amount in paid.items())
    rates = "".join(f"<reportCashSaleVat><vatCode>{VAT_CODES[rate]}</vatCode><vatPerc>{rate}.00</vatPerc><cashSaleAmnt>"
                    f"{kroner(nets[rate])}</cashSaleAmnt><vatAmnt>{kroner(gross - nets[rate])}</vatAmnt><vatAmntTp>C</vatAmntTp>"
                    f"</reportCashSaleVat>" for rate, gross in vat.items())
    return (f"<event><eventID>{z['z']['number']}</eventID><eventType>ZREP</eventType><eventDate>{day}</eventDate>"
            f"<eventTime>{moment}</eventTime><eventReport><reportID>{z['z']['number']}</reportID><reportType>Z report</reportType>"
            f"<reportDate>{day}</reportDate><reportTime>{moment}</reportTime><registerID>{register}</registerID>"
            f"<reportTotalCashSales><totalCashSaleAmnt>{kroner(sum(vat.values()))}</totalCashSaleAmnt></reportTotalCashSales>"
            f"<reportPayments>{payments}</reportPayments><reportCashSalesVat>{rates}</reportCashSalesVat>"
            f"<reportCreditSales><creditSalesNum>1</creditSalesNum><creditSalesAmnt>{kroner(credit)}</creditSalesAmnt>"
            f"</reportCreditSales></eventReport></event>\n")


def write(company, registers):
    """registers: name -> its days, each a list of events with the Z report last."""
    text = HEAD.format(company=company) + basics() + "<location><name>Shop</name>\n"
    for name, days in registers.items():
        text += f"<cashregister><registerID>{name}</registerID>\n"
        text += "".join(z_report(name, day[-1], day[:-1]) for day in days)
        text += "".join(transaction(event) for day in days for event in day[:-1])
        text += "</cashregister>\n"
    return (text + "</location></company></auditfile>\n").encode()
