"""Goal: a store in PostgreSQL acknowledges what two machines have, and nothing else: a server that is set up to acknowledge alone is
refused with the sentence that mends it, when the store is opened and when it changes while it is open; a cancelled wait for the
standby is no acknowledgement; a lost answer is looked up and counts once; an engine that is away ends nobody."""
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import engine as servers  # noqa: E402

TOOL = pathlib.Path(os.environ.get("BILAG_TOOLS", "build/gcc/tests/chaos")) / "tool_engine"
HOLDS = TOOL.exists() and b"built without PostgreSQL" not in TOOL.read_bytes()

pytestmark = pytest.mark.skipif(not servers.programs() or not HOLDS, reason="no PostgreSQL here, or built without libpq")


class Writer:
    """A process with the store open."""

    def __init__(self, engine, tmp_path, replicas=2, names=("one",), more=""):
        self.process = subprocess.Popen([str(TOOL), engine.conninfo(*names) + more, str(replicas), str(tmp_path)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = self.process.stdout.readline().strip()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def ask(self, line):
        self.tell(line)
        return self.hear().rsplit(" after ", 1)[0]

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        return self.process.stderr.read()


@pytest.fixture(scope="module")
def pair():
    """A primary and a standby that it waits for."""
    engine = servers.Engine().primary("one").standby("two")
    engine.set(synchronous_standby_names="two")
    engine.in_step("two")
    yield engine
    engine.end()


@pytest.fixture
def writer(pair, tmp_path):
    writer = Writer(pair, tmp_path)
    assert writer.said == "open", writer.said
    yield writer
    writer.end()


WRONG = [("synchronous_standby_names", "", "two", "no standby is named"),
         ("synchronous_commit", "off", "on", "synchronous_commit is off"),
         ("synchronous_commit", "local", "on", "does not wait for the standby's disk"),
         ("fsync", "off", "on", "fsync is off")]


@pytest.mark.parametrize("setting, wrong, right, says", WRONG)
def test_wrong_set_up_is_refused(pair, tmp_path, writer, setting, wrong, right, says):
    assert writer.ask("put before 1") == "fine"
    pair.set(**{setting: wrong})
    try:
        assert writer.ask("put while 1") == "the disk or the store is full"
        assert writer.ask("get before") == "1"
        late = Writer(pair, tmp_path)
        assert says in late.said
        late.end()
    finally:
        pair.set(**{setting: right})
    assert writer.ask("get while") == "not there"
    assert writer.ask("put after 1") == "fine"
    said = writer.end()
    assert says in said and "PostgreSQL is back" in said


def test_standby_asked_to_write(pair, tmp_path):
    late = Writer(pair, tmp_path, names=["two"])
    assert "is a standby" in late.said
    late.end()


def test_alone_where_that_was_asked_for(pair, tmp_path):
    pair.set(synchronous_standby_names="")
    try:
        alone = Writer(pair, tmp_path, replicas=1)
        assert alone.said == "open" and alone.ask("put alone 1") == "fine"
        alone.end()
    finally:
        pair.set(synchronous_standby_names="two")


def waits_for_standby(engine):
    return engine.sql("SELECT pid FROM pg_stat_activity WHERE wait_event='SyncRep'")


def test_cancelled_wait_is_no_acknowledgement(pair, writer):
    """It says COMMIT, and one machine has it. With the standby gone on it is looked up and there; it counts once."""
    pair.servers["two"].send_signal(signal.SIGSTOP)
    children = pair.children("two")
    for child in children:
        os.kill(child, signal.SIGSTOP)
    try:
        writer.tell("new cancelled 1")
        servers.until("the commit waits", lambda: waits_for_standby(pair))
        assert pair.sql(f"SELECT pg_cancel_backend({waits_for_standby(pair)})") == "t"
        servers.until("what it looked up waits, too", lambda: waits_for_standby(pair))
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)
        pair.servers["two"].send_signal(signal.SIGCONT)
    assert writer.hear().startswith("fine")
    assert writer.ask("get cancelled") == "1"
    assert writer.ask("new cancelled 2") == "there already"


def test_lost_answer_is_looked_up(pair, writer):
    """The connection is cut while COMMIT waits: it is there, and found."""
    children = pair.children("two")
    for child in children:
        os.kill(child, signal.SIGSTOP)
    try:
        writer.tell("new lost 1")
        servers.until("the commit waits", lambda: waits_for_standby(pair))
        assert pair.sql(f"SELECT pg_terminate_backend({waits_for_standby(pair)})") == "t"
        servers.until("what it looked up waits, too", lambda: waits_for_standby(pair))
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)
    assert writer.hear().startswith("fine")
    assert writer.ask("new lost 2") == "there already"


def test_standby_away_is_an_end_not_an_acknowledgement(pair, writer):
    """It does not come back in time: the process says that it cannot know, and ends; within seconds once it is told to stop."""
    children = pair.children("two")
    for child in children:
        os.kill(child, signal.SIGSTOP)
    try:
        writer.tell("new unknown 1")
        servers.until("the commit waits", lambda: waits_for_standby(pair))
        writer.process.send_signal(signal.SIGTERM)
        answer = writer.hear()
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)
    assert answer.startswith("the store could not be read or written, broken")
    assert int(answer.split()[-2]) < 5000
    pair.in_step("two")


def test_engine_away_ends_nobody(pair, writer):
    assert writer.ask("put here 1") == "fine"
    pair.stop("one")
    assert writer.ask("put gone 1") == "the disk or the store is full"
    assert writer.ask("get here") == "the disk or the store is full"
    pair.start("one")
    pair.in_step("two")
    servers.until("it is back", lambda: writer.ask("put back 1") == "fine")
    assert writer.ask("get here") == "1" and writer.ask("get gone") == "not there"


def test_engine_that_answers_nothing(pair, writer):
    """It stands still with its connections open: a call ends within seconds, and within one once the process is to stop."""
    assert writer.ask("put here 2") == "fine"
    stopped = [pair.servers["one"].pid, *pair.children("one")]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    timer = threading.Timer(0.2, writer.process.send_signal, (signal.SIGTERM,))
    try:
        writer.tell("put still 1")
        timer.start()
        answer = writer.hear()
    finally:
        timer.cancel()
        for process in stopped:
            os.kill(process, signal.SIGCONT)
    assert answer.startswith("the disk or the store is full") and int(answer.split()[-2]) < 5000


def test_primary_is_lost(tmp_path):
    """Between two commits, or in one: what was acknowledged is on the standby that takes over, what was not is there once or not at all, and
    the same writer goes on as soon as the new primary has a standby of its own."""
    engine = servers.Engine().primary("one").standby("two")
    try:
        engine.set(synchronous_standby_names="two")
        engine.in_step("two")
        where = {"names": ("one", "two"), "more": " target_session_attrs=primary"}
        writer = Writer(engine, tmp_path, **where)
        assert writer.said == "open", writer.said
        acknowledged = []
        for i in range(100):
            writer.tell(f"new k{i} {i}")
            if i == 60:
                engine.crash("one")
            if not writer.hear().startswith("fine"):
                break
            acknowledged.append(i)
        assert 60 <= len(acknowledged) < 100
        engine.promote("two", "three")
        engine.standby("three", of="two")
        engine.in_step("three", of="two")

        def goes_on():
            """Whoever met the lost server is broken, and starts again, as a stage does: at once or at the next word."""
            nonlocal writer
            said = writer.ask("put after 1")
            if said == "the store could not be read or written, broken":
                writer.end()
                writer = Writer(engine, tmp_path, **where)
            return said == "fine"
        servers.until("it goes on", goes_on)
        assert [writer.ask(f"get k{i}") for i in acknowledged] == [str(i) for i in acknowledged]
        assert writer.ask(f"new k{len(acknowledged)} x") in ("fine", "there already")
        writer.end()
    finally:
        engine.end()
