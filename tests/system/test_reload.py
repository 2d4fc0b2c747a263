"""SIGHUP: what changes nothing builds nothing anew, what is not taken is seen, and what a switch will send is said before it does."""
import json
import time

from pipeline import STAGES, Pipeline, clients_of
from test_cli import DAY, day_of, receipt, venue

OPEN, HELD, WAITING = "2026-11-22", "2026-11-21", "2026-11-20"
NOON = 1795345200                                # 2026-11-22 12:00 in Oslo


def taken(pipeline, stage):
    return pipeline.log(f"{stage}-0").count("configuration taken")


def reload_all(pipeline):
    before = {stage: taken(pipeline, stage) for stage in STAGES}
    pipeline.reload()
    pipeline.until("the configuration is taken", lambda: all(taken(pipeline, stage) > before[stage] for stage in STAGES))


def documents(pipeline):
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return {d["id"]: (d["state"], d["revision"]) for v in status["venues"] for d in v["documents"]}


def drafts(pipeline):
    return pipeline.log("mapper-0").count("what=draft")


# Goal: however often the stages are told to reload, days that are open, held and waiting keep their revisions, and nothing is built,
# judged or sent again; a change of the mapping then makes exactly one new revision of each.
def test_a_reload_without_a_change_builds_nothing():
    place = venue(auto_transfer="false")
    pipeline = Pipeline({"oslo-grill": place})
    pipeline.set_clock(NOON - int(time.time()))
    with pipeline:
        pipeline.post([*day_of(2), receipt(4, day=HELD, kind="unknown"), receipt(5, day=OPEN, time=f"{OPEN}T10:00:00+01:00")])
        wanted = {f"oslo-grill/{WAITING}/1": "waiting", f"oslo-grill/{HELD}/1": "held", f"oslo-grill/{OPEN}/1": "open"}

        def settled():
            found = documents(pipeline)
            return found if {d: state for d, (state, _) in found.items()} == wanted else None
        before = pipeline.until("three days are there", settled)
        for _ in range(5):
            built, verdicts = drafts(pipeline), pipeline.log("validator-0").count("what=verdict")
            reload_all(pipeline)
            pipeline.post([{**receipt(1, name="elsewhere"), "venue": "elsewhere"}])      # the mapper has had its turns since
            pipeline.until("it has folded on", lambda: pipeline.counter("mapper", "lag") == 0)
            assert documents(pipeline) == before
            assert (drafts(pipeline), pipeline.log("validator-0").count("what=verdict")) == (built, verdicts)
        pipeline.venues["oslo-grill"] = venue(auto_transfer="false", department="11")
        pipeline.write_config()
        reload_all(pipeline)
        pipeline.until("each is built once more", lambda: {d: n for d, (_, n) in documents(pipeline).items()} ==
                       {d: n + 1 for d, (_, n) in before.items()})
        assert not pipeline.vouchers()


def switched(pipeline, **more):
    pipeline.venues["oslo-grill"] = venue(**more)
    pipeline.write_config()


# Goal: a configuration that running stages do not take is red in check and in every form of status, with its reason, until one is
# taken; the files alone being right again is not enough.
def test_what_stages_do_not_take_is_seen(tmp_path):
    with Pipeline({"oslo-grill": venue()}) as pipeline:
        file = pipeline.config / "venues" / "oslo-grill.yaml"
        right = file.read_text(encoding="utf-8")
        assert pipeline.command("check", check=False).returncode == 0 == pipeline.command("status").returncode
        file.write_text(right.replace("3000", "thirty"), encoding="utf-8")
        pipeline.reload()

        def refusing():
            stages = json.loads(pipeline.command("status", "--json", check=False).stdout)["stages"]
            return [s["configuration_refused"] for s in stages if "configuration_refused" in s]
        pipeline.until("all stages refuse it", lambda: len(refusing()) == len(STAGES))
        assert all("is no account" in why for why in refusing())
        file.write_text(right, encoding="utf-8")
        text = pipeline.command("status", check=False)
        assert text.returncode == 1 and "mapper 0 keeps its former configuration: venues/oslo-grill.yaml:" in text.stdout
        checked = pipeline.command("check", check=False)
        assert checked.returncode == 1 and checked.stdout.count("[not-reloaded]") == len(STAGES), checked.stdout
        pipeline.command("status", "--html", tmp_path / "page.html", check=False)
        assert (tmp_path / "page.html").read_text(encoding="utf-8").count("keeps its former configuration") == len(STAGES)
        figures = pipeline.command("status", "--prometheus", check=False).stdout
        refused = [line for line in figures.splitlines() if line.startswith("bilag_configuration_refused{")]
        assert len(refused) == len(STAGES) and all(line.endswith(" 1") for line in refused)
        reload_all(pipeline)
        assert pipeline.command("check").returncode == 0 == pipeline.command("status").returncode


# Goal: before automatic transfer is switched on, and again before the stages have read that it is, check lists what goes at once,
# day by day with the sums; it is what goes.
def test_what_the_switch_sends_is_listed():
    with Pipeline({"oslo-grill": venue(auto_transfer="false")}, clients=clients_of({"oslo-grill": venue()})) as pipeline:
        pipeline.post([*day_of(2), *day_of(3, first=4, z=2, day=HELD), receipt(8, day=OPEN)])
        wanted = {f"oslo-grill/{DAY}/1", f"oslo-grill/{HELD}/1"}
        pipeline.until("two days wait", lambda: {d for d, (s, _) in documents(pipeline).items() if s == "waiting"} == wanted)

        def listed(word):
            lines = pipeline.command("check").stdout.splitlines()
            at = [n for n, line in enumerate(lines) if f"[{word}]" in line]
            return {line.split()[0]: line.split(None, 1)[1].strip() for line in lines[at[0] + 1:at[0] + 3]} if at else {}, "\n".join(lines)
        rows, text = listed("transfer-waits")
        assert set(rows) == wanted and "2 vouchers, " in text and "transfer-due" not in text, text
        switched(pipeline)
        due, text = listed("transfer-due")
        assert due == rows and "transfer-waits" not in text, text
        reload_all(pipeline)
        pipeline.until("both are sent", lambda: {d for d, (s, _) in documents(pipeline).items() if s == "sent"} == wanted)
        sums = sorted(sum(line["amount"] for line in v["lines"] if line["amount"] > 0) for v in pipeline.vouchers())
        assert sorted(int(amount.replace(" ", "").replace("\u00a0", "").replace(",", "")) for amount in rows.values()) == sums
        assert listed("transfer-due")[0] == {}
