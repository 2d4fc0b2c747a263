"""Goal: a line of a voucher or order stands in PowerOffice with the project and location that the set-up names for it, by their
ids; what PowerOffice does not tell beforehand (a location that an account demands) is mended in the set-up and sent again."""
import csv
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents, in_powers_books, sale, start, venue    # noqa: E402

DAY = "2026-11-19"


def place(**more):
    return venue("oslo", project=[{"value": "P1"}], product_types={
        "food": {"account": "3000", "product": "MAT"}, "beer": {"account": "3000", "product": "OL", "project": "P1.2"},
        "wine": {"account": "3000", "product": "VIN", "project": "", "location": "AKER"}},
        payment_types={"card": {"account": "1570", "project": ""}, "credit": {"transfer": "false"}}, **more)


def sold(seq, kind, gross, paid="card"):
    return {**sale("oslo", seq, "kunde-77", gross), "lines": [{"product_type": kind, "vat": 25, "gross": gross, "qty": 1}],
            "payments": [{"type": paid, "amount": gross}]}


def test_lines_have_their_project_and_location():
    with start([place()], [{"no": 10001, "name": "Hansen AS"}]) as pipeline:
        in_powers_books(pipeline, projects=[{"code": "P1"}, {"code": "P1.2"}], locations=[{"code": "AKER"}],
                        products=[{"code": code, "name": code, "account": 3000} for code in ("MAT", "OL", "VIN")])
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        both = sold(4, "beer", 5000, "credit")
        both["lines"].append({"product_type": "wine", "vat": 25, "gross": 2500, "qty": 1})
        both["payments"][0]["amount"] = 7500
        pipeline.post([sold(1, "food", 10000), sold(2, "beer", 9000), sold(3, "wine", 8000), both])
        pipeline.until("the voucher and the order are sent",
                       lambda: {s for s, _ in {**documents(pipeline), **documents(pipeline, "voucher")}.values()} == {"sent"})
        lines = pipeline.vouchers()[0]["lines"]
        assert [(line["account"], line["amount"], line["project"], line["location"]) for line in lines] == [
            (1570, 27000, None, None), (3000, -8000, None, "AKER"), (3000, -10000, "P1", None), (3000, -9000, "P1.2", None)]
        order = pipeline.orders()[0]
        beer, wine = order["lines"]
        assert order["project_id"] and beer["project_id"] not in (0, order["project_id"])
        assert wine["project_id"] == 0 and wine["location_id"] and not beer["location_id"]
        told = json.loads(pipeline.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY, "--json").stdout)
        assert [(line.get("project"), line.get("location")) for line in told[0]["lines"]] == [
            (None, None), (None, "AKER"), ("P1", None), ("P1.2", None)]
        text = pipeline.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY).stdout
        assert "[project P1.2]" in text and "[location AKER]" in text
        table = pipeline.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY, "--csv").stdout
        rows = list(csv.reader(table.splitlines(), delimiter=";"))
        assert len({len(row) for row in rows}) == 1 and [row[-2:] for row in rows[:5]] == [
            ["project", "location"], ["none", "none"], ["none", "AKER"], ["P1", "none"], ["P1.2", "none"]]
        said = pipeline.command("explain", f"oslo/{DAY}/1:2").stdout          # the wine's receipt, and no other of that account
        assert " K1/3 " in said and " K1/1 " not in said and " K1/2 " not in said, said


def test_location_that_only_a_refusal_tells_of():
    with start([venue("oslo")]) as pipeline:
        in_powers_books(pipeline, accounts_changed=[{"no": 3000, "location_required": True}], locations=[{"code": "AKER"}])
        pipeline.post([sold(1, "food", 10000)])
        pipeline.until("it is refused", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "failed")
        pipeline.write_venue({**pipeline.venues["oslo"], "location": "AKER"})
        pipeline.reload()
        pipeline.command("resend", f"oslo/{DAY}/1", "--reason", "the set-up names the location now")
        pipeline.until("it is sent", pipeline.vouchers)
        assert {line["location"] for line in pipeline.vouchers()[0]["lines"]} == {"AKER"}
