"""Machines as network namespaces on one bridge, three of them with etcd, Patroni and PostgreSQL as deploy/fleet sets them up.

    with Net() as net:                       # the calling thread, and what it starts, is on the bridge's side, at 10.77.0.254
        with Cluster(net) as cluster:        # a, b, c
            cluster.conninfo()

Needs network namespaces: root, or a user namespace that keeps capabilities (`unshare --map-current-user --keep-caps --net`).
Servers run as an unprivileged user (as tests/engine.py does), in a folder of their own; everything ends with its namespace.
"""
import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import yaml

from engine import programs

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "deploy" / "fleet"
HUB = "10.77.0.254"
CLONE_NEWNET = 0x40000000
PATIENCE_S = 60
PASSWORD = "fleet-7d1c22a9"
LIBC = ctypes.CDLL(None, use_errno=True)


def lacking():
    """What is not there to run this with, or None."""
    missing = [name for name in ("patroni", "etcd", "ip", "nsenter", "iptables", "psql") if not shutil.which(name)]
    if missing or not programs():
        return f"{', '.join(missing) or 'PostgreSQL'} is not installed (apt install postgresql-15 patroni etcd-server iproute2 iptables)"
    tried = subprocess.run(["unshare", "-n", "sh", "-c", "ip link add x type bridge && iptables -t nat -L -n"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "no network namespaces may be made here"


def call(name, *args):
    if getattr(LIBC, name)(*args) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def run(*words, prefix=(), check=True):
    return subprocess.run([*prefix, *map(str, words)], check=check, capture_output=True, text=True)


def until(what, holds, patience_s=PATIENCE_S):
    end = time.monotonic() + patience_s
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not in {patience_s} s")
        time.sleep(0.05)


def fake_clock(ahead_s):
    """The environment of a program whose clock is so far ahead; None: faketime is not installed."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if not ahead_s or not library:
        return {} if not ahead_s else None
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{ahead_s:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Box:
    """One machine: a namespace, held by a process that sleeps, with a cable to the bridge."""

    def __init__(self, net, name, number):
        self.net, self.name, self.number, self.address = net, name, number, f"10.77.0.{number}"
        self.cable, self.forwarded = f"v-{name}", set()
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
        until("a namespace", lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != net.own)
        self.id = os.readlink(f"/proc/{self.holder.pid}/ns/net")
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        run("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.holder.pid)
        for words in (f"ip addr add {self.address}/24 dev eth0", "ip link set eth0 up", "ip link set lo up",
                      "sysctl -qw net.ipv4.conf.all.route_localnet=1",
                      "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE"):
            run(*words.split(), prefix=self.prefix)
        run("ip", "link", "set", self.cable, "master", "br0", "up")

    @contextlib.contextmanager
    def inside(self):
        """The calling thread's new sockets, and what it starts, are this machine's."""
        there = os.open(f"/proc/{self.holder.pid}/ns/net", os.O_RDONLY)
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            call("setns", there, CLONE_NEWNET)
            yield
        finally:
            call("setns", back, CLONE_NEWNET)
            os.close(there)
            os.close(back)

    def forward(self, port):
        """What this machine asks at that port of its own loopback is answered on the bridge's side."""
        if port not in self.forwarded:
            self.forwarded.add(port)
            run(*f"iptables -t nat -A OUTPUT -d 127.0.0.1 -p tcp --dport {port} -j DNAT --to {HUB}:{port}".split(), prefix=self.prefix)
            self.net.forward(port)

    # -- what can happen to a cable --

    def cut(self):
        """Nothing goes through, and nobody is told."""
        run("ip", "link", "set", self.cable, "nomaster")

    def join(self, bridge="br0"):
        run("ip", "link", "set", self.cable, "master", bridge)

    def deafen(self):
        """It speaks, and hears nothing."""
        run(*"iptables -I INPUT -i eth0 -j DROP".split(), prefix=self.prefix)

    def mute(self):
        """It hears, and nobody hears it."""
        run(*"iptables -I OUTPUT -o eth0 -j DROP".split(), prefix=self.prefix)

    def mend(self):
        run(*"iptables -F INPUT".split(), prefix=self.prefix)
        run(*"iptables -F OUTPUT".split(), prefix=self.prefix)

    def processes(self):
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(path / "ns" / "net") == self.id and int(path.name) != self.holder.pid:
                    found.append(int(path.name))
        return found

    def signal(self, sig):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)

    def lose(self):
        """As when it has no power: nobody is told that it is gone."""
        self.cut()
        while self.processes():
            self.signal(signal.SIGKILL)
            time.sleep(0.01)

    def end(self):
        while self.processes():
            self.signal(signal.SIGKILL)
            time.sleep(0.01)
        self.holder.kill()
        self.holder.wait()


class Net:
    """Two bridges, so that machines can be split, in a namespace of the calling thread's own."""

    def __init__(self):
        self.back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.boxes, self.forwarded, self.thread = {}, set(), threading.get_ident()
        call("unshare", CLONE_NEWNET)
        self.own = os.readlink("/proc/thread-self/ns/net")
        for words in ("ip link set lo up", "ip link add br0 type bridge", "ip link add br1 type bridge", f"ip addr add {HUB}/24 dev br0",
                      "ip link set br0 up", "ip link set br1 up", "sysctl -qw net.ipv4.conf.all.route_localnet=1"):
            run(*words.split())

    def box(self, name):
        self.boxes[name] = Box(self, name, len(self.boxes) + 1)
        return self.boxes[name]

    def forward(self, port):
        if port not in self.forwarded:
            self.forwarded.add(port)
            run(*f"iptables -t nat -A PREROUTING -d {HUB} -p tcp --dport {port} -j DNAT --to 127.0.0.1:{port}".split())

    def end(self):
        for box in self.boxes.values():
            box.end()
        call("setns", self.back, CLONE_NEWNET)
        os.close(self.back)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Cluster:
    """etcd and Patroni with PostgreSQL on three machines. faked: {machine: seconds that its clock is ahead}."""

    def __init__(self, net, names=("a", "b", "c"), faked=None, parent=None):
        self.net, self.faked = net, faked or {}
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bl-fleet-", dir=parent or os.environ.get("BILAG_TMP")))
        for above in self.folder.parents:
            if os.getuid() == 0 and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
        self.folder.chmod(0o755)
        self.own(self.folder)
        self.boxes = {name: net.box(name) for name in names}
        self.started = []
        self.kept = self.folder / "wal"
        self.kept.mkdir()
        self.own(self.kept)

    def own(self, path):
        os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def addressed(self, text, name):
        """The shipped file is machine a's; the addresses are its own, for boxes are numbered in order."""
        return text.replace("10.77.0.1:", f"{self.boxes[name].address}:").replace("=a\n", f"={name}\n")

    def spawn(self, name, what, *words, env=None):
        """As the user who may run servers."""
        box = self.boxes[name]
        as_user = ["-S", str(self.user.pw_uid), "-G", str(self.user.pw_gid)] if os.getuid() == 0 else []
        with open(self.folder / f"{name}-{what}.log", "ab") as log:
            self.started.append(subprocess.Popen([*box.prefix, *as_user, *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                                 cwd=self.folder, env={**os.environ, **(env or {})}))

    def as_user(self, name, *words):
        """There, as that user, and waited for."""
        as_user = ["-S", str(self.user.pw_uid), "-G", str(self.user.pw_gid)] if os.getuid() == 0 else []
        done = subprocess.run([*self.boxes[name].prefix, *as_user, *words], capture_output=True, text=True, check=False, cwd=self.folder,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def etcd(self, name):
        env = dict(line.split("=", 1) for line in (SHIPPED / "etcd.default").read_text(encoding="utf-8").splitlines() if line[:4] == "ETCD")
        for key, value in env.items():
            if key != "ETCD_INITIAL_CLUSTER":
                env[key] = value.replace("10.77.0.1:", f"{self.boxes[name].address}:")
        env |= {"ETCD_NAME": name, "ETCD_DATA_DIR": str(self.folder / f"{name}-etcd")}
        self.spawn(name, "etcd", shutil.which("etcd"), env=env)

    def configuration(self, name):
        made = yaml.safe_load((SHIPPED / "patroni.yml").read_text(encoding="utf-8"))
        address, place = self.boxes[name].address, self.folder / name
        made["name"] = name
        made["restapi"] = {key: f"{address}:8008" for key in ("listen", "connect_address")}
        made["postgresql"] |= {"listen": f"{address}:5432", "connect_address": f"{address}:5432", "data_dir": str(place / "data"),
                               "pgpass": str(place / "pgpass"), "bin_dir": self.server_programs(name),
                               "parameters": {"unix_socket_directories": str(place)}}
        parameters = made["bootstrap"]["dcs"]["postgresql"]["parameters"]
        parameters["archive_command"] = f"{SHIPPED}/keep-wal \"%p\" {self.kept}/\"%f\""
        parameters |= {"shared_buffers": "64MB", "wal_keep_size": "256MB", "min_wal_size": "128MB"}
        made["bootstrap"]["initdb"].append("no-sync")
        made["watchdog"]["mode"] = "off"
        return made

    def server_programs(self, name):
        """Those of PostgreSQL; of one with a wrong clock the server is another: its clock jumps when it has run for a while, for Patroni
        compares when its server began with what /proc says."""
        if name not in self.faked:
            return str(programs())
        folder = self.folder / f"{name}-bin"
        folder.mkdir()
        for path in programs().iterdir():
            (folder / path.name).symlink_to(path)
        clock = " ".join(f"{key}={value}" for key, value in fake_clock(self.faked[name]).items())
        (folder / "postgres").unlink()
        (folder / "postgres").write_text(f'#!/bin/sh\nexec env {clock} FAKETIME_START_AFTER_SECONDS=5 {programs()}/postgres "$@"\n', encoding="utf-8")
        (folder / "postgres").chmod(0o755)
        return str(folder)

    def patroni(self, name):
        place = self.folder / name
        if not place.exists():
            place.mkdir()
            self.own(place)
            (place / "patroni.yml").write_text(yaml.safe_dump(self.configuration(name)), encoding="utf-8")
            self.own(place / "patroni.yml")
        self.spawn(name, "patroni", shutil.which("patroni"), str(place / "patroni.yml"))

    def start(self):
        """One is primary, and a standby is waited for; the database is there."""
        for name in self.boxes:
            self.etcd(name)
        first = next(iter(self.boxes))
        until("etcd answers", lambda: self.ask(first, "/health", port=2379) == 200)
        self.patroni(first)
        until("a primary", self.leader)
        for name in list(self.boxes)[1:]:
            self.patroni(name)
        self.in_step()
        leader = self.leader()
        for text in (f"CREATE ROLE bilag LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE bilag OWNER bilag", "GRANT pg_monitor TO bilag"):
            assert self.sql(text, leader) is not None, text
        passfile = self.folder / "pgpass-bilag"
        passfile.write_text("".join(f"{where}:{port}:bilag:bilag:{PASSWORD}\n" for port in (5432, 5000)
                                    for where in [box.address for box in self.boxes.values()] + ["127.0.0.1"]), encoding="utf-8")
        passfile.chmod(0o600)
        return self

    def conninfo(self):
        """As deploy/fleet/bilag.yaml says it."""
        said = yaml.safe_load((SHIPPED / "bilag.yaml").read_text(encoding="utf-8"))["state"]["postgresql"]
        return said.replace("/etc/bilag/pgpass", str(self.folder / "pgpass-bilag"))

    # -- asking --

    def ask(self, name, path, port=8008):
        """The status of an answer; None: none."""
        connection = http.client.HTTPConnection(self.boxes[name].address, port, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def leader(self):
        """The machine whose Patroni says that it has the key, of those that can be asked; None: none."""
        return next((name for name in self.boxes if self.ask(name, "/primary") == 200), None)

    def standby(self):
        """The one that is waited for."""
        return next((name for name in self.boxes if self.ask(name, "/sync") == 200), None)

    def in_step(self):
        """There is a primary, whose commits wait for a standby that is there."""
        def holds():
            leader = self.leader()
            return leader and self.sql("SELECT count(*)>0 FROM pg_stat_replication WHERE sync_state IN ('sync','quorum')", leader) == "t"
        until("a primary and a standby in step", holds)

    def sql(self, text, name, database="postgres"):
        """What it says, or None: by its socket, as its owner."""
        place = self.folder / name
        secret = yaml.safe_load((place / "patroni.yml").read_text(encoding="utf-8"))["postgresql"]["authentication"]["superuser"]["password"]
        done = subprocess.run([*self.boxes[name].prefix, "psql", "-XAtq", "-d",
                               f"host={self.boxes[name].address} user=postgres dbname={database} connect_timeout=2", "-c", text],
                              capture_output=True, text=True, check=False, timeout=30, env={**os.environ, "PGPASSWORD": secret})
        return done.stdout.strip() if done.returncode == 0 else None

    def log(self, name, what="patroni"):
        return (self.folder / f"{name}-{what}.log").read_text(encoding="utf-8", errors="replace")

    # -- what happens to it --

    def lose(self, name):
        self.boxes[name].lose()

    def bring_back(self, name):
        """Its power is back: as a standby of whoever is primary now."""
        self.boxes[name].join()
        self.etcd(name)
        self.patroni(name)

    def crash(self, name):
        """Its server alone dies."""
        pid = int((self.folder / name / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = run("pgrep", "-P", pid, check=False).stdout.split()
        for victim in [pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)

    def end(self):
        for box in self.boxes.values():
            while box.processes():
                box.signal(signal.SIGKILL)
                time.sleep(0.01)
        for process in self.started:
            process.wait()
        if not os.environ.get("BILAG_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.end()
            raise

    def __exit__(self, *_):
        self.end()


def cluster_states(cluster):
    """{machine: role and state} as Patroni tells it, of one that answers."""
    for box in cluster.boxes.values():
        connection = http.client.HTTPConnection(box.address, 8008, timeout=1)
        try:
            connection.request("GET", "/cluster")
            return {m["name"]: f"{m['role']} {m['state']}" for m in json.loads(connection.getresponse().read())["members"]}
        except (OSError, http.client.HTTPException, ValueError):
            continue
        finally:
            connection.close()
    return {}
