"""bilag-watch: each recipient is told once when something begins and once when it ends, whatever crashes, whatever is down."""
import json
import os
import re
import ssl
import stat

import pytest

from door import certificate
from pipeline import Pipeline
from test_cli import receipt, venue
from watch_rig import PASSWORD, SECRET, judge, mail_server, set_time, settings, web_server

DAY = "2026-11-20"


def two_venues():
    """Of two companies: anna's, and bo's. Bo is closed on Sundays."""
    return {"grill": {**venue("grill", company="911111111", begins=DAY, close="clock"), "name": "Grill Æ"},
            "bar": {**venue("bar", company="922222222", begins=DAY, close="clock", closed=["sunday"]), "name": "Bar"}}


RECIPIENTS = {"anna": {"mail": "anna@example.no", "language": "nb", "companies": ["911111111"]},
              "bo": {"mail": "bo@example.no", "companies": ["922222222"]},
              "drift": {"mail": "drift@example.no"}}


def watched(watch, **more):
    """The pipeline with the watch beside it, at eleven o'clock of the day after DAY."""
    pipeline = Pipeline(two_venues(), settings={"watch": watch}, **more)
    set_time(pipeline, "2026-11-21T09:00:00+01:00")
    pipeline.write_key("smtp", PASSWORD)
    pipeline.write_key("hook", SECRET)
    return pipeline


def begin(pipeline, env=None):
    pipeline.add("watch", 0, env)
    pipeline.until("the watch is ready", pipeline.of("watch", 0).ready)


def looks(pipeline, count=2):
    """Waits until it has looked so often from the beginning."""
    so_far = pipeline.counter("watch", "looks")
    pipeline.until("it has looked", lambda: pipeline.counter("watch", "looks") >= so_far + count)


def sold(pipeline, name, day=DAY, seq=1, kind="food"):
    pipeline.post([receipt(seq, name=name, day=day, kind=kind)])


# Goal: a missing day and a red document are told once to whom they concern, in their language, and once when they are over; nobody
# is told of another company. Closed days are not missed.
def test_a_day_is_missing_and_a_document_is_red():
    with mail_server() as mail, watched(settings(RECIPIENTS, mail.url)) as pipeline:
        inbox = mail.inbox
        sold(pipeline, "bar")
        pipeline.until("bar's day is sent", lambda: [v for v in pipeline.vouchers()])
        begin(pipeline)
        looks(pipeline)
        assert not inbox.letters                                             # nine o'clock
        set_time(pipeline, "2026-11-21T10:01:00+01:00")
        pipeline.until("all have mail", lambda: len(inbox.letters) == 2)
        assert "Manglende dag: Grill Æ, 2026-11-20" in inbox.text("anna") and "Missing day: Grill Æ" in inbox.text("drift")
        assert not inbox.text("bo")
        letter = next(one for one in inbox.letters if "anna" in one.envelope[1][0])
        assert letter["Subject"] == "[Bilag] Manglende dag: grill 2026-11-20" and letter["To"] == "anna@example.no"
        assert letter.envelope == ("bilag@example.no", ["anna@example.no"]) and letter["Date"].datetime.year == 2026
        sold(pipeline, "grill", kind="unknown")                              # nobody has mapped it
        pipeline.until("it is over, and red", lambda: "Rødt dokument: Grill Æ" in inbox.text("anna"))
        pipeline.until("over", lambda: re.search(r"OVER\s+\* Manglende dag", inbox.text("anna")))
        text = pipeline.venues["grill"]
        pipeline.write_venue({**text, "product_types": {**text["product_types"], "unknown": text["product_types"]["food"]}})
        pipeline.reload()
        pipeline.until("mended", lambda: re.search(r"OVER\s+\* Rødt dokument", inbox.text("anna")))
        looks(pipeline)
        for who in ("anna", "drift"):
            assert len(re.findall(r"\* (?:Rødt dokument|Red document)", inbox.text(who))) == 2, inbox.text(who)
        assert not inbox.text("bo")
        set_time(pipeline, "2026-11-22T10:01:00+01:00")                      # Saturday is missing for both
        pipeline.until("bo is told", lambda: "Missing day: Bar, 2026-11-21" in inbox.text("bo"))
        set_time(pipeline, "2026-11-23T10:01:00+01:00")                      # bar is closed on Sundays
        pipeline.until("anna is told of Sunday", lambda: "Manglende dag: Grill Æ, 2026-11-22" in inbox.text("anna"))
        looks(pipeline)
        assert "2026-11-22" not in inbox.text("bo").split("(2026", 1)[0]
        assert len([m for m in inbox.letters if m["Message-ID"]]) == len({m["Message-ID"] for m in inbox.letters})


def one_red(pipeline):
    """A document that nobody can post."""
    sold(pipeline, "grill", kind="unknown")
    pipeline.until("it is red", lambda: state_of(pipeline, f"grill/{DAY}/1") == "held")


def state_of(pipeline, doc):
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return {d["id"]: d["state"] for v in status["venues"] for d in v["documents"]}.get(doc)


def watch_state(pipeline):
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return next(s for s in status["stages"] if s["stage"] == "watch")


# Goal: while the mail server is down, refuses, or takes a letter and dies before it says so, nothing is lost; status says in red whom
# it cannot reach; a watch that is killed at any time tells nothing twice but by the same letter, to the byte.
def test_nothing_is_lost_and_nothing_told_twice():
    with mail_server(up=False) as mail, watched(settings({"drift": {"mail": "drift@example.no"}}, mail.url)) as pipeline:
        inbox = mail.inbox
        sold(pipeline, "bar")
        one_red(pipeline)
        begin(pipeline)
        said = pipeline.until("status says whom it cannot reach", lambda: watch_state(pipeline).get("untold"))
        assert re.match(r"drift \(\d+, 2026-11-21T08:00\): .*127\.0\.0\.1", said), said      # by its first look, or a later one
        red = pipeline.command("status", check=False)
        assert red.returncode == 1 and re.search(r"untold  watch cannot reach drift \(\d+, ", red.stdout), red.stdout
        for _ in range(3):
            pipeline.kill("watch")
            pipeline.until("it is back", lambda: pipeline.of("watch", 0).ready())
            looks(pipeline, 1)
        inbox.refuse = "451 not now"
        mail.up()
        pipeline.until("it is refused", lambda: "451" in (watch_state(pipeline).get("untold") or ""))
        assert inbox.tried and not inbox.letters
        inbox.refuse, inbox.mute = None, 2
        pipeline.until("it is taken", lambda: len(inbox.letters) == 3 and "untold" not in watch_state(pipeline))
        assert len(set(inbox.raw)) == 1 and len({m["Message-ID"] for m in inbox.letters}) == 1
        set_time(pipeline, "2026-11-22T10:01:00+01:00")
        pipeline.until("two days are missing", lambda: inbox.text().count("Missing day") == 2)
        for _ in range(5):               # wherever it is: what was told is told
            pipeline.kill("watch")
            pipeline.until("it is back", lambda: pipeline.of("watch", 0).ready())
        looks(pipeline)
        assert inbox.text().count("* Red document") == 1 and inbox.text().count("* Missing day") == 2 and "OVER" not in inbox.text()


# Goal: webhooks are signed JSON and carry the id by which a receiver knows what it has; commands get the same; quiet hours keep
# everything until they are over, and another company's recipients hear nothing.
def test_webhook_command_and_quiet_hours(tmp_path):
    page = tmp_path / "page"
    page.write_text(f"#!/bin/sh\ncat >>{tmp_path}/got && echo >>{tmp_path}/got\n")
    page.chmod(stat.S_IRWXU)
    hook = {"secret": {"file": "keys/hook"}, "companies": ["911111111"]}
    with web_server() as web:
        url = f"http://127.0.0.1:{web.server_port}/bilag"
        recipients = {"office": {"webhook": url, **hook}, "night": {"webhook": url, **hook, "quiet": "22:00-06:30"},
                      "bo": {"webhook": url, **hook, "companies": ["922222222"]},
                      "page": {"command": str(page), "companies": ["911111111"]}}
        with watched(settings(recipients, "")) as pipeline:
            def taken(who):
                return [(n["what"], n["kind"]) for _, _, body in web.taken if body["recipient"] == who for n in body["notices"]
                        if n["kind"] == "missing-day"]           # what came late is open for a moment, which may be seen
            sold(pipeline, "bar")
            pipeline.until("bar's day is sent", lambda: state_of(pipeline, f"bar/{DAY}/1") == "sent")
            web.mute, web.status = 1, 204
            set_time(pipeline, "2026-11-21T23:00:00+01:00")
            begin(pipeline)
            pipeline.until("the office and the pager have it", lambda: len(taken("office")) == 2 and (tmp_path / "got").exists())
            ids = [mark for mark, _, body in web.taken if body["recipient"] == "office"]
            assert len(ids) == 2 and len(set(ids)) == 1                      # the first was taken and not answered: the same again
            sold(pipeline, "grill")
            pipeline.until("it is over", lambda: taken("office")[2:] == [("end", "missing-day")])
            looks(pipeline)
            assert not taken("night") and not taken("bo")
            set_time(pipeline, "2026-11-22T06:30:00+01:00")
            pipeline.until("the night is over", lambda: taken("night") == [("begin", "missing-day"), ("end", "missing-day")])
            assert all(right for _, right, _ in web.taken) and not taken("bo")
            first = next(body for _, _, body in web.taken)["notices"][0]
            assert (first["venue"], first["company"], first["day"], first["matter"]) == ("grill", "911111111", DAY, f"missing-day/grill/{DAY}")
            lines = [json.loads(line) for line in (tmp_path / "got").read_text().splitlines()]
            assert [n["what"] for line in lines for n in line["notices"] if n["kind"] == "missing-day"] == ["begin", "end"]
            assert len({line["id"] for line in lines}) == len(lines)
            web.status = 500
            set_time(pipeline, "2026-11-22T10:01:00+01:00")
            pipeline.until("it answers 500", lambda: "it answered 500" in (watch_state(pipeline).get("untold") or ""))
            web.status = 200
            pipeline.until("all is told", lambda: "untold" not in watch_state(pipeline))


# Goal: what is wrong with the installation itself is told to who hears of all: a process that is down, the disk, parked sales, a
# refused key, lines that were refused; and every morning there is a summary, once.
def test_the_installation_and_the_summary():
    recipients = {"drift": {"mail": "drift@example.no"}, "anna": {"mail": "anna@example.no", "companies": ["911111111"], "language": "nb"}}
    watch = settings(recipients, "", patience_s=0, disk_free_percent=90, summary="07:30", smtp_user="bilag",
                     smtp_password={"file": "keys/smtp"})
    options = {"authenticator": judge, "auth_required": True, "auth_require_tls": False}
    with mail_server(**options) as mail, watched({**watch, "smtp": mail.url}) as pipeline:
        inbox = mail.inbox
        pipeline.post([receipt(1, name="nobody", day=DAY)])
        pipeline.post_bytes(b'{"v":1,"venue":"grill"}\n')
        pipeline.until("it is parked", lambda: pipeline.counter("mapper", "parked") == 1)
        pipeline.stop("validator")
        begin(pipeline)
        pipeline.until("all is told", lambda: "validator 0 does not answer" in inbox.text("drift"))
        pipeline.until("each has a summary", lambda: "Salgssteder: 1" in inbox.text("anna") and "Venues: 2" in inbox.text("drift"))
        pipeline.until("parked and refused are told", lambda: "* Refused lines: " in inbox.text("drift"))
        text = inbox.text("drift")
        for words in ("* Parked sales: ", "nobody", "Sent in the last 24 hours"):
            assert words in text, (words, text)
        assert {letter.user for letter in inbox.letters} == {"bilag"}
        assert "validator" not in inbox.text("anna") and "nobody" not in inbox.text("anna") and "Salgssteder: 1" in inbox.text("anna")
        pipeline.add("validator", 0)
        pipeline.until("it is up", lambda: re.search(r"OVER\s(?s:.*)validator 0 does not answer", inbox.text("drift")))
        pipeline.kill("watch")
        set_time(pipeline, "2026-11-22T07:29:00+01:00")
        pipeline.until("it is back", lambda: pipeline.of("watch", 0).ready())
        looks(pipeline)
        assert inbox.text("anna").count("Salgssteder: ") == 1
        set_time(pipeline, "2026-11-22T07:31:00+01:00")
        pipeline.until("the next summary", lambda: inbox.text("anna").count("Salgssteder: ") == 2)
        looks(pipeline)
        assert inbox.text("anna").count("Salgssteder: ") == 2


# Goal: a letter goes over TLS, from the first byte or after STARTTLS, with the name and password, to a server whose certificate is trusted
# and is of its name; with any other it says so, tries again, and has shown neither letter nor password to anybody.
@pytest.mark.parametrize("way", ["smtps", "starttls"])
def test_mail_over_tls(way, tmp_path):
    ours, key = certificate(tmp_path)
    others, _ = certificate(tmp_path, "b")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours, key)
    options = {"authenticator": judge, "auth_required": True}
    options |= {"ssl_context": context, "auth_require_tls": False} if way == "smtps" else \
        {"tls_context": context, "require_starttls": True, "auth_require_tls": True}
    with mail_server(**options) as mail:
        watch = settings({"drift": {"mail": "drift@example.no"}}, mail.url, smtp_user="bilag", smtp_password={"file": "keys/smtp"},
                         smtp_trust="trusted.pem")
        with watched(watch) as pipeline:
            trusted = pipeline.config / "trusted.pem"
            one_red(pipeline)

            def refuses(words):
                pipeline.until(f"it says {words}", lambda: words in (watch_state(pipeline).get("untold") or "").lower())
                assert not mail.inbox.tried and not mail.inbox.letters
            trusted.write_bytes(others.read_bytes())
            begin(pipeline)
            refuses("certificate")
            trusted.unlink()
            refuses("trusted.pem")
            elsewhere = tmp_path / "elsewhere"
            elsewhere.mkdir()
            wrong, wrong_key = certificate(elsewhere, "c", "DNS:mail.example.no")
            mail.down()
            context.load_cert_chain(wrong, wrong_key)
            trusted.write_bytes(wrong.read_bytes())
            mail.up()
            refuses("127.0.0.1")
            mail.down()
            context.load_cert_chain(ours, key)
            trusted.write_bytes(ours.read_bytes())
            mail.up()
            pipeline.until("it is told", lambda: "* Red document" in mail.inbox.text())
            pipeline.until("nothing is untold", lambda: "untold" not in watch_state(pipeline))
            looks(pipeline)
            assert len(mail.inbox.letters) == 1 and mail.inbox.letters[0].user == "bilag"
            assert re.search(r"^watch +\d+ records, fine", pipeline.command("fsck", check=False).stdout, re.M)
            said = [p for p in (*pipeline.folder.rglob("*.log"), *pipeline.folder.rglob("*.mdb")) if PASSWORD.encode() in p.read_bytes()]
            assert not said and PASSWORD not in pipeline.command("status", "--json", check=False).stdout, said


# Goal: at each point at which it can die between two durable steps, what was wrong is told once.
@pytest.mark.skipif(not os.environ.get("BILAG_BIN_KILL"), reason="needs a build with KILLPOINTS=1")
@pytest.mark.parametrize("point", ["before-settle", "settled", "before-letter", "letter-written", "brought-out"])
def test_killed_at(point):
    with mail_server() as mail:
        watch = settings({"drift": {"mail": "drift@example.no"}}, mail.url)
        with watched(watch, bindir=os.environ["BILAG_BIN_KILL"]) as pipeline:
            one_red(pipeline)
            entry = pipeline.add("watch", 0, {"BILAG_KILLPOINT": f"watch.{point}:1"})
            pipeline.until("it died", lambda: -9 in entry.exits)
            entry.env = {}
            pipeline.until("it is back", entry.ready)
            pipeline.until("it is told", lambda: "* Red document" in mail.inbox.text())
            looks(pipeline)
            deaths = entry.exits.count(-9)       # it may have died again before the point was taken away
            letters = 1 + deaths if point == "brought-out" else 1            # each of the same bytes
            pipeline.until("it was brought as often as it was not known to be taken", lambda: len(mail.inbox.letters) == letters)
            looks(pipeline)
            assert mail.inbox.text().count("* Red document") == 1
            assert len(mail.inbox.letters) == letters and len(set(mail.inbox.raw)) == 1
