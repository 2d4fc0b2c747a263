"""Every page of the console in a browser, in both languages, wide and narrow, light and dark: no serious finding of axe-core, no error in
the browser's console, nothing wider than the window, no request to anywhere else. Debian's chromium drives it (selenium).
axe-core is a development tool from npm and no part of the tree: BILAG_AXE says where its axe.min.js lies (`make axe` fetches it), and
without it this is skipped. BILAG_PICTURES, a folder, keeps a picture of each page."""
import itertools
import os
import pathlib

import pytest

from browser_rig import NARROW, PICTURES, WIDE, browser_at
from console_rig import PASSWORD, add_user, settings
from orders_rig import documents, sale, start, venue
from test_console import DAY, receipt
from test_console_ways import refused

AXE = os.environ.get("BILAG_AXE")
NEXT = "2026-11-20"
SPAN = "from=2026-11-01&to=2026-11-30"

pytestmark = pytest.mark.skipif(not AXE, reason="BILAG_AXE is not set: axe-core's axe.min.js")

PAGES = {
    "sign-in": "/sign-in", "overview": "/", "month": "/venues/twice?month=2026-11", "held-day": f"/venues/twice/days/{NEXT}",
    "day": f"/venues/twice/days/{DAY}", "odd-day": f"/venues/odd/days/{DAY}", "period": f"/venues/twice/period?{SPAN}",
    "orders": "/venues/odd/orders", "customers": "/venues/odd/customers", "import": "/venues/odd/customers/import",
    "by-hand": f"/venues/odd/manual?{SPAN}", "receipt": "/venues/twice/receipt?name=K1/1", "no-receipt": "/venues/twice/receipt",
    "one-receipt": "/venues/odd/receipt?name=K1/4", "line": f"/venues/twice/days/{DAY}/1/lines/1",
    "many": f"/venues/odd/many?deed=leave-out&problem=receipt-unbalanced&{SPAN}", "requests": f"/venues/twice/requests?document=twice/{DAY}/1",
    "setup": "/venues/twice/setup", "connect": "/venues/twice/connect", "new-venue": "/new-venue", "refused": "/refused", "operate": "/operate", "users": "/users",
    "tokens": "/tokens", "audit": "/audit", "me": "/me", "not-found": "/venues/nowhere",
    "came-back": "/connected?state=x",
}


def changes(web):
    web.go("/venues/twice/setup")
    web.fill_in({"s///department": "10", "s/product_types/+0/type": "vin og øl", "s/product_types/+0/account": "3010", "s/payment_types/card/account": "1571",
                 "s/vat/normal/code": "31", "s/product_types/food/product": "MAT"})
    web.press("form.setup button", TEXTS["look"][web.language])


def faults(web):
    web.go("/venues/twice/setup")
    web.fill_in({"s/product_types/food/product": "øæå" * 15, "s/payment_types/card/account": "1920", "s/product_types/food/account": "x"})
    web.press("form.setup button", TEXTS["look"][web.language])


def import_look(web):
    web.go("/venues/odd/customers/import")
    web.fill(rows="Hansen;10001\nNoen andre;99999")
    web.press("form[action$='/customers/import'] button")


def my_token(web):
    web.go("/me")
    web.fill("form[action='/me/tokens']", password=PASSWORD, about="regnskapssystemet")
    web.press("form[action='/me/tokens'] button")


def said(web):
    web.go("/refused")
    web.fill_in({"reason": "satt opp nå"}, "form[action='/refused/retry']")
    web.press("form[action='/refused/retry'] button")


# Pages that come of pressing something.
PRESSED = {"setup-changes": changes, "setup-faults": faults, "import-look": import_look, "my-token": my_token, "said": said}
TEXTS = {"look": {"nb": "Vis hva som endres", "en": "Show what changes"}}
LOOK = """const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0] || {message: ''}).message)])))"""


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    quiet = {"auto_transfer": "false"}
    with start([venue("twice", **quiet), venue("odd", **quiet)], [{"no": 10001, "name": "Hansen Catering"}], settings=more) as pipeline:
        for language in ("nb", "en"):
            add_user(pipeline, language, "--all-companies", "--role", "decides,sets-up,operates", "--title", "Kari Nordmann", "--language",
                     language)
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("twice", 1), receipt("twice", 2), receipt("twice", 1, day=NEXT, gross=7000), receipt("twice", 3, day=NEXT),
                       receipt("odd", 1, payments=[{"type": "card", "amount": 100}]), receipt("odd", 4), sale("odd", 5, "Hansen"),
                       {"v": 1, "venue": "odd", "register": "K1", "seq": 6, "kind": "cash_movement", "amount": -200000,
                        "time": f"{DAY}T20:00:00+01:00", "reason": "bank"}, receipt("nowhere", 1)])
        pipeline.post([{"v": 1, "venue": "odd", "kind": "nothing"}])
        refused(pipeline, receipt("odd", 11), receipt("odd", 12), receipt("odd", 13))
        for doc in (f"twice/{NEXT}/1", f"odd/{DAY}/1"):
            pipeline.until(f"{doc} is held", lambda doc=doc: documents(pipeline, "voucher").get(doc, ("",))[0] == "held")
        yield pipeline


@pytest.fixture(scope="module")
def web(rig):
    with browser_at(rig.console_port, rig.until) as browser:
        yield browser


# Goal: see above; everything that is folded is opened first.
@pytest.mark.parametrize("language", ["nb", "en"])
def test_pages(web, language):
    axe, found = pathlib.Path(AXE).read_text(encoding="utf-8"), []
    web.sign_in(language)
    web.language = language
    for name, path in [*PAGES.items(), *PRESSED.items()]:
        if name == "sign-in":
            web.driver.delete_all_cookies()
        if name in PRESSED:
            path(web)
        else:
            web.go(path)
        web.driver.execute_script(axe + ";window.axe=axe")
        for scheme, size in (("light", WIDE), ("dark", NARROW)) if not PICTURES else itertools.product(("light", "dark"), (WIDE, NARROW)):
            over = web.see(*size, scheme)
            if over > 0:
                found.append((name, size[0], f"{over} px too wide"))
            web.keep(f"{language}-{name}-{size[0]}-{scheme}")
            found += [(name, size[0], scheme, *finding) for finding in web.driver.execute_async_script(LOOK)]
        found += [(name, error) for error in web.errors()]
        if name == "sign-in":
            web.sign_in(language)
    assert not web.elsewhere()
    assert not found, "\n".join(map(str, found))
