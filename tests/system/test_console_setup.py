"""The set-up in the browser: a venue's file filled in, shown as what it changes, and saved; judged as `bilag check` judges it. Through
the real processes and plain HTTP, as a browser without scripts does."""
import html
import json
import os
import re
import signal

import pytest

from console_rig import Person, add_user, settings
from orders_rig import documents, start, venue

DAY = "2026-11-19"
OTHER = "987654321"
EVIL = "<script>alert(1)</script>\"' onmouseover=\"x"
USERS = {
    "kari": ("--company", "912345678", "--role", "decides,sets-up", "--language", "en"),
    "per": ("--company", "912345678", "--role", "sets-up", "--language", "nb"),
    "leser": ("--company", "912345678", "--role", "reads,decides,operates", "--language", "en"),
    "other": ("--company", OTHER, "--role", "reads,decides,sets-up,operates", "--language", "en"),
}
FILE = """# the grill, by hand
venue: grill
name: Grill                      # on vouchers
company: "912345678"
department: "10"
client_key: {file: keys/shared}
close: clock
quiet_seconds: 1
auto_transfer: false

vat:                             # as in the law
  normal:  {rate: 25, code: "3"}
  reduced: {rate: 15, code: "31"}
  none:    {rate: 0, code: "0"}
product_types:
  # what is eaten
  food:
    account: 3000                # servering
    reduced_account: 3001
    product: MAT
  beer: {account: 3010, alcohol: true}   # øl
  wine: [{account: 3010}, {valid_from: 2026-12-01, account: 3011}]
payment_types:
  card: {account: 1570}          # Nets
  credit: {transfer: false}
"""


def receipt(name, seq, gross=12500):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{DAY}T19:00:00+01:00",
            "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "Lunch"}],
            "payments": [{"type": "card", "amount": gross}]}


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    plain = {**venue("plain", auto_transfer="false", auto_invoice="false"), "department": "20"}
    more = {**more, "poweroffice": {"application_keys": {name: {"file": "keys/quickorder"} for name in ("quickorder", "add-on-2")}}}
    addon = {**venue("addon", auto_transfer="false", auto_invoice="false", extension="add-on-2", client_key={"file": "keys/addon"}),
             "department": "30"}
    venues = [addon, {**venue("grill", auto_transfer="false"), "department": "10"}, plain,
              venue("other", company=OTHER, client_key={"file": "keys/other"}, auto_transfer="false")]
    with start(venues, settings=more) as pipeline:
        pipeline.secrets.remove(pipeline.application_key)    # here it is an add-on's too, which people type
        for name, args in USERS.items():
            add_user(pipeline, name, *args)
        pipeline.file = pipeline.config / "venues" / "grill.yaml"
        pipeline.file.write_text(FILE)
        pipeline.reload()
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("grill", 1), receipt("grill", 2, gross=9900), receipt("plain", 1)])
        pipeline.until("the days are closed", lambda: all(documents(pipeline, "voucher").get(f"{v}/{DAY}/1", ("",))[0] == "waiting"
                                                          for v in ("grill", "plain")))
        yield pipeline


def signed_in(rig, name):
    person = Person(rig.console_port)
    assert person.sign_in(name).location == "/"
    return person


@pytest.fixture
def kari(rig):
    return signed_in(rig, "kari")


def setup_form(person, name="grill"):
    page = person.get(f"/venues/{name}/setup")
    assert page.status == 200, page.words
    return page.form(f"/venues/{name}/setup")


def press(person, form, step, **fields):
    """s/ before each field's place, "." for its slashes: product_types.food.account."""
    named = {"s/" + (k.replace(".", "/") if "." in k else f"//{k}"): v for k, v in fields.items()}
    merged = [(k, v) for k, v in form["fields"] if k not in named] + list(named.items()) + [("step", step)]
    return person.ask("POST", form["action"], merged)


def saved(person, form, **fields):
    page = press(person, form, "look", **fields)
    assert page.status == 200, page.words
    answer = press(person, page.form(form["action"]), "save")
    assert answer.status == 303, answer.words
    return page, answer


def last_decision(rig):
    return rig.command("audit").stdout.splitlines()[-1]


# Goal: what is saved is the file as it was but for what was changed: comments, order and dates stay; the trail has who and what; the
# stages take it up and build what is not sent again; before it is saved the page says so, with the sums that move.
def test_saved(rig, kari):
    form = setup_form(kari)
    before = rig.file.read_text()
    page = press(kari, form, "look", **{"product_types.food.account": "3005", "product_types.food.name": "Mat & mer", "name": "Grillen"})
    assert rig.file.read_text() == before
    assert "3000" in page.words and "3005" in page.words and "224,00" in page.words and "1 voucher is built again" in page.words
    answer = press(kari, page.form("/venues/grill/setup"), "save")
    assert answer.status == 303 and "said=" in answer.location
    assert rig.file.read_text() == before.replace("account: 3000 ", "account: 3005 ", 1).replace("  food:\n", "  food:\n    name: \"Mat & mer\"\n") \
        .replace("name: Grill     ", "name: \"Grillen\"     ")
    told = kari.get(answer.location)
    assert "is written down" in told.words
    assert re.search(r"kari \(console\)  venue-setup grill .*product_types.food.account 3000 -> 3005.*: console$", last_decision(rig))
    rig.until("it is built again", lambda: "3005" in json.dumps(kari.get(f"/venues/grill/days/{DAY}").words))
    for stage in ("mapper-0", "uploader-0", "validator-0"):
        rig.until(f"{stage} has it", lambda: "configuration taken" in rig.log(stage))


# Goal: a stage that is too busy to hear that something was saved is told again: nobody has to reload it.
def test_a_busy_stage_is_told_again(rig, kari):
    pid = rig.of("mapper").process.pid
    before = rig.log("mapper-0").count("configuration taken")
    os.kill(pid, signal.SIGSTOP)
    try:
        page = press(kari, setup_form(kari), "look", name="Told again")
        assert press(kari, page.form("/venues/grill/setup"), "save").status == 303
        rig.until("the others have it", lambda: "Told again" in kari.get("/venues/grill").words)
    finally:
        os.kill(pid, signal.SIGCONT)
    rig.until("it has it", lambda: rig.log("mapper-0").count("configuration taken") > before)


# Goal: every fault stands beside its field, all of them at once, in the person's language; and nothing is saved.
def test_faults(rig, kari):
    before = rig.file.read_text()
    faulty = {"product_types.food.account": "abc", "payment_types.card.account": "1920", "product_types.beer.reduced_account": "3011",
              "business_day_start": "25:99", "vat.normal.rate": "x", "name": ""}
    for step in ("look", "save"):
        page = press(kari, setup_form(kari), step, **faulty)
        assert page.status == 400 and rig.file.read_text() == before
        assert "is no account" in page.words and "is no VAT rate" in page.words
        assert page.text.count("aria-invalid") >= 4, page.words
    fewer = {k: v for k, v in faulty.items() if "." in k and k != "product_types.food.account" and k != "vat.normal.rate"}
    page = press(kari, setup_form(kari), "look", **fewer)
    assert "straight to bank account 1920" in page.words and "alcohol" in page.words.lower()
    assert 'value="1920"' in page.text
    page = press(signed_in(rig, "per"), setup_form(kari), "look", **faulty)
    assert page.status == 403                            # a form of another sign-in
    per = signed_in(rig, "per")
    page = press(per, setup_form(per), "look", **faulty)
    assert "Ingenting er lagret" in page.words and "er ingen konto" in page.words, page.words


# Goal: two people at once: the second is told, and nothing of his is saved; one effect.
def test_two_at_once(rig, kari):
    per = signed_in(rig, "per")
    first, second = setup_form(kari), setup_form(per)
    page = press(per, second, "look", **{"payment_types.card.account": "1575"})
    saved(kari, first, **{"payment_types.card.account": "1571"})
    answer = press(per, page.form("/venues/grill/setup"), "save")
    assert answer.status == 409 and "Noen andre" in answer.words
    assert "{account: 1571}          # Nets" in rig.file.read_text()
    assert press(per, second, "look").status == 409
    saved(kari, setup_form(kari), **{"payment_types.card.account": "1570"})


# Goal: a type that is new is written as a row of its own, one that goes leaves no trace but the comments above it; what is there twice
# is refused.
def test_types_come_and_go(rig, kari):
    page, _ = saved(kari, setup_form(kari), **{"product_types.+0.type": "cake / pie", "product_types.+0.account": "3030",
                                               "payment_types.+0.type": "vipps", "payment_types.+0.account": "1580"})
    assert "cake / pie" in page.words
    text = rig.file.read_text()
    assert '\n  "cake / pie": {account: 3030}\npayment_types:' in text and "\n  vipps: {account: 1580}\n" in text
    page = press(kari, setup_form(kari), "look", **{"product_types.+0.type": "food"})
    assert page.status == 400 and "it is there already" in page.words
    form = setup_form(kari)
    fields = [(k, "1" if k.endswith("/gone") and ("cake" in k or "vipps" in k) else v) for k, v in form["fields"]]
    page = kari.ask("POST", form["action"], fields + [("step", "look")])
    assert "taken away" in page.words, page.words
    assert press(kari, page.form("/venues/grill/setup"), "save").status == 303
    assert rig.file.read_text() == text.replace('  "cake / pie": {account: 3030}\n', "").replace("  vipps: {account: 1580}\n", "")


# Goal: before it is saved, a type that comes or goes is shown with its accounts and VAT codes, and so is what moves to another VAT code,
# in both languages; nothing of it is saved by looking.
def test_shown_before(rig, kari):
    before = rig.file.read_text()
    new = {"product_types.+0.type": "vin", "product_types.+0.account": "3010", "product_types.+0.reduced_account": "3011",
           "payment_types.+0.type": "vipps", "payment_types.+0.account": "1571", "payment_types.+0.transfer": "1",
           "product_types.beer.gone": "1", "vat.normal.code": "31"}
    for person, code, taken in ((kari, "VAT code", "taken away"), (signed_in(rig, "per"), "mva-kode", "fjernet")):
        page = press(person, setup_form(person), "look", **new)
        assert page.status == 200, page.words
        rows = [" ".join(re.sub(r"<[^>]+>", " ", html.unescape(row)).split()) for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]
        for words in (("vin:", "3010", f"{code} 31"), ("vin:", "3011", f"{code} 31"), ("vipps:", "1571"),
                      ("beer:", "3010", f"{code} 3", taken), (f"3005, {code} 3 3005, {code} 31", "224,00")):
            assert any(all(word in row for word in words) for row in rows), (words, rows)
    assert rig.file.read_text() == before


# Goal: what is written by dates is shown and not asked for; it stays.
def test_dates_stay(rig, kari):
    page = kari.get("/venues/grill/setup")
    assert "has dates" in page.words and "product_types/wine/account" not in page.text
    page = press(kari, setup_form(kari), "look", **{"product_types.wine.account": "9999"})
    assert "Nothing changes" in page.words


# Goal: what changes from a day on leaves the days before as they are; a further change comes behind it, never before it, and one
# without its day is refused beside its field; what is planned stays the file's.
def test_from_a_day(rig, kari):
    before = rig.file.read_text()
    form = setup_form(kari)
    page = press(kari, form, "look", **{"payment_types.card.account": "1572", "vat.reduced.code": "33", "from": "2026-01-01"})
    assert page.status == 200 and "1572" in page.words and "from 2026-01-01" in page.words, page.words
    assert press(kari, page.form(form["action"]), "save").status == 303
    text = rig.file.read_text()
    assert "  card: [{account: 1570}, {valid_from: 2026-01-01, account: 1572}]          # Nets\n" in text, text
    assert '  reduced: [{rate: 15, code: "31"}, {valid_from: 2026-01-01, rate: 15, code: "33"}]\n' in text, text
    assert re.search(r"payment_types.card.account 1570 -> 1572 from 2026-01-01", rig.command("audit", "grill").stdout)
    rig.until("the day has it", lambda: "1572" in kari.get(f"/venues/grill/days/{DAY}").words)
    form = setup_form(kari)
    assert ("s/payment_types/card/account", "1572") in form["fields"]
    for wrong, says in (({}, "this has dates"), ({"from": "2025-12-31"}, "this changes on 2026-01-01 already"),
                        ({"from": "2026-01-01"}, "this changes on 2026-01-01 already"), ({"from": "x"}, "this is no day")):
        page = press(kari, form, "look", **{"payment_types.card.account": "1573", **wrong})
        assert page.status == 400 and says in page.words and rig.file.read_text() == text, page.words
    page = press(kari, form, "look", **{"payment_types.card.account": "1573", "from": "2031-01-01"})
    assert "Their vouchers stay" in page.words or "From account" not in page.words, page.words
    assert press(kari, page.form(form["action"]), "save").status == 303
    assert "{valid_from: 2026-01-01, account: 1572}, {valid_from: 2031-01-01, account: 1573}]" in rig.file.read_text()
    page = kari.get("/venues/grill/setup")
    assert "payment_types/card/account" not in page.text and "has dates" in page.words, "a change that is planned stands in the file"
    rig.file.write_text(before)
    rig.reload()
    rig.until("as before", lambda: "1570" in kari.get(f"/venues/grill/days/{DAY}").words)


# Goal: automatic transfer goes on only if PowerOffice was asked and nothing is wrong; then the page says first what goes at once. The
# console asks nothing itself: the uploader does, when it is asked to.
def test_switched_on(rig, kari):
    page = press(kari, setup_form(kari, "plain"), "look", **{"auto_transfer": "1", "product_types.food.account": "3999"})
    assert page.status == 400 and "3999" in page.words, page.words
    page = press(kari, setup_form(kari, "plain"), "look", auto_transfer="1")
    assert page.status == 200 and "goes to PowerOffice at once" in page.words and "125,00" in page.words, page.words
    assert press(kari, page.form("/venues/plain/setup"), "save").status == 303
    rig.until("it is sent", lambda: documents(rig, "voucher")[f"plain/{DAY}/1"][0] == "sent")
    assert kari.post(kari.get("/venues/plain/setup").form("/venues/plain/connect/ask")).location == "/venues/plain/setup?asked=1"
    rig.until("PowerOffice has answered", lambda: "and has answered" in kari.get("/venues/plain/setup?asked=1").words)


# Goal: a venue on an add-on waits until QuickOrder has it: the page says what to send them, and the button ends it, once.
def test_add_on(rig, kari):
    key = (rig.config / "keys" / "addon").read_text()
    assert "Send this to QuickOrder" in rig.command("venues", "connect", "addon", input=key).stdout
    page = kari.get("/venues/addon/setup")
    assert "Send them this" in page.words and "add-on-2" in page.words
    form = page.form("/venues/addon/setup/confirm")
    assert kari.post(form).status == 303 and "add-on-there addon add-on-2" in last_decision(rig)
    assert kari.post(form).status == 409 and "Send them this" not in kari.get("/venues/addon/setup").words


# Goal: a venue whose file has a value that is none is opened with what stands there and why it is none beside its field, by who sees its
# company alone; and mended there it is in use.
def test_a_wrong_value_is_mended(rig, kari):
    wrong = venue("wrong", auto_transfer="false", auto_invoice="false", department="40")
    (rig.config / "venues" / "wrong.yaml").write_text(json.dumps(wrong).replace('"3000"', '"30x0"').replace('"false"', '"maybe"', 1))
    rig.reload()
    rig.until("it is not in use", lambda: "/venues/wrong/setup" in kari.get("/new-venue").links)
    page = kari.get("/venues/wrong/setup")
    assert page.status == 200 and "not in use" in page.words and page.words.count("is no account") == 1, page.words
    assert 'value="30x0"' in page.text and "salgsstedet er ikke i bruk" in signed_in(rig, "per").get("/venues/wrong/setup").words.lower()
    assert signed_in(rig, "other").get("/venues/wrong/setup").status == 404
    form = page.form("/venues/wrong/setup")
    still = press(kari, form, "look", name="Wrong")
    assert still.status == 400 and "is no account" in still.words and "30x0" in still.text, still.words
    worse = press(kari, form, "look", **{"product_types.food.account": "x"})
    assert worse.status == 400 and "is no account" in worse.words, worse.words
    saved(kari, form, **{"product_types.food.account": "3000", "auto_transfer": "0", "auto_invoice": "0"})
    assert re.search(r"venue-setup wrong .*food.account 30x0 -> 3000", rig.command("audit", "wrong").stdout)
    rig.until("it is in use", lambda: "/venues/wrong" in kari.get("/").links)
    assert "30x0" not in (rig.config / "venues" / "wrong.yaml").read_text()


# Goal: where a red day needs the set-up, its page leads there, or has PowerOffice read again, and names no command; who may not is told
# whose it is.
def test_ways_to_the_setup(rig, kari):
    saved(kari, setup_form(kari), **{"product_types.food.account": "3998"})
    text = rig.until("the account is missed", lambda: documents(rig, "voucher")[f"grill/{DAY}/1"][1].get("account-unknown"))
    page = kari.get(f"/venues/grill/days/{DAY}")
    assert "3998" in text and "bilag check" not in page.words and "/venues/grill/setup" in page.links
    assert kari.post(page.form("/venues/grill/setup/read")).location.startswith(f"/venues/grill/days/{DAY}?said=")
    page = signed_in(rig, "leser").get(f"/venues/grill/days/{DAY}")
    assert "can see to it under Set-up" in page.words and "/venues/grill/setup/read" not in page.text
    saved(kari, setup_form(kari), **{"product_types.food.account": "3000"})
    rig.until("it is right again", lambda: documents(rig, "voucher")[f"grill/{DAY}/1"][0] == "waiting")


# Goal: double entry is refused as `check` refuses it, beside the switch.
def test_double_entry(rig, kari):
    page = press(kari, setup_form(kari, "plain"), "look", **{"auto_invoice": "1", "payment_types.credit.transfer": "1",
                                                             "payment_types.credit.account": "1500"})
    assert page.status == 400 and "booked twice" in page.words


# Goal: who may, and whose: role by role, also for another company's venue and a file that is none.
def test_rights(rig, kari):
    token = dict(setup_form(kari)["fields"])["token"]
    for name, status in (("leser", 403), ("other", 404), ("per", 200)):
        person = signed_in(rig, name)
        assert person.get("/venues/grill/setup").status == status, name
        mine = dict(person.get("/").form("/sign-out")["fields"])["token"]
        for path in ("/venues/grill/setup", "/venues/grill/setup/read", "/venues/grill/setup/confirm"):
            answer = person.ask("POST", path, [("token", mine), ("stamp", "x"), ("step", "save")])
            assert answer.status == {403: 403, 404: 404, 200: 303 if path.endswith("read") else 409}[status], (name, path)
        assert person.ask("POST", "/venues/grill/setup", [("token", token), ("step", "save")]).status == 403
        assert ("Set-up" in person.get("/venues/grill").words or "Oppsett" in person.get("/venues/grill").words) or name != "per"
    for path in ("/venues/nothing/setup", "/venues/..%2fbilag/setup", "/venues/.x/setup"):
        assert kari.get(path).status == 404, path
    assert Person(rig.console_port).get("/venues/grill/setup").location == "/sign-in"


# Goal: whatever is written into any field of text is shown as it was written, and runs nowhere: on the form, before it is saved, on
# vouchers' pages and in the trail.
def test_stored_scripts(rig, kari):
    form = setup_form(kari)
    names = [k for k, _ in form["fields"] if k.startswith("s/") and not re.search("/(alcohol|vat_free|transfer|gone|auto_|send_)", k)]
    page = kari.ask("POST", form["action"], [(k, EVIL if k in names else v) for k, v in form["fields"]] + [("step", "look")])
    assert page.status == 400 and "<script" not in page.text and "&#60;script" in page.text
    words = {"name": EVIL, "product_types.food.name": EVIL, "product_types.food.product": EVIL, "registers": "K1"}
    page, answer = saved(kari, form, **words)
    for shown in (page, kari.get("/venues/grill/setup"), kari.get("/audit"), kari.get("/venues/grill"), kari.get(f"/venues/grill/days/{DAY}")):
        assert shown.status == 200 and "<script" not in shown.text
    assert EVIL in html.unescape(kari.get("/venues/grill/setup").text)
    saved(kari, setup_form(kari), **{"name": "Grillen", "product_types.food.name": "Mat & mer", "product_types.food.product": "MAT",
                                     "registers": ""})
