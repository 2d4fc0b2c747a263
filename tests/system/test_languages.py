"""Goal: every sentence that a person can meet exists in both languages: nothing that the command prints stands outside of the
catalogue (bilag/show/catalogue.c) or of a pair at its place, each row fits its places, and nothing English is read in Norwegian."""
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
    tokens, line = [], 1
    for match in TOKEN.finditer(re.sub(r"^\s*#\s*include.*$", "", path.read_text(encoding="utf-8"), flags=re.M)):
        text = match.group(0)
        if not text.isspace() and not text.startswith(("/*", "//")):
            tokens.append((text, line))
        line += text.count("\n")
    stack, found, at, before = [["", 0]], [], 0, ""
    while at < len(tokens):
        text, line = tokens[at]
        if text.startswith('"'):
            parts = []
            while at < len(tokens) and (tokens[at][0].startswith('"') or tokens[at][0].startswith("PRI")):
                parts.append(tokens[at][0][1:-1] if tokens[at][0].startswith('"') else "@" + tokens[at][0])
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


def catalogue():
    rows = [text for _, call, _, text in literals(ROOT / "bilag/show/catalogue.c") if call == "{"]
    return dict(zip(rows[::2], rows[1::2]))


def is_words(text):
    return re.search(r"[a-zæøå]{2,}", re.sub(r"\\[nt]", " ", PLACE.sub(" ", text))) and not NAMES.search(text)


def sources():
    return [ROOT / "bilag/main.c", *sorted((ROOT / "bilag/cmd").glob("*.c"))]


def test_all_that_is_printed_is_in_the_catalogue():
    rows, lacking = catalogue(), []
    for path in sources():
        for line, call, place, text in literals(path):
            if (PRINTS.get(call) == place or call == "catalogue_words") and is_words(text) and text not in rows:
                lacking.append(f"{path.name}:{line}: {text}")
    assert not lacking, "\n".join(lacking)


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
# What a till is answered (REASON) and what others wrote stays as it is.
SAME = re.compile(r"the tests' tills|oslo-grill: .* is missing|`[^`]*`|bilag [a-z-]+( [a-z]+)?|\[[a-z-]+\]|<[^>]*>|--[a-z-]+")


def english_in(text):
    return ENGLISH.search(SAME.sub(" ", text))


def test_nothing_english_is_read_in_norwegian():
    credit = {**venue()["payment_types"], "credit": {"account": "1500", "transfer": "false"}}
    odd = receipt(3, kind="odd", day="2026-11-21")
    with Pipeline({"oslo-grill": venue(payment_types=credit)}, settings={"language": "nb"}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([*day_of(2), odd, receipt(4, day="2026-11-21", paid="credit", customer="kunde-1")])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        pipeline.post_bytes(b'{"v":1,"venue":"oslo-grill"}\n')
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
        asked += [(name, "--help") for name in COMMANDS]
        wrong = []
        for words in asked:
            env = {**os.environ, **pipeline.env, "BILAG_CONFIG": str(pipeline.config)}
            done = subprocess.run([BIN / "bilag", *map(str, words)], capture_output=True, text=True, check=False, env=env)
            for row in (done.stdout + done.stderr).splitlines():
                if not re.match(r"(bruk:)? +bilag ", row) and (found := english_in(row)):
                    wrong.append(f"{' '.join(map(str, words))}: {found.group(0)} in {row}")
        assert not wrong, "\n".join(wrong)
