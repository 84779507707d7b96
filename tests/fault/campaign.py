#!/usr/bin/env python3
"""Campaigns on real Kafka: old tickets classified anew beside the regular run, killed and gone on
with, from a time on; and what `report --compare` says, recomputed from the rows of both ledgers.
"""

import collections
import json
import random
import sqlite3
import subprocess

import rig
from fleet import body
from rig import differs, first_wrong

COUNT = 600
DAY_MS = 86_400_000
FIRST_DAY_MS = 1_764_547_200_000  # 2025-12-01T00:00:00Z
CATEGORY, CONFIDENCE, REVIEW, COST = range(4)


class Job(rig.Rig):
    """A regular run and a campaign called spring."""

    def __init__(self, name, **more):
        super().__init__(name, partitions=2, sim=("--latency", "20ms", "--cached-percent", "0"),
                         **more)
        self.spring = self.ledger.replace(".db", "-spring.db")

    def send(self, count, step_ms=1):
        """Tickets of step_ms after each other, to both partitions in turn."""
        dice = random.Random(7)
        text = "".join(json.dumps({
            "partition": i % 2, "key": f"C-{i}", "timestamp": FIRST_DAY_MS + i * step_ms,
            "value_base64": None,
            "value": json.dumps({"ticket_id": f"C-{i}", "body": f"{i}: {body(dice)}"})}) + "\n"
            for i in range(count))
        subprocess.run([rig.KTOOL, "-b", rig.BROKERS, "produce", self.input], input=text, text=True,
                       check=True)

    def published(self):
        """How often each ledger published each ticket, as a reader of committed records sees it."""
        seen = collections.defaultdict(collections.Counter)
        for record in rig.ktool_lines("consume", self.results):
            value = json.loads(record["value"])
            seen[value["ledger_id"]][value["ticket_id"]] += 1
        return seen

    def compared(self):
        done = subprocess.run(
            [rig.PROGRAM, "--config", self.config, "report", "--compare", "spring", "--format",
             "json"], capture_output=True, text=True, env=rig.plain_environment(), check=True)
        return json.loads(done.stdout)


    def verified(self, ledger):
        done = subprocess.run([rig.PROGRAM, "--config", self.config, "ledger", "verify", "--ledger",
                               ledger], capture_output=True, text=True,
                              env=rig.plain_environment(), check=False)
        return done.returncode and f"{ledger}: {done.stdout}{done.stderr}"


def rows(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as books:
        return books.execute(sql).fetchall()


def ledger_id(path):
    return rows(path, "SELECT value FROM meta WHERE name = 'ledger_id'")[0][0]


def results(path):
    """By position: category, confidence, needs review, cost."""
    return {row[:3]: row[3:] for row in rows(
        path, "SELECT s.name, t.partition, t.offset, r.category, r.confidence_ppm, r.needs_review, "
              "t.cost_pusd FROM ticket t JOIN source s USING (source) "
              "JOIN result r ON r.source = t.source AND r.partition = t.partition "
              "AND r.offset = t.offset")}


def moves_of(before, after):
    return collections.Counter((before[p][CATEGORY], after[p][CATEGORY]) for p in before
                               if p in after and before[p][CATEGORY] != after[p][CATEGORY])


def cost(line):
    """Picodollars of a billed call, by rig.PRICE; cached tokens are among the prompt's."""
    fresh = line["prompt_tokens"] - line["cached_tokens"]
    return (fresh * 180_000 + line["cached_tokens"] * 60_000
            + line["completion_tokens"] * 250_000)


def once_each(job, path, count):
    seen = job.published()[ledger_id(path)]
    return (differs("tickets published", len(seen), count)
            or differs("most often", max(seen.values(), default=1), 1))


def a_campaign_leaves_the_regular_run_alone():
    job = Job("camp")
    job.send(COUNT)
    status, said = job.run()
    calls, offsets = job.simulator.ledger()["calls"], job.committed()
    job.simulator.control(disagree="20")
    ran, told = job.run("--campaign", "spring", "--from", "earliest")
    campaign_calls = job.simulator.ledger()["calls"] - calls
    again, told_again = job.run()
    before, after = results(job.ledger), results(job.spring)
    c = job.compared()
    both = [p for p in before if p in after]
    moves = {(m["from"], m["to"]): m["tickets"] for m in c["moves"]}
    side = {name: (sum(r[p][COST] for p in both), sum(r[p][REVIEW] for p in both))
            for name, r in (("before", before), ("campaign", after))}
    problem = first_wrong(
        status and said, ran and told, again and told_again,
        differs("calls of a third, regular run",
                job.simulator.ledger()["calls"] - calls - campaign_calls, 0),
        campaign_calls == 0 and "the campaign called nobody",
        differs("offsets of the regular group", job.committed(), offsets),
        once_each(job, job.ledger, COUNT), once_each(job, job.spring, COUNT),
        job.verified(job.ledger), job.verified(job.spring),
        not moves_of(before, after) and "nothing moved",
        differs("moves", moves, dict(moves_of(before, after))),
        differs("compared", c["compared"]["tickets"], len(both)),
        differs("same", c["compared"]["same_category"],
                len(both) - sum(moves_of(before, after).values())),
        differs("confidence", c["compared"]["confidence_difference_ppm_sum"],
                sum(after[p][CONFIDENCE] - before[p][CONFIDENCE] for p in both)),
        *(differs(f"{name} cost and review",
                  (c["compared"][name]["cost_pusd"], c["compared"][name]["needs_review"]),
                  side[name]) for name in side),
        differs("sum over categories", sum(g["tickets"] for g in c["categories"]), len(both)))
    return job, problem, f"{sum(moves.values())} of {len(both)} moved"


def a_killed_campaign_goes_on():
    job = Job("camp-kill")
    job.send(COUNT)
    status, said = job.run()
    kills = []
    for point in ("in_flight:3", "answered:5", "before_commit", "after_transaction"):
        kills.append(job.run("--campaign", "spring", failpoint=point)[0])
    ran, told = job.run("--campaign", "spring")
    settled, unknown = rows(job.spring, "SELECT sum(iif(state = 1, cost_pusd, 0)), "
                                        "sum(iif(state = 3, cost_pusd, 0)) FROM call")[0]
    billed = sum(cost(line) for line in rig.lines(job.simulator.bill)) \
        - rows(job.ledger, "SELECT sum(cost_pusd) FROM call")[0][0]
    problem = first_wrong(
        status and said, ran and told,
        rig.KILLED not in kills and f"nothing was killed: {kills}",
        once_each(job, job.spring, COUNT), once_each(job, job.ledger, COUNT),
        not settled <= billed <= settled + unknown
        and f"billed {billed}, settled {settled}, unknown {unknown}")
    return job, problem, f"killed {kills.count(rig.KILLED)} times"


def it_begins_where_it_is_told():
    job = Job("camp-from")
    job.send(10, step_ms=DAY_MS)
    problem, notes = "", []
    for name, wanted, where in (("day", 4, "2025-12-07"), ("before", 4, "2025-12-07T01:00:00+01:00"),
                                ("after", 3, "2025-12-07T00:00:01Z"), ("late", 0, "2026-11-01"),
                                ("offset", 4, "3"), ("whole", 10, "earliest")):
        status, said = job.run("--campaign", name, "--from", where)
        path = job.ledger.replace(".db", f"-{name}.db")
        got = rows(path, "SELECT count(*) FROM result")[0][0]
        notes.append(f"{where} {got}")
        problem = problem or first_wrong(status and said, differs(where, got, wanted))
    for wrong in ("yesterday", "2025-02-30", "2025-12-07T25:00:00Z", "-1"):
        status, said = job.run("--campaign", "wrong", "--from", wrong)
        problem = problem or differs(f"--from {wrong}", status, 64)
    status, said = job.run("--campaign", "no/slash")
    problem = problem or differs("a name with a slash", status, 64)
    return job, problem, ", ".join(notes)


def main():
    tap = rig.Tap()
    with rig.broker():
        for case in (a_campaign_leaves_the_regular_run_alone, a_killed_campaign_goes_on,
                     it_begins_where_it_is_told):
            job, problem, note = case()
            job.close(tap.say(case.__name__, problem, note))
    tap.end()


if __name__ == "__main__":
    main()
