#!/usr/bin/python3
"""Sends events over ZeroMQ and TCP: one batch, tried again until bilag-ingest says that all of it is on disk.

    send_zeromq.py tcp://sales.example.no:7421 KEYS <events.ndjson

KEYS is the file that `bilag tokens add --venue VENUE --zeromq new` printed: lines "server KEY", "public KEY", "secret KEY".
Debian: python3-zmq, python3-msgpack. Exit 0: taken; 1: some lines were rejected, each named; 2: refused, or no answer.
"""
import json
import sys
import time

import msgpack
import zmq

TRIES, WAIT_MS = 5, 5000


def ask(context, address, keys, batch):
    """The answer, or None: nobody answered. A new socket each time: who was refused is not let in on the old one."""
    with context.socket(zmq.DEALER) as s:
        s.linger = 0
        s.curve_serverkey, s.curve_publickey, s.curve_secretkey = keys["server"], keys["public"], keys["secret"]
        s.connect(address)
        s.send_multipart([b"1", b"map", batch])
        if not s.poll(WAIT_MS):
            return None
        _, answer = s.recv_multipart()
    return msgpack.unpackb(answer)


def main():
    address, path = sys.argv[1:]
    with open(path, "rb") as file:
        keys = {name.decode(): key for name, key in (line.split() for line in file)}
    batch = msgpack.packb([json.loads(line) for line in sys.stdin])
    context = zmq.Context()
    for _ in range(TRIES):
        answer = ask(context, address, keys, batch)
        if answer and not answer.get("retry"):
            break
        time.sleep(answer.get("retry_after_s", 1) if answer else 0)
    if not answer or "error" in answer:
        print(f"not taken: {answer['error'] if answer else 'no answer; is the key known there?'}", file=sys.stderr)
        return 2
    for line in answer["rejected"]:
        print(f"line {line['line']}: {line['reason']}", file=sys.stderr)
    print(f"accepted {answer['accepted']}, known {answer['duplicates']}, rejected {len(answer['rejected'])}")
    return 1 if answer["rejected"] else 0


sys.exit(main())
