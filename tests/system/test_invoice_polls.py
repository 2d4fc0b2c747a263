"""Whether an invoice was sent is asked again and again, more and more seldom, and a counted number of times: an answer that PowerOffice
did not give counts for nothing."""
from orders_rig import documents, sale, start, venue

LOST = 45                                # requests; each poll tries a few times by itself


# Goal: some ten polls in a row meet a server that fails; they go on at their pace, the invoice is known soon after, and nobody is called.
def test_lost_polls_do_not_count():
    hansen = {"no": 10001, "name": "Hansen", "email": "a@b.no", "invoice_fee": False}
    with start([venue("grill", send_invoice="true", auto_invoice="true")], [hansen], sandbox={"send_ms": 0}) as pipeline:
        pipeline.command("customers", "--venue", "grill", "connect", "Hansen", "10001")
        pipeline.sandbox_set(fault_paths="sentState", fault_5xx_before=1000, fault_count=LOST)
        pipeline.post([sale("grill", 1, "Hansen")])
        pipeline.until("the order is sent", lambda: documents(pipeline).get("grill/order/K1/1", ("",))[0] == "sent")
        pipeline.until("its invoice is known", lambda: "invoice=" in pipeline.command("explain", "grill/order/K1/1").stdout)
        assert pipeline.log("invoicer-0").count("sentState") > 7 and not documents(pipeline)["grill/order/K1/1"][1]
