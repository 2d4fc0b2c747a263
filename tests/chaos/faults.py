"""What can happen, as rows: (weight, name, what it does). Each is counted; calm() takes all of it back."""
import os
import signal
import time

import pipeline
from world import turn_account, turn_credit

FILLER = "filler"
CLOSABLE = (1570, 1900, 3000, 3001, 3010)


class Faults:
    def __init__(self, run):
        self.run, self.p, self.rng, self.counts = run, run.pipeline, run.rng, run.counts
        self.later = []                          # (moment, what to do): ends of faults
        self.stopped = set()
        self.down = False
        self.table = [row for row in TABLE if row[1] != "disk full" or run.mounted]
        self.sandbox_faults = set()

    # -- drawing --

    def one(self):
        weights = [row[0] for row in self.table]
        _, name, act = self.rng.choices(self.table, weights)[0]
        if act(self) is not False:
            self.counts[f"fault {name}"] += 1

    def due(self, everything=False):
        now = time.monotonic()
        for entry in [entry for entry in self.later if everything or entry[0] <= now]:
            self.later.remove(entry)
            entry[1]()

    def after(self, seconds, act):
        self.later.append((time.monotonic() + seconds, act))

    def somebody(self):
        entries = [entry for entry in self.p.wanted() if entry.process and entry.process.poll() is None]
        return self.rng.choice(entries) if entries else None

    # -- processes --

    def signal(self, entry, sig):
        with self.p.lock:
            process = entry.process
            if process and process.poll() is None:
                process.send_signal(sig)
                return True
        return False

    def kill(self):
        entry = self.somebody()
        if not entry or not self.signal(entry, signal.SIGKILL):
            return False
        self.counts[f"kill {entry.stage}"] += 1
        return True

    def kill_two(self):
        return self.kill() and self.kill()

    def kill_stage(self):
        stage = self.rng.choice(list(self.p.stages))
        for instance in range(self.p.stages[stage]):
            if self.signal(self.p.of(stage, instance), signal.SIGKILL):
                self.counts[f"kill {stage}"] += 1

    def term(self):
        entry = self.somebody()
        return bool(entry) and self.signal(entry, signal.SIGTERM)

    def hold(self):
        """SIGSTOP, and SIGCONT some time later."""
        entry = self.somebody()
        process = entry.process if entry else None
        if not process or not self.signal(entry, signal.SIGSTOP):
            return False

        def go_on():
            with self.p.lock:
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
        self.after(self.rng.uniform(0.05, 0.6), go_on)
        return True

    def reload(self):
        entry = self.somebody()
        return bool(entry) and entry.ready() and self.signal(entry, signal.SIGHUP)

    def scale(self):
        self.due(everything=True)                # a stopped process cannot end
        stage = self.rng.choice(list(self.p.stages))
        count = self.rng.randint(1, 3 if stage != "ingest" else 2)
        if count == self.p.stages[stage]:
            return False
        self.p.scale(stage, count)
        return True

    # -- configuration --

    def turn(self, change):
        name = self.rng.choice(list(self.p.venues))
        venue = self.p.venues[name]
        if change(self, name, venue) is False:
            return False
        self.p.write_venue(venue)
        for entry in self.p.wanted():
            if entry.ready():
                self.signal(entry, signal.SIGHUP)
        return True

    def turn_credit(self):
        def change(_, name, venue):
            if self.run.world.fates[name] != "turned":
                return False
            turn_credit(venue, self.rng.choice(["orders", "voucher"]))
            return True
        return self.turn(change)

    def turn_account(self):
        return self.turn(lambda _, name, venue: turn_account(venue))

    def turn_auto(self):
        def change(_, name, venue):
            venue["auto_transfer"] = self.rng.choice(["true", "false"])
        return self.turn(change)

    def set_up(self):
        """A venue whose sales came before it was set up."""
        waiting = sorted(self.run.world.troubles.late - set(self.p.venues))
        if not waiting:
            return False
        name = self.rng.choice(waiting)
        self.p.write_venue(self.run.world.venues[name])
        self.p.reload()
        return True

    def break_file(self):
        """Somebody mistypes in a venue's file, and mends it some time later; a process that starts leaves it out."""
        name = self.rng.choice(list(self.p.venues))
        path = self.p.config / "venues" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("{", '{"aut_transfer": "true", ', 1), encoding="utf-8")
        self.p.reload()

        def mend():
            self.p.write_venue(self.p.venues[name])
            self.p.reload()
        self.after(self.rng.uniform(0.05, 0.5), mend)

    # -- PowerOffice --

    def settings(self, seconds, **switches):
        """For a while; then calm again. A sandbox that is down at the moment does not hear it."""
        try:
            self.p.sandbox_set(**switches)
        except OSError:
            return False
        self.after(seconds, lambda: self.quietly(**{name: self.run.calm[name] for name in switches}))
        return True

    def quietly(self, **switches):
        try:
            self.p.sandbox_set(**switches)
        except OSError:
            pass                                 # it starts again with the calm ones

    def permille(self, name):
        return self.settings(self.rng.uniform(0.1, 0.5), **{name: self.rng.choice([100, 300, 700])})

    def kill_sandbox(self):
        try:
            self.run.take_requests()
        except OSError:
            return False
        self.p.stop_sandbox(signal.SIGKILL)
        self.after(self.rng.uniform(0, 0.3), self.p.start_sandbox)
        self.down = True
        return True

    def accounts(self):
        """An account that vouchers post to is closed, and opened again."""
        key = pipeline.client_key(pipeline.key_name(self.rng.choice(list(self.p.venues.values()))))
        number = self.rng.choice(CLOSABLE)

        def change(active):
            try:
                self.p.sandbox("clients", {"client_key": key, "accounts_changed": [{"no": number, "active": active}]})
            except OSError:
                self.after(0.1, lambda: change(active))
        change(False)
        self.after(self.rng.uniform(0.1, 0.5), lambda: change(True))

    def period(self, member):
        """It is closed, and opened again."""
        key = pipeline.client_key(pipeline.key_name(self.rng.choice(list(self.p.venues.values()))))

        def change(date):
            try:
                self.p.sandbox("clients", {"client_key": key, member: date})
            except OSError:
                self.after(0.1, lambda: change(date))
        change("2026-11-30")
        self.after(self.rng.uniform(0.1, 0.5), lambda: change(None))

    def lock_date(self):
        self.period("lock_date")

    def closed_untold(self):
        """LockDateSettings does not say so: a document is refused, and nothing that may be read explains it."""
        self.period("closed_until")

    def key_refused(self):
        """One of the subscription's two keys; a seed in two has the second one at hand."""
        refused = self.rng.choice([pipeline.SUBSCRIPTION_KEY, pipeline.SUBSCRIPTION_KEY, pipeline.SECOND_KEY])
        return self.settings(self.rng.uniform(0.1, 0.8), refused_key=refused)

    def quota_used_up(self):
        return self.settings(self.rng.uniform(0.1, 0.5), subscription_quota="used_up")

    def revoke(self):
        key = pipeline.client_key(pipeline.key_name(self.rng.choice(list(self.p.venues.values()))))

        def change(revoked):
            try:
                self.p.sandbox("clients", {"client_key": key, "revoked": revoked})
            except OSError:
                self.after(0.1, lambda: change(revoked))
        change(True)
        self.after(self.rng.uniform(0.1, 0.5), lambda: change(False))

    # -- the disk --

    def fill(self):
        path = self.p.state / FILLER
        if path.exists():
            return False
        with open(path, "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass
        self.after(self.rng.uniform(0.1, 0.6), lambda: os.unlink(path))
        return True

    # -- the end --

    def calm(self):
        while self.later:
            self.due(everything=True)
        for name in self.run.world.troubles.late:
            self.p.venues[name] = self.run.world.venues[name]
        self.p.write_config()
        for name, venue in self.p.venues.items():
            venue["auto_transfer"] = "true"
            self.p.write_venue(venue)
        self.p.sandbox_set(**self.run.calm)
        for key in {pipeline.client_key(pipeline.key_name(venue)) for venue in self.p.venues.values()}:
            # what was set late came after its end
            self.p.sandbox("clients", {"client_key": key, "lock_date": None, "closed_until": None, "revoked": False,
                                       "accounts_changed": [{"no": number, "active": True} for number in CLOSABLE]})
        self.p.wait_ready()
        self.p.reload()                          # a person has mended keys: they are tried at once


def permille(name):
    return lambda faults: faults.permille(name)


TABLE = [
    (38, "kill -9", Faults.kill),
    (5, "kill -9 of two", Faults.kill_two),
    (5, "kill -9 of a whole stage", Faults.kill_stage),
    (5, "SIGTERM", Faults.term),
    (6, "SIGSTOP, SIGCONT", Faults.hold),
    (3, "SIGHUP", Faults.reload),
    (3, "stage scaled", Faults.scale),
    (3, "credit turned", Faults.turn_credit),
    (3, "account turned", Faults.turn_account),
    (2, "automatic transfer turned", Faults.turn_auto),
    (4, "venue set up", Faults.set_up),
    (2, "venue's file mistyped", Faults.break_file),
    (2, "429", permille("fault_429")),
    (2, "5xx before", permille("fault_5xx_before")),
    (3, "5xx after", permille("fault_5xx_after")),
    (2, "dropped before", permille("fault_drop_before")),
    (3, "dropped after", permille("fault_drop_after")),
    (2, "reset", permille("fault_reset")),
    (2, "slow answers", permille("fault_slow_permille")),
    (2, "latency", lambda f: f.settings(f.rng.uniform(0.1, 0.5), latency_ms=f.rng.choice([20, 100, 400]))),
    (2, "read lag", lambda f: f.settings(f.rng.uniform(0.3, 1.0), read_lag_ms=f.rng.choice([100, 500, 1500]))),
    (2, "tokens expired", lambda f: f.settings(0.1, expire_tokens="now")),
    (2, "down", lambda f: f.settings(f.rng.uniform(0.05, 0.5), down=f.rng.choice(["close", "503"]))),
    (1, "throttled", lambda f: f.settings(f.rng.uniform(0.1, 0.5), rate_limit=f.rng.choice([3, 20]))),
    (1, "kill -9 of PowerOffice", Faults.kill_sandbox),
    (4, "account closed", Faults.accounts),
    (3, "lock date", Faults.lock_date),
    (2, "period closed untold", Faults.closed_untold),
    (2, "subscription key refused", Faults.key_refused),
    (2, "subscription quota used up", Faults.quota_used_up),
    (2, "key revoked", Faults.revoke),
    (5, "disk full", Faults.fill),
]


def figures(total, seeds, failed, wall_s):
    """The end of a run, for people."""
    kills = {name[5:]: n for name, n in sorted(total.items()) if name.startswith("kill ")}
    rows = {name[6:]: n for name, n in sorted(total.items()) if name.startswith("fault ")}
    lines = [f"{seeds} seeds, {len(failed)} failed{': ' + ' '.join(map(str, sorted(failed))) if failed else ''}",
             f"venues {total['venues']}, events {total['events']}, documents {total['documents']}, "
             f"requests {total['requests']}, seconds {total['seconds']:.0f} of runs in {wall_s:.0f}",
             f"kills {sum(kills.values())}: " + ", ".join(f"{stage} {n}" for stage, n in kills.items()),
             f"faults {sum(rows.values())}: " + ", ".join(f"{name} {n}" for name, n in rows.items())]
    sources = {name[7:]: n for name, n in sorted(total.items()) if name.startswith("source ")}
    lines.append("events by source, repeats included: " + ", ".join(f"{source} {n}" for source, n in sources.items()))
    decided = {name[8:]: n for name, n in sorted(total.items()) if name.startswith("decided ")}
    if decided:
        lines.append(f"decided {sum(decided.values())}: " + ", ".join(f"{name} {n}" for name, n in decided.items()))
    doors = {name[5:]: n for name, n in sorted(total.items()) if name.startswith("door ")}
    ways = ", ".join(f"{words} {total[f'with {name}']}" for name, words in
                     (("tls", "TLS"), ("tcp", "ZeroMQ over TCP"), ("two_users", "two users")))
    lines.append(f"doors (seeds with {ways}): " + ", ".join(f"{name} {n}" for name, n in doors.items()))
    lines += [f"{name}: {total[name]}" for name in ("resent by a person", "accepted by a person", "reversed by a person",
                                             "reversed there by a person", "reversed there in vain", "sent anew by a person",
                                             "invoice sent again by a person", "products made by a person", "invoices",
                                                    "taken back in PowerOffice", "connected late") if total[name]]
    return "\n".join(lines)
