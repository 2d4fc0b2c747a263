"""The figures for monitoring, by Prometheus' own tool: names, kinds and help, the alerts and the dashboard made of them."""
import json
import re
import shutil
import subprocess

from console_rig import Person, add_user, settings
from pipeline import ROOT, STAGES, Pipeline
from test_cli import day_of, venue

DEPLOY = ROOT / "deploy" / "prometheus"


def promtool(*words, text=None):
    """Its own words, which are empty when it has nothing to say."""
    done = subprocess.run([shutil.which("promtool"), *words], input=text, cwd=DEPLOY, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def metric_names(text):
    return set(re.findall(r"\bbilag_[a-z_]+", text))


def test_figures_are_by_the_book(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        pipeline.post(day_of(3))
        pipeline.post([{**event, "venue": "not-set-up"} for event in day_of(2)])
        pipeline.until("a voucher is there", pipeline.vouchers)
        figures = pipeline.command("status", "--prometheus", check=False).stdout
    assert promtool("check", "metrics", text=figures) == (0, "")
    helped = re.findall(r"^# HELP (\S+)", figures, re.M)
    assert len(helped) == len(set(helped)), "a metric is said once, with all its samples"
    assert set(re.findall(r"^# TYPE (\S+)", figures, re.M)) == set(helped)
    known = set(helped) | {f"{name}_bucket" for name in re.findall(r"^# TYPE (\S+) histogram$", figures, re.M)}
    for name, stage in (("sale_to_acknowledged", "ingest"), ("close_to_posted", "uploader")):
        series = rf'^bilag_{name}_seconds_(?:count|bucket){{stage="{stage}",instance="0"(?:,le="\+Inf")?}} (\d+)$'
        counts = {int(count) for count in re.findall(series, figures, re.M)}
        assert len(counts) == 1 and counts.pop() > 0, name
    for file in ("bilag.rules.yml", "dashboard.json"):
        assert metric_names((DEPLOY / file).read_text()) <= known, file
    for stage in STAGES:
        assert re.search(rf'^bilag_up{{stage="{stage}",instance="0"}} 1$', figures, re.M)


# Goal: a Prometheus that shows the token of a user who operates and sees all gets what the command tells, and nobody else gets anything.
# A venue that is not connected is red in both.
def test_the_console_serves_them(tmp_path):
    port, more = settings()
    users = {"monitoring": ("--all-companies", "--role", "operates"), "local": ("--company", "912345678", "--role", "operates"),
             "reader": ("--all-companies", "--role", "reads")}
    kiosk = venue("kiosk", company="987654321", department="11")
    with Pipeline({"oslo-grill": venue(), "kiosk": kiosk}, parent=tmp_path, settings=more) as pipeline:
        kiosk.pop("client_key", None)
        (pipeline.config / "venues" / "kiosk.yaml").write_text(json.dumps(kiosk))
        for name, args in users.items():
            add_user(pipeline, name, *args)
        tokens = {name: pipeline.command("users", "token", name, "--about", "scrapes").stdout.strip() for name in users}
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.post(day_of(3))
        pipeline.until("a voucher is there", pipeline.vouchers)
        person = Person(port)

        def ask(token=None):
            return person.ask("GET", "/metrics", headers={"Authorization": f"Bearer {token}" if token else None})

        served = pipeline.until("all is looked at", lambda: (lambda page: page.status == 200 and 'state="sent"' in page.text and page)(
            ask(tokens["monitoring"])))
        done = pipeline.command("status", "--prometheus", check=False)
        told = done.stdout
        assert done.returncode == 1 and "\nbilag_red 1\n" in told and "\nbilag_red_documents 0\n" in told
        statuses = [ask(tokens["local"]).status, ask(tokens["reader"]).status, ask("no-such-token").status, ask().status]
        person.sign_in("monitoring")
        assert statuses + [ask().status] == [403, 403, 401, 401, 401]                    # a cookie opens nothing
    assert served.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert promtool("check", "metrics", text=served.text) == (0, "")

    def lines(text, prefixes):
        return sorted(line for line in text.splitlines() if line.startswith(prefixes))

    same = ("# ", "bilag_documents", "bilag_red", "bilag_venues", "bilag_refused", "bilag_parked", "bilag_up{stage=\"ingest")
    assert lines(served.text, same) == lines(told, same) and lines(told, ("bilag_documents",))


def test_alerts():
    assert promtool("check", "rules", "bilag.rules.yml")[0] == 0
    code, said = promtool("test", "rules", "bilag.rules.test.yml")
    assert code == 0, said


def test_each_alert_is_in_the_operators_document():
    alerts = re.findall(r"alert: (\w+)", (DEPLOY / "bilag.rules.yml").read_text())
    document = (ROOT / "docs" / "operator.md").read_text()
    assert len(alerts) == 11 and [name for name in alerts if f"| {name} |" not in document] == []


def test_the_dashboard_is_whole():
    board = json.loads((DEPLOY / "dashboard.json").read_text())
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(places) == len(set(places)) and all(panel["targets"][0]["expr"] for panel in board["panels"])
