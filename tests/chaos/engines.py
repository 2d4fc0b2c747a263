"""Chaos on two machines with their stores in PostgreSQL and nothing between them: everything of chaos.py, and every other seed loses a
primary in the middle of it (kill -9 of all of it; a standby is promoted by script and gets a standby of its own); standbys are lost, too.

The second machine has the same venues and keys, its own folders, and half of what comes over HTTP; the persons sit at the first.
"""
import contextlib
import os
import pathlib
import random
import signal
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "system")]

import engine as servers                                                                       # noqa: E402
import pipeline                                                                                # noqa: E402
from chaos import Run                                                                          # noqa: E402

NAMES = ("one", "two", "three", "four", "five", "six")


class First(pipeline.Pipeline):
    """What happens to its processes happens to those of the machine beside it."""

    twin = None

    def wanted(self):
        return super().wanted() + (self.twin.wanted() if self.twin else [])


class Twin(pipeline.Pipeline):
    """Its venues and keys are the first's."""

    def __init__(self, first, **more):
        super().__init__(first.venues, run_sandbox=False, name="twin", **more)
        self.first, self.sandbox_port = first, first.sandbox_port

    def write_config(self):
        self.config.mkdir(exist_ok=True)
        for name in ("venues", "keys"):
            if not (self.config / name).exists():
                (self.config / name).symlink_to(self.first.config / name)
        super().write_config()

    def write_key(self, name, text):
        """It is there."""

    def write_venue(self, venue):
        """Likewise."""


class EngineRun(Run):
    SMALL_DISKS = False
    KIND = First

    def __init__(self, seed, size):
        super().__init__(seed, size)
        self.fate = random.Random(seed * 15485863 + 9)
        self.doors.drawn.two_users = False
        self.engine, self.twin, self.servers, self.turn = None, None, ["one", "two"], 0

    def run(self):
        self.engine = servers.Engine().primary()
        try:
            self.engine.standby("two")
            self.engine.set(synchronous_standby_names="two")
            self.engine.in_step("two")
            super().run()
        finally:
            self.engine.end()

    def conninfo(self):
        return self.engine.conninfo(*NAMES) + " target_session_attrs=primary"

    def more_settings(self):
        return {"state": {"postgresql": self.conninfo()}}

    @contextlib.contextmanager
    def beside(self):
        settings = {key: value for key, value in self.pipeline.settings.items() if key != "ingest"}
        self.twin = Twin(self.pipeline, settings=settings)
        with self.twin:
            self.twin.door.venues |= set(self.world.venues)
            self.twin.door.headers(b"")          # its tills' token, while all is well
            self.pipeline.twin = self.twin
            try:
                yield
            finally:
                self.pipeline.twin = None

    def machines(self):
        return [self.pipeline, *([self.twin] if self.twin else [])]

    def new_tool(self):
        os.environ |= {"BILAG_TOOLS_ENGINE": self.conninfo(), "BILAG_TOOLS_STATE": str(self.pipeline.state)}
        return super().new_tool()

    def post(self, venue, body):
        self.turn += 1
        return self.twin.post_bytes(body) if self.turn % 2 else super().post(venue, body)

    def plan(self, faulty, seconds):
        if self.seed % 2:
            faulty.after(self.fate.uniform(0.1, 0.9) * seconds, lambda: self.lose_primary(faulty))
        elif self.fate.random() < 0.7:
            faulty.after(self.fate.uniform(0.1, 0.9) * seconds, self.fate.choice([self.restart_primary, self.lose_standby]))

    def kills_meanwhile(self, faulty):
        """Processes are killed while there is no server, too."""
        for _ in range(self.fate.randint(0, 3)):
            faulty.kill()

    def persons_are_done(self):
        """What was told to the tool has been done: it gives up where it finds no server."""
        self.tool.docs("uploader")

    def lose_primary(self, faulty):
        self.persons_are_done()
        lost, kept = self.servers[-2:]
        new = NAMES[len(self.servers)]
        self.engine.crash(lost)
        meanwhile = threading.Thread(target=self.kills_meanwhile, args=(faulty,))
        meanwhile.start()
        self.engine.promote(kept, new)
        self.engine.standby(new, of=kept)
        self.engine.in_step(new, of=kept)
        self.servers.append(new)
        meanwhile.join()
        self.counts["fault primary lost"] += 1

    def restart_primary(self):
        """In order, or as after a crash."""
        self.persons_are_done()
        name, standby = self.servers[-2:]
        self.engine.stop(name, self.fate.choice([signal.SIGINT, signal.SIGQUIT]))
        self.engine.start(name)
        self.engine.in_step(standby, of=name)
        self.counts["fault primary restarted"] += 1

    def lose_standby(self):
        """Nothing is acknowledged until it is back."""
        self.persons_are_done()
        primary, name = self.servers[-2:]
        self.engine.crash(name)
        self.engine.start(name)
        self.engine.in_step(name, of=primary)
        self.counts["fault standby lost"] += 1
