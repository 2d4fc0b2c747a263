"""The ways on that end what is red, in the browser: receipts that came twice, many at once, refused lines and parked sales, connections
from a list; what became of a receipt, and what was sent for a document. Two people at once have one effect, and the second is told."""
import http.client
import json

import msgpack
import pytest

from api_rig import Program
from console_rig import Person, add_user, settings
from orders_rig import documents, sale, start, venue
from pipeline import BIN
from test_console import DAY, EVIL, OTHER, USERS, receipt, signed_in
from test_languages import NO_PAGE

KILLS = (BIN / "bilag-console").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-console").read_bytes()
NEXT = "2026-11-20"
HOSTILE = f"kunde {EVIL}"


def conflict(name):
    """The same number on two days, with other amounts; behind it one more on the second day."""
    return [receipt(name, 1), receipt(name, 1, day=NEXT, gross=7000), receipt(name, 2, day=NEXT, gross=3000)]


# Venues that are left out: a value that is none, a file that cannot be read; and keys that have no place where the uploader could put one.
LEFT_OUT = {"wrong": lambda v: json.dumps(v).replace("3000", "30x0"), "torn": lambda v: json.dumps(v)[:200],
            "sealed": lambda v: json.dumps(v | {"client_key": {"credential": "sealed"}}),
            "homeless": lambda v: json.dumps({k: v[k] for k in v if k != "client_key"}),
            "abroad": lambda v: json.dumps(v | {"client_key": {"file": "/nowhere/abroad"}})}
NO_PLACE = ("sealed", "homeless", "abroad")


def left_out(pipeline):
    for name, text in LEFT_OUT.items():
        (pipeline.config / "venues" / f"{name}.yaml").write_text(text(venue(name, client_key={"file": f"keys/{name}"})))


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    quiet = {"auto_transfer": "false"}
    venues = [venue("twice", **quiet), venue("anew", **quiet), venue("odd", **quiet), venue("gaps", **quiet),
              venue("other", company=OTHER, client_key={"file": "keys/other"}, **quiet)]
    customers = [{"no": 10001, "name": f"Hansen {EVIL}"}, {"no": 10002, "name": "Olsen"}]
    with start(venues, customers, settings=more) as pipeline:
        for name in ("kari", "ola", "drift", "evil"):
            add_user(pipeline, name, *USERS[name])
        add_user(pipeline, "per", "--company", "912345678", "--role", "decides,sets-up,operates", "--language", "nb")
        add_user(pipeline, "sjef", "--all-companies", "--role", "decides,sets-up", "--language", "nb")
        left_out(pipeline)
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([*conflict("twice"), *conflict("anew"),
                       *[receipt("odd", n, day=day, payments=[{"type": "card", "amount": 100}])
                         for n, day in ((1, "2026-11-17"), (2, "2026-11-18"), (3, DAY))], receipt("odd", 4),
                       receipt("gaps", 1), receipt("gaps", 3), receipt("gaps", 4, day=NEXT), receipt("gaps", 6, day=NEXT),
                       receipt("other", 1), sale("odd", 5, HOSTILE),
                       receipt("nowhere", 1), receipt("nowhere", 2)])
        answer = pipeline.post([{"v": 1, "venue": "odd", "register": EVIL, "seq": -1, "kind": "receipt"},
                                {"v": 1, "venue": "other", "kind": "nothing"}])
        assert len(answer["rejected"]) == 2, answer
        for doc in (f"twice/{NEXT}/1", f"anew/{NEXT}/1", f"odd/{DAY}/1", f"gaps/{NEXT}/1"):
            pipeline.until(f"{doc} is held", lambda doc=doc: documents(pipeline, "voucher").get(doc, ("",))[0] == "held")
        yield pipeline


@pytest.fixture
def kari(rig):
    return signed_in(rig, "kari")


def state(pipeline, doc):
    return documents(pipeline, "voucher").get(doc, ("none",))[0]


def decisions(pipeline, subject, verb):
    return [line for line in pipeline.command("audit", subject).stdout.splitlines() if f" {verb} " in line]


# Goal: who has the console alone reads of nothing that it does not have, and is led nowhere: every page that a person is led to, of red documents, of venues
# that are left out and of keys that could not be taken, too.
def test_no_page_names_a_command(rig):
    sets_up = signed_in(rig, "per")
    for name in NO_PLACE:
        page = sets_up.get(f"/venues/{name}/connect")
        answer = sets_up.post(page.form(f"/venues/{name}/connect"), key="a-key-of-no-books")
        assert answer.status == 409 and "den som drifter Bilag" in answer.words and not NO_PAGE.search(answer.words), answer.words
    for name in ("kari", "per", "drift", "sjef"):
        person, seen, ahead = signed_in(rig, name), set(), ["/"]
        while ahead and len(seen) < 200:
            path = ahead.pop(0).split("#")[0]
            if path in seen or not path.startswith("/") or path.endswith((".pdf", ".csv")):
                continue
            seen.add(path)
            page = person.get(path)
            assert page.status in (200, 303), (path, page.status)
            wrong = page.headers.get("Content-Type", "").startswith("text/html") and NO_PAGE.search(page.words)
            assert not wrong, (name, path, page.words[max(0, wrong.start() - 200):wrong.end() + 100])
            ahead += page.links
        assert len(seen) > 10, (name, seen)
        assert name != "per" or {f"/venues/{n}/connect" for n in NO_PLACE} <= seen, sorted(seen)
        assert name != "sjef" or {f"/venues/{n}/setup" for n in NO_PLACE} <= seen, sorted(seen)
    overview = signed_in(rig, "drift").get("/").words
    assert all(n in overview for n in LEFT_OUT) and overview.count("its set-up cannot be read") == 1, overview
    assert "Why (Register K1: receipt 2 is missing)" in signed_in(rig, "kari").get(f"/venues/gaps/days/{DAY}").words


# Goal: two contents of one number stand side by side with their amounts and times; one person says which is right, another who saw
# the same is told who was first, and there is one decision.
def test_choose(rig, kari):
    per = signed_in(rig, "per")
    day = kari.get(f"/venues/twice/days/{NEXT}")
    link = next(link for link in day.links if "/receipt?name=" in link)
    page, his = kari.get(link), per.get(link)
    assert "125,00" in page.words and "70,00" in page.words and f"{DAY} 19:00" in page.words and f"{NEXT} 19:00" in page.words
    form = next(f for f in page.forms if f["action"] == "/choose" and ("which", "2") in f["fields"])
    theirs = next(f for f in his.forms if f["action"] == "/choose" and ("which", "1") in f["fields"])
    assert kari.post(form, reason=" ").status == 400
    assert kari.post(form, reason="x", place="1").status == 409
    assert kari.post(form, reason="x", which="7").status == 409
    assert kari.post(form, reason=EVIL).status == 303
    late = per.post(theirs, reason="jeg også")
    assert late.status == 409 and "kari (console) har bestemt noe om twice/K1/1" in late.words, late.words
    rig.until("the second is booked", lambda: state(rig, f"twice/{NEXT}/1") == "waiting")
    assert [line.split()[2] for line in decisions(rig, "twice/K1/1", "choose")] == ["kari"]
    page = kari.get(link)
    assert "not booked" in page.words and EVIL in page.words and "<script" not in page.text
    assert "account 3000" in kari.get("/venues/twice/receipt?name=K1/2").words.replace("\xa0", " ")


# Goal: that a register counts anew is shown as the numbers that would move, and done once.
def test_restarted(rig, kari):
    page = kari.get("/venues/anew/receipt?name=K1%2F1")
    assert "K1/1 becomes K1~2/1" in page.words and "K1/2 becomes K1~2/2" in page.words and "2 numbers, sales of 100,00 kr" in page.words
    form = page.form("/restarted")
    assert kari.post(form, reason="x", place="77").status == 409
    assert kari.post(form, reason="byttet kasse").status == 303
    assert kari.post(form, reason="again").status == 409
    rig.until("both are booked", lambda: [state(rig, f"anew/{d}/1") for d in (DAY, NEXT)] == ["waiting"] * 2)
    assert len(decisions(rig, "anew/K1/1", "restarted")) == 1
    assert "K1~2/1" in kari.get(f"/venues/anew/days/{NEXT}/1/lines/1").words


# Goal: receipts with one problem are left out together, only those that are ticked, and a page from before does nothing.
def test_many_receipts(rig, kari):
    day = kari.get(f"/venues/odd/days/{DAY}")
    link = next(link for link in day.links if "/many?deed=leave-out" in link)
    page = kari.get(f"{link}&from=2026-11-01&to={NEXT}")
    form = page.form("/leave-out")
    assert [v for k, v in form["fields"] if k == "receipt"] == ["odd/K1/1", "odd/K1/2", "odd/K1/3"]
    none = {**form, "fields": [f for f in form["fields"] if f[0] != "receipt"]}
    assert kari.post(none, reason="x").status == 400
    two = {**form, "fields": [f for f in form["fields"] if f[1] != "odd/K1/2"]}
    foreign = {**form, "fields": [*form["fields"], ("receipt", "other/K1/1")]}
    assert kari.post(foreign, reason="x").status == 404 and not decisions(rig, "odd/K1", "leave-out")
    assert kari.post(two, reason="feil i kassen").status == 303
    rig.until("two are out", lambda: "odd/K1/3" not in kari.get(f"{link}&from=2026-11-01&to={NEXT}").text)
    assert kari.post(form, reason="x").status == 409
    assert len(decisions(rig, "odd/K1", "leave-out")) == 2
    page = kari.get("/venues/odd/receipt?name=K1/1")
    assert "left out by decision" in page.words and not any(f["action"] == "/leave-out" for f in page.forms)
    last = kari.get("/venues/odd/receipt?name=K1/2").form("/leave-out")
    assert kari.post(last, reason="feil").status == 303
    rig.until("no day is held", lambda: "held" not in {s for d, (s, _) in documents(rig, "voucher").items() if d.startswith("odd/")})


# Goal: what may be said of many documents is said of those that are ticked, each as it was seen.
def test_many_documents(rig, kari):
    page = kari.get(f"/venues/gaps/many?deed=accept&problem=sequence-gap&from={DAY}&to={NEXT}")
    form = page.form("/decide")
    assert [v.split("@")[0] for k, v in form["fields"] if k == "document"] == [f"gaps/{DAY}/1", f"gaps/{NEXT}/1"]
    stale = {**form, "fields": [(k, v + "9" if v.startswith(f"gaps/{NEXT}") else v) for k, v in form["fields"]]}
    assert kari.post(stale, reason="x").status == 409 and not decisions(rig, "gaps/", "accept")
    assert kari.post(form, reason="kassen hoppet over numre").status == 303
    rig.until("both wait", lambda: [state(rig, f"gaps/{d}/1") for d in (DAY, NEXT)] == ["waiting"] * 2)
    assert len(decisions(rig, "gaps/", "accept")) == 2
    for wrong in ("deed=transfer", "deed=accept", "deed=x", "deed=leave-out", "deed=leave-out&problem=sequence-gap"):
        assert kari.get(f"/venues/gaps/many?{wrong}").status == 404, wrong


# Goal: a receipt that nobody has, or that is no receipt, is said to be so; one that is there says in which voucher and which line.
def test_receipt(rig, kari):
    assert kari.get("/venues/odd/receipt").status == 200
    assert kari.get("/venues/odd/receipt?name=K1/77").status == 404
    assert kari.get("/venues/odd/receipt?name=..%2F..%2Fx").status == 400
    page = kari.get("/venues/odd/receipt?name=K1/4")
    assert "125,00" in page.words and f"odd/{DAY}/1" in page.words and f"/venues/odd/days/{DAY}" in page.links
    order = signed_in(rig, "per").get("/venues/odd/receipt?name=K1/5")
    assert "i ordren" in order.words or "Ordre" in order.words


# Goal: what was sent for a document is there word by word for who may see the document.
def test_requests(rig, kari):
    form = kari.get(f"/venues/anew/days/{DAY}").form("/venues/anew/transfer")
    assert kari.post(form).status == 303
    rig.until("it is sent", lambda: state(rig, f"anew/{DAY}/1") == "sent")
    link = next(link for link in kari.get(f"/venues/anew/days/{DAY}").links if "/requests?" in link)
    page = kari.get(link)
    assert "POST" in page.words and "sent" in page.words and "answered" in page.words
    assert kari.get("/venues/odd/requests?document=other/" + DAY + "/1").status == 404
    assert kari.get(link.replace("/venues/anew", "/venues/odd")).status == 404


# Goal: a list of connections is shown before it is made, one wrong line and nothing is; pasted or as a file; two people have one
# effect; a connection is taken away only as it was seen.
def test_customers(rig, kari):
    per = signed_in(rig, "per")
    path = "/venues/odd/customers/import"
    form = kari.get(path).form(path)
    wrong = kari.post(form, rows=f"{HOSTILE};10001\nOlsen;777\n")
    assert wrong.status == 400 and "777" in wrong.words and "<script" not in wrong.text
    assert kari.post(form, rows="").status == 400
    many = [f"kunde {n};10001" for n in range(301)]
    assert kari.post(form, rows="\n".join(many[1:])).status == 200
    late = kari.post(form, rows="\n".join(many))
    assert late.status == 400 and "These are 301 lines: 300 at most at once." in late.words
    page = per.post(per.get(path).form(path), rows=f'"{HOSTILE.replace(chr(34), chr(34) * 2)}";10001\nOlsen;10002')
    assert page.status == 200 and "ny" in page.words, page.words
    first, second = page.form(path), upload(kari, path, f"Olsen\t10001\nBerg,10001\n").form(path)
    assert per.post(first, reason="").status == 400
    assert per.post(first, reason="fra regnearket").status == 303
    late = kari.post(second, reason="mine")
    assert late.status == 409 and "per (console)" in late.words
    assert len(decisions(rig, "912345678/", "connect")) == 2
    page = kari.get("/venues/odd/customers")
    form = page.form("/venues/odd/customers/disconnect", till_customer=HOSTILE)
    assert kari.post(form, number="10002", reason="x").status == 409
    assert kari.post(form, reason=EVIL).status == 303
    assert kari.post(form, reason="x").status == 409
    assert len(decisions(rig, "912345678/", "disconnect")) == 1


def upload(person, path, text):
    """The page's form with a file, as a browser sends it."""
    form, edge = person.get(path).form(path), "----edge"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form["fields"] if k != "file"]
    parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="rows"\r\n\r\n\r\n')
    parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n')
    connection = http.client.HTTPConnection("127.0.0.1", person.port, timeout=30)
    connection.request("POST", path, ("".join(parts) + f"--{edge}--\r\n").encode(), {
        "Content-Type": f"multipart/form-data; boundary={edge}", "Origin": f"http://127.0.0.1:{person.port}",
        "Cookie": "; ".join(f"{k}={v}" for k, v in person.cookies.items())})
    response = connection.getresponse()
    from console_rig import Page
    page = Page(response.status, dict(response.getheaders()), response.read())
    connection.close()
    assert page.status == 200, page.words
    return page


# Goal: refused lines and parked sales are dismissed with a reason by who may see them, once, and stay on the list.
def test_dismiss(rig):
    drift, per = signed_in(rig, "drift"), signed_in(rig, "per")
    page, his = drift.get("/refused"), per.get("/refused")
    lines = [f for f in page.forms if ("what", "line") in f["fields"]]
    mine = [f for f in his.forms if ("what", "line") in f["fields"]]
    assert len(lines) == 2 and len(mine) == 1 and not any(("what", "all") in f["fields"] for f in his.forms)
    theirs = next(f for f in lines if f["fields"] != mine[0]["fields"] and dict(f["fields"])["subject"] != dict(mine[0]["fields"])["subject"])
    fields = {**dict(theirs["fields"]), "token": dict(mine[0]["fields"])["token"], "reason": "x"}
    assert per.ask("POST", "/refused", list(fields.items())).status == 404          # another company's line
    for wrong in ({"what": "all", "subject": "all"}, {"what": "parked", "subject": "nowhere"}, {"what": "x"}, {"so_far": "5"}):
        assert per.ask("POST", "/refused", list({**fields, **wrong}.items())).status == 404, wrong
    assert per.post(mine[0], reason=EVIL).status == 303
    same = next(f for f in lines if dict(f["fields"])["subject"] == dict(mine[0]["fields"])["subject"])
    late = drift.post(same, reason="x")
    assert late.status == 409 and "per (console)" in late.words
    parked = page.form("/refused", what="parked", subject="nowhere")
    assert drift.post(parked, reason="ikke vårt sted").status == 303
    assert drift.post(parked, reason="x").status == 409
    everything = page.form("/refused", what="all")
    assert drift.post(everything, reason="prøver").status == 303
    page = drift.get("/refused")
    assert not any(f["action"] == "/refused" for f in page.forms) and page.words.count("seen to") >= 2 and "<script" not in page.text
    assert "red" not in rig.command("refused", "list", check=False).stdout.split("parked")[0]


# Goal: of two people who decide about one document the second is told who did what, though no stage has taken it up yet and the document
# stands as both saw it: whatever each of them decides, on a page or as a program.
@pytest.mark.parametrize("second", ["page", "program"])
@pytest.mark.parametrize("first", ["transfer", "by-hand"])
def test_two_about_one_document(first, second):
    port, more = settings()
    with start([venue("bar", auto_transfer="false")], settings=more) as pipeline:
        for name in ("kari", "per"):
            add_user(pipeline, name, "--company", "912345678", "--role", "decides", "--language", "en")
        asker = Program(port, pipeline.command("users", "token", "per", "--about", "tests").stdout.strip())
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port, doc = port, f"bar/{DAY}/1"
        pipeline.post([receipt("bar", 1)])
        pipeline.until("it waits", lambda: state(pipeline, doc) == "waiting")
        for stage in ("mapper", "uploader", "invoicer"):
            pipeline.stop(stage)
        kari, per = signed_in(pipeline, "kari"), signed_in(pipeline, "per")
        page, seen = per.get(f"/venues/bar/days/{DAY}"), asker.get(f"/api/v1/venues/bar/days/{DAY}").json["documents"][0]["seen"]
        if first == "transfer":
            done = kari.post(kari.get(f"/venues/bar/days/{DAY}").form("/venues/bar/transfer"))
        else:
            done = kari.post(kari.get(f"/venues/bar/days/{DAY}").form("/decide", deed="by-hand"), reason="ført")
        assert done.status == 303, done.words
        for deed in ("transfer", "by-hand"):
            form = page.form("/venues/bar/transfer") if deed == "transfer" else page.form("/decide", deed="by-hand")
            if second == "page":
                answer = per.post(form, reason="x")
                assert answer.status == 409 and "kari (console) has decided about" in answer.words, (deed, answer.words)
            else:
                answer = asker.post("/api/v1/venues/bar/acts", {"act": deed, "documents": [seen], **({"reason": "x"} if deed == "by-hand" else {})})
                assert answer.status == 409 and "kari (console) has decided about" in answer.json["message"], answer.bytes
                assert answer.json["now"] != seen
        assert not [line for line in pipeline.command("audit", doc).stdout.splitlines() if " per (" in line]
        for stage in ("mapper", "uploader", "invoicer"):
            pipeline.restart(stage)
        pipeline.until("the first one's is done", lambda: state(pipeline, doc) == {"transfer": "sent", "by-hand": "by_hand"}[first])
        assert len(pipeline.vouchers()) == (first == "transfer")


def refused(pipeline, *events):
    """As a former program refused them: well-formed, and kept with a reason that is none any more."""
    with pipeline.dealer("ingest-0") as s:
        lines = [[n + 1, json.dumps(event).encode(), f"{event['venue']} is not set up here"] for n, event in enumerate(events)]
        s.send_multipart([b"b", b"lines", b"kept.ndjson", msgpack.packb(lines)])
        assert len(msgpack.unpackb(s.recv_multipart()[-1])["rejected"]) == len(events)


def of_line(page, number):
    return page.form("/refused/retry", what="line", subject=f"import/kept.ndjson line {number}")


# Goal: a line that was refused and whose cause is gone is taken in by who may see it, with a reason, once; what nobody put right is
# not offered; all at once is for who sees all.
def test_retry(rig):
    drift, per = signed_in(rig, "drift"), signed_in(rig, "per")
    refused(rig, receipt("gaps", 11, day="2026-11-22"), receipt("other", 12, day="2026-11-22"), receipt("gaps", 13, day="2026-11-22"),
            receipt("gaps", 14, day="2026-11-22"), receipt("elsewhere", 1))
    page, his = drift.get("/refused"), per.get("/refused")
    assert len([f for f in page.forms if f["action"] == "/refused/retry"]) == 6
    assert len([f for f in his.forms if f["action"] == "/refused/retry"]) == 3 and "Ta den inn" in his.words
    foreign = {**of_line(his, 1), "fields": [(k, "import/kept.ndjson line 2" if k == "subject" else v) for k, v in of_line(his, 1)["fields"]]}
    whole = {**of_line(his, 1), "fields": [(k, "all" if k in ("subject", "what") else v) for k, v in of_line(his, 1)["fields"]]}
    assert per.post(foreign, reason="x").status == 404 and per.post(whole, reason="x").status == 404
    assert per.post(of_line(his, 1), reason=" ").status == 400
    assert per.post(of_line(his, 1), reason=EVIL).status == 303
    late = drift.post(of_line(page, 1), reason="x")
    assert late.status == 404, "it is taken in"
    done = drift.post(of_line(page, 3), reason="satt opp nå")
    assert done.status == 303 and "refused line taken in again import/kept.ndjson line 3" in drift.get(done.location).words
    everything = page.form("/refused/retry", what="all")
    assert drift.post(everything, reason="alle").status == 303 and drift.post(everything, reason="x").status == 404
    page = drift.get("/refused")
    assert not any(f["action"] == "/refused/retry" for f in page.forms) and page.words.count("taken in since") == 5
    assert "<script" not in page.text and "Venue elsewhere" not in page.words
    trail = [line for line in rig.command("audit").stdout.splitlines() if " retry-refused " in line]
    assert len(trail) == 3 and all(" (console) " in line for line in trail), trail
    assert "0 taken in, 0 known already" in rig.command("refused", "retry", check=False).stdout


def sent_with(pipeline, token, *lines):
    """What ingest answers to who shows this token of his own."""
    door, mine, opened = pipeline.door, pipeline.door.token, set(pipeline.door.venues)
    door.token, door.venues = token, opened | {line["venue"] for line in lines}
    try:
        return pipeline.post(lines)
    finally:
        door.token, door.venues = mine, opened


# Goal: what came with a company's token is taken in by a venue of that company and by no other: not when its venue is set up for
# another, not pressed by that one's people or by who operates, nor by the command; and only who operates sees that it is there.
def test_whose_line(rig):
    before = {row["venue"]: row["refused"] for row in json.loads(rig.command("status", "--json", check=False).stdout)["venues"]}
    token = rig.command("tokens", "add", "--company", "912345678", "--about", "the back office").stdout.strip()
    secret = [receipt("later", 1, day="2026-11-23", gross=4711, staff="hemmelig"), {"v": 1, "venue": "other", "kind": "hemmelig nei"}]
    assert len(sent_with(rig, token, *secret)["rejected"]) == 2
    drift, per, evil = (signed_in(rig, name) for name in ("drift", "per", "evil"))
    number = next(line.split("token ")[1].split()[0] for line in rig.command("refused", "list", check=False).stdout.splitlines()
                  if "waits for its venue" in line)
    subject = f"http of token {number} line 1"

    def pressed(person, subject=subject):
        page = person.get("/refused")
        own = dict(page.form("/sign-out")["fields"])["token"]
        so_far = dict(page_of_drift.form("/refused", what="line", subject=subject)["fields"])["so_far"]
        return person.ask("POST", "/refused/retry", [("token", own), ("what", "line"), ("subject", subject), ("so_far", so_far),
                                                     ("reason", "x"), ("back", "/refused"), ("seen", "9999")])

    def nobody_takes_it(words, says):
        nonlocal page_of_drift
        page_of_drift = drift.get("/refused")
        assert words in page_of_drift.words
        assert not any(f["action"] == "/refused/retry" and dict(f["fields"])["subject"] == subject for f in page_of_drift.forms)
        for person in (evil, per):
            page = person.get("/refused")
            assert "later" not in page.words and "hemmelig" not in page.text
            assert pressed(person).status == 404
        assert pressed(drift).status == 404
        done = rig.command("refused", "retry", check=False)
        assert done.returncode == 1 and "0 taken in" in done.stdout and says in done.stdout
        assert rig.command("explain", "later/K1/1", check=False).returncode != 0
    page_of_drift = None
    nobody_takes_it("a venue that is not set up: can be taken in once", "once the venue is set up as that company's")
    rig.write_venue(venue("later", company=OTHER, client_key={"file": "keys/other"}, auto_transfer="false"))
    rig.reload()
    rig.until("the console knows it", lambda: "/venues/later" in " ".join(evil.get("/").links))
    nobody_takes_it("sent with a token that does not open this venue", "never taken in")
    rig.post([receipt("later", 1, day="2026-11-23", gross=900)])     # its own receipt of that number settles nothing of the other's
    rig.until("its own is there", lambda: "9,00" in rig.command("explain", "later/K1/1", check=False).stdout)
    assert "sent with a token that does not open this venue" in drift.get("/refused").words and "4711" not in evil.get("/refused").text
    status = json.loads(rig.command("status", "--json", check=False).stdout)
    assert status["refused"] > 0 and {row["venue"]: row["refused"] for row in status["venues"]} == {**before, "later": 0}
    refused = [line for line in rig.command("refused", "list", check=False).stdout.splitlines() if f"token {number}" in line]
    assert len(refused) == 2 and all("later" in line or "other" in line for line in refused), refused


# Goal: the same line, when its venue is set up as one of the token's company, though the token is revoked by then.
def test_whose_line_it_is(rig):
    token = rig.command("tokens", "add", "--company", "912345678", "--about", "the back office").stdout.strip()
    assert len(sent_with(rig, token, receipt("sooner", 1, day="2026-11-23"))["rejected"]) == 1
    number = max(line.split()[0] for line in rig.command("tokens", "list").stdout.splitlines() if line.split()[:1][0].isdigit())
    rig.command("tokens", "revoke", number, "--reason", "another one")
    rig.write_venue(venue("sooner", auto_transfer="false"))
    rig.reload()
    per, subject = signed_in(rig, "per"), f"http of token {number} line 1"
    rig.until("the console knows it", lambda: "/venues/sooner" in " ".join(per.get("/").links))
    assert per.post(per.get("/refused").form("/refused/retry", what="line", subject=subject), reason="satt opp").status == 303
    rig.until("it is booked", lambda: "125,00" in rig.command("explain", "sooner/K1/1", check=False).stdout)


# Goal: a line that waits for its venue waits on, though a receipt of that number comes by another's token: nobody knows yet whose it is.
def test_a_waiting_line_is_not_replaced(rig):
    company = rig.command("tokens", "add", "--company", "912345678", "--about", "the back office").stdout.strip()
    by_name = rig.command("tokens", "add", "--venue", "nowhere", "--about", "a till").stdout.strip()
    assert len(sent_with(rig, company, receipt("nowhere", 1, day="2026-11-23", gross=4711))["rejected"]) == 1
    assert sent_with(rig, by_name, receipt("nowhere", 1, day="2026-11-23", gross=900))["parked"] == 1
    waiting = [line for line in rig.command("refused", "list", check=False).stdout.splitlines() if "waits for its venue" in line]
    assert waiting, "it waits no longer"
    rig.command("refused", "dismiss", "all", "--venue", "nowhere", "--reason", "a test")
    rig.command("refused", "dismiss", "parked", "--venue", "nowhere", "--reason", "a test")


# Goal: the console dies before or after the line is handed over: the page comes back, and pressing it again ends with one receipt.
@pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
@pytest.mark.parametrize("point", ["retry.after-trail", "retry.after-hand-over"])
def test_retry_killed(point):
    port, more = settings()
    with start([venue("bar", auto_transfer="false")], settings=more) as pipeline:
        add_user(pipeline, "drift", *USERS["drift"])
        pipeline.add("console", 0)
        pipeline.wait_ready()
        process = pipeline.of("console")
        pipeline.stop("console")
        process.env = {"BILAG_KILLPOINT": f"{point}:1"}
        pipeline.restart("console")
        pipeline.wait_ready()
        pipeline.console_port, process.env = port, {}
        refused(pipeline, receipt("bar", 1))
        drift = signed_in(pipeline, "drift")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            drift.post(of_line(drift.get("/refused"), 1), reason="satt opp nå")
        pipeline.until("it is back", lambda: process.starts == 3 and process.ready())
        page = signed_in(pipeline, "drift").get("/refused")
        if point == "retry.after-trail":
            again = signed_in(pipeline, "drift")
            assert again.post(of_line(again.get("/refused"), 1), reason="en gang til").status == 303
        else:
            assert "taken in since" in page.words and not any(f["action"] == "/refused/retry" for f in page.forms)
        pipeline.until("it is booked", lambda: "125,00" in pipeline.command("explain", "bar/K1/1", check=False).stdout)
        assert "0 taken in, 0 known already" in pipeline.command("refused", "retry", check=False).stdout
        assert len([line for line in pipeline.command("audit").stdout.splitlines() if " retry-refused " in line]) == \
            (2 if point == "retry.after-trail" else 1)


# Goal: role by role, each act of these pages does what its row says; another company's are as if they were not there; and a form
# without its token, or of another page, does nothing.
def test_rights(rig):
    people = {name: signed_in(rig, name) for name in ("kari", "ola", "drift", "evil")}
    acts = {
        "receipt": ("GET", "/venues/odd/receipt?name=K1/4", []),
        "requests": ("GET", f"/venues/odd/requests?document=odd/{DAY}/1", []),
        "many": ("GET", "/venues/odd/many?deed=accept&problem=sequence-gap", []),
        "choose": ("POST", "/choose", [("receipt", "odd/K1/4"), ("which", "1"), ("reason", "x"), ("seen", "9999")]),
        "restarted": ("POST", "/restarted", [("receipt", "odd/K1/4"), ("reason", "x"), ("seen", "9999")]),
        "leave-out": ("POST", "/leave-out", [("receipt", "odd/K1/99"), ("reason", "x"), ("seen", "9999")]),
        "import": ("GET", "/venues/odd/customers/import", []),
        "look": ("POST", "/venues/odd/customers/import", [("rows", "A;x;y")]),
        "connect": ("POST", "/venues/odd/customers/import", [("step", "save"), ("row", "x"), ("reason", "x")]),
        "disconnect": ("POST", "/venues/odd/customers/disconnect", [("till_customer", "nobody"), ("number", "1"), ("reason", "x")]),
        "retry": ("POST", "/refused/retry", [("what", "line"), ("subject", "x"), ("so_far", "1"), ("reason", "x"), ("seen", "9999")]),
        "dismiss": ("POST", "/refused", [("what", "line"), ("subject", "x"), ("so_far", "1"), ("reason", "x"), ("seen", "9999")]),
    }
    decided, set_up = ("many", "choose", "restarted", "leave-out"), ("import", "look", "connect", "disconnect")
    allowed = {"receipt": 200, "requests": 200, "many": 200, "choose": 409, "restarted": 409, "leave-out": 409, "import": 200,
               "look": 400, "connect": 400, "disconnect": 409, "dismiss": 404, "retry": 404}
    for name, open_acts in {"kari": [*decided, *set_up], "ola": [], "drift": ["dismiss", "retry"], "evil": list(acts)}.items():
        token = dict(people[name].get("/").form("/sign-out")["fields"])["token"]
        for act, (method, path, fields) in acts.items():
            wanted = allowed[act] if act in open_acts or act in ("receipt", "requests") else 403
            wanted = 404 if name == "evil" else wanted
            answer = people[name].ask(method, path, [("token", token), *fields] if method == "POST" else None)
            assert answer.status == wanted, (name, act, answer.status, answer.words)
            if method == "POST":
                assert people[name].ask("POST", path, fields).status == 403, act
                assert people[name].ask("POST", path, [("token", token), *fields], headers={"Origin": "https://x.no"}).status == 403
                assert Person(rig.console_port).ask("POST", path, fields).status == 403
    assert not decisions(rig, "odd/K1/4", "choose")


# Goal: who may dismiss takes it back, in the browser and as a program, and is offered nothing that others decide; of what one does not see
# there is nothing to take back.
def test_dismissal_taken_back(rig, kari):
    drift, sjef, per, evil = (signed_in(rig, name) for name in ("drift", "sjef", "per", "evil"))
    program = Program(rig.console_port, rig.command("users", "token", "drift", "--about", "tests").stdout.strip())
    tokens = {person: dict(person.get("/").form("/sign-out")["fields"])["token"] for person in (kari, drift, sjef, per, evil)}

    def undo(person, number):
        return person.ask("POST", "/undo", [("token", tokens[person]), ("number", number), ("reason", "x")]).status

    def dismissed(**what):
        form = rig.until("it is on the list", lambda: next((f for f in drift.get("/refused").forms if f["action"] == "/refused" and
                                                            what.items() <= dict(f["fields"]).items()), None))
        assert drift.post(form, reason="ikke vårt").status == 303
        newest = program.get("/api/v1/audit", limit=1).json["decisions"][0]
        assert newest["can_be_taken_back"] and newest["reason"] == "ikke vårt"
        return str(newest["decision"])
    rig.post([receipt("nowhere", 3)])
    assert len(rig.post([{"v": 1, "venue": "other", "kind": "nothing, again"}])["rejected"]) == 1
    for what in ({"what": "parked", "subject": "nowhere"}, {"what": "line"}):
        number = dismissed(**what)
        assert [undo(person, number) for person in (kari, sjef, per, evil)] == [404] * 4
        assert drift.post(drift.get("/audit").form("/undo", number=number), reason="vårt likevel").status == 303
        assert undo(drift, number) == 409
        again = dismissed(**what)
        assert program.post("/api/v1/acts", {"act": "undo", "decision": int(again), "reason": "x"}).status == 200
        dismissed(**what)
    day = f"odd/{DAY}/1"
    form = kari.get(f"/venues/odd/days/{DAY}").form("/decide", deed="by-hand")
    assert kari.post(form, reason="ført").status == 303
    theirs = decisions(rig, day, "by-hand")[-1].split()[0]
    assert not any(dict(f["fields"]).get("number") == theirs for f in drift.get("/audit").forms) and undo(drift, theirs) == 403
    told = next(d for d in program.get("/api/v1/audit", q=day).json["decisions"] if str(d["decision"]) == theirs)
    assert not told["can_be_taken_back"]
    assert program.post("/api/v1/acts", {"act": "undo", "decision": int(theirs), "reason": "x"}).status == 403
    rig.until("it is by hand", lambda: state(rig, day) == "by_hand")
    assert kari.post(kari.get("/audit").form("/undo", number=theirs), reason="ikke ført").status == 303
    rig.until("it is not any more", lambda: state(rig, day) != "by_hand")
