#!/usr/bin/python3
"""A PostgreSQL of one's own: servers in a temporary folder, on a socket in it and on no port, as an unprivileged user.

usage: tests/engine.py units PROGRAM...     runs unit tests with their stores in it; those that look into LMDB's files are named below
       tests/engine.py run COMMAND...       BILAG_UNITS_ENGINE set to it
"""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# What these look at is LMDB: its file, its pages, its readers, its disk; or a program of their own, whose configuration says folders.
OF_LMDB = {"test_store_picture", "test_store_readers", "test_store_fault", "test_snapshot", "test_pages"}
PATIENCE_S = 60


def programs():
    """The folder of the newest PostgreSQL that can start servers, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def until(what, holds):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not in {PATIENCE_S} s")
        time.sleep(0.05)


class Engine:
    """Servers by name, each in a folder; the first is a primary, others follow it."""

    def __init__(self, settings=None):
        self.bin = programs()
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bilag-engine-", dir=os.environ.get("BILAG_TMP")))
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        for parent in self.folder.parents:
            if os.getuid() == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        self.folder.chmod(0o755)
        self.settings = {"listen_addresses": "", "wal_level": "replica", "max_connections": "200", "shared_buffers": "32MB",
                         "wal_keep_size": "256MB", "hot_standby": "on", "wal_retrieve_retry_interval": "200ms",
                         "log_min_messages": "warning", "max_wal_senders": "6", "restart_after_crash": "off",
                         "min_wal_size": "256MB", "synchronous_standby_names": "", **(settings or {})}
        self.servers = {}

    def conninfo(self, *names):
        names = names or list(self.servers)[:1]
        return (f"host={','.join(str(self.folder / name) for name in names)} port={','.join('5432' for _ in names)} "
                "dbname=postgres user=postgres")

    def command(self, program, *args):
        return subprocess.run([str(self.bin / program), *args], check=True, capture_output=True, text=True, cwd=self.folder,
                              env={**os.environ, "PGCONNECT_TIMEOUT": "5"}, **self.as_user())

    def as_user(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}

    def primary(self, name="one"):
        data = self.make(name)
        self.command("initdb", "-D", str(data), "-k", "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C")
        self.write(data, self.settings)
        self.start(name)
        return self

    def make(self, name):
        place = self.folder / name
        place.mkdir()
        os.chown(place, self.user.pw_uid, self.user.pw_gid)
        return place / "data"

    def write(self, data, settings):
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
            file.write(f"unix_socket_directories = '{data.parent}'\n")

    def standby(self, name, of="one"):
        data = self.make(name)
        self.command("pg_basebackup", "-d", f"{self.conninfo(of)} application_name={name}", "-D", str(data), "-X", "stream", "-c",
                     "fast", "-R", "--no-sync")
        with open(data / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(f"primary_conninfo = 'host={self.folder / of} user=postgres application_name={name}'\n")
        self.write(data, {})
        self.start(name)
        return self

    def start(self, name):
        place = self.folder / name
        with open(place / "log", "a", encoding="utf-8") as log:
            self.servers[name] = subprocess.Popen([str(self.bin / "postgres"), "-D", str(place / "data")], stdout=log, stderr=log,
                                                  cwd=place, **self.as_user())
        until(f"{name} answers", lambda: self.sql("SELECT 1", name) == "1")

    def sql(self, text, name="one"):
        """What it says, or None if it does not answer."""
        done = subprocess.run([str(self.bin / "psql"), "-XAtq", "-d", self.conninfo(name), "-c", text], capture_output=True, text=True,
                              check=False, env={**os.environ, "PGCONNECT_TIMEOUT": "2"})
        return done.stdout.strip() if done.returncode == 0 else None

    def set(self, name="one", **settings):
        """Changed while it runs, and waited for."""
        for key, value in settings.items():
            self.sql(f"ALTER SYSTEM SET {key} = '{value}'", name)
        self.sql("SELECT pg_reload_conf()", name)
        for key, value in settings.items():
            until(f"{key} = {value}", lambda key=key, value=value: self.sql(f"SHOW {key}", name) == value)

    def in_step(self, name, of="one"):
        """A standby that is waited for."""
        until(f"{name} is in step", lambda: self.sql("SELECT count(*) FROM pg_stat_replication WHERE "
                                                     f"application_name='{name}' AND sync_state IN ('sync','quorum')", of) == "1")

    def promote(self, name, standbys):
        """It waits for those from its first commit on."""
        with open(self.folder / name / "data" / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(f"synchronous_standby_names = '{standbys}'\n")
        self.sql("SELECT pg_reload_conf()", name)
        until(f"{name} knows whom to wait for", lambda: self.sql("SHOW synchronous_standby_names", name) == standbys)
        self.sql("SELECT pg_promote(true, 30)", name)

    def stop(self, name, how=signal.SIGINT):
        """SIGINT: at once, in order; SIGQUIT: as a crash."""
        server = self.servers[name]
        server.send_signal(how)
        server.wait(PATIENCE_S)

    def children(self, name):
        pid = self.servers[name].pid
        done = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
        return [int(child) for child in done.stdout.split()]

    def crash(self, name):
        """As when its machine is lost."""
        children = self.children(name)
        for pid in [self.servers[name].pid, *children]:
            with contextlib.suppress(ProcessLookupError):            # whose client has just gone
                os.kill(pid, signal.SIGKILL)
        self.servers[name].wait(PATIENCE_S)

    def end(self):
        for name, server in self.servers.items():
            if server.poll() is None:
                server.send_signal(signal.SIGCONT)
                self.stop(name, signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def units(paths):
    paths = [path for path in paths if pathlib.Path(path).name not in OF_LMDB]
    engine = Engine({"fsync": "on"}).primary()
    failed = []
    try:
        env = {**os.environ, "BILAG_UNITS_ENGINE": engine.conninfo()}
        for path in paths:
            print(f"== {path}", flush=True)
            if subprocess.run([path], env=env, check=False).returncode != 0:
                failed.append(path)
    finally:
        engine.end()
    print(f"{len(paths) - len(failed)} of {len(paths)} unit tests pass with their stores in PostgreSQL", *failed, sep="\n  ")
    return 1 if failed else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))            # and what was started ends as well
    if len(sys.argv) < 3 or sys.argv[1] not in ("units", "run"):
        print(__doc__, file=sys.stderr)
        return 2
    if not programs():
        print("PostgreSQL is not installed: nothing to do (apt install postgresql-15 libpq-dev)")
        return 0
    if sys.argv[1] == "units":
        return units(sys.argv[2:])
    engine = Engine().primary()
    try:
        return subprocess.run(sys.argv[2:], env={**os.environ, "BILAG_UNITS_ENGINE": engine.conninfo()}, check=False).returncode
    finally:
        engine.end()


if __name__ == "__main__":
    sys.exit(main())
