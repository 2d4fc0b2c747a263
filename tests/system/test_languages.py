"""Goal: every sentence that a person can meet exists in both languages: nothing that the command prints stands outside of the
catalogue (bilag/show/catalogue.c) or of a pair at its place, each row fits its places, and nothing English is read in Norwegian."""
import json
import os
import pathlib
import re
import subprocess

from pipeline import BIN, ROOT, Pipeline
from test_cli import COMMANDS, DAY, day_of, receipt, until_state, venue

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\S|\s', re.S)
PLACE = re.compile(r"%[-+0]*[0-9]*(?:\.[0-9*]+)?(?:@PR\w+|(?:z|l|ll)?[uxXdscmif]|%)")
PRINTS = {"printf": 0, "shell_say": 0, "complain": 2}
# What is for programs, or the same in all languages.
NAMES = re.compile(r"bilag %s|--config DIR|\[customer-reference\]|ingest\.certificate|QuickOrder|kr  %s")


def literals(path):
    """(line, call it stands in, place among its arguments, the text with @PRIu64 for macros) of each group of literals."""
    def is_part(token):
        return token.startswith(('"', "PRI")) or token == "STR_FMT"

    def part(token):
        return token[1:-1] if token.startswith('"') else "%.*s" if token == "STR_FMT" else "@" + token
    tokens, line = [], 1
    source = re.sub(r"\\\n", " \n", re.sub(r"^\s*#\s*include.*$", "", path.read_text(encoding="utf-8"), flags=re.M))
    for match in TOKEN.finditer(source):
        text = match.group(0)
        if not text.isspace() and not text.startswith(("/*", "//")):
            tokens.append((text, line))
        line += text.count("\n")
    stack, found, at, before = [["", 0]], [], 0, ""
    while at < len(tokens):
        text, line = tokens[at]
        if text.startswith('"') or (text == "STR_FMT" and at + 1 < len(tokens) and is_part(tokens[at + 1][0])):
            parts = []
            while at < len(tokens) and is_part(tokens[at][0]):
                parts.append(part(tokens[at][0]))
                at += 1
            found.append((line, stack[-1][0], stack[-1][1], "".join(parts)))
            before = ""
            continue
        if text in "({":
            stack.append([before if text == "(" else "{", 0])
        elif text in ")}" and len(stack) > 1:
            stack.pop()
        elif text == ",":
            stack[-1][1] += 1
        before = text if re.match(r"[A-Za-z_]", text) else ""
        at += 1
    return found


def tables():
    return sorted((ROOT / "bilag" / "show").glob("catalogue*.c"))


def catalogue():
    rows = [text for path in tables() for _, call, _, text in literals(path) if call == "{"]
    assert not len(rows) % 2
    return dict(zip(rows[::2], rows[1::2]))


def is_words(text):
    return re.search(r"[a-zæøå]{2,}", re.sub(r"\\[nt]", " ", PLACE.sub(" ", text))) and not NAMES.search(text)


# What `bilag` is made of, as far as it speaks to people; a stage's log is English.
ROOMS = ["bilag", "bilag/cmd", "bilag/read", "bilag/act", "bilag/keep", "bilag/show", "saft", "pdf", "common/base", "common/domain"]
FAULTS = {"fault_set": 2, "form_fault": 2, "bad_value": 3, "fault_words": 0}
FAULTS_ANYWHERE = {"refuse", "wrong"}


def sources(rooms=None):
    return [path for room in rooms or ROOMS for path in sorted((ROOT / room).glob("*.c")) if path not in tables()]


def test_all_that_is_printed_is_in_the_catalogue():
    rows, lacking = catalogue(), []
    for path in sources():
        for line, call, place, text in literals(path):
            said = (PRINTS if "bilag" in str(path.relative_to(ROOT)) else {}).get(call, FAULTS.get(call)) == place
            said |= "bilag" not in str(path.relative_to(ROOT)) and call in FAULTS_ANYWHERE and text != "1" and not re.fullmatch(r"[\w.]+", text)
            if (said or call == "catalogue_words") and is_words(text) and text not in rows:
                lacking.append(f"{path.name}:{line}: {text}")
    assert not lacking, "\n".join(lacking)


def test_each_error_has_a_row():
    text = (ROOT / "common" / "base" / "err.h").read_text(encoding="utf-8")
    lacking = set(re.findall(r'X\(ERR_\w+, +"([^"]*)"\)', text)) - set(catalogue()) - {"fine"}
    assert not lacking, lacking


def help_in(language):
    return subprocess.run([BIN / "bilag", "help", "settings"], capture_output=True, text=True, check=True,
                          env={**os.environ, "LANG": language, "LC_ALL": "", "BILAG_CONFIG": "/nowhere"}).stdout.splitlines()


def test_each_setting_is_explained_in_both():
    english, norwegian = help_in("en"), help_in("nb_NO.UTF-8")
    assert len(english) == len(norwegian) > 100
    bare = [[re.sub(r"( \([^()]*\))?( \[[^\]]*\])?$", "", row) for row in rows if row.startswith("  ")] for rows in (english, norwegian)]
    same = [row for row, other in zip(*bare) if row == other]
    assert not same, "\n".join(same)


# Goal: what fsck finds, and what to do about it, is said in both: its judges stand in the stages, beside their decoders.
JUDGES = ["ingest/eventlog_judge.c", "mapper/judge.c", "sender/docs_judge.c", "common/base/storecheck.c", "bilag/keep/fsck.c",
          "bilag/keep/fsck_days.c", "bilag/keep/fsck_shared.c", "watch/notices_judge.c", "console/session_judge.c"]


def test_each_reason_of_fsck_has_a_row():
    rows = catalogue()
    found = {(path, text) for path in JUDGES for _, call, _, text in literals(ROOT / path)
             if call not in ("fprintf", "sscanf", "arena_format", "strbuf_format") and len(PLACE.sub("", text).split()) > 2}
    lacking = sorted(f"{path}: {text}" for path, text in found if text not in rows)
    assert len(found) > 35 and not lacking, "\n".join(lacking)


# Goal: each decision that is written down has words of its own in the console's lists of decisions, in both languages.
def test_every_decision_has_words():
    words = set(re.findall(r'^    \{ "([a-z-]+)", "', (ROOT / "console/trail_words.c").read_text(encoding="utf-8"), flags=re.M))
    verbs = {text for path in sources(["bilag/act", "bilag/cmd", "console"])
             for _, call, place, text in literals(path) if call in ("decide", "shell_decide") and place == 1}
    for path, row in (("sender/decide.c", r'\{ "([a-z-]+)", [a-z_]+, (?:true|false)'), ("bilag/act/deeds.c", r'^    "([a-z-]+)", "'),
                      ("mapper/day_rules.c", r'^static const char verb\[\] = "([a-z-]+)"')):
        found = re.findall(row, (ROOT / path).read_text(encoding="utf-8"), flags=re.M)
        assert found, path
        verbs |= {verb for verb in found if not verb.startswith("undo-")}    # told as what is taken back
    assert len(verbs) > 25 and not verbs - words, sorted(verbs - words)


# Goal: no row outlives its sentence: each is a literal of the sources, the help of a command, or what a table prints of it.
def test_no_row_is_dead():
    used = set()
    for path in sources([*ROOMS, "ingest", "door", "common/stage", "poweroffice", "sender", "mapper", "validator"]):
        used |= {text for _, _, _, text in literals(path)}
    for path in [*(ROOT / "common" / "domain").glob("*.h"), *(ROOT / "common" / "base").glob("*.h"), *(ROOT / "bilag").glob("*/*.h"),
                 *(ROOT / "saft").glob("*.h")]:
        used |= {text for _, _, _, text in literals(path)}
    used |= {text for path in JUDGES for _, _, _, text in literals(ROOT / path)}
    dead = [text for text in catalogue() if text not in used]
    assert not dead, "\n".join(dead)


def test_all_help_is_in_the_catalogue():
    rows, lacking = catalogue(), []
    for name in COMMANDS:
        text = subprocess.run([BIN / "bilag", name, "--help"], capture_output=True, text=True, check=True,
                              env={**os.environ, "LANG": "en", "LC_ALL": "", "BILAG_CONFIG": "/nowhere"}).stdout
        said = [text.split("\n", 1)[0].split(" - ", 1)[1]]
        said += [re.sub(r"^  --\S+( \S+)? +", "", row) for row in text.splitlines() if row.startswith("  --")]
        lacking += [f"{name}: {words}" for words in said if words not in {row.replace('\\"', '"') for row in rows}]
    assert not lacking, "\n".join(lacking)


def test_both_languages_have_the_same_places():
    def places(text):
        return [re.sub(r"^%[-+0-9]*", "%", place) for place in PLACE.findall(text)]
    assert len(catalogue()) > 300
    for english, norwegian in catalogue().items():
        assert places(english) == places(norwegian), (english, norwegian)
        assert english.endswith("\\n") == norwegian.endswith("\\n"), english


ENGLISH = re.compile(r"(?<![-\w/.:=|])(the|and|is|are|was|of|not|with|which|there|this|that|see|all|from|has|have|lines|receipts|"
                     r"voucher|order|customer|none|nothing|business|account|because|wants|missing)(?![-\w:=/.])")
# Names of commands, words of the commands, problems and settings are the same in all languages.
# What others wrote stays as it is.
SAME = re.compile(r"the tests' tills|lines\[\d+\]\.|\((?:dato|konto|beløp), [^)]*\)|normal, reduced, none|`[^`]*`|bilag [a-z-]+( [a-z]+)?|\[[a-z-]+\]|<[^>]*>|--[a-z-]+")


def english_in(text):
    return ENGLISH.search(SAME.sub(" ", text))


# What nobody has who has the console alone: commands, switches, files, keys of the venue's file, codes.
NO_PAGE = re.compile(r"\bbilag (?:accept|audit|by-hand|check|choose|customers|explain|fsck|leave|products|refused|resend|reverse|"
                     r"restarted|restore|status|tokens|users|venues)\b|(?<![\w-])--[a-z]|\.ya?ml|`|\b(?:keys|venues)/|"
                     r"\b(?:auto_transfer|auto_invoice|send_invoice|[a-z]+_types|vat_\w+|client_key)\b|\b[a-z_]+: (?:true|false)\b|"
                     r"\bsystem(?:ctl|d)\b|\bSIGHUP\b|/(?:etc|var|run|tmp|dev)/|\([a-z]+(?:-[a-z]+)+\)")


def test_the_pages_name_what_is_on_them():
    """Sentences of problems and of the set-up are read by their own unit tests, as the console says them."""
    rows = [text for _, call, _, text in literals(ROOT / "bilag/show/pages_words.c") if call == "{"]
    said = [("pages_words.c", text) for text in rows[1::2]]
    for path in sorted((ROOT / "console").glob("*.c")):
        if path.name not in ("api.c", "console.c"):      # for programs, and for who starts it
            said += [(path.name, text) for _, call, _, text in literals(path) if call in ("SAY", "{")]
    assert len(said) > 700
    wrong = [f"{name}: {text}" for name, text in said if is_words(text) and " " in text and NO_PAGE.search(text)]
    assert not wrong, "\n".join(wrong)


def test_nothing_english_is_read_in_norwegian():
    credit = {**venue()["payment_types"], "credit": {"account": "1500", "transfer": "false"}}
    odd = receipt(3, kind="odd", day="2026-11-21")
    with Pipeline({"oslo-grill": venue(payment_types=credit)}, settings={"language": "nb"}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([*day_of(2), odd, receipt(4, day="2026-11-21", paid="credit", customer="kunde-1")])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        good = json.dumps(receipt(9, day="2026-11-21"))
        for bad in ('{"v":1,"venue":"oslo-grill"}', "garbage", good.replace("10000", '"many"'), good.replace('"K1"', '"K 1"'),
                    good.replace('"kind": "receipt"', '"kind": "odd"'), good.replace('"vat": 25', '"vat": 250'),
                    good.replace('"vat": 25', '"vat": [25]'), good.replace("2026-11-21T", "soon"), good + "}", '["a"]'):
            pipeline.post_bytes(bad.encode() + b"\n")
        table, broken, folder = (pipeline.folder / name for name in ("posted.csv", "till.xml", "no-backup"))
        table.write_text("Dato;Konto;Tekst\n", encoding="utf-8")
        broken.write_text("<AuditFile><Header></AuditFile>", encoding="utf-8")
        folder.mkdir()
        asked = [("status",), ("check",), ("check", "--online"), ("explain", f"oslo-grill/{DAY}/1"), ("explain", "oslo-grill/K1/1"),
                 ("explain", f"oslo-grill/{DAY}/1:1"), ("explain", "oslo-grill/2026-11-21/1"), ("explain", "oslo-grill/K1/99"),
                 ("explain", "nonsense"), ("customers", "--venue", "oslo-grill", "list"), ("customers", "--venue", "oslo-grill", "x"),
                 ("customers", "--venue", "oslo-grill", "suggest"), ("products", "--venue", "oslo-grill", "check"),
                 ("products", "--venue", "oslo-grill"), ("venues", "list"), ("venues", "x"), ("refused", "list"), ("refused", "x"),
                 ("orders", "--venue", "oslo-grill"), ("orders", "--venue", "nowhere"), ("manual", "--venue", "oslo-grill"),
                 ("export", "--venue", "oslo-grill", "--from", DAY, "--to", DAY), ("export", "--venue", "oslo-grill"),
                 ("tips", "--venue", "oslo-grill", "--from", DAY, "--to", DAY), ("audit",), ("tokens", "list"), ("tokens", "x"),
                 ("fsck",), ("backup", pipeline.folder / "backup"), ("accept", "x", "--reason", "x"),
                 ("accept", f"oslo-grill/{DAY}/1", "z-gap", "--reason", "x"), ("accept", "x", "--post-on", DAY, "--reason", "x"),
                 ("reverse", "oslo-grill/2026-11-21/1", "--reason", "x"), ("leave-out", "oslo-grill/K1/99", "--reason", "x"),
                 ("choose", "oslo-grill/K1/1", "first", "--reason", "x"), ("invoicing", "--venue", "oslo-grill"),
                 ("status", "--nonsense"), ("status", "--from"), ("status", "--from", "yesterday"), ("help",)]
        asked += [("export", "--venue", "oslo-grill", "--from", DAY, "--to", DAY, "--compare", table), ("help", "settings"),
                  ("import", broken, "--format", "saft", "--venue", "oslo-grill"), ("import", folder), ("fsck", folder), ("refused", "show", "2"),
                  ("venues", "setup", "oslo-grill", "--like", "oslo-grill"), ("venues", "setup", "moss", "--like", "oslo-grill"),
                  ("venues", "connect", "oslo-grill"), ("venues", "connect", "moss"), ("restore", folder)]
        asked += [(name, "--help") for name in COMMANDS]
        wrong = []
        for words in asked:
            env = {**os.environ, **pipeline.env, "BILAG_CONFIG": str(pipeline.config)}
            done = subprocess.run([BIN / "bilag", *map(str, words)], capture_output=True, text=True, check=False, env=env)
            for row in (done.stdout + done.stderr).splitlines():
                if not re.match(r"(bruk:)? +bilag ", row) and (found := english_in(row)):
                    wrong.append(f"{' '.join(map(str, words))}: {found.group(0)} in {row}")
        file, main = pipeline.config / "venues" / "oslo-grill.yaml", pipeline.config / "bilag.yaml"
        for where, old, new in ((file, "3000", "three"), (file, "rate: 25", "rate: much"), (file, "auto_transfer: true", "auto_transfer: perhaps"),
                                (file, "name:", "naem:"), (file, "venue: oslo-grill", "venue: other"), (file, "currency", "[currency"),
                                (main, "requests_per_second", "requests_per_sec"), (main, "state_dir: ", "state_dir: [a, b]\nx: ")):
            right = where.read_text(encoding="utf-8")
            where.write_text(right.replace(old, new), encoding="utf-8")
            done = pipeline.command("check", check=False)
            wrong += [f"{new}: {found.group(0)} in {row}" for row in (done.stdout + done.stderr).splitlines() if (found := english_in(row))]
            where.write_text(right, encoding="utf-8")
        assert not wrong, "\n".join(wrong)
