#!/usr/bin/env python3
"""`make fuzz-coverage`: how many of each decoder's lines its fuzz targets run, from their seeds and what a fuzzer has kept of its own
(build/fuzz/corpus). Of a file that also does something else, only the functions that read are counted (`:pattern`, `:!pattern`).   lines.py BUILD SEEDS [CORPUS]"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAST = 90
# decoder: files, or file:functions (a pattern), and the targets that read with it
DECODERS = {
    "events: JSON and msgpack (tills, files, HTTP bodies)": (["common/domain/event_read.c", "common/base/foreign.c"], ["event_json", "event_msgpack"]),
    "events: canonical bytes (log, sockets)": (["common/domain/event_canonical.c", "common/domain/event.c:!rate_text"],
                                               ["event_stored", "event_json", "event_msgpack", "words"]),
    "SAF-T": ([f"saft/{name}.c" for name in ("balance", "content", "parser", "period", "sale", "sums", "till", "value", "zreport")], ["saft"]),
    "sockets: log, batches, answers": (["ingest/logservice.c:log_ask_read", "common/stage/logclient.c:logbatch_read",
                                        "common/stage/ingestclient.c:answer_read|take_rejects", "ingest/batches.c:take_elements|batch_take"],
                                       ["frames"]),
    "sockets: drafts, verdicts, seals": (["common/domain/draft.c:decode|take|holds", "common/domain/problem.c:decode|take"], ["document", "record"]),
    "msgpack, and fields of records": (["common/base/wire.c:!wire_|put_", "common/base/fields.c:!write|copy|said"],
                                       ["document", "record", "event_stored", "frames", "rows", "reference"]),
    "rows of the mapper's store": (["mapper/judge.c", "mapper/tables.c:known_read|known_get|known_event|effect_(walk|seen)|take|read",
                                    "mapper/settlement.c:load|take|read", "mapper/conflict.c:is_whole|decode|take", "mapper/order_mark.c:get"], ["rows"]),
    "rows of the senders' stores": (["sender/docs_judge.c:!invoicer", "sender/docs_read.c:fact_read"], ["rows"]),
    "rows of the event log": (["ingest/eventlog_judge.c", "ingest/eventlog_refused.c:refusal_read", "ingest/eventlog_arrivals.c:decode"], ["rows"]),
    "rows of the audit trail, and its index": (["common/domain/audit.c:row|number|undoes|resends_on|read|rename", "common/domain/audit_index.c:!count"],
                                               ["shared"]),
    "rows of the doors' tokens": (["common/domain/doors.c:decode|listed|know|last_number|key_work"], ["shared"]),
    "rows of users, and of their tokens": (["common/domain/users.c:holds|find|list", "common/domain/user_tokens.c:read_token|listed|list|choose|count_one|hash_key|number"],
                                           ["shared"]),
    "senders' records, and their steps": (["sender/record.c:!_text|work_lane"], ["record"]),
    "venue files (YAML)": (["common/domain/venue_file.c:!help|load|zone|forget|extension_text", "common/base/form.c:!help|load|free|name_at|machine|url|over|word_distance|mail|language|or_none",
                            "common/domain/form_rows.c"], ["venue"]),
    "settings (bilag.yaml)": (["common/domain/config.c:root|read|parse"], ["settings"]),
    "a venue's file, edited where it stands": (["bilag/act/yamledit.c"], ["forms"]),
    "files of connections": (["bilag/read/customers.c:file_parse|line_take|take_once|trim|cell|column|field|heading"], ["forms"]),
    "bodies of the console's interface": (["console/body.c"], ["body"]),
    "forms of the console, names of hosts": (["bilag/show/html.c:url_|hex", "door/host.c"], ["forms"]),
    "PowerOffice: JSON": (["common/base/json.c"], ["json", "answer", "reference"]),
    "PowerOffice: answers to vouchers and orders": (["uploader/voucher_request.c:read|row_is_ours|debit", "invoicer/order_request.c:read|ours"], ["answer"]),
    "PowerOffice: pages of lists": (["poweroffice/refbuild.c:!unchanged|changed_of|is_changed|id_of"], ["reference"]),
    "PowerOffice: lists at rest": (["poweroffice/reflist.c:!ref_by"], ["reference"]),
    "PowerOffice: error bodies": (["poweroffice/problemdetails.c"], ["words"]),
    "sockets: errands and their answers": (["poweroffice/errand.c:!write|set_up|digest|words|refusal_code"], ["errand"]),
    "lines of a stream": (["common/base/lines.c"], ["lines"]),
    "names, times, rates": (["common/domain/doc.c:parse", "mapper/tables.c:receipt_parse", "common/domain/register.c"], ["words"]),
}


def run(build, target, seeds, corpus, into):
    """Every input once; the profile it leaves, or None where there is no such target."""
    program, profile = build / "tests/fuzz" / f"fuzz_{target}", into / f"{target}.profraw"
    folders = [str(folder / target) for folder in (seeds, *([corpus] if corpus else [])) if (folder / target).is_dir()]
    if not program.exists():
        return None
    done = subprocess.run([program, "-runs=0", "-max_len=65536", *folders], capture_output=True, text=True, check=False,
                          env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
    assert done.returncode == 0, done.stderr[-2000:]
    return target, program, profile


def counted(text, pattern):
    """Lines and those missed, of `llvm-cov report -show-functions`, without functions that do not match."""
    lines = missed = 0
    bare = []
    for row in text.splitlines():
        cells = row.split()
        if len(cells) >= 7 and cells[-1].endswith("%") and cells[0] not in ("TOTAL", "Name"):
            name = cells[0].split(":")[-1]
            if pattern and bool(re.search(pattern.lstrip("!"), name)) == pattern.startswith("!"):
                continue
            lines += int(cells[4])
            missed += int(cells[5])
            if int(cells[5]):
                bare.append(f"{name} {cells[5]}/{cells[4]}")
    return lines, missed, bare


def measure(build, seeds, corpus, into):
    wanted = sorted({target for _, targets in DECODERS.values() for target in targets})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ran = {row[0]: row for row in pool.map(lambda target: run(build, target, seeds, corpus, into), wanted) if row}
    below = 0
    for decoder, (files, targets) in DECODERS.items():
        used = [ran[target] for target in targets if target in ran]
        profile = into / "merged.profdata"
        subprocess.run(["llvm-profdata", "merge", "-o", profile, *[row[2] for row in used]], check=True)
        lines = missed = 0
        bare = []
        for entry in files:
            file, _, pattern = entry.partition(":")
            objects = [word for row in used[1:] for word in ("-object", str(row[1]))]
            done = subprocess.run(["llvm-cov", "report", "-show-functions", f"-instr-profile={profile}", str(used[0][1]), *objects,
                                   str(ROOT / file)], capture_output=True, text=True, check=False)
            few = counted(done.stdout, pattern)
            lines, missed, bare = lines + few[0], missed + few[1], bare + few[2]
        share = 100 * (lines - missed) / lines if lines else 0
        below += share < LEAST
        print(f"{share:5.1f} %  {lines - missed:5} of {lines:5} lines  {decoder}", flush=True)
        if "-v" in sys.argv:
            print("        " + ", ".join(sorted(bare, key=lambda row: -int(row.split()[1].split("/")[0]))[:14]))
    return below


def main():
    build, seeds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    corpus = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] != "-v" else None
    with tempfile.TemporaryDirectory() as into:
        below = measure(build, seeds, corpus, pathlib.Path(into))
    print(f"{below} below {LEAST} %")
    return below > 0


if __name__ == "__main__":
    sys.exit(main())
