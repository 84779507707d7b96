#!/usr/bin/env python3
"""Dead letters on real Kafka: what list and show tell, and replays that are exact whatever is
killed: each letter stands in the replay topic once, each ticket gets one result, and the books
agree.
"""

import base64
import collections
import hashlib
import json
import random
import sqlite3
import subprocess

import rig
from fleet import body
from rig import differs, first_wrong

BAD = [b"no json", b'{"ticket_id":"B-1","body":"  "}', b"\xff\xfe{", b"\0\0\0\0\1schema"]
FIRST_TICKET_MS = 1795000000000
REASONS = {"invalid_json": 1, "empty": 1, "invalid_utf8": 1, "unsupported_format": 1}


class Job(rig.Rig):
    def __init__(self, name, dead_settings=(), **more):
        self.dead_settings = dead_settings
        super().__init__(name, partitions=2, sim=("--latency", "10ms"), **more)
        self.replays = f"{self.name}-replay"
        rig.ktool("create", self.replays, 2)

    def create_topics(self):
        rig.ktool("create", self.input, self.partitions)
        rig.ktool("create", self.results, 2)
        rig.ktool("create", self.dead, 1, *self.dead_settings)

    def send(self, values, key="D"):
        text = "".join(json.dumps({
            "partition": i % 2, "key": f"{key}-{i}", "timestamp": FIRST_TICKET_MS + i,
            "value_base64": base64.b64encode(v).decode()}) + "\n" for i, v in enumerate(values))
        subprocess.run([rig.KTOOL, "-b", rig.BROKERS, "produce", self.input], input=text, text=True,
                       check=True)
        self.produced += len(values)

    def dlq(self, *args, failpoint=None):
        env = rig.plain_environment(**({"TICKETMILL_FAILPOINT": failpoint} if failpoint else {}))
        return subprocess.run([rig.PROGRAM, "--config", self.config, "dlq", *args], env=env,
                              capture_output=True, text=True, check=False, timeout=120 * rig.SLOW)

    def letters(self):
        return json.loads(self.dlq("list", "--format", "json").stdout)

    def ends(self, topic):
        """How often each ticket has a record there, as a reader of committed records sees it."""
        return collections.Counter(r["key"] for r in rig.ktool_lines("consume", topic))

    def ledger_verified(self):
        done = subprocess.run([rig.PROGRAM, "--config", self.config, "ledger", "verify"],
                              capture_output=True, text=True, env=rig.plain_environment(),
                              check=False)
        return done.returncode and done.stdout + done.stderr


def ticket(number, dice, prefix="D", **more):
    return json.dumps({"ticket_id": f"{prefix}-{number}", "body": f"{number}: {body(dice)}",
                       **more}).encode()


def headers(record):
    return {h["name"]: h["value"] for h in record["headers"]}


def letters_are_listed_and_shown():
    job = Job("dlq-list")
    dice = random.Random(1)
    job.send([*(ticket(i, dice) for i in range(20)), *BAD])
    status, said = job.run()
    listed = job.letters()
    only = json.loads(job.dlq("list", "--reason", "empty", "--format", "json").stdout)
    empty = only["letters"][0]
    place = f"{empty['letter']['partition']}/{empty['letter']['offset']}"
    shown = json.loads(job.dlq("show", place, "--format", "json").stdout)
    text = job.dlq("show", "D-21").stdout
    table = job.dlq("list").stdout
    problem = first_wrong(
        status not in (0, 3) and said,
        differs("reasons", listed["reasons"], REASONS),
        differs("letters of one reason", len(only["letters"]), 1),
        differs("its source", empty["source"]["topic"], job.input),
        differs("its cost", empty["cost_pusd"], 0),
        differs("shown by place", [s["value"] for s in shown], [BAD[1].decode()]),
        "JSON pointers" not in text and f"show says {text}",
        *(name not in table and f"no {name} in the list" for name in REASONS),
        differs("nothing of that name", job.dlq("show", "nobody").returncode, 1),
        differs("an unknown reason", job.dlq("list", "--reason", "bad").returncode, 64),
        differs("a replay of everything by accident", job.dlq("replay").returncode, 64))
    return job, problem, f"{listed['count']} letters"


def failed_tickets(job, count):
    """Tickets that a model answered with nothing, four times each."""
    dice = random.Random(2)
    job.send([ticket(i, dice) for i in range(count)])
    job.simulator.control(faults=["blank:100"])
    status, said = job.run()
    job.simulator.control(faults=[])
    return status not in (0, 3) and said


def replayed_once_each(job, count):
    """Every letter stands in the replay topic once, as the ticket it was."""
    records = rig.ktool_lines("consume", job.replays)
    sources = {headers(r)["ticketmill-replay-of"] for r in records}
    return first_wrong(
        differs("replayed", len(records), count), differs("different tickets", len(sources), count),
        min(r["timestamp"] for r in records) < FIRST_TICKET_MS + 1000
        and "a replayed record is as old as its ticket: retention may delete it unread",
        any(n.startswith("__connect") for r in records for n in headers(r))
        and "a replayed record has the headers of a dead letter")


def solved_once_each(job, count):
    """Every ticket has one dead letter of the first night and one result of its own since."""
    with sqlite3.connect(f"file:{job.ledger}?mode=ro", uri=True) as books:
        reused = books.execute("SELECT count(*) FROM result WHERE reused_source IS NOT NULL")
        reused = reused.fetchone()[0]
    found = job.ends(job.results)
    return first_wrong(
        differs("results", len(found), count), differs("most often", max(found.values()), 1),
        differs("reused", reused, 0), job.ledger_verified())


def a_replay_is_asked_again():
    job, count = Job("dlq-replay"), 60
    failed = failed_tickets(job, count)
    dry = job.dlq("replay", "--all", "--dry-run")
    nothing = rig.ktool_lines("consume", job.replays)
    first, second = job.dlq("replay", "--all"), job.dlq("replay", "--all")
    status, said = job.run()
    again = job.dlq("replay", "D-1", "--again")
    last, told = job.run()
    twice = job.ends(job.results)["D-1"]
    problem = first_wrong(
        failed, differs("dry run", (dry.returncode, len(nothing)), (0, 0)),
        f"{count} dead letters" not in dry.stdout and dry.stdout,
        first.returncode and first.stderr, second.returncode and second.stderr,
        f"{count} stand there" not in second.stdout and second.stdout,
        status and said, again.returncode and again.stderr, last and told,
        differs("results of the one replayed again", twice, 2))
    return job, problem, first.stdout.splitlines()[0]


def a_replay_is_exact_under_kills():
    job, count = Job("dlq-kill"), 1200  # three transactions
    failed = failed_tickets(job, count)
    kills = [job.dlq("replay", "--all", failpoint=point).returncode
             for point in ("in_transaction", "before_commit:2", "after_transaction",
                           "in_transaction:2")]
    rest = job.dlq("replay", "--all")
    problem = first_wrong(failed, rest.returncode and rest.stderr, replayed_once_each(job, count))
    runs = [job.run(failpoint=point)[0] for point in ("answered:7", "before_commit",
                                                      "after_transaction")]
    status, said = job.run()
    problem = problem or first_wrong(status and said, solved_once_each(job, count))
    killed = (kills + runs).count(rig.KILLED)
    if not problem and killed < 6:
        problem = f"only {killed} of 7 were killed: {kills}, {runs}"
    return job, problem, f"killed {killed} times"


def what_was_cut_comes_from_the_topic():
    job = Job("dlq-cut", dead_settings=("max.message.bytes=100000",))
    long = json.dumps({"ticket_id": "L-1", "body": "word " * 70_000}).encode()
    job.send([long], key="L")
    status, said = job.run()
    cut = job.letters()["letters"][0]
    done = job.dlq("replay", "L-0")
    records = rig.ktool_lines("consume", job.replays)
    whole = [base64.b64decode(r["value_base64"]) if r.get("value_base64") else r["value"].encode()
             for r in records]
    problem = first_wrong(
        status not in (0, 3) and said, done.returncode and done.stderr,
        differs("reason", cut["reason"], "too_long"), differs("cut", cut["truncated"], "value"),
        differs("its length", cut["value_bytes"], len(long)),
        [hashlib.sha256(w).hexdigest() for w in whole] != [hashlib.sha256(long).hexdigest()]
        and f"{len(whole)} records of {[len(w) for w in whole]} bytes")
    return job, problem, f"truncated: {cut['truncated']}"


def main():
    tap = rig.Tap()
    with rig.broker():
        for case in (letters_are_listed_and_shown, a_replay_is_asked_again,
                     a_replay_is_exact_under_kills, what_was_cut_comes_from_the_topic):
            job, problem, note = case()
            job.close(tap.say(case.__name__, problem, note))
    tap.end()


if __name__ == "__main__":
    main()
