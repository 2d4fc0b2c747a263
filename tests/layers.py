#!/usr/bin/python3
"""Which room may use which, proved from the symbols of the objects: `make layers`.

Every symbol that an object needs must be defined in its own room or in one that its row below allows. Rooms of one row are
read from left to right: base knows nothing of restaurants, domain knows no process, stage is the skeleton of one. LMDB is
called by store.h and its parts alone.
usage: tests/layers.py BUILD-FOLDER
"""
import pathlib
import string
import sys

from symbols import symbols

BASE = ["common/base"]
DOMAIN = BASE + ["common/domain"]
STAGE = DOMAIN + ["common/stage"]
SENDER = STAGE + ["poweroffice", "sender"]
SANDBOX = ["sandbox", "sandbox/base", "sandbox/books", "sandbox/http", "sandbox/api"]
READ = SENDER + ["pdf", "saft", "door", "ingest", "mapper", "validator", "uploader", "invoicer", "bilag/read"]
MAY_USE = {
    "common/base": BASE,
    "common/domain": DOMAIN,
    "common/stage": STAGE,
    "saft": DOMAIN,
    "pdf": DOMAIN + ["pdf"],
    "poweroffice": STAGE,
    "sender": SENDER,
    "door": STAGE + ["door"],
    "ingest": STAGE + ["saft", "door"],
    "mapper": STAGE,
    "validator": STAGE + ["poweroffice"],
    "uploader": SENDER + ["pdf"],
    "invoicer": SENDER,
    "bilag/read": READ,
    "bilag/act": READ + ["bilag/act"],
    "bilag/show": READ + ["bilag/show"],
    "bilag/keep": READ + ["watch", "console", "bilag/keep"],
    "bilag/probe": READ + ["bilag/probe"],
    "bilag/cmd": READ + ["bilag/act", "bilag/show", "bilag/keep", "bilag/probe", "bilag/cmd"],
    "bilag": READ + ["bilag/act", "bilag/show", "bilag/keep", "bilag/probe", "bilag/cmd"],
    "console": READ + ["bilag/act", "bilag/show", "console"],
    "watch": READ + ["bilag/show", "watch"],
    "sandbox/base": ["sandbox/base"],
    "sandbox/books": SANDBOX,
    "sandbox/http": SANDBOX,
    "sandbox/api": SANDBOX,
    "sandbox": SANDBOX,
}

# A library that is behind one header: prefix of its symbols, the room that may call it (the sandbox shares nothing).
BEHIND = {"mdb_": "common/base"}


def main():
    build = pathlib.Path(sys.argv[1])
    objects, where, faults = {}, {}, []
    paths = {path: room for room in MAY_USE for path in sorted((build / room).glob("*.o"))}
    for path, found in symbols(paths, string.ascii_uppercase).items():
        objects[paths[path], path.name] = found
    # A symbol may stand in several programs (main), and the sandbox shares no code with the product.
    for (room, _), (defined, _) in objects.items():
        for name in defined:
            where.setdefault((room.startswith("sandbox"), name), set()).add(room)
    for (room, file), (_, needed) in sorted(objects.items()):
        for name in sorted(needed):
            rooms = where.get((room.startswith("sandbox"), name))
            if rooms and not rooms & set(MAY_USE[room] + [room]):
                faults.append(f"{room}/{file[:-2]}.c uses {name} of {' and '.join(sorted(rooms))}")
            for prefix, behind in BEHIND.items():
                if name.startswith(prefix) and room != behind and not room.startswith("sandbox"):
                    faults.append(f"{room}/{file[:-2]}.c calls {name}, which only {behind} may")
    if not objects:
        faults.append(f"no objects under {build}: build first")
    print("\n".join(faults) if faults else f"layers: {len(objects)} objects, each uses only what its room may")
    return 1 if faults else 0


sys.exit(main())
