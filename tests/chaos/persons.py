"""What people decide while the world goes on: by what they see, with the command that they would use."""
import datetime
import time

AGAIN_S = 2                                      # what was decided about another revision is decided again


class Persons:
    def __init__(self, run):
        self.run, self.troubles = run, run.world.troubles
        self.resets = dict(self.troubles.resets)
        self.twice = dict(self.troubles.twice)
        self.unbalanced = dict(self.troubles.unbalanced)
        books = run.judge.plain.books()          # where nothing is to be posted, there is nothing to decide
        self.clocks = {(venue, day): clock for (venue, day), clock in self.troubles.clocks.items()
                       if not clock.ahead or books[venue][day].lines(run.judge.plain.venues[venue], day)}

        self.decided_at = {}                     # of clocks, and of venues whose products are made

    def waiting(self):
        """What is not decided yet, in a word; empty: nothing."""
        return " ".join([*self.resets, *self.twice, *self.unbalanced,
                         *(clock.name for key, clock in self.clocks.items() if key not in self.decided_at)])

    def decide(self, *words):
        done = self.run.pipeline.command(*words, "--reason", "a person", check=False)
        if done.returncode:
            return False
        self.run.counts[f"decided {words[0]}"] += 1
        return True

    def look(self):
        """Everything that is red now."""
        for doc, state, *_, codes in self.run.tool.docs("uploader"):
            if state != "held":
                continue
            venue, codes = doc.split("/")[0], set(codes.split(","))
            if "receipt-conflict" in codes:
                self.conflicts(venue)
            if "receipt-unbalanced" in codes:
                self.leave_out(venue)
            if codes & {"day-not-come", "clock-jump"}:
                self.clock(doc, codes)

        for doc, state, *_, codes in self.run.tool.docs("invoicer"):
            if state == "held" and "product-unknown" in codes.split(","):
                self.make_products(doc.split("/")[0])

    def make_products(self, venue):
        if time.monotonic() < self.decided_at.get(venue, 0) + AGAIN_S:
            return
        self.decided_at[venue] = time.monotonic()
        done = self.run.pipeline.with_keys("products", "--venue", venue, "create", "--yes", check=False, timeout=300)
        self.run.counts["products made by a person"] += " made" in done.stdout

    def conflicts(self, venue):
        for till, first in list(self.resets.items()):
            if till.split("/")[0] == venue and self.decide("restarted", first, "--yes"):
                del self.resets[till]
        for name, where in list(self.twice.items()):
            if where == venue and self.decide("choose", name, "first", "--yes"):
                del self.twice[name]

    def leave_out(self, venue):
        for name, where in list(self.unbalanced.items()):
            if where == venue and self.decide("leave-out", name):
                del self.unbalanced[name]

    def clock(self, doc, codes):
        venue, day, part = doc.split("/")
        key = venue, datetime.date.fromisoformat(day)
        clock = self.clocks.get(key)
        if not clock or time.monotonic() < self.decided_at.get(key, 0) + AGAIN_S:
            return
        way = clock.way if part == "1" or clock.way != "by-hand" else "accept"
        if way == "post-on":
            done = self.decide("accept", doc, "--post-on", clock.true_day)
        elif way == "accept":
            done = "clock-jump" in codes and self.decide("accept", doc, "clock-jump")
        else:
            done = self.decide(way, clock.name if way == "leave-out" else doc)
        if done:
            self.decided_at[key] = time.monotonic()
            if way in ("leave-out", "by-hand"):
                self.run.judge.not_there.add(key)
