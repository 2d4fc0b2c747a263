"""The whole pipeline in a folder of its own: the real processes, a supervisor for them, and bilag-sandbox.

    with Pipeline(venues) as pipeline:            # {venue id: settings as in its YAML file}
        pipeline.post(events)
        pipeline.until("vouchers", lambda: len(pipeline.vouchers()) == 3)

Processes that end are started again at once, as a supervisor would; exit 100 and unexpected sanitizer reports
fail the test. When a test fails the folder stays, and its name and the last lines of every log are printed.
BILAG_BIN is the folder of the programs (./bin); BILAG_KEEP=1 keeps the folder in any case.
"""
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

import msgpack
import yaml
import zmq

from door import Door

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BILAG_BIN", ROOT / "bin")).resolve()
SANITIZED = "san" in os.environ.get("BILAG_BIN", "") or bool(os.environ.get("SAN"))
DEADLINE_S = 60 if not SANITIZED else 180
STAGES = ("ingest", "mapper", "validator", "uploader", "invoicer")
SUBSCRIPTION_KEY = "pipeline-subscription-3f1c9a77d1"
SECOND_KEY = "pipeline-subscription-two-77ab120e"            # the subscription's other key; named where a test says so
APPLICATION_KEY = "5c3f7fd1-75a1-4f1e-9e62-pipeline0001"
CORES = "AddressSanitizer", "runtime error:", "LeakSanitizer", "ensure("


def load_venues(folder):
    """Venue files as {id: settings}; every scalar stays the text it was, so 05:00 is no number."""
    venues = {}
    for path in sorted(pathlib.Path(folder).glob("*.yaml")):
        venue = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        venues[venue["venue"]] = venue
    return venues


def load_events(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def free_port():
    """Below those that connections are given by themselves: one of them could take it before, or between, our listeners."""
    while True:
        port = random.SystemRandom().randrange(12000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def fast_folder():
    """Memory instead of a disk, where there is much of it: what kill -9 does is the same, and no test waits for a
    flush. Tests of durability say parent="/tmp". BILAG_TMP chooses another place for all."""
    shm = os.environ.get("BILAG_TMP", "/dev/shm")
    if os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4 << 30:
        return shm
    return None


def rows(entry):
    """A dated entry's versions."""
    return entry if isinstance(entry, list) else [entry]


def client_key(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"client-key.{name}.bilag.test"))


def clients_of(venues, customers=()):
    """The sandbox's books with every account, VAT code, department and product that the venues name."""
    clients = {}
    for venue in venues.values():
        key = client_key(key_name(venue))
        client = clients.setdefault(key, {
            "client_key": key, "name": venue.get("name", venue["venue"]), "org_no": venue["company"],
            "accounts_changed": [], "departments": [], "products": [],
            "customers": [{"no": no, "name": name, "invoice_fee": False} for no, name in customers]})
        accounts, departments, products = set(), set(), {}
        for row in rows(venue.get("department", [])):
            departments.add(row["value"] if isinstance(row, dict) else row)
        for entry in venue.get("product_types", {}).values():
            for row in rows(entry):
                for account, product in (("account", "product"), ("reduced_account", "reduced_product")):
                    if row.get(account):
                        accounts.add(int(row[account]))
                    if row.get(product):
                        products[row[product]] = int(row.get(account) or row.get("account") or 0)
        for entry in venue.get("payment_types", {}).values():
            accounts |= {int(row["account"]) for row in rows(entry) if row.get("account")}
        there = {row["no"] for row in client["accounts_changed"]}
        client["accounts_changed"] += [{"no": no} for no in sorted(accounts - there)]
        there = {row["code"] for row in client["departments"]}
        client["departments"] += [{"code": code, "name": f"Department {code}"} for code in sorted(departments - there)]
        there = {row["code"] for row in client["products"]}
        client["products"] += [{"code": code, "name": code, "account": account}
                               for code, account in sorted(products.items()) if code not in there]
    return list(clients.values())


def own_database(conninfo):
    """A new database on that server, in libpq's words."""
    name = f"p{uuid.uuid4().hex}"
    subprocess.run(["psql", "-XAtq", "-d", conninfo, "-c", f"CREATE DATABASE {name}"], check=True, capture_output=True)
    return conninfo.replace("dbname=postgres", f"dbname={name}")


def key_name(venue):
    """client_key: {file: keys/NAME}"""
    return pathlib.Path(venue.get("client_key", {}).get("file", f"keys/{venue['venue']}")).name


class Supervised:
    """One process that is started again when it ends, until told otherwise."""

    def __init__(self, pipeline, stage, instance, env=None, args=()):
        self.pipeline, self.stage, self.instance = pipeline, stage, instance
        self.name = f"{stage}-{instance}"
        self.env, self.args = env or {}, list(args)
        self.wanted = True
        self.starts, self.exits = 0, []
        self.not_before = 0.0
        self.process = None

    def command(self):
        return [*self.pipeline.prefix, str(self.pipeline.bin / f"bilag-{self.stage}"), "--config", str(self.pipeline.config),
                "--instance", str(self.instance), *self.args]

    def start(self):
        with open(self.pipeline.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **self.pipeline.env, **self.env},
                                            **self.pipeline.popen_as(self.stage))
        self.starts += 1

    def look(self):
        """Called by the supervisor's thread."""
        if self.process is None or self.process.poll() is None:
            return
        code = self.process.returncode
        self.exits.append(code)
        self.process = None
        if code == 100:                          # "do not restart me as configured"
            self.wanted = False
            if not self.pipeline.closing:
                self.pipeline.failures.append(f"{self.name} exited with 100")
        elif code == 111:
            self.not_before = time.monotonic() + 0.2

    def ready(self):
        return self.process is not None and f"what=ready pid={self.process.pid}" in self.pipeline.log(self.name)


class Pipeline:
    prefix = ()                                  # words before a program's own: where it runs (machines.py)
    till_waits_s = DEADLINE_S

    def __init__(self, venues, stages=None, sandbox=None, settings=None, customers=(), clients=None, env=None,
                 bindir=BIN, name="pipeline", parent=None, application_key=APPLICATION_KEY, run_sandbox=True):
        """stages: {"mapper": 2, ...}; 0 leaves a stage out. sandbox: its --set switches. settings: more of
        bilag.yaml as a dict. customers: [(number, name)] in every client of the sandbox."""
        self.venues = dict(venues)
        self.bin = pathlib.Path(bindir)
        there = [stage for stage in STAGES if (self.bin / f"bilag-{stage}").exists()]
        self.stages = {stage: 1 for stage in there}
        self.stages.update(stages or {})
        self.sandbox_settings = {"rate_limit": 1000000, "read_lag_ms": 0, **(sandbox or {})}
        self.settings = settings or {}
        if os.environ.get("BILAG_UNITS_ENGINE"):     # tests/engine.py: the stores lie in a database of their own
            self.settings = {"state": {"postgresql": own_database(os.environ["BILAG_UNITS_ENGINE"]), "replicas": 1}, **self.settings}
        self.customers, self.clients = customers, clients
        self.application_key = application_key
        self.run_sandbox = run_sandbox
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bl-", dir=parent or fast_folder()))
        self.folder.chmod(0o700)
        self.config, self.run = self.folder / "config", self.folder / "r"
        self.state, self.spool = self.folder / "state", self.folder / "spool"
        self.clock = self.folder / "clock"
        self.clock.write_text("0")
        self.env = {"BILAG_CLOCK": str(self.clock), **(env or {})}
        self.port = free_port()
        self.processes, self.failures = {}, []
        self.lock, self.closing = threading.Lock(), False
        self.context = zmq.Context()
        self.door = Door(lambda *args: self.command("tokens", "add", *args).stdout, self.venues)
        self.keep = bool(os.environ.get("BILAG_KEEP"))
        self.sandbox_process, self.sandbox_port = None, None
        self.secrets = [SUBSCRIPTION_KEY, self.application_key]
        self.watcher = None

    # -- life --

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.keep = True
            self.stop_all()
            self.tell()
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.close(failed=kind is not None)

    def start(self):
        if self.run_sandbox:
            self.start_sandbox()
        self.write_config()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        for stage in STAGES:
            for instance in range(self.stages.get(stage, 0)):
                self.add(stage, instance)
        self.watcher.start()
        self.wait_ready()

    def wait_ready(self):
        self.until("every process is ready", lambda: all(p.ready() for p in self.wanted()))

    def popen_as(self, _stage):
        """Whose process it is, as subprocess wants it: ours, where a test says nothing else."""
        return {}

    def wanted(self):
        with self.lock:
            return [p for p in self.processes.values() if p.wanted]

    def add(self, stage, instance, env=None):
        process = Supervised(self, stage, instance, env)
        with self.lock:
            self.processes[process.name] = process
            process.start()
        return process

    def watch(self):
        while not self.closing:
            with self.lock:
                for process in self.processes.values():
                    process.look()
                    if process.wanted and process.process is None and time.monotonic() >= process.not_before:
                        process.start()
            time.sleep(0.01)

    def stop_all(self):
        """SIGTERM to all; a process that does not end within five seconds is a failure."""
        self.closing = True
        if self.watcher and self.watcher.is_alive():
            self.watcher.join()
        for process in self.processes.values():
            if process.process and process.process.poll() is None:
                process.process.send_signal(signal.SIGCONT)
                process.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + (5 if not SANITIZED else 20)
        for process in self.processes.values():
            if not process.process:
                continue
            try:
                code = process.process.wait(max(0.1, end - time.monotonic()))
                if code != 0:
                    self.failures.append(f"{process.name} ended with {code} after SIGTERM")
            except subprocess.TimeoutExpired:
                self.failures.append(f"{process.name} did not end within five seconds after SIGTERM")
                process.process.kill()
                process.process.wait(5)
        self.stop_sandbox()

    def close(self, failed=False):
        self.stop_all()
        self.context.destroy(linger=0)
        for name in self.log_names():
            text = self.log(name)
            self.failures += [f"{name}: {mark} in its log" for mark in CORES if mark in text]
        problems = self.failures + [f"secret in {where}" for where in self.secret_leaks()]
        if failed or problems:
            self.keep = True
            self.tell()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        if problems and not failed:
            raise AssertionError("; ".join(problems))

    def tell(self):
        print(f"\n-- the pipeline's folder is kept: {self.folder}")
        for line in self.failures:
            print(f"-- {line}")
        for name in self.log_names():
            lines = self.log(name).splitlines()
            print(f"-- {name}: {len(lines)} lines, the last:")
            print("\n".join(lines[-15:]))

    # -- configuration --

    def write_key(self, name, text):
        """Whole or not at all: a process may read its keys at any moment."""
        path = self.config / "keys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.touch(0o600)
        new.chmod(0o600)
        self.own_key(new)
        new.write_text(text + "\n")
        new.rename(path)
        if text not in self.secrets:
            self.secrets.append(text)

    def own_key(self, path):
        """Whose file it is: ours, where one user runs everything."""

    def write_venue(self, venue):
        """JSON is YAML, too; and it is written whole or not at all."""
        self.venues[venue["venue"]] = venue
        self.write_key(key_name(venue), client_key(key_name(venue)))
        path = self.config / "venues" / f"{venue['venue']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps({**venue, "client_key": {"file": f"keys/{key_name(venue)}"}}, ensure_ascii=False))
        new.rename(path)

    def write_config(self):
        self.config.mkdir(exist_ok=True)
        self.spool.mkdir(exist_ok=True)
        (self.config / "venues").mkdir(exist_ok=True)
        self.write_key("subscription", SUBSCRIPTION_KEY)
        self.write_key("second", SECOND_KEY)
        self.write_key("quickorder", self.application_key)
        for venue in self.venues.values():
            self.write_venue(venue)
        main = {
            "state_dir": str(self.state), "run_dir": str(self.run),
            "poweroffice": {
                "token_url": f"http://127.0.0.1:{self.sandbox_port}/OAuth/Token",
                "api_url": f"http://127.0.0.1:{self.sandbox_port}/v2",
                "subscription_key": {"file": "keys/subscription"},
                "application_keys": {"quickorder": {"file": "keys/quickorder"}},
                "requests_per_second": 10000},
            "ingest": {"http": f"127.0.0.1:{self.port}", "spool": str(self.spool)},
            "stages": {stage: max(1, count) for stage, count in self.stages.items()},
            "sender": {"retry_first_ms": 50, "retry_max_ms": 1000, "lookup_wait_ms": 50, "answer_wait_ms": 5000},
            "mapper": {"preview_ms": 200, "resend_ms": 500},
        }
        for section, values in self.settings.items():
            if isinstance(values, dict):
                main.setdefault(section, {}).update(values)
            else:
                main[section] = values
        path = self.config / "bilag.yaml"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(main))
        new.rename(path)

    def reload(self):
        """SIGHUP to all; every process reads its configuration again."""
        for process in self.wanted():
            if process.process:
                process.process.send_signal(signal.SIGHUP)

    def set_clock(self, offset_s):
        new = self.clock.with_suffix(".new")
        new.write_text(str(offset_s))
        new.rename(self.clock)

    def scale(self, stage, count):
        """Another number of processes of a stage: the configuration first, then the processes."""
        before = self.stages.get(stage, 0)
        self.stages[stage] = count
        self.write_config()
        self.reload()
        for instance in range(before, count):
            self.add(stage, instance)
        for instance in range(count, before):
            self.stop(stage, instance)

    # -- faults --

    def of(self, stage, instance=0):
        return self.processes[f"{stage}-{instance}"]

    def kill(self, stage, instance=0, sig=signal.SIGKILL):
        """The supervisor starts it again."""
        with self.lock:
            process = self.of(stage, instance).process
            if process and process.poll() is None:
                process.send_signal(sig)

    def stop(self, stage, instance=0):
        """Ends it for good, and says how it ended."""
        entry = self.of(stage, instance)
        with self.lock:
            entry.wanted = False
            process = entry.process
        if not process:
            return entry.exits[-1]
        process.send_signal(signal.SIGTERM)
        self.until(f"{entry.name} ends", lambda: entry.process is None)
        return entry.exits[-1]

    def restart(self, stage, instance=0):
        """Starts again what stop() ended."""
        entry = self.of(stage, instance)
        with self.lock:
            entry.wanted, entry.not_before = True, 0
        self.until(f"{entry.name} is ready", entry.ready)

    # -- feeding --

    def post(self, events, path="/v1/events", patience_s=DEADLINE_S):
        """HTTP; tried again while ingest is down, as tills do. The answer of the last part."""
        answer = None
        for at in range(0, len(events), 5000):
            body = "".join(json.dumps(e) + "\n" for e in events[at:at + 5000]).encode()
            answer = self.until("ingest answers", lambda body=body: self.post_bytes(body, path), patience_s)
        return answer

    def post_bytes(self, body, path="/v1/events"):
        """None: nobody answered, or not now."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.till_waits_s)
            try:
                connection.request("POST", path, body, self.door.headers(body))
                response = connection.getresponse()
                text = response.read()
            finally:
                connection.close()
        except (OSError, http.client.HTTPException):
            return None
        return json.loads(text) if response.status == 200 else None

    def spool_file(self, name, events):
        self.spool_bytes(name, "".join(json.dumps(e) + "\n" for e in events).encode())

    def spool_bytes(self, name, data):
        new = self.folder / f"{name}.new"
        new.write_bytes(data)
        new.rename(self.spool / name)

    def dealer(self, name):
        s = self.context.socket(zmq.DEALER)
        s.linger = 0
        s.rcvtimeo = 5000
        s.connect(f"ipc://{self.run}/{name}.ipc")
        return s

    def batch(self, events, instance=0):
        """ZeroMQ, as maps; tried again without an answer, or when told so."""
        def once():
            with self.dealer(f"ingest-{instance}") as s:
                s.send_multipart([b"b", b"map", msgpack.packb(events)])
                try:
                    answer = msgpack.unpackb(s.recv_multipart()[-1])
                except zmq.Again:
                    return None
            return None if answer.get("retry") else answer
        return self.until("ingest answers", once)

    def command(self, *args, check=True, timeout=DEADLINE_S, **more):
        """bilag ARGS: what it printed."""
        done = subprocess.run([*self.prefix, str(self.bin / "bilag"), args[0], "--config", str(self.config), *map(str, args[1:])],
                              env={**os.environ, **self.env}, capture_output=True, text=True, errors="replace", timeout=timeout,
                              **more)
        with open(self.folder / "bilag.log", "a", encoding="utf-8") as log:
            log.write(f"$ bilag {' '.join(map(str, args))}\n{done.stdout}{done.stderr}")
        if check and done.returncode != 0:
            raise AssertionError(f"bilag {' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def with_keys(self, *args, **more):
        """A command that asks PowerOffice itself."""
        return self.command(*args, **more)

    def import_file(self, path, *args, **more):
        return self.command("import", *args, path, **more)

    # -- watching --

    def until(self, what, condition, deadline_s=DEADLINE_S):
        """Waits for a condition, never for a time."""
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            result = condition()
            if result:
                return result
            if self.failures:
                raise AssertionError("; ".join(self.failures))
            time.sleep(0.01)
        raise AssertionError(f"not within {deadline_s} s: {what}")

    def status(self, stage, instance=0):
        """The status dump of a running process; None if it does not answer."""
        with self.dealer(f"status-{stage}-{instance}") as s:
            s.send(b"?")
            try:
                return json.loads(s.recv())
            except (zmq.Again, ValueError):              # nobody there, or no memory there for an answer
                return None

    def counter(self, stage, name, instance=0):
        return ((self.status(stage, instance) or {}).get("counters") or {}).get(name, 0)

    def rss_kb(self, stage, instance=0, field="VmRSS"):
        text = pathlib.Path(f"/proc/{self.of(stage, instance).process.pid}/status").read_text(encoding="utf-8")
        return int(text.split(field + ":")[1].split()[0])

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log_names(self):
        return sorted(path.stem for path in self.folder.glob("*.log"))

    def secret_leaks(self):
        """Secrets in logs, status dumps, and command lines of what runs now."""
        leaks = []
        secrets = self.secrets + [path.read_text().strip() for path in (self.state / "keys").glob("*.secret")]
        texts = {path.name: path.read_bytes() for path in
                 [*self.folder.glob("*.log"), *self.run.glob("*.json")] if path.name != "sandbox.log"}
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                texts[str(path)] = path.read_bytes()
            except OSError:
                continue
        for where, text in texts.items():
            leaks += [where for secret in secrets if secret.encode() in text]
        return leaks

    # -- PowerOffice --

    def start_sandbox(self, ledger=True):
        companies = self.folder / "companies.json"
        if not companies.exists():
            clients = self.clients if self.clients is not None else clients_of(self.venues, self.customers)
            companies.write_text(json.dumps({"subscription_keys": [SUBSCRIPTION_KEY, SECOND_KEY],
                                             "application_keys": [self.application_key], "clients": clients}))
        port_file = self.folder / "sandbox.port"
        listen = f"127.0.0.1:{self.sandbox_port or 0}"
        port_file.unlink(missing_ok=True)
        command = [str(self.bin / "bilag-sandbox"), "--listen", listen, "--port-file", str(port_file),
                   "--companies", str(companies)]
        if ledger:
            command += ["--ledger", str(self.folder / "ledger")]
        for name, value in self.sandbox_settings.items():
            command += ["--set", f"{name}={value}"]
        with open(self.folder / "sandbox.log", "ab") as log:
            self.sandbox_process = subprocess.Popen(command, stderr=log, stdout=log, stdin=subprocess.DEVNULL)
        self.until("the sandbox is ready", lambda: port_file.exists() or self.sandbox_process.poll() is not None)
        assert self.sandbox_process.poll() is None, self.log("sandbox")
        self.sandbox_port = int(port_file.read_text())

    def stop_sandbox(self, sig=signal.SIGTERM):
        if self.sandbox_process and self.sandbox_process.poll() is None:
            self.sandbox_process.send_signal(sig)
            try:
                self.sandbox_process.wait(10)
            except subprocess.TimeoutExpired:
                self.failures.append("the sandbox did not end")
                self.sandbox_process.kill()
                self.sandbox_process.wait(5)
        self.sandbox_process = None

    def sandbox(self, what, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox_port, timeout=DEADLINE_S)
        try:
            connection.request("GET" if body is None else "POST", f"/_sandbox/{what}",
                               None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        assert response.status in (200, 204), (response.status, text)
        return json.loads(text) if text else None

    def sandbox_set(self, **switches):
        return self.sandbox("settings", switches)

    def vouchers(self):
        """What stands in the books: neither reversed nor a reversal."""
        return [v for v in self.sandbox("vouchers") if not v["reversed"] and not v["reverses"]]

    def orders(self):
        return self.sandbox("orders")

    def stats(self):
        return self.sandbox("stats")

    def books(self):
        """{(venue, business day): [its vouchers' lines, added up], references}: a day's parts together.

        The SAF-T batch id names venue, day and part; ids that were shortened are found by reference."""
        names = {}
        books = collections.defaultdict(lambda: {"lines": collections.Counter(), "parts": [], "references": []})
        for voucher in self.vouchers():
            venue, day, part = voucher["saft_batch_id"].rsplit(":", 2)
            key = (names.get(venue, venue), f"{day[:4]}-{day[4:6]}-{day[6:]}")
            entry = books[key]
            entry["parts"].append(int(part))
            entry["references"].append(voucher["reference"])
            for line in voucher["lines"]:
                entry["lines"][line["account"], line["vat_code"], line["department"]] += line["amount"]
            assert sum(line["amount"] for line in voucher["lines"]) == 0, voucher
        return dict(books)
