"""Goal: three PostgreSQL under Patroni as deploy/fleet sets them up, and two machines of one installation, each in a network namespace of
its own, live through the loss of any: what was acknowledged is in the books, once; and the next voucher is sent within half a minute."""
import json
import os
import pathlib
import signal
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import cluster as clusters    # noqa: E402
from pipeline import STAGES    # noqa: E402
from machines import Silence, Till, machines    # noqa: E402
from test_move import BUILT    # noqa: E402
from test_store import CUSTOMERS, expect_books, receipts, venues    # noqa: E402

LACKING = clusters.lacking() if os.environ.get("BILAG_PATRONI") else None
pytestmark = pytest.mark.skipif(not os.environ.get("BILAG_PATRONI") or bool(LACKING) or BUILT.returncode != 0 or
                                bool(os.environ.get("BILAG_UNITS_ENGINE")), reason=LACKING or "run by make system-patroni, or built without libpq, or its stores are there already")
LOST_S = 30
PARTITIONS = 16
EVENTS = [e for v in venues() for e in receipts(v["venue"])]


@pytest.fixture
def net():
    with clusters.Net() as net:
        yield net


@pytest.fixture
def cluster(net):
    with clusters.Cluster(net) as cluster:
        yield cluster


class Scene:
    """Two machines with tills at each, who sell all the time; one of the machines maps, the other waits."""

    def __init__(self, cluster, pair):
        self.cluster, self.one = cluster, pair[0]
        self.one.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        self.maps, self.waits = pair if pair[0].counter("mapper", "partitions") else reversed(pair)
        self.silence = Silence(self.one)
        half = len(EVENTS) // 2
        self.tills = [Till([self.maps, self.waits], EVENTS[:half], 4, 0.3), Till([self.waits, self.maps], EVENTS[half:], 4, 0.3)]
        self.one.until("vouchers", lambda: len(self.one.vouchers()) >= 2)
        self.since = time.monotonic()

    def taken_over(self):
        self.waits.until("the partitions are taken over", lambda: self.waits.counter("mapper", "partitions") == PARTITIONS)

    def all_are_there(self):
        """Each instance of both machines keeps its lease."""
        def holds():
            told = json.loads(self.waits.command("status", "--json", check=False).stdout or "{}")
            return sum(i["kept"] for m in told.get("machines", []) for i in m["instances"]) == 2 * len(STAGES)
        self.one.until("all keep their leases", holds)

    def mapper_began_anew(self):
        self.maps.until("its mapper has begun anew", lambda: self.maps.of("mapper").starts > 1 and self.maps.of("mapper").ready())
        self.all_are_there()

    def hurry(self):
        """What is not sold yet is sold at once."""
        for till in self.tills:
            till.pace_s = 0

    def ends_well(self, what, within_s=LOST_S):
        self.hurry()
        for till in self.tills:
            till.all_is_acknowledged()
        expect_books(self.one, EVENTS)
        self.silence.end()
        silent = self.silence.after(self.since)
        print(f"{what}: no voucher for at most {silent:.1f} s, {sum(till.again for till in self.tills)} sendings again")
        assert silent <= within_s


@pytest.fixture
def scene(net, cluster):
    with machines(net, cluster.conninfo(), venues(), CUSTOMERS) as pair:
        yield Scene(cluster, pair)


def test_a_machine_is_lost(scene):
    scene.maps.lose()
    scene.taken_over()
    scene.ends_well("a machine is lost")


@pytest.mark.parametrize("how", ["cut", "deafen", "mute"])
def test_a_machine_is_cut_off(scene, how):
    """Both ways; it hears nothing; nobody hears it. Back again, it begins anew, and writes nothing of what it had meant to."""
    getattr(scene.maps.box, how)()
    scene.taken_over()
    scene.maps.box.mend()
    scene.maps.box.join()
    scene.mapper_began_anew()
    scene.ends_well(f"a machine is cut off ({how})")


def test_a_machine_is_stopped_and_woken(scene):
    scene.maps.signal(signal.SIGSTOP)
    try:
        scene.taken_over()
    finally:
        scene.maps.signal(signal.SIGCONT)
    scene.mapper_began_anew()
    assert "lease is over" in scene.maps.log("mapper-0")
    scene.ends_well("a machine is stopped and woken")


def until_another_leads(cluster, former):
    others = [name for name in cluster.boxes if name != former]
    return clusters.until("another is primary", lambda: next((n for n in others if cluster.ask(n, "/primary") == 200), None))


def test_the_primary_is_lost(scene):
    former = scene.cluster.leader()
    scene.cluster.lose(former)
    until_another_leads(scene.cluster, former)
    scene.cluster.in_step()
    scene.cluster.bring_back(former)
    clusters.until("the former primary follows", lambda: "replica running" == clusters.cluster_states(scene.cluster).get(former))
    scene.ends_well("the primary is lost")


def test_the_server_of_the_primary_dies(scene):
    scene.cluster.crash(scene.cluster.leader())
    scene.ends_well("the primary's server dies")


def test_machine_and_primary_are_lost_at_once(scene):
    former = scene.cluster.leader()
    scene.maps.lose()
    scene.cluster.lose(former)
    scene.taken_over()
    scene.ends_well("a machine and the primary are lost at once")


@pytest.mark.parametrize("patroni", ["acts", "stands still"])
def test_two_primaries_are_attempted(scene, patroni):
    """Split: a machine and the primary on one side, without a standby. Nothing that is sent there is acknowledged, also if Patroni there
    does not stand down and the server stays a primary."""
    former = scene.cluster.leader()
    box = scene.cluster.boxes[former]
    mine = [scene.maps.box, box]
    if patroni == "stands still":
        for pid in [p for p in box.processes() if "patroni" in pathlib.Path(f"/proc/{p}/cmdline").read_text(encoding="utf-8")]:
            os.kill(pid, signal.SIGSTOP)
    for there in mine:
        there.join("br1")
    scene.since = time.monotonic()
    beyond = Till([scene.maps], EVENTS[-40:], 4)
    until_another_leads(scene.cluster, former)
    scene.cluster.in_step()
    scene.taken_over()
    assert beyond.acknowledged == 0 and beyond.again > 0
    if patroni == "stands still":
        with box.inside():
            assert scene.cluster.sql("SELECT pg_is_in_recovery()", former) == "f"
    beyond.gave_up.set()
    for pid in box.processes():
        os.kill(pid, signal.SIGCONT)
    for there in mine:
        there.join()
    scene.mapper_began_anew()
    scene.ends_well(f"two primaries are attempted, Patroni {patroni}")


def test_the_engine_is_gone_for_a_minute(scene):
    for box in scene.cluster.boxes.values():
        box.join("br1")
    gone = time.monotonic()
    scene.one.until("a minute", lambda: time.monotonic() > gone + 60, 90)
    for box in scene.cluster.boxes.values():
        box.join()
    scene.since = time.monotonic()
    scene.ends_well("the engine was gone for a minute; since it is back")


def test_a_standby_is_lost(scene):
    leader = scene.cluster.leader()
    lost = clusters.until("a standby is waited for", scene.cluster.standby)
    scene.cluster.lose(lost)
    scene.cluster.in_step()
    scene.ends_well("a standby is lost")
    assert scene.cluster.leader() == leader


def test_both_standbys_are_lost(scene):
    """Nothing is acknowledged until one is back."""
    leader = scene.cluster.leader()
    lost = [name for name in scene.cluster.boxes if name != leader]
    for name in lost:
        scene.cluster.lose(name)
    before = sum(till.acknowledged for till in scene.tills)
    again = sum(till.again for till in scene.tills)
    scene.one.until("tills are told to send again", lambda: sum(till.again for till in scene.tills) > again + 4)
    assert sum(till.acknowledged for till in scene.tills) <= before + 8       # what was under way
    scene.cluster.bring_back(lost[0])
    scene.cluster.in_step()
    scene.since = time.monotonic()
    scene.ends_well("both standbys were lost; since one is back")


def test_clocks_are_a_minute_apart(net):
    """Of the servers: whoever takes over is a minute ahead, or behind. Of the machines, too."""
    ahead = clusters.fake_clock(60)
    if ahead is None:
        pytest.skip("faketime is not installed")
    with clusters.Cluster(net, faked={"b": 60, "c": -60}) as cluster, \
            machines(net, cluster.conninfo(), venues(), CUSTOMERS, env={"two": ahead}) as pair:
        scene = Scene(cluster, pair)
        former = cluster.leader()
        clusters.until("the clocks jump", lambda: int(cluster.sql("SELECT extract(epoch FROM clock_timestamp())::int", "b")) > time.time() + 50)
        clocks = {name: int(cluster.sql("SELECT extract(epoch FROM clock_timestamp())::int", name)) for name in cluster.boxes}
        assert clocks["b"] - clocks["c"] > 100, clocks
        cluster.lose(former)
        taken = until_another_leads(cluster, former)
        cluster.in_step()
        first = scene.silence.count()
        scene.one.until("a voucher", lambda: scene.silence.count() > first)
        scene.maps.lose()
        scene.taken_over()
        scene.ends_well(f"clocks are a minute apart, {taken} took over, then a machine is lost")


def test_haproxy_chooses(net, cluster, tmp_path):
    """Instead of libpq's own list."""
    where = "host=127.0.0.1 port=5000 dbname=bilag user=bilag " + \
            next(word for word in cluster.conninfo().split() if word.startswith("passfile"))
    started = []
    try:
        for name in ("one", "two"):
            box = net.box(name)
            started.append(clusters.subprocess.Popen([*box.prefix, "/usr/sbin/haproxy", "-db", "-f", str(clusters.SHIPPED / "haproxy.cfg")],
                                                     cwd=tmp_path))
        with machines(net, where, venues(), CUSTOMERS, boxes=net.boxes) as pair:
            scene = Scene(cluster, pair)
            former = cluster.leader()
            cluster.lose(former)
            until_another_leads(cluster, former)
            scene.ends_well("the primary is lost, and HAProxy chooses the next")
    finally:
        for process in started:
            process.kill()
            process.wait()


def patroni_stops(cluster):
    """As systemctl stop patroni on all three."""
    def there():
        return [pid for box in cluster.boxes.values() for pid in box.processes()
                if pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() in ("patroni", "postgres")]
    for pid in there():
        if pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "patroni":
            os.kill(pid, signal.SIGTERM)
    clusters.until("they have ended", lambda: not there())


def runbook(cluster, what):
    """The lines of a block of docs/fleet.md that has this in it, as they stand there, but for folders and the moment."""
    text = (clusters.ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    block = next(block for block in text.split("\n\n") if what in block and block.startswith("       "))
    return "\n".join(line.strip() for line in block.splitlines()).replace("/var/lib/postgresql/15", str(cluster.folder / "a")) \
        .replace("/var/backups/bilag/wal", str(cluster.kept)).replace("/var/backups/bilag", str(cluster.folder)).replace("bilag.before", "data.before") \
        .replace("mkdir -m 700 bilag", "mkdir -m 700 data").replace("mv bilag ", "mv data ").replace("-C bilag", "-C data").replace("-D bilag", "-D data") \
        .replace(">>bilag/", ">>data/").replace("touch bilag/", "touch data/")


def test_restored_at_a_point_in_time(net, cluster):
    """As docs/fleet.md says it, with its own lines: what came before the moment is there, and Bilag goes on."""
    first, second = EVENTS[:60], EVENTS[60:120]
    base = "host=10.77.0.1,10.77.0.2,10.77.0.3 user=replicator password=change-this-too target_session_attrs=read-write"
    with machines(net, cluster.conninfo(), venues(), CUSTOMERS) as pair:
        pair[0].command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        cluster.as_user("a", f"{clusters.programs()}/pg_basebackup", "-d", base, "-D", str(cluster.folder / "base" / "WHICH"), "-F", "tar", "-z", "-X",
                        "stream", "-c", "fast")
        pair[0].post(first)
        expect_books(pair[0], first)
        moment = cluster.sql("SELECT clock_timestamp()", cluster.leader())
        pair[0].post(second)
        expect_books(pair[0], first + second)
        last = cluster.sql("SELECT pg_walfile_name(pg_switch_wal())", cluster.leader())
        clusters.until("the log is kept", (cluster.kept / last).exists)
        for machine in pair:
            for stage in STAGES:
                machine.stop(stage)
        patroni_stops(cluster)
        script = runbook(cluster, "recovery_target_time").replace("2026-11-30 14:05:00+01", moment) \
            .replace("-c listen_addresses=", f"-c listen_addresses= -c unix_socket_directories={cluster.folder}/a")
        cluster.as_user("a", "sh", "-ec", script)
        asked = cluster.as_user("a", "psql", "-h", str(cluster.folder / "a"), "-U", "postgres", "-XAtc", "SELECT pg_is_in_recovery()")
        assert asked.stdout.strip() == "f"
        cluster.as_user("a", "sh", "-ec", f"cd {cluster.folder}/a; {clusters.programs()}/pg_ctl -D data -w -m fast stop; "
                        "sed -i '/^restore_command\\|^recovery_target/d' data/postgresql.auto.conf; "
                        "ETCDCTL_API=2 etcdctl --endpoints http://10.77.0.1:2379 rm -r /service/bilag")
        cluster.patroni("a")
        clusters.until("a leads", lambda: cluster.leader() == "a")
        for name in ("b", "c"):
            (cluster.folder / name / "data").rename(cluster.folder / name / "data.before-restore")
            cluster.patroni(name)
        cluster.in_step()
        for machine in pair:
            assert machine.command("fsck").returncode == 0
            for stage in STAGES:
                machine.restart(stage)
        told = pair[0].command("status", check=False).stdout
        assert "no standby" not in told
        pair[0].post(second)                     # delivered again: PowerOffice has it
        expect_books(pair[0], first + second)
