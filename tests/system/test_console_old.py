"""What needs a person is red in the console however old it is, and whatever came after it: in the overview, in the figures for
monitoring, for programs, and in the list of what was refused."""
import datetime

from api_rig import Program
from console_rig import Person, add_user, settings
from orders_rig import documents, sale, start, venue


def day(ago):
    return (datetime.date.today() - datetime.timedelta(days=ago)).isoformat()


def receipt(name, seq, of, gross, paid):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{of}T12:00:00Z",
            "lines": [{"product_type": "food", "vat": 25, "gross": gross}], "payments": [{"type": "card", "amount": paid}]}


# Goal: a voucher that has been held for sixty days and an order for a hundred and twenty are red everywhere, and the way to each is open.
def test_old_and_red(tmp_path):
    port, more = settings()
    with start([venue("voucher"), venue("order"), venue("waits", auto_transfer="false")], [], settings=more, parent=tmp_path) as pipeline:
        add_user(pipeline, "drift", "--all-companies", "--role", "decides,operates", "--language", "en")
        token = pipeline.command("users", "token", "drift", "--about", "tests").stdout.strip()
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.post([receipt("voucher", 1, day(60), 12500, 100), sale("order", 1, "Nobody yet", day=day(120)),
                       receipt("waits", 1, day(60), 9900, 9900)])
        voucher, order = f"voucher/{day(60)}/1", "order/order/K1/1"
        pipeline.until("both are held", lambda: [documents(pipeline, kind).get(name, ("",))[0]
                                                 for kind, name in (("voucher", voucher), ("order", order))] == ["held", "held"])
        pipeline.until("the other one waits", lambda: documents(pipeline, "voucher").get(f"waits/{day(60)}/1", ("",))[0] == "waiting")
        program, person = Program(port, token), Person(port)
        person.sign_in("drift")

        def told():
            rows = {row["venue"]: row for row in program.get("/api/v1/venues").json["venues"]}
            return rows if [rows[name]["colour"] for name in ("voucher", "order", "waits")] == ["red", "red", "yellow"] else None

        rows = pipeline.until("the api tells them as red", told)
        assert [rows["voucher"]["first_red"], rows["order"]["first_red"]] == [voucher, order]
        assert rows["waits"]["oldest_waiting"] == day(60)
        overview = person.get("/")
        assert "3 venues: 2 need a person, 1 have something ready to transfer" in overview.words
        assert f"/venues/voucher/days/{day(60)}" in overview.links and "/venues/order/orders?red=1" in overview.links
        assert "Nobody yet" in person.get("/venues/order/orders?red=1").words
        links = [link for link in person.get("/venues/order/receipt?name=K1%2F1").links if link.startswith("/venues/order/orders?")]
        assert len(links) == 1 and "Nobody yet" in person.get(links[0]).words
        figures = pipeline.until("all is looked at", lambda: (lambda page: page.status == 200 and page.text)(
            person.ask("GET", "/metrics", headers={"Authorization": f"Bearer {token}"}, cookies=False)))
        assert "\nbilag_red_documents 2\n" in figures and "\nbilag_venues_unreadable 0\n" in figures
        assert 'bilag_documents{venue="voucher",kind="voucher",state="held"} 1' in figures


# Goal: the order history says which days it shows, finds a customer's orders however old, and the day leads to its own.
def test_old_orders(tmp_path):
    port, more = settings()
    with start([venue("order")], [], settings=more, parent=tmp_path) as pipeline:
        add_user(pipeline, "drift", "--all-companies", "--role", "decides", "--language", "en")
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.post([sale("order", 1, "Long ago", day=day(120)), sale("order", 2, "Long ago", day=day(2)), sale("order", 3, "Since", day=day(2))])
        pipeline.until("they are held", lambda: [state for state, _ in documents(pipeline).values()] == ["held"] * 3)
        person = Person(port)
        person.sign_in("drift")

        def shown(query):
            page = person.get(f"/venues/order/orders{query}")
            return page, [n for n in (1, 2, 3) if f"K1-{n}, " in page.words]
        page, numbers = shown("")
        assert numbers == [2, 3] and any(f"The orders from {day(ago)} on. " in page.words for ago in (90, 91, 92)), page.words
        page, numbers = shown("?customer=Long+ago&red=")
        assert numbers == [1, 2] and "The orders " not in page.words, page.words
        page, numbers = shown("?customer=Nobody")
        assert numbers == [] and "The orders " not in page.words
        assert shown(f"?customer=Long+ago&from={day(90)}")[1] == [2] and f"The orders from {day(90)} on. " in shown(f"?red=1&from={day(90)}")[0].words
        assert f"The orders up to {day(90)}. " in shown(f"?red=1&to={day(90)}")[0].words
        assert f"The orders from {day(3)} to {day(1)}. " in shown(f"?from={day(3)}&to={day(1)}")[0].words
        link = f"/orders?from={day(120)}&to={day(120)}"
        assert [one for one in person.get(f"/venues/order/days/{day(120)}").links if "/orders?" in one] == ["/venues/order" + link]
        page, numbers = shown(link.removeprefix("/orders"))
        assert numbers == [1] and f"The orders of {day(120)}. " in page.words, page.words


# Goal: a refused line that nobody has seen to is on the page, though more lines than a page has came after it and are seen to.
def test_refused_long_ago(tmp_path):
    port, more = settings()
    with start([venue("first"), venue("later")], [], settings=more, parent=tmp_path) as pipeline:
        add_user(pipeline, "drift", "--all-companies", "--role", "operates", "--language", "en")
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.post([{"v": 1, "venue": "first", "register": "K1", "seq": 1, "kind": "no such"}])
        pipeline.post([{"v": 1, "venue": "later", "register": "K1", "seq": n, "kind": "no such"} for n in range(230)])
        pipeline.command("refused", "dismiss", "all", "--venue", "later", "--reason", "a test of the till")
        person = Person(port)
        person.sign_in("drift")
        page = person.get("/refused")
        assert [form["action"] for form in page.forms if ("what", "line") in form["fields"]] == ["/refused"]
        assert "first" in page.words and "and 31 more" in page.words


# Goal: a list of customers that is longer than a page says so, and a search that finds nobody does not say that there are none.
def test_more_customers_than_a_page():
    port, more = settings()
    with start([venue("order")], [], settings=more) as pipeline:
        add_user(pipeline, "drift", "--all-companies", "--role", "decides", "--language", "en")
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.post([sale("order", n, f"Guest {n}") for n in range(1, 204)])
        pipeline.until("the orders are held", lambda: sum(state == "held" for state, _ in documents(pipeline).values()) == 203)
        person = Person(port)
        person.sign_in("drift")
        assert "and 3 more: search" in person.get("/venues/order/customers").words
        found = person.get("/venues/order/customers?q=guest+203").words
        assert "Guest 203" in found and "more: search" not in found
        assert "No till customer has this name." in person.get("/venues/order/customers?q=nobody").words
