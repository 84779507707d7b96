#!/usr/bin/env python3
"""Every figure of the report that routing added, worked out a second time from the raw rows of a
made-up ledger: counted here one row at a time, in integers, without the program's SQL."""

import collections
import datetime
import glob
import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import zoneinfo

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("TICKETMILL", os.path.join(ROOT, "build/release/ticketmill"))
ZONE = "Europe/Berlin"
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
TIERS = ["budget", "premium", "chinese"]
ENDPOINTS = [("global-api", "us-east"), ("global-api", "eu-west"), ("openai", "main")]
CATEGORIES = ["billing", "refund", "delivery", "other"]
CAUSE_NAMES = ["ok", "not_sent", "timeout", "reset", "throttled", "server", "gateway", "key",
               "region"]
RESULT, DEAD, PENDING, SKIPPED = 1, 2, 0, 3
ANSWERED, FAILED, UNKNOWN, SENT = 1, 2, 3, 0
FIRST, ESCALATE, SHADOW, GUARD = 0, 3, 4, 5
UNPRICED = 16
ACCEPTED, COMPARED, DOUBTED = 0, 7, 8

CONFIG = """
time_zone: Europe/Berlin
kafka: {brokers: "127.0.0.1:1"}
providers:
  global-api:
    endpoints: [{name: us-east, url: "https://h.example/v1/"}]
    target: {availability: 99.5, p99: 700ms}
models: {m: {provider: global-api, price: {input: 0.1, output: 0.1}}}
tiers: {budget: [m]}
routes: [{tier: budget}]
budget: {run: 3, day: 5, month: 0.000001, shadow: 0.5, tiers: {budget: 2}}
guard: {warn_below: 80}
"""


class Books:
    """A ledger filled at random; what is in it is kept as plain lists beside."""

    def __init__(self, path, seed, now):
        self.random = random.Random(seed)
        self.path, self.now = path, now
        self.db = sqlite3.connect(path)
        migrations = sorted(glob.glob(os.path.join(ROOT, "sql/migrations/*.sql")))
        for name in migrations:
            with open(name, encoding="utf-8") as f:
                self.db.executescript(f.read())
        self.db.execute(f"PRAGMA user_version = {len(migrations)}")
        self.db.execute(f"PRAGMA application_id = {0x544d4c47}")
        self.runs, self.tickets, self.calls, self.shares = [], {}, [], []
        self.comparisons, self.outages, self.estimates, self.results = [], [], [], {}

    def add(self, table, rows, **row):
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
        rows.append(row)
        return row

    def call(self, purpose, tier, tickets, when):
        r = self.random
        state = r.choices([ANSWERED, FAILED, UNKNOWN, SENT], [14, 3, 2, 1])[0]
        provider, endpoint = r.choice(ENDPOINTS)
        unpriced = tier == "chinese" or r.randrange(8) == 0
        reserved = None if unpriced else r.randrange(2_000_000_000)
        if state == ANSWERED:
            cost = None if reserved is None else r.randrange(reserved + 1)
        else:
            cost = {FAILED: 0, UNKNOWN: reserved, SENT: 0}[state]
        return self.add("call", self.calls, call=len(self.calls) + 1,
                        call_id=f"C{len(self.calls)}", run=self.runs[-1]["run"], purpose=purpose,
                        state=state,
                        cause=0 if state in (ANSWERED, SENT) else r.choice([1, 2, 4, 5, 8]),
                        attempt=1, model="m-" + tier, provider=provider, endpoint=endpoint,
                        tier=tier, prompt=1, token_cap=100, tickets=tickets,
                        reserved_pusd=reserved, sent_unix_us=when,
                        answered_unix_us=when + SECOND if state == ANSWERED else None,
                        latency_us=r.randrange(3 * SECOND) if state == ANSWERED else None,
                        cost_pusd=cost, claims="[]" if state == SENT else None)

    def share(self, ticket, call, outcome, cost, slot):
        self.add("share", self.shares, source=1, partition=0, offset=ticket, call=call["call"],
                 outcome=outcome, input_tokens=7, cached_tokens=0, output_tokens=3,
                 cost_pusd=cost, slot=slot)

    def ticket(self, offset, state, tier):
        r = self.random
        label = r.choice(["language=zh", "/customer/plan=paid", "default", None])
        row = {"source": 1, "partition": 0, "offset": offset, "state": state,
               "record_unix_ms": (self.now - r.randrange(5 * DAY)) // 1000,
               "ticket_id": f"T-{offset}", "seq": offset + 1 if state in (RESULT, DEAD) else None,
               "route": None if label is None or state == SKIPPED else f"{label} > {tier}",
               "flags": UNPRICED if tier == "chinese" else 0, "reason": 8 if state == DEAD else 0,
               "input_tokens": r.randrange(500), "output_tokens": r.randrange(90),
               "cost_pusd": 0 if tier == "chinese" else r.randrange(10**9),
               "run": self.runs[-1]["run"]}
        self.add("ticket", [], **row)
        self.tickets[offset] = row

    def result(self, offset, call):
        r = self.random
        row = {"source": 1, "partition": 0, "offset": offset, "category": r.choice(CATEGORIES),
               "confidence_ppm": r.randrange(1_000_001), "summary": "s", "call": call["call"],
               "flags": self.tickets[offset]["flags"], "low_confidence": 0,
               "needs_review": r.randrange(2), "classified_unix_us": self.now,
               "reused_source": 1 if r.randrange(10) == 0 else None}
        self.add("result", [], **row)
        self.results[offset] = row

    def compare(self, purpose, offset, when):
        """A second opinion on a ticket, mostly the same as the first; dead tickets have none."""
        r, result = self.random, self.results.get(offset)
        tier = "budget" if purpose == GUARD else "premium"
        call = self.call(purpose, tier, 1, when)
        if call["state"] != ANSWERED:
            return
        if result is None:
            self.share(offset, call, COMPARED, call["cost_pusd"], 0)
            opinion = self.add("opinion", [], source=1, partition=0, offset=offset,
                               call=call["call"], category="other", confidence_ppm=5,
                               cost_pusd=call["cost_pusd"])
            self.comparisons.append({**opinion, "primary_call": None})
            return
        first = self.calls[result["call"] - 1]
        share = next(s for s in self.shares
                     if (s["offset"], s["call"]) == (offset, result["call"]))
        said = result["category"] if r.random() < (0.97 if purpose == GUARD and
                                                   first["tickets"] < 4 else 0.8) \
            else r.choice(CATEGORIES)
        self.share(offset, call, COMPARED, call["cost_pusd"], 0)
        opinion = self.add("opinion", [], source=1, partition=0, offset=offset, call=call["call"],
                           category=said, confidence_ppm=r.randrange(1_000_001),
                           cost_pusd=call["cost_pusd"])
        self.comparisons.append({
            **opinion, "primary_call": first["call"], "primary_category": result["category"],
            "primary_confidence_ppm": result["confidence_ppm"],
            "primary_tickets": first["tickets"], "primary_slot": share["slot"],
            "primary_cost_pusd": share["cost_pusd"]})

    def run(self, number, begin, finished, packs):
        r = self.random
        first_ticket, first_call = len(self.tickets), len(self.calls) + 1
        self.add("run", self.runs, run=number, run_id=f"R{number}", started_unix_us=begin,
                 ended_unix_us=begin + HOUR if finished else None,
                 exit_code=0 if finished else None, publish="transactional")
        when, answered, dead = begin, [], []
        for _ in range(packs):
            when += r.randrange(4 * SECOND)
            tier, size = r.choice(TIERS), r.choice([1, 2, 3, 8])
            call = self.call(r.choice([FIRST, FIRST, ESCALATE]), tier, size, when)
            for slot in range(size):
                offset = len(self.tickets)
                state = r.choice([RESULT] * 6 + [DEAD]) if call["state"] == ANSWERED \
                    else r.choice([PENDING, PENDING, SKIPPED])
                self.ticket(offset, state, tier)
                if call["state"] == ANSWERED:
                    part = None if call["cost_pusd"] is None else call["cost_pusd"] // size
                    self.share(offset, call, r.choice([ACCEPTED, ACCEPTED, DOUBTED]), part, slot)
                if state == RESULT:
                    self.result(offset, call)
                    answered.append(offset)
                elif state == DEAD:
                    dead.append(offset)
            if answered and r.random() < 0.8:
                self.compare(r.choice([SHADOW, GUARD]), r.choice(answered), when)
            if dead and r.random() < 0.1:
                self.compare(SHADOW, r.choice(dead), when)
        self.add("span", [], run=number, source=1, partition=0, from_offset=first_ticket,
                 to_offset=len(self.tickets) - 1 if finished else None)
        self.db.execute("UPDATE run SET calls_from = ?, calls_to = ? WHERE run = ?",
                        (first_call, len(self.calls) if finished else None, number))
        for _ in range(12):
            begin_out = begin + r.randrange(HOUR)
            provider, endpoint = r.choice(ENDPOINTS)
            self.add("outage", self.outages, run=number, provider=provider, endpoint=endpoint,
                     cause=r.choice(["breaker", "region", "key", "money"]), from_unix_us=begin_out,
                     to_unix_us=None if not finished and r.randrange(3) == 0
                     else begin_out + r.randrange(20 * MINUTE))

    def estimate(self, when):
        r = self.random
        self.add("estimate", self.estimates, estimate=len(self.estimates) + 1, made_unix_us=when,
                 tickets=r.randrange(10**6), calls=r.randrange(10**5),
                 cost_pusd=r.choice([None, r.randrange(10**12)]),
                 upper_pusd=r.choice([None, r.randrange(10**12)]), seconds=r.randrange(10**5),
                 basis="{}")


def fill(path, seed, now):
    b = Books(path, seed, now)
    b.db.execute("INSERT INTO source VALUES (1, 'tickets')")
    b.db.execute("INSERT INTO prompt VALUES (1, 'p', NULL)")
    b.add("meta", [], name="published_seq", value=10**6)
    if seed % 3:
        b.add("meta", [], name="retention_ms/tickets", value=[-1, 6 * DAY // 1000][seed % 3 - 1])
    b.estimate(now - 50 * DAY)
    b.run(1, now - 45 * DAY, True, 20)
    day, month, _ = month_of(now)
    for number, begin in ((2, month), (3, day)):  # half of each before that, half after
        b.estimate(begin - HOUR)
        b.run(number, begin - 60 * SECOND, True, 60)
    b.run(4, now - 2 * HOUR, False, 120)
    b.db.commit()
    b.db.close()
    os.chmod(path, 0o600)
    return b


# --- the same figures, counted plainly -----------------------------------------------------------

def usd(pusd):
    return None if pusd is None else f"{pusd // 10**12}.{pusd % 10**12:012d}"


def wilson(hits, n):
    """Bounds in millionths by the textbook formula."""
    if n == 0:
        return 0, 1_000_000
    z, p = 1.959963984540054, hits / n
    root = z * math.sqrt((p * (1 - p) + z * z / (4 * n)) / n)
    low, high = ((p + z * z / (2 * n) + s * root) / (1 + z * z / n) for s in (-1, 1))
    return max(0, round(low * 1e6)), min(1_000_000, round(high * 1e6))


def pairs(found):
    agree = sum(c["category"] == c["primary_category"] for c in found)
    low, high = wilson(agree, len(found))
    priced = [c for c in found if c["cost_pusd"] is not None and c["primary_cost_pusd"] is not None]
    theirs = sum(c["cost_pusd"] for c in priced) if priced else None
    ours = sum(c["primary_cost_pusd"] for c in priced) if priced else None
    return {"pairs": len(found), "agree": agree, "agreement_low_ppm": low,
            "agreement_high_ppm": high,
            "mean_confidence_difference_ppm": None if not found else
            sum(c["confidence_ppm"] - c["primary_confidence_ppm"] for c in found) / len(found),
            "priced_pairs": len(priced), "result_cost_pusd": ours, "result_cost_usd": usd(ours),
            "compared_cost_pusd": theirs, "compared_cost_usd": usd(theirs),
            "difference_pusd": theirs - ours if priced else None}


def grouped(found, key, names):
    groups = collections.defaultdict(list)
    for c in found:
        groups[key(c)].append(c)
    return [dict(zip(names, k if isinstance(k, tuple) else (k,)), **pairs(v))
            for k, v in groups.items()]


def rank(values, percent):
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else None


def month_of(now):
    zone = zoneinfo.ZoneInfo(ZONE)
    local = datetime.datetime.fromtimestamp(now / 1e6, zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    after = (month + datetime.timedelta(days=32)).replace(day=1)
    return [int(t.timestamp()) * SECOND for t in (day, month, after)]


def down(b, provider, endpoint, last):
    """Microseconds of the month under at least one outage that is the provider's, by sweeping."""
    _, begin, end = month_of(b.now)
    edges = []
    for o in b.outages:
        if (o["provider"], o["endpoint"]) == (provider, endpoint) and \
                o["cause"] in ("breaker", "region"):
            to = o["to_unix_us"] if o["to_unix_us"] is not None else last
            first, to = max(o["from_unix_us"], begin), min(max(to, o["from_unix_us"]), end)
            if to > first:
                edges += [(first, 1), (to, -1)]
    total = depth = before = 0
    for at, step in sorted(edges):
        total += at - before if depth else 0
        depth, before = depth + step, at
    return total


def expected(b, runs, config):
    calls = [c for c in b.calls if c["run"] in runs]
    tickets = [t for t in b.tickets.values() if t["run"] in runs]
    last = max((c["answered_unix_us"] or c["sent_unix_us"]) for c in b.calls)
    out = {"tiers": [], "routes": [], "endpoints": []}

    for tier in sorted({c["tier"] for c in calls}):
        mine = [c for c in calls if c["tier"] == tier and c["purpose"] <= 3]
        extra = [c for c in calls if c["tier"] == tier and c["purpose"] > 3]
        answered = [c for c in mine if c["state"] == ANSWERED]
        priced = not answered or any(c["cost_pusd"] is not None for c in answered)
        cost = sum(c["cost_pusd"] or 0 for c in answered) if priced else None
        unknown = [c for c in mine if c["state"] == UNKNOWN]
        spent = sum(c["cost_pusd"] or 0 for c in extra if c["state"] == ANSWERED)
        held = sum(c["cost_pusd"] or 0 for c in unknown)
        out["tiers"].append({
            "tier": tier, "results": sum(
                t["state"] == RESULT and b.results[t["offset"]]["reused_source"] is None
                and b.calls[b.results[t["offset"]]["call"] - 1]["tier"] == tier for t in tickets),
            "calls": len(mine), "answered": len(answered),
            "failed": sum(c["state"] == FAILED for c in mine), "unknown": len(unknown),
            "unpriced_calls": sum(c["cost_pusd"] is None for c in answered),
            "cost_pusd": cost, "cost_usd": usd(cost), "possibly_billed_pusd": held,
            "possibly_billed_usd": usd(held), "shadow_and_guard_calls": len(extra),
            "shadow_and_guard_pusd": spent, "shadow_and_guard_usd": usd(spent)})

    routed = [t for t in tickets if t["state"] in (RESULT, DEAD, PENDING)]
    for route in {t["route"] for t in routed}:
        mine = [t for t in routed if t["route"] == route]
        done = [t for t in mine if t["state"] == RESULT]
        results = [b.results[t["offset"]] for t in done]
        priced = [t for t in done if not t["flags"] & UNPRICED]
        cost = sum(t["cost_pusd"] for t in priced) if priced else None
        out["routes"].append({
            "route": route, "results": len(done),
            "reused": sum(r["reused_source"] is not None for r in results),
            "needs_review": sum(r["needs_review"] for r in results),
            "unpriced": len(done) - len(priced),
            "dead": sum(t["state"] == DEAD for t in mine),
            "pending": sum(t["state"] == PENDING for t in mine),
            "mean_confidence_ppm": sum(r["confidence_ppm"] for r in results) // len(results)
            if results else None,
            "input_tokens": sum(t["input_tokens"] for t in done),
            "output_tokens": sum(t["output_tokens"] for t in done),
            "cost_pusd": cost, "cost_usd": usd(cost)})

    for provider, endpoint in sorted(ENDPOINTS):
        mine = [c for c in calls if (c["provider"], c["endpoint"]) == (provider, endpoint)]
        times = [c["latency_us"] for c in mine if c["state"] == ANSWERED]
        lost = collections.Counter((c["state"], c["cause"]) for c in mine
                                   if c["state"] in (FAILED, UNKNOWN))
        ours = config and provider == "global-api"
        out["endpoints"].append({
            "provider": provider, "endpoint": endpoint, "calls": len(mine),
            "answered": len(times), "failed": sum(c["state"] == FAILED for c in mine),
            "unknown": sum(c["state"] == UNKNOWN for c in mine),
            "without_answer": [{"state": {FAILED: "failed", UNKNOWN: "unknown"}[s],
                                "cause": CAUSE_NAMES[c], "calls": n}
                               for (s, c), n in lost.items()],
            "latency_us": {"p50": rank(times, 50), "p95": rank(times, 95), "p99": rank(times, 99),
                           "max": max(times, default=None),
                           "target_p99": 700_000 if ours else 2 * SECOND},
            "down_this_month_us": down(b, provider, endpoint, last),
            "allowed_down_us": 30 * DAY // 1000 * (5 if ours else 1)})

    out["outages"] = [{
        "provider": o["provider"], "endpoint": o["endpoint"], "cause": o["cause"],
        "run_id": f"R{o['run']}",
        "at_least_us": max((o["to_unix_us"] if o["to_unix_us"] is not None else last)
                           - o["from_unix_us"], 0)}
        for o in sorted(b.outages, key=lambda o: o["from_unix_us"]) if o["run"] in runs]
    second_opinions(b, calls, 80 if config else 95, out)
    money(b, runs, calls, config, out)
    return out


def second_opinions(b, calls, warn, out):
    numbers = {c["call"]: c for c in calls}
    known = [c for c in b.comparisons if c["call"] in numbers and c["primary_call"]]
    out["compared_without_result"] = sum(c["call"] in numbers and not c["primary_call"]
                                         for c in b.comparisons)
    shadow = [c for c in known if numbers[c["call"]]["purpose"] == SHADOW]
    guard = [c for c in known if numbers[c["call"]]["purpose"] == GUARD]
    out["shadow"] = {
        "tiers": grouped(shadow, lambda c: (b.calls[c["primary_call"] - 1]["tier"],
                                            numbers[c["call"]]["tier"]),
                         ("result_tier", "compared_tier")),
        "categories": grouped(shadow, lambda c: c["primary_category"], ("category",)),
        "instead": grouped([c for c in shadow if c["category"] != c["primary_category"]],
                           lambda c: (c["primary_category"], c["category"]),
                           ("result", "compared"))}
    sizes = grouped(guard, lambda c: c["primary_tickets"], ("tickets",))
    good = [g["tickets"] for g in sizes if g["agreement_low_ppm"] >= warn * 10_000]
    all_of = pairs(guard)
    out["guard"] = dict(
        all_of, by_pack_size=sizes,
        by_slot=grouped(guard, lambda c: c["primary_slot"], ("slot",)), warn_below_percent=warn,
        warning=all_of["agree"] * 100 < all_of["pairs"] * warn,
        advised_pack_size=max(good, default=None))


def money(b, runs, calls, config, out):
    day, month, _ = month_of(b.now)

    def spent(since):
        return sum((c["reserved_pusd"] if c["state"] == SENT else c["cost_pusd"]) or 0
                   for c in b.calls if c["sent_unix_us"] >= since)

    today, this_month = spent(day), spent(month)
    budget = {"caps_known": config, "day_spent_pusd": today, "day_spent_usd": usd(today),
              "month_spent_pusd": this_month, "month_spent_usd": usd(this_month), "caps": []}
    for name, cap, used in (("day", 5 * 10**12, today), ("month", 10**6, this_month),
                            ("run", 3 * 10**12, None), ("shadow", 5 * 10**11, None),
                            ("tier budget", 2 * 10**12, None)):
        left = None if used is None else max(0, cap - used)
        if config:
            budget["caps"].append({"of": name, "cap_pusd": cap, "cap_usd": usd(cap),
                                   "spent_pusd": used, "spent_usd": usd(used), "left_pusd": left,
                                   "left_usd": usd(left)})
    out["budget"] = budget
    open_tickets = [t for t in b.tickets.values() if t["state"] == PENDING]
    out["pending"] = [{"topic": "tickets", "tickets": len(open_tickets),
                       "oldest": min(t["record_unix_ms"] for t in open_tickets)}]
    out["estimates"] = []
    for run in b.runs:
        earlier = max((r["started_unix_us"] for r in b.runs if r["run"] < run["run"]), default=-1)
        before = [e for e in b.estimates if earlier < e["made_unix_us"] <= run["started_unix_us"]]
        if run["run"] not in runs or not before:
            continue
        e = max(before, key=lambda e: e["made_unix_us"])
        mine = [c for c in calls if c["run"] == run["run"]]
        cost = sum(c["cost_pusd"] or 0 for c in mine if c["state"] == ANSWERED)
        unknown = sum(c["cost_pusd"] or 0 for c in mine if c["state"] == UNKNOWN)
        out["estimates"].append({
            "run_id": run["run_id"],
            "estimated": {"tickets": e["tickets"], "calls": e["calls"],
                          "cost_pusd": e["cost_pusd"], "cost_usd": usd(e["cost_pusd"]),
                          "upper_bound_pusd": e["upper_pusd"],
                          "upper_bound_usd": usd(e["upper_pusd"]), "seconds": e["seconds"]},
            "came": {"tickets": sum(t["run"] == run["run"] and t["state"] in (RESULT, DEAD)
                                    for t in b.tickets.values()),
                     "calls": len(mine), "cost_pusd": cost, "cost_usd": usd(cost),
                     "unknown_pusd": unknown, "unknown_usd": usd(unknown),
                     "unpriced_calls": sum(c["cost_pusd"] is None for c in mine),
                     "seconds": 3600 if run["ended_unix_us"] else None}})


# --- comparing -----------------------------------------------------------------------------------

# What tells the members of a list apart whose order is not looked at.
NAMED_BY = {"routes": ("route",), "tiers": ("tier", "result_tier", "compared_tier"),
            "without_answer": ("state", "cause"), "categories": ("category",),
            "instead": ("result", "compared"), "by_pack_size": ("tickets",), "by_slot": ("slot",)}


def differences(want, got, path=""):
    """Paths where `got` is not as wanted; keys that are not wanted are not looked at."""
    if isinstance(want, dict):
        return [d for k in want for d in
                (differences(want[k], got[k], f"{path}/{k}") if k in got
                 else [f"{path}/{k} is missing"])]
    if isinstance(want, list):
        if len(want) != len(got):
            return [f"{path}: {len(got)} instead of {len(want)}"]
        names = NAMED_BY.get(path.rsplit("/", 1)[-1])
        if names:
            want, got = (sorted(v, key=lambda x: [str(x.get(n)) for n in names])
                         for v in (want, got))
        return [d for i, (w, g) in enumerate(zip(want, got))
                for d in differences(w, g, f"{path}/{i}")]
    if isinstance(want, float):
        return [] if got is not None and abs(want - got) <= 0.5 else [f"{path}: {got}, not {want}"]
    return [] if want == got else [f"{path}: {got}, not {want}"]


def iso(us):
    return datetime.datetime.fromtimestamp(us / 1e6, datetime.timezone.utc).isoformat(
        timespec="milliseconds").replace("+00:00", "Z")


def check(folder, seed, config):
    now = int(datetime.datetime.now().timestamp() * 1e6)
    b = fill(os.path.join(folder, f"books-{seed}-{config}.db"), seed, now)
    args = ["--config", os.path.join(folder, "c.yaml")] if config else ["--time-zone", ZONE]
    bad = []
    for chosen, runs in ((), {1, 2, 3, 4}), (("--run", "R3"), {3}), (("--run", "last"), {4}):
        done = subprocess.run([PROGRAM, "report", "--ledger", b.path, "--format", "json", *args,
                               *chosen], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            return [f"exit {done.returncode}: {done.stderr}"]
        report = json.loads(done.stdout)
        want = expected(b, runs, config)
        want["pending"][0]["oldest"] = iso(want["pending"][0]["oldest"] * 1000)
        keep = [-1, 6 * DAY // 1000][seed % 3 - 1] if seed % 3 else None
        want["pending"][0].update(
            retention_known=keep is not None, retention_ms=keep if keep and keep > 0 else None,
            leaves_topic_at=iso((min(t["record_unix_ms"] for t in b.tickets.values()
                                     if t["state"] == PENDING) + keep) * 1000)
            if keep and keep > 0 else None)
        doubted = [s for s in b.shares if s["outcome"] == DOUBTED
                   and b.calls[s["call"] - 1]["run"] in runs]
        want["waste"] = {"doubted_shares": len(doubted),
                         "doubted_pusd": sum(s["cost_pusd"] or 0 for s in doubted)}
        bad += [f"seed {seed} {' '.join(chosen)}: {d}" for d in differences(want, report)]
        text = subprocess.run([PROGRAM, "report", "--ledger", b.path, *args, *chosen], text=True,
                              stdout=subprocess.PIPE, check=False).stdout
        bad += [f"seed {seed}: no «{part}» in the tables" for part in
                ("By tier", "By route", "By endpoint", "Against the targets", "Outages",
                 "Advised pack size", "The last estimate")
                if part not in text and (want["estimates"] or part != "The last estimate")]
    return bad


def main():
    print("1..6")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as f:
            f.write(CONFIG)
        for number in range(6):
            bad = check(folder, number, number % 2 == 1)
            failed += bool(bad)
            print(f"{'not ok' if bad else 'ok'} {number + 1} - figures of ledger {number}, "
                  f"{'with' if number % 2 else 'without'} a configuration")
            for line in bad[:20]:
                print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
