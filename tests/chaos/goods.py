"""What a seed draws of products and invoices: a product that its books lack until a person makes it, and who has invoices sent.

From a stream of its own: what is sold, and the order of faults, are what they were.
"""
import random

import pipeline

MISSING = ("OL", "VIN", "MAT-TA", "MAT")


class Drawn:
    """send: venues whose orders become invoices by themselves. missing: client key -> a product's code."""

    def __init__(self, seed, venues):
        rng = random.Random(seed * 49979687 + 7)
        self.send, self.missing = {name for name in sorted(venues) if rng.random() < 0.4}, {}
        for name in sorted(self.send):
            venues[name]["send_invoice"] = "true"
        for key in sorted({pipeline.key_name(venue) for venue in venues.values()}):
            if rng.random() < 0.3:
                self.missing[pipeline.client_key(key)] = rng.choice(MISSING)

    def clients(self, clients):
        """PowerOffice's books, without what is missing there."""
        for client in clients:
            client["products"] = [row for row in client["products"] if row["code"] != self.missing.get(client["client_key"])]
        return clients
