"""Machines of one installation, each in a network namespace (tests/cluster.py), with their stores in one PostgreSQL; and tills that
know the address of each and send again, to the next one, what was not acknowledged."""
import collections
import contextlib
import pathlib
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from pipeline import Pipeline, clients_of    # noqa: E402


class Machine(Pipeline):
    """PowerOffice is beyond its cable."""

    till_waits_s = 8

    def __init__(self, box, venues, **more):
        super().__init__(venues, **more)
        self.box, self.prefix = box, box.prefix

    def write_config(self):
        self.box.forward(self.sandbox_port)
        super().write_config()

    def post_bytes(self, body, path="/v1/events"):
        with self.box.inside():
            return super().post_bytes(body, path)

    def lose(self):
        """It has no power any more, and nobody starts it again."""
        with self.lock:
            for process in self.processes.values():
                process.wanted = False
        self.box.lose()

    def start_again(self):
        self.box.join()
        with self.lock:
            for process in self.processes.values():
                process.wanted, process.not_before = True, 0
        self.wait_ready()

    def signal(self, sig):
        with self.lock:
            for process in self.processes.values():
                if process.process:
                    process.process.send_signal(sig)


@contextlib.contextmanager
def machines(net, conninfo, venues, customers, names=("one", "two"), settings=None, env=None, sandbox=None, boxes=None, **more):
    """env: {name: its environment}; boxes: {name: one that is there}."""
    venues = {v["venue"]: v for v in venues}
    clients = clients_of(venues)
    clients[0]["customers"] = list(customers)
    settings = {"state": {"postgresql": conninfo}, **(settings or {})}
    with contextlib.ExitStack() as stack:
        made = []
        for name in names:
            machine = Machine((boxes or {}).get(name) or net.box(name), venues, clients=clients, settings=settings, name=name, run_sandbox=not made,
                              sandbox=sandbox, env=(env or {}).get(name), **more)
            machine.name = name
            machine.sandbox_port = made[0].sandbox_port if made else None
            made.append(stack.enter_context(machine))
        yield made


class Till(threading.Thread):
    """Sends all that it has sold, some at a time, to the first machine that takes it; it begins with the one it is at."""

    def __init__(self, there, events, step=10, pace_s=0.0):
        super().__init__(daemon=True)
        self.there, self.events, self.step, self.pace_s = collections.deque(there), events, step, pace_s
        self.acknowledged, self.again, self.gave_up, self.enough = 0, 0, threading.Event(), threading.Event()
        self.start()

    def run(self):
        for at in range(0, len(self.events), self.step):
            if self.enough.is_set():             # what it sold is acknowledged
                return
            part = self.events[at:at + self.step]
            while not self.send(part):
                if self.gave_up.wait(0.1):
                    return
                self.again += 1
                self.there.rotate(-1)
            self.acknowledged += len(part)
            if self.gave_up.wait(self.pace_s):
                return

    def send(self, part):
        """Whether it is acknowledged."""
        try:
            answer = self.there[0].post(part, patience_s=0.1)
        except AssertionError:                   # nobody there, or not now
            return False
        assert not answer["rejected"], answer
        return True

    def all_is_acknowledged(self, patience_s=120):
        self.join(patience_s)
        self.gave_up.set()
        assert not self.is_alive() and self.acknowledged == len(self.events), \
            f"{self.acknowledged} of {len(self.events)} are acknowledged after {patience_s} s, {self.again} sendings again"


class Silence(threading.Thread):
    """How long no voucher was sent: the longest time between one and the next from a moment on."""

    def __init__(self, machine):
        super().__init__(daemon=True)
        self.machine, self.seen, self.over = machine, [(time.monotonic(), 0)], threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.1):
            count = len(self.machine.vouchers())
            if count > self.seen[-1][1]:
                self.seen.append((time.monotonic(), count))

    def end(self):
        self.over.set()
        self.join()

    def count(self):
        return self.seen[-1][1]

    def after(self, since):
        moments = [since] + [moment for moment, _ in self.seen if moment > since]
        return max(later - before for before, later in zip(moments, moments[1:]))
