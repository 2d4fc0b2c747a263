"""Keys are where they must be and nowhere else: after a full run every stage's memory, every file and every process's arguments are
searched for every key there is. Keys of PowerOffice, and the tokens it gave, are in uploader and invoicer alone."""
import http.client
import json
import pathlib
import re
import signal
import threading

import pytest

from answer_proxy import Proxy
from console_rig import PASSWORD, Person, add_user, settings
from memory import found_in_memory
from orders_rig import documents, sale, venue
from pipeline import APPLICATION_KEY, SANITIZED, STAGES, SUBSCRIPTION_KEY, Pipeline, client_key, key_name
from test_console import receipt

DAY = "2026-11-19"
SENDERS = ("uploader", "invoicer")


class Listening(Proxy):
    """PowerOffice, and every token that it gives."""

    def __init__(self, port):
        self.tokens, self.guard = set(), threading.Lock()
        super().__init__(port)

    def behind(self, request, body):
        status, headers, answer = super().behind(request, body)
        if request.path.endswith("/OAuth/Token") and status == 200:
            with self.guard:
                self.tokens.add(json.loads(answer)["access_token"])
        return status, headers, answer


class Overheard(Pipeline):
    proxy = None

    def start_sandbox(self, ledger=True):
        super().start_sandbox(ledger)
        self.proxy = Listening(self.sandbox_port)
        self.settings["poweroffice"] = {"token_url": f"http://127.0.0.1:{self.proxy.port}/OAuth/Token",
                                        "api_url": f"http://127.0.0.1:{self.proxy.port}/v2"}

    def stop_all(self):
        super().stop_all()
        if self.proxy:
            self.proxy.stop()


def send_with(pipeline, token, event):
    connection = http.client.HTTPConnection("127.0.0.1", pipeline.port, timeout=30)
    connection.request("POST", "/v1/events", json.dumps(event), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def run(pipeline, port):
    """Everything that touches a key: sales in, vouchers and orders out, a page, a form, commands, a reload. The bearer token."""
    add_user(pipeline, "kari", "--all-companies", "--role", "decides,sets-up,operates")
    pipeline.add("console", 0)
    pipeline.wait_ready()
    token = pipeline.command("tokens", "add", "--venue", "oslo").stdout.strip()
    pipeline.post([receipt("oslo", 1), receipt("oslo", 2), sale("oslo", 3, "kunde"), receipt("bar", 1, payments=[{"type": "card", "amount": 1}])])
    assert send_with(pipeline, token, receipt("oslo", 4)) == 200
    pipeline.command("customers", "--venue", "oslo", "connect", "kunde", "10001")
    pipeline.until("the day is sent", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "sent")
    pipeline.until("the order is sent", lambda: documents(pipeline).get("oslo/order/K1/3", ("",))[0] == "sent")
    kari = Person(port)
    assert kari.sign_in("kari").status == 303
    assert kari.get(f"/venues/oslo/days/{DAY}").status == 200
    for args in (("check", "--online"), ("products", "--venue", "oslo", "list"), ("venues", "list"), ("status", "--html", str(pipeline.folder / "page.html")),
                 ("explain", f"oslo/{DAY}/1", "--requests"), ("backup", str(pipeline.folder / "backup")), ("audit",)):
        pipeline.command(*args, check=False)
    pipeline.command("venues", "connect", "oslo", input=client_key("shared") + "\n", check=False)
    pipeline.reload()
    for process in pipeline.wanted():
        process.process.send_signal(signal.SIGUSR1)
    pipeline.until("every stage has dumped", lambda: len(list(pipeline.run.glob("*.status.json"))) == len(pipeline.wanted()))
    assert {file.stat().st_mode & 0o777 for file in pipeline.run.glob("*.status.json")} == {0o600}
    pipeline.until("every stage has reloaded", lambda: all("configuration taken" in pipeline.log(p.name) for p in pipeline.wanted()))
    return token


def secrets_of(pipeline):
    """{name: secret}: PowerOffice's, then those of the stages."""
    powers = {"subscription": SUBSCRIPTION_KEY, "application": APPLICATION_KEY,
              **{f"client {key_name(v)}": client_key(key_name(v)) for v in pipeline.venues.values()},
              **{f"token {n}": text for n, text in enumerate(sorted(pipeline.proxy.tokens))}}
    return powers, {f"stage {path.stem}": path.read_text().strip() for path in (pipeline.state / "keys").glob("*.secret")}


# Goal: no key of PowerOffice, and none of its tokens, in the memory of a program that does not send; no stage's secret key in another;
# a till's token in ingest alone. Those who send have theirs: so the search finds what is there.
@pytest.mark.skipif(SANITIZED, reason="the sanitizers keep what was freed")
def test_every_key_of_a_full_run():
    port, more = settings()
    venues = [venue("oslo", auto_transfer="true"), venue("bar", client_key={"file": "keys/bar"}, auto_transfer="true", company="987654321")]
    with Overheard({v["venue"]: v for v in venues}, customers=[(10001, "Hansen")], settings=more) as pipeline:
        token = run(pipeline, port)
        powers, stages = secrets_of(pipeline)
        assert sum(name.startswith("token") for name in powers) >= 2 and len(stages) == len(STAGES) + 2     # who asks without keys; for whom keys are sealed
        for process in pipeline.wanted():
            pid, stage = process.process.pid, process.stage
            found = found_in_memory(pid, {**powers, **stages, "till's token": token, "password": PASSWORD})
            if stage in SENDERS:
                assert {"subscription", "application"} <= set(found), (stage, found)
                found = {name: where for name, where in found.items() if name not in powers}
            allowed = {f"stage stage-{stage}", *({"till's token"} if stage == "ingest" else ()), *({"password"} if stage == "console" else ())}
            assert set(found) <= allowed, (stage, found)
            assert re.search(r"Max core file size +0 +0", pathlib.Path(f"/proc/{pid}/limits").read_text()), stage
        look_into_files(pipeline, {**powers, **stages, "till's token": token, "password": PASSWORD})
        look_at_processes({**powers, **stages, "till's token": token, "password": PASSWORD})


def look_into_files(pipeline, secrets):
    """Stores, sockets' folder, logs, dumps, pages, a backup: all but the files that hold the keys, and the simulator's own."""
    theirs = {pipeline.config / "keys", pipeline.folder / "ledger"}
    seen = []
    for path in pipeline.folder.rglob("*"):
        if not path.is_file() or theirs & set(path.parents) or path.name in ("companies.json", "sandbox.log") or \
                (path.parent == pipeline.state / "keys" and path.suffix == ".secret"):
            continue
        data = path.read_bytes()
        seen.append(path.name)
        for name, secret in secrets.items():
            if path.name == "bilag.log" and name == "till's token":      # where the tests keep what the commands said: shown once
                assert data.count(secret.encode()) == 1
                continue
            assert secret.encode() not in data, (name, path)
    assert {"page.html", "bilag.log", "data.mdb", "uploader-0.status.json", "ingest-0.log", "key-marks"} <= set(seen)
    assert any("backup" in str(path) for path in pipeline.folder.rglob("data.mdb"))


def look_at_processes(secrets):
    for path in [*pathlib.Path("/proc").glob("[0-9]*/cmdline"), *pathlib.Path("/proc").glob("[0-9]*/environ")]:
        try:
            data = path.read_bytes()
        except OSError:
            continue
        for name, secret in secrets.items():
            assert secret.encode() not in data, (name, path)
