"""Goal: what people call their product and payment types stands wherever a person reads: in PowerOffice's lines and orders, in
export, status and manual; and a till may use any letters for them."""
from orders_rig import venue as credit_venue
from pipeline import Pipeline, clients_of
from test_cli import DAY, until_state


def sale(seq, kind, pay, **more):
    return {"v": 1, "venue": "oslo", "register": "K1", "seq": seq, "kind": "receipt", "time": f"{DAY}T18:00:00+01:00",
            "lines": [{"product_type": kind, "vat": 25, "gross": 12500, "qty": 1}], "payments": [{"type": pay, "amount": 12500}],
            **more}


def test_names():
    venue = credit_venue("oslo", product_types={"øl": {"account": "3010", "product": "OL", "name": "Øl på fat"},
                                                "Mat og drikke": {"account": "3000", "product": "MAT"}},
                         payment_types={"card": {"account": "1570", "name": "Bankkort"}, "credit": {"transfer": "false"},
                                        "gavekort à 500": {"transfer": "false", "name": "Gavekort, papir"}})
    with Pipeline({"oslo": venue}, clients=clients_of({"oslo": venue}, [(10001, "Hansen AS")])) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        answer = pipeline.post([sale(1, "øl", "card"), sale(2, "Mat og drikke", "card"), sale(3, "øl", "gavekort à 500"),
                                sale(4, "øl", "credit", customer="kunde-77")])
        assert not answer["rejected"], answer
        until_state(pipeline, f"oslo/{DAY}/1", "sent")
        until_state(pipeline, "oslo/order/K1/4", "sent")
        voucher, = pipeline.vouchers()
        assert sorted(line["description"] for line in voucher["lines"]) == ["Bankkort", "Mat og drikke", "Øl på fat"]
        order, = pipeline.orders()
        assert [line["description"] for line in order["lines"]] == ["Øl på fat"]
        told = pipeline.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY).stdout
        assert "Øl på fat" in told and "Bankkort" in told
        for command in (("status",), ("manual", "--venue", "oslo")):
            assert "Gavekort, papir" in pipeline.command(*command).stdout, command
        assert "øl" in pipeline.command("explain", "oslo/K1/1").stdout
