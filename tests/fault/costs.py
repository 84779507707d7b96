#!/usr/bin/env python3
"""`report --by`: every grouping recomputed from the raw rows of ledgers that the program filled, with
second opinions, repetitions, unknown calls, dead letters, copies, a model without a price and two
ledgers; CSV and JSON compared to the last picodollar, and every grouping's sum with the calls'.
"""

import collections
import csv
import datetime
import io
import json
import sqlite3
import subprocess
import zoneinfo

import rig
from files_rig import Job, run_cases, ticket

ZONE = "America/New_York"
COUNTS = ("results", "reused", "dead_letters", "calls", "input_tokens", "cached_tokens",
          "output_tokens", "unpriced_shares")
AMOUNTS = ("cost", "asked_again", "second_opinions", "possibly_billed")
SHADOW, GUARD, FIRST = 4, 5, 0
CASES = []


def case(function):
    CASES.append(function)
    return function


def filled(name, seed, customers=("=SUM(1)", "a,b", 'say "x"', None)):
    """A ledger with something of everything."""
    job = Job(name, sim=("--latency", "2ms", "--fault", "reset:8", "--fault", "missing:6",
                         "--cached-percent", "50"),
              provider={"redaction": False, "timeout": "5s"})
    provider = {"endpoints": [{"name": "local", "url": job.simulator.url}], "redaction": False}
    price = {"input": "0.18", "cached_input": "0.06", "output": "0.25"}
    job.config = job.write_config({
        "time_zone": ZONE, "ticket": {"customer": "/customer/plan"},
        "providers": {"sim": provider, "free": provider},
        "models": {"m": {"provider": "sim", "price": price},
                   "big": {"provider": "sim", "price": {"input": "2.5", "output": "10"}},
                   "gift": {"provider": "free"}},
        "tiers": {"budget": ["m"], "premium": ["big"], "unpriced": ["gift"]},
        "routes": [{"when": {"field": "/lane", "equals": "p"}, "tier": "premium"},
                   {"when": {"field": "/lane", "equals": "u"}, "tier": "unpriced"},
                   {"tier": "budget"}],
        "shadow": {"from": "premium", "to": "budget", "percent": 40, "mode": "mirror"},
        "guard": {"percent": 20}, "packing": {"max_tickets": 4},
        "classification": {"escalate_below": None}})
    lanes = ("p", "u", "b", "b")
    records = [ticket(i, seed, lane=lanes[i % 4], language=("en", "de", "fr")[i % 3],
                      customer={"plan": customers[i % len(customers)]}) for i in range(160)]
    job.put(0, extra=[json.dumps(r) for r in records] + ["no ticket"])
    first = job.run()
    job.put(0, extra=[json.dumps(r) for r in records[:90]] + [json.dumps(ticket(999, seed))])
    second = job.run()
    return job, "" if first[0] in (0, 3) and second[0] in (0, 3) else first[1] + second[1]


def shift_runs(job):
    """The first run a week before, just before midnight of New York; the second in another month."""
    zone = zoneinfo.ZoneInfo(ZONE)
    times = [datetime.datetime(2026, 10, 31, 23, 59, 59, tzinfo=zone),
             datetime.datetime(2026, 11, 1, 23, 30, tzinfo=zone)]  # a day of 25 hours
    with sqlite3.connect(job.ledger) as books:
        for number, at in zip(books.execute("SELECT run FROM run ORDER BY run").fetchall(), times):
            books.execute("UPDATE run SET started_unix_us = ? WHERE run = ?",
                          (int(at.timestamp()) * 1_000_000, number[0]))


def report(jobs, *words):
    ledgers = [w for job in jobs for w in ("--ledger", job.ledger)]
    done = subprocess.run([rig.PROGRAM, "report", *ledgers, "--time-zone", ZONE, *words],
                          capture_output=True, text=True, env=rig.plain_environment(), check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def when(unix_us, by):
    at = datetime.datetime.fromtimestamp(unix_us / 1e6, zoneinfo.ZoneInfo(ZONE))
    return at.strftime({"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}[by])


def recomputed(jobs, by):
    groups = collections.defaultdict(collections.Counter)
    for job in jobs:
        books = sqlite3.connect(f"file:{job.ledger}?mode=ro", uri=True)
        books.row_factory = sqlite3.Row
        table = lambda name: books.execute(f"SELECT * FROM {name}").fetchall()
        place = lambda row: (row["source"], row["partition"], row["offset"])
        tickets = {place(t): t for t in table("ticket")}
        results = {place(r): r for r in table("result")}
        calls = {c["call"]: c for c in table("call")}
        begun = {r["run"]: r["started_unix_us"] for r in table("run")}

        def name(t, call, run):
            if by in ("day", "week", "month"):
                return when(begun[run], by)
            if by == "category":
                return (results[place(t)]["category"] if t["state"] == 1 else
                        "(dead letter)" if t["state"] == 2 else "(pending)")
            if by in ("model", "provider"):
                return call[by] if call else "(dead letter)"
            return t[by] if t[by] is not None else "(none)" if by == "customer" else "(not known)"

        seen = set()
        for s in table("share"):
            call, t = calls[s["call"]], tickets[place(s)]
            key = name(t, call, call["run"])
            g, cost = groups[key], s["cost_pusd"] or 0
            if (key, s["call"]) not in seen:
                seen.add((key, s["call"]))
                g["calls"] += 1
            for kind in ("input", "cached", "output"):
                g[f"{kind}_tokens"] += s[f"{kind}_tokens"]
            if call["state"] == 3:
                g["possibly_billed"] += cost
            if call["state"] != 1:
                continue
            g["unpriced_shares"] += s["cost_pusd"] is None
            g["cost"] += cost
            if call["purpose"] in (SHADOW, GUARD):
                g["second_opinions"] += cost
            elif call["purpose"] != FIRST:
                g["asked_again"] += cost
        for p, t in tickets.items():
            if t["state"] in (1, 2):
                result = results.get(p)
                g = groups[name(t, calls[result["call"]] if result else None, t["run"])]
                g["results"] += t["state"] == 1
                g["dead_letters"] += t["state"] == 2
                g["reused"] += bool(result and result["reused_source"] is not None)
    return groups


def sums(jobs):
    total = collections.Counter()
    for job in jobs:
        total["cost"] += job.query("SELECT sum(cost_pusd) FROM call WHERE state = 1")[0][0]
        total["possibly_billed"] += job.query(
            "SELECT coalesce(sum(cost_pusd), 0) FROM call WHERE state = 3")[0][0]
        total["calls"] += job.query("SELECT count(*) FROM call")[0][0]
    return total


def usd(pusd):
    return f"{pusd // 10**12}.{pusd % 10**12:012}"


def defused(name):
    return "'" + name if name[:1] in "=+-@" else name


def differences(jobs, by):
    wanted = recomputed(jobs, by)
    told = json.loads(report(jobs, "--by", by, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(report(jobs, "--by", by, "--format", "csv"))))
    if [r[by] for r in rows] != [defused(g["group"]) for g in told["groups"]]:
        return f"{by}: CSV has {[r[by] for r in rows]}"
    if {g["group"] for g in told["groups"]} != set(wanted):
        return f"{by}: groups {[g['group'] for g in told['groups']]}, expected {sorted(wanted)}"
    for g, row in zip(told["groups"], rows):
        w = wanted[g["group"]]
        for key in COUNTS:
            if g[key] != w[key] or int(row[key]) != w[key]:
                return f"{by} {g['group']}: {key} {g[key]}, expected {w[key]}"
        unpriced = w["unpriced_shares"] and not w["cost"]
        for key in AMOUNTS:
            amount = None if key == "cost" and unpriced else w[key]
            if g[f"{key}_pusd"] != amount or (amount is not None and (
                    g[f"{key}_usd"] != usd(amount) or row[f"{key}_usd"] != usd(amount))):
                return f"{by} {g['group']}: {key} {g[f'{key}_pusd']}, expected {amount}"
        asked = w["results"] - w["reused"]
        each = None
        if asked and not unpriced:
            each = (w["cost"] - w["second_opinions"]) * 1000 // asked
        if g["cost_per_1000_pusd"] != each:
            return f"{by} {g['group']}: per 1,000 {g['cost_per_1000_pusd']}, expected {each}"
    whole = sums(jobs)
    for key in ("cost", "possibly_billed"):
        parts = sum(g[f"{key}_pusd"] or 0 for g in told["groups"])
        if not parts == told["total"][f"{key}_pusd"] == whole[key]:
            return f"{by}: {key} sums to {parts}, total {told['total'][f'{key}_pusd']}, " \
                   f"the calls to {whole[key]}"
    return "" if told["total"]["calls"] == whole["calls"] else f"{by}: calls in all"


DIMENSIONS = ("day", "week", "month", "category", "model", "provider", "route", "language",
              "customer")


@case
def every_grouping_is_the_ledgers_to_the_picodollar():
    job, problem = filled("costs", 1)
    shift_runs(job)
    for by in DIMENSIONS:
        problem = problem or differences([job], by)
    kinds = job.query("SELECT count(DISTINCT purpose), sum(state = 3), sum(cost_pusd IS NULL) "
                      "FROM call")[0]
    if not problem and (kinds[0] < 4 or not kinds[1] or not kinds[2]):
        problem = f"the ledger is too plain: {kinds}"
    job.summary = f"{kinds[0]} purposes, {kinds[1]} unknown and {kinds[2]} unpriced calls"
    return job, problem


@case
def two_ledgers_are_summed_and_days_chosen():
    job, problem = filled("costs-two", 2)
    other, wrong = filled("costs-more", 3)
    shift_runs(job)
    shift_runs(other)
    for by in ("day", "model", "customer"):
        problem = problem or wrong or differences([job, other], by)
    days = {g["group"]: g["cost_pusd"]
            for g in json.loads(report([job], "--by", "day", "--format", "json"))["groups"]}
    later = json.loads(report([job], "--by", "model", "--since", "2026-11-01", "--format", "json"))
    if not problem and (set(days) != {"2026-10-31", "2026-11-01"} or
                        later["total"]["cost_pusd"] != days["2026-11-01"]):
        problem = f"days {days}, since the second {later['total']['cost_pusd']}"
    other.close(not problem)
    return job, problem


@case
def pruned_calls_still_count():
    job, problem = filled("costs-past", 5)
    before = {by: json.loads(report([job], "--by", by, "--format", "json")) for by in DIMENSIONS}
    with sqlite3.connect(job.ledger) as books:
        books.execute("INSERT INTO past VALUES ('2025-01', 'sim', 'm', 'budget', 0, 1, 7, 10, 2, 3, "
                      "777000000000000)")
    for by in DIMENSIONS:
        after = json.loads(report([job], "--by", by, "--format", "json"))
        name = {"month": "2025-01", "model": "m", "provider": "sim"}.get(by, "(pruned)")
        old = sum(g["cost_pusd"] or 0 for g in before[by]["groups"] if g["group"] == name)
        new = sum(g["cost_pusd"] or 0 for g in after["groups"] if g["group"] == name)
        more = after["total"]["cost_pusd"] - before[by]["total"]["cost_pusd"]
        if not problem and not new - old == more == 777 * 10**12:
            problem = f"{by}: {name} {old} to {new}, in all {more}"
    return job, problem


@case
def people_get_tables():
    job, problem = filled("costs-tables", 4)
    text = report([job], "--by", "customer")
    md = report([job], "--by", "customer", "--format", "md").splitlines()
    widths = {line.replace("\\|", "").count("|") for line in md if line.startswith("|")}
    if not problem and ("total" not in text or len(widths) != 1):
        problem = text + "\n".join(md)
    if not problem and "0.00 " in text:
        problem = f"an amount is rounded to nothing:\n{text}"
    return job, problem


def figures(value, path=""):
    """Every scalar of a document, named by the way to it, as `--format csv` writes it."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from figures(inner, f"{path}.{key}" if path else str(key))
    else:
        text = {None: "", True: "true", False: "false"}[value] \
            if value is None or isinstance(value, bool) else str(value)
        yield [path, "'" + text if isinstance(value, str) and text[:1] in tuple("=+-@") else text]


@case
def the_morning_report_says_the_same_in_every_form():
    job, problem = filled("costs-forms", 6)
    with sqlite3.connect(job.ledger) as books:  # more than a double holds
        books.execute("UPDATE call SET cost_pusd = 9007199254740993 WHERE call = 1")
    told = json.loads(report([job], "--format", "json"), parse_float=str)
    rows = list(csv.reader(io.StringIO(report([job], "--format", "csv"))))
    if not problem and rows != [["figure", "value"], *figures(told)]:
        wanted = [["figure", "value"], *figures(told)]
        problem = str(next((got, want) for got, want in zip(rows, wanted) if got != want))
    text, md = report([job]), report([job], "--format", "md")
    if not problem and ("\n### By category\n\n      category" not in md or
                        [l.strip("# ") for l in md.split("\n") if l] !=
                        [l.strip() for l in text.split("\n") if l]):
        problem = md
    return job, problem


if __name__ == "__main__":
    import sys
    run_cases(CASES, sys.argv[1:])
