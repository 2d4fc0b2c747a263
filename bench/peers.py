#!/usr/bin/python3
"""Bilag beside programs of the field, in turn, in one run on one machine: the same bytes through two durable hops.

usage: bench/peers.py [--runs 3] [--receipts 30000] [--folder /tmp] [--peers ours,rabbitmq,postgresql,redis] [--bin DIR]

Needs Debian's rabbitmq-server, postgresql, redis-server, python3-amqp and python3-psycopg2; each is started here, on loopback,
in a folder of its own, and ended again. Not part of CI.

    hop 1   the till's bytes are accepted: durable, and said so          hop 2   taken from there and durable at the next place

What each does with them, and what it does not:

    ours        every receipt is checked, refused if it is wrong, known again if it comes twice, given its venue's place in the log;
                then folded into its day's settlement, once, with its offset. Preset settings
    rabbitmq    a quorum queue of one node, publisher confirms; a consumer publishes each message to a second one, and acknowledges
                when that is confirmed. It looks at nothing and lets what comes twice stand twice
    postgresql  COPY into a table, 64 rows (or one) a transaction, 16 connections; a reader copies what is new to a second table with its
                offset in the same transaction. Preset settings. No row is looked at
    redis       XADD to a stream with appendfsync always; a reader XADDs what is new to a second stream. Nothing is looked at

Shapes: `full`, batches of 64 with 4,096 receipts under way; `singles`, one receipt a message, 256 under way (postgresql: 16, one for
each connection). After each run what arrived behind hop 2 is added up by venue and compared with what was dealt.
"""
import argparse
import collections
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import msgpack

import bench
import shapes

PATIENCE_S = 120


def sums(batches):
    """{venue: øre} of what these msgpack batches hold."""
    found = collections.Counter()
    for batch in batches:
        for event in msgpack.unpackb(batch):
            found[event["venue"]] += event["payments"][0]["amount"]
    return found


class Peer:
    """A program of its own in a folder of its own. flow() sends all batches, and ends when all are behind hop 2."""

    def __init__(self, args):
        self.args, self.port = args, bench.free_port()
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bl-peer-", dir=args.folder))
        self.top.chmod(0o755)
        self.process = None

    def start(self, command, env=None, **more):
        with open(self.top / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(env or {})},
                                            start_new_session=True, **more)

    def listening(self):
        def there():
            if self.process.poll() is not None:
                sys.exit(f"{type(self).__name__} ended: {self.top}/log")
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        bench.until(there, "the peer listens")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        shutil.rmtree(self.top, ignore_errors=True)


class RabbitMQ(Peer):
    def __init__(self, args):
        super().__init__(args)
        self.epmd = bench.free_port()
        self.env = {"HOME": str(self.top), "RABBITMQ_NODENAME": f"bench{self.port}@localhost", "RABBITMQ_NODE_PORT": str(self.port),
                    "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_MNESIA_BASE": str(self.top / "db"),
                    "RABBITMQ_LOG_BASE": str(self.top / "logs"), "RABBITMQ_DIST_PORT": str(bench.free_port()),
                    "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.top / "plugins"), "RABBITMQ_CONFIG_FILE": str(self.top / "none"),
                    "RABBITMQ_PID_FILE": str(self.top / "pid"), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(self.epmd)}
        (self.top / "plugins").write_text("[].\n")
        self.start(["/usr/lib/rabbitmq/bin/rabbitmq-server"], self.env)
        self.listening()

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(60)
        subprocess.run(["epmd", "-port", str(self.epmd), "-kill"], env={**os.environ, **self.env}, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.top, ignore_errors=True)

    def channel(self):
        import amqp
        connection = amqp.Connection(host=f"127.0.0.1:{self.port}", read_timeout=PATIENCE_S)
        connection.connect()
        return connection, connection.channel()

    @staticmethod
    def confirmed(channel, open_tags, on_tag):
        """on_tag(tag) once for each of open_tags that is confirmed, alone or with all before it."""
        def on_ack(tag, multiple):
            for done in [t for t in open_tags if t <= tag] if multiple else [tag]:
                open_tags.discard(done)
                on_tag(done)
        channel.confirm_select()
        channel.events["basic_ack"].add(on_ack)

    def publish(self, channel, body, queue):
        import amqp
        channel.basic_publish(amqp.Message(body, delivery_mode=2), routing_key=queue)

    def flow(self, packed, under_way):
        connection, channel = self.channel()
        for queue in ("in", "out"):
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        mover = threading.Thread(target=self.move, args=(len(packed), under_way))
        unconfirmed = set()
        self.confirmed(channel, unconfirmed, lambda tag: None)
        mover.start()
        for sent, body in enumerate(packed):
            while len(unconfirmed) >= under_way:
                connection.drain_events(timeout=PATIENCE_S)
            unconfirmed.add(sent + 1)
            self.publish(channel, body, "in")
        mover.join()
        connection.close()

    def move(self, count, under_way):
        """Hop 2: acknowledged when the second queue has it. What is called back only notes: publishing calls back as well."""
        connection, channel = self.channel()
        come, tags, unconfirmed, confirmed, acknowledged = collections.deque(), [], set(), collections.deque(), 0
        self.confirmed(channel, unconfirmed, confirmed.append)
        channel.basic_qos(0, under_way, False)
        channel.basic_consume("in", callback=come.append)
        while acknowledged < count:
            if not come and not confirmed:
                connection.drain_events(timeout=PATIENCE_S)
            while come:
                message = come.popleft()
                tags.append(message.delivery_tag)
                unconfirmed.add(len(tags))
                self.publish(channel, message.body, "out")
            while confirmed:
                channel.basic_ack(tags[confirmed.popleft() - 1])
                acknowledged += 1
        connection.close()

    def arrived(self, count):
        connection, channel = self.channel()
        found = []
        while len(found) < count:
            message = channel.basic_get("out", no_ack=True)
            if message:
                found.append(message.body if isinstance(message.body, bytes) else message.body.encode("latin-1"))
        connection.close()
        return found


class PostgreSQL(Peer):
    def __init__(self, args):
        super().__init__(args)
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        shutil.chown(self.top, "postgres")
        self.run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*self.run, programs / "initdb", "-D", self.top / "data", "-A", "trust", "-U", "bench"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.start([*self.run, programs / "postgres", "-D", self.top / "data", "-p", str(self.port), "-k", "", "-h", "127.0.0.1"])
        self.listening()
        def ready():
            try:
                self.connect().close()
                return True
            except OSError:
                return False
            except Exception as error:                       # psycopg2's own, not yet imported here
                return "starting up" not in str(error) and sys.exit(str(error))
        bench.until(ready, "postgresql is ready")

    def stop(self):
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        shutil.rmtree(self.top, ignore_errors=True)

    def connect(self):
        import psycopg2
        return psycopg2.connect(host="127.0.0.1", port=self.port, user="bench", dbname="postgres")

    def write(self, mine):
        import io
        connection = self.connect()
        for rows in mine:
            text = "".join("\\\\x" + row.hex() + "\n" for row in rows)
            connection.cursor().copy_from(io.StringIO(text), "log", columns=("bytes",))
            connection.commit()
        connection.close()

    def flow(self, packed, under_way):
        del under_way
        setup = self.connect()
        setup.cursor().execute("create table log (id bigserial primary key, bytes bytea not null);"
                               "create table settled (id bigint primary key, bytes bytea not null);"
                               "create table upto (n bigint not null); insert into upto values (0)")
        setup.commit()
        rows = [[msgpack.packb(event) for event in msgpack.unpackb(batch)] for batch in packed]
        total = sum(map(len, rows))
        mover = threading.Thread(target=self.move, args=(total,))
        writers = [threading.Thread(target=self.write, args=(rows[n::16],)) for n in range(16)]
        self.began = time.monotonic()                        # taking the batches apart is not the peer's work
        for thread in [mover, *writers]:
            thread.start()
        for thread in [mover, *writers]:
            thread.join()
        setup.close()

    def move(self, total):
        """Numbers are given before their commit, so what is not there yet is waited for: only without gaps."""
        connection, upto = self.connect(), 0
        while upto < total:
            cursor = connection.cursor()
            cursor.execute("with fresh as (select id, row_number() over (order by id) + %s as n from log where id > %s"
                           " order by id limit 4096) select coalesce(max(id), %s) from fresh where id = n", (upto, upto, upto))
            next_upto = cursor.fetchone()[0]
            if next_upto > upto:
                cursor.execute("insert into settled select id, bytes from log where id > %s and id <= %s", (upto, next_upto))
                cursor.execute("update upto set n = %s", (next_upto,))
            connection.commit()
            upto = next_upto
        connection.close()

    def arrived(self, count):
        del count
        connection = self.connect()
        cursor = connection.cursor()
        cursor.execute("select bytes from settled")
        found = [msgpack.packb([msgpack.unpackb(bytes(row[0]))]) for row in cursor]
        connection.close()
        return found


class Redis(Peer):
    def __init__(self, args):
        super().__init__(args)
        self.start(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.top), "--appendonly", "yes",
                    "--appendfsync", "always", "--save", ""])
        self.listening()

    def open(self):
        s = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s, s.makefile("rb")

    @staticmethod
    def say(*words):
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)

    def hear(self, file):
        line = file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.hear(file) for _ in range(int(rest))]
        if kind == b"-" or not line:
            sys.exit(f"redis: {line}")
        return rest

    def flow(self, packed, under_way):
        s, file = self.open()
        mover = threading.Thread(target=self.move, args=(len(packed), under_way))
        mover.start()
        heard = 0
        for sent, body in enumerate(packed):
            while sent - heard >= under_way:
                self.hear(file)
                heard += 1
            s.sendall(self.say(b"XADD", b"in", b"*", b"b", body))
        for _ in range(len(packed) - heard):
            self.hear(file)
        mover.join()
        s.close()

    def read(self, last, under_way, stream):
        s, file = self.open()
        s.sendall(self.say(b"XREAD", b"COUNT", b"%d" % under_way, b"BLOCK", b"1000", b"STREAMS", stream, last))
        answer = self.hear(file)
        s.close()
        return answer[0][1] if answer else []

    def move(self, count, under_way):
        s, file = self.open()
        last, moved = b"0", 0
        while moved < count:
            s.sendall(self.say(b"XREAD", b"COUNT", b"%d" % under_way, b"BLOCK", b"1000", b"STREAMS", b"in", last))
            answer = self.hear(file)
            entries = answer[0][1] if answer else []
            s.sendall(b"".join(self.say(b"XADD", b"out", b"*", b"b", fields[1]) for _, fields in entries))
            for _ in entries:
                self.hear(file)
            if entries:
                last, moved = entries[-1][0], moved + len(entries)
        s.close()

    def arrived(self, count):
        found, last = [], b"0"
        while len(found) < count:
            entries = self.read(last, 1000, b"out")
            found += [fields[1] for _, fields in entries]
            last = entries[-1][0]
        return found


class Ours:
    """As bench.py's."""

    def __init__(self, args):
        self.here = bench.Installation(args)

    def flow(self, packed, under_way):
        self.dealer = self.here.dealer()
        bench.push(self.dealer, packed, under_way)
        self.here.settled(self.events)

    def stop(self):
        self.here.stop()


PEERS = {"ours": Ours, "rabbitmq": RabbitMQ, "postgresql": PostgreSQL, "redis": Redis}
SIZES = {"full": (64, 64, 1), "singles": (1, 256, 1 / 10)}           # receipts a batch, batches under way, share of --receipts


def run(args, name, shape, number):
    size, under_way, share = SIZES[shape]
    events = list(shapes.receipts(int(args.receipts * share), args.venues, args.seed + number))
    packed, peer = shapes.batches(events, size), PEERS[name](args)
    peer.events = len(events)
    try:
        peer.began = time.monotonic()
        peer.flow(packed, under_way)
        seconds = time.monotonic() - peer.began
        if name == "ours":
            peer.here.verify(events)
        elif sums(peer.arrived(len(packed))) != sums(packed):
            sys.exit(f"{name}: what arrived is not what was sent")
    finally:
        peer.stop()
    return len(events) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--receipts", type=int, default=30000)
    parser.add_argument("--venues", type=int, default=300)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--folder", default="/tmp")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--flush", default="")
    parser.add_argument("--bin", type=pathlib.Path, default=bench.ROOT / "bin")
    parser.add_argument("--flushes", type=pathlib.Path, default=bench.ROOT / "build/gcc/bench/flushes.so")
    args = parser.parse_args()
    args.bin, args.flushes = args.bin.resolve(), args.flushes.resolve()
    names = args.peers.split(",")
    print(f"{'receipts a second, settled':28}" + "".join(f"{name:>14}" for name in names))
    for shape in SIZES:
        rates = {name: [] for name in names}
        for number in range(args.runs):
            for name in names:                               # in turn, so that what else runs hits all alike
                rates[name].append(run(args, name, shape, number))
        middle = {name: statistics.median(values) for name, values in rates.items()}
        print(f"{shape:28}" + "".join(f"{middle[name]:14,.0f}" for name in names))
        print(f"{'  least, most':28}" + "".join(f"{min(v):7,.0f}{max(v):7,.0f}" for v in rates.values()))
        if "ours" in middle:
            print(f"{'  ours to it':28}" + "".join(f"{middle['ours'] / middle[name]:14.2f}" for name in names), flush=True)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
