#!/usr/bin/env python3
"""`compare` and `labels`: every figure worked out again from the raw rows of the ledgers and the
label file, with plain formulas and a bootstrap of its own; kills, budgets, repeats at no cost.
"""

import copy
import csv
import glob
import json
import math
import os
import subprocess
import time
from collections import Counter
from datetime import datetime, timezone

import random

import rig
from files_rig import ANSWERED, DEAD, PRICE_IN, PRICE_OUT, PUSD_IN, PUSD_OUT, RESULT, Job, \
    put_lines, run_cases, ticket
import sqlite3

CATEGORIES = ["billing", "refund", "technical", "account", "delivery", "cancellation",
              "feature_request", "other"]
Z, Z80 = 1.959963984540054, 0.8416212335729143
MASK = (1 << 64) - 1
CASES = []


def case(function):
    CASES.append(function)
    return function


# ---- formulas -----------------------------------------------------------------------------------

def wilson(right, n):
    if n == 0:
        return [0.0, 1.0]
    p = right / n
    middle = p + Z * Z / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return [max(0.0, (middle - half) / (1 + Z * Z / n)), min(1.0, (middle + half) / (1 + Z * Z / n))]


def f1_of(rows, name):
    hit = sum(t == a == name for t, a, _ in rows)
    both = sum(t == name for t, _, _ in rows) + sum(a == name for _, a, _ in rows)
    return 2 * hit / both if both else 0.0


def macro_f1(rows):
    names = {t for t, _, _ in rows} | {a for _, a, _ in rows if a}
    return sum(f1_of(rows, n) for n in names) / len(names) if names else 0.0


def rotl(x, k):
    return ((x << k) | (x >> (64 - k))) & MASK


def xoshiro(seed):
    s = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        s.append(z ^ (z >> 31))
    while True:
        yield (rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)


def bootstrap(rows, seed):
    numbers, values = xoshiro(seed), []
    for _ in range(1000):
        values.append(macro_f1([rows[(next(numbers) * len(rows)) >> 64] for _ in rows]))
    values.sort()
    return [values[25], values[974]]


def scored(rows):
    """rows: (label, answer or None, confidence in millionths)."""
    n, answers = len(rows), [r for r in rows if r[1]]
    right = sum(t == a for t, a, _ in rows)
    labelled, given = Counter(t for t, _, _ in rows), Counter(a for _, a, _ in answers)
    chance = sum(labelled[c] * given[c] for c in labelled) / n / n if n else 0
    bins = {}
    for t, a, c in answers:
        bins.setdefault(min(c // 100000, 9), []).append((t == a, c / 1e6))
    return {
        "tickets": n, "answered": len(answers), "right": right,
        "accuracy": right / n if n else 0.0, "accuracy_95": wilson(right, n),
        "macro_f1": macro_f1(rows),
        "kappa": (right / n - chance) / (1 - chance) if n and chance < 1 else (1.0 if n else 0.0),
        "ece": sum(len(b) / len(answers) * abs(sum(r for r, _ in b) / len(b) -
                                               sum(c for _, c in b) / len(b))
                   for b in bins.values()) if answers else 0.0,
        "brier": sum((c / 1e6 - (t == a)) ** 2 for t, a, c in answers) / len(answers)
        if answers else 0.0,
        "reliability": [{"from": i / 10, "to": (i + 1) / 10, "tickets": len(bins.get(i, ())),
                         "right": sum(r for r, _ in bins.get(i, ())),
                         "mean_confidence": sum(c for _, c in bins[i]) / len(bins[i])
                         if i in bins else 0.0} for i in range(10)],
        "confusion": sorted(([t, a, k] for (t, a), k in
                             Counter((t, a) for t, a, _ in rows).items()), key=str),
        "by_category": {c: {"labelled": labelled[c], "answered": given[c],
                            "right": sum(t == a == c for t, a, _ in rows),
                            "f1": f1_of(rows, c), "recall_95": wilson(
                                sum(t == a == c for t, a, _ in rows), labelled[c]),
                            "precision": sum(t == a == c for t, a, _ in rows) / given[c]
                            if given[c] else 0.0,
                            "recall": sum(t == a == c for t, a, _ in rows) / labelled[c]
                            if labelled[c] else 0.0}
                        for c in set(labelled) | set(given)},
    }


def paired(here, there):
    n = len(here)
    gained = sum(a[0] == a[1] and b[0] != b[1] for a, b in zip(here, there))
    lost = sum(a[0] != a[1] and b[0] == b[1] for a, b in zip(here, there))
    tail = sum(math.comb(gained + lost, k) for k in range(min(gained, lost) + 1))
    m, b, c = n + 2, gained + 0.5, lost + 0.5
    d = (b - c) / m
    half = Z * math.sqrt(((b + c) / m - d * d) / m)
    return {"tickets": n, "same_answer": sum(a[1] == b[1] for a, b in zip(here, there)),
            "gained": gained, "lost": lost, "mcnemar_p": min(1.0, 2 * tail / 2 ** (gained + lost)),
            "difference": (gained - lost) / n,
            "difference_95": [max(-1.0, d - half), min(1.0, d + half)],
            "detectable": min(1.0, (Z + Z80) * math.sqrt(max(gained + lost, 1) / n / n))}


# ---- comparing ------------------------------------------------------------------------------------

def differs(path, got, want):
    if isinstance(want, dict):
        for key, value in want.items():
            problem = differs(f"{path}.{key}", got.get(key) if got else None, value)
            if problem:
                return problem
        return ""
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return f"{path}: {got}, wanted {want}"
        return next(filter(None, (differs(f"{path}[{i}]", g, w)
                                  for i, (g, w) in enumerate(zip(got, want)))), "")
    if isinstance(want, float) and isinstance(got, (int, float)):
        return "" if abs(got - want) < 1.5e-6 else f"{path}: {got}, wanted {want}"
    return "" if got == want else f"{path}: {got}, wanted {want}"


def shaped(said):
    """The program's lists in the form of ours."""
    said = copy.deepcopy(said)
    said["confusion"] = sorted(([c["label"], c["answered"], c["tickets"]]
                                for c in said["confusion"]), key=str)
    said["by_category"] = {c["category"]: c for c in said["by_category"]}
    return said


def rows_of(path, sql, *values):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def nearest(values, percent):
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


def variant_rows(folder, said, variant):
    with open(os.path.join(folder, said["sample"]["path"]), encoding="utf-8") as f:
        labels = [json.loads(line)["category"] for line in f]
    found = rows_of(os.path.join(folder, variant["ledger"]),
                    "SELECT t.offset, t.state, r.category, r.confidence_ppm FROM ticket t JOIN "
                    "source s USING (source) LEFT JOIN result r USING (source, partition, offset) "
                    "WHERE s.name = ? ORDER BY 1", said["sample"]["source"])
    return [(labels[o - 1], category if state == RESULT else None, ppm or 0)
            for o, state, category, ppm in found if state in (RESULT, DEAD)]


def judge_variant(folder, said, variant, rows):
    ledger = os.path.join(folder, variant["ledger"])
    calls = rows_of(ledger, "SELECT latency_us, input_tokens, cached_tokens, output_tokens, "
                            "cost_pusd FROM call WHERE state = ?", ANSWERED)
    latencies = [c[0] for c in calls]
    cost = sum(c[4] for c in calls)
    want = scored(rows)
    want |= {"macro_f1_95": bootstrap(rows, said["seed"]), "dead": sum(r[1] is None for r in rows),
             "tokens": {k: sum(c[i] for c in calls)
                        for i, k in enumerate(("input", "cached", "output"), 1)},
             "cost_pusd": cost, "cost_per_1000_pusd": cost * 1000 // len(rows),
             "cost_per_night_pusd": cost * 200000 // len(rows),
             "calls": {"answered": len(calls), "p50_us": nearest(latencies, 50),
                       "p99_us": nearest(latencies, 99)}}
    return differs(f"{variant['model']}/{variant['pack']}", shaped(variant), want)


def judge(folder, said):
    variants = said["variants"]
    if not all(v["complete"] for v in variants):
        return "a variant is not complete"
    rows = [variant_rows(folder, said, v) for v in variants]
    right = [sum(t == a for t, a, _ in r) for r in rows]
    best = min(range(len(rows)), key=lambda i: (-right[i], variants[i]["cost_pusd"], i))
    good = [i for i in range(len(rows)) if paired(rows[i], rows[best])["mcnemar_p"] >= 0.05]
    advised = min(good, key=lambda i: (variants[i]["cost_pusd"], i != best))
    if (said["best"], said["advised"]) != (best, advised):
        return f"best {said['best']}, advised {said['advised']}, wanted {best}, {advised}"
    for i, v in enumerate(variants):
        alone = next(k for k, o in enumerate(variants) if o["pack"] == 1 and
                     (o["model"], o["prompt_version"]) == (v["model"], v["prompt_version"]))
        problem = (judge_variant(folder, said, v, rows[i]) or
                   differs("against_alone", v["against_alone"], paired(rows[i], rows[alone])) or
                   differs("against_best", v["against_best"], paired(rows[i], rows[best])))
        if problem:
            return problem
    spent = sum(rows_of(p, "SELECT coalesce(sum(cost_pusd), 0) FROM call")[0][0]
                for p in glob.glob(os.path.join(folder, os.path.dirname(
                    variants[0]["ledger"]), "*.db")))
    return differs("spent_pusd", said["spent_pusd"], spent)


# ---- the program ----------------------------------------------------------------------------------

def job_of(name, *sim):
    job = Job(name, sim=("--unsure", "30", *sim))
    offer = {"provider": "sim", "price": {"input": PRICE_IN, "output": PRICE_OUT}}
    job.config = job.write_config({"provider": {"redaction": False}, "models": {"a": offer, "b": offer},
                                   "tiers": {"default": ["a", "b"]},
                                   "packing": {"max_tickets": 7}})
    return job


def program(job, *words, wait=True):
    environment = rig.plain_environment(HOME=job.folder, XDG_CONFIG_HOME=job.folder)
    process = subprocess.Popen([rig.PROGRAM, *map(str, words)], cwd=job.folder, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if not wait:
        return process
    out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), err.decode()


def compare(job, *more, wait=True):
    return program(job, "compare", "--config", job.config, "--labels", job.input, "--format",
                   "json", *more, wait=wait)


def labelled(job, count, more=()):
    """Labels that are right for most, by the answers of a provider that never disagrees."""
    plain = Job("plain")
    put_lines(plain.input, [ticket(i) for i in range(count)])
    plain.run()
    answers, dice = {r["ticket_id"]: r["category"] for r in plain.results()}, random.Random(5)
    plain.close()
    records = [ticket(i) for i in range(count)]
    for r in records:
        r["category"] = answers[r["ticket_id"]] if dice.random() < 0.9 else dice.choice(CATEGORIES)
    put_lines(job.input, records + list(more))


@case
def every_figure_follows_from_the_rows():
    job = job_of("figures", "--disagree", "15@a", "--fault", "missing:5", "--disagree", "15")
    refused = [ticket(900 + i, category="billing") | {"body": "[[fault:refusal]] no"}
               for i in range(3)]
    labelled(job, 120, refused + [ticket(990)])
    status, out, err = compare(job)
    if status != 0:
        return job, f"exit {status}: {err[-500:]}"
    said, bill = json.loads(out), len(job.bill())
    problem = judge(job.folder, said)
    if said["sample"]["tickets"] != 123 or said["sample"]["unlabelled"] != 1:
        problem = f"sample {said['sample']}"
    if not problem and min(v["dead"] for v in said["variants"]) == 0:
        problem = "no dead letter was counted"
    again = json.loads(compare(job)[1])
    if not problem and (len(job.bill()) != bill or again["variants"] != said["variants"]):
        problem = "the same again was not free or not the same"
    for spoil in (lambda v: v.update(ece=v["ece"] + 0.00001),
                  lambda v: v.update(cost_pusd=v["cost_pusd"] + 1),
                  lambda v: v["macro_f1_95"].reverse(),
                  lambda v: v["confusion"][0].update(tickets=0)):
        wrong = copy.deepcopy(said)
        spoil(wrong["variants"][-1])
        if not problem and not judge(job.folder, wrong):
            problem = "a figure that is off was not noticed"
    job.summary = f"{len(said['variants'])} variants, {bill} calls"
    return job, problem


def judge_bill(job, folder):
    """Answered once, booked as billed; what was billed beside that is unknown, within its bound."""
    calls, answered = {}, 0
    for path in glob.glob(os.path.join(folder, "*.db")):
        for call, state, cost in rows_of(path, "SELECT call_id, state, cost_pusd FROM call"):
            calls[call] = (state, cost)
            answered += cost if state == ANSWERED else 0
        twice = rows_of(path, "SELECT s.offset FROM share s JOIN call c USING (call) WHERE "
                              "c.state = 1 GROUP BY s.source, s.offset HAVING count(*) > 1")
        if twice:
            return f"paid twice: {twice[:5]}", 0, 0
    billed = unknown = 0
    for line in job.bill():
        cost = line["prompt_tokens"] * PUSD_IN + line["completion_tokens"] * PUSD_OUT
        state, booked = calls.get(line["call_id"], (None, 0))
        billed += cost
        if state != ANSWERED and (state != 3 or cost > booked):
            return f"call {line['call_id']} is billed, booked in state {state}", 0, 0
        unknown += cost if state != ANSWERED else 0
    return ("" if billed - unknown == answered else f"billed {billed}, booked {answered}"), \
        billed, unknown


@case
def a_killed_compare_goes_on_and_pays_nothing_twice():
    whole = job_of("whole")
    labelled(whole, 150)
    status, out, _ = compare(whole, "--pack", 1)
    straight = sum(c["prompt_tokens"] * PUSD_IN + c["completion_tokens"] * PUSD_OUT
                   for c in whole.bill())
    job = job_of("killed", "--latency", "150ms,200ms")
    os.replace(whole.input, job.input)
    whole.close()
    kills = 0
    for pause in (0.25, 0.35, 0.3, 0.45):
        process = compare(job, "--pack", 1, wait=False)
        time.sleep(pause)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    status, again, err = compare(job, "--pack", 1)
    if status != 0:
        return job, f"exit {status}: {err[-500:]}"
    problem, billed, unknown = judge_bill(job, job.path("ticketmill-compare"))
    if not problem and billed - unknown > straight:
        problem = f"billed {billed} with {unknown} unknown, uninterrupted {straight}"
    if not problem and [v["right"] for v in json.loads(out)["variants"]] != \
            [v["right"] for v in json.loads(again)["variants"]]:
        problem = "other answers than without kills"
    if not problem and kills == 0:
        problem = "no kill struck"
    job.summary = f"{kills} kills, {unknown} of {billed} pUSD unknown"
    return job, problem


@case
def the_budget_is_a_wall_over_all_variants():
    job = job_of("budget")
    labelled(job, 100)
    status, out, err = compare(job, "--budget", "0.02")
    first = json.loads(out)
    again, out, _ = compare(job, "--budget", "0.02")
    billed = job.billed_pusd()
    if (status, again) != (4, 4) or billed > 20_000_000_000 or json.loads(out)["variants"][-1][
            "complete"]:
        return job, f"exit {status} and {again}, billed {billed}, {err[-300:]}"
    if not first["variants"][0]["complete"]:
        return job, "the first variant should have fitted"
    more, out, _ = compare(job, "--budget", "0.20")
    return job, (judge(job.folder, json.loads(out)) if more == 0 else f"then exit {more}")


@case
def what_a_killed_compare_spent_counts_once():
    """Killed on the way, with calls in flight that count in full, it still ends within the budget."""
    whole = job_of("cost")
    labelled(whole, 150)
    compare(whole, "--pack", 1, "--model", "a")
    straight = whole.billed_pusd()
    budget = straight * 5 // 2
    job = job_of("once", "--latency", "150ms,200ms")
    os.replace(whole.input, job.input)
    whole.close()
    money = ("--pack", 1, "--model", "a", "--budget", f"{budget / 1e12:.12f}")
    process, spent = compare(job, *money, wait=False), 0
    while process.poll() is None and spent * 10 < straight * 7:
        time.sleep(0.01)
        spent = job.billed_pusd()
    process.kill()
    process.communicate()
    status, _, err = compare(job, *money)
    billed = job.billed_pusd()
    job.summary = f"{spent} of {budget} pUSD when killed, {billed} in the end"
    return job, (f"exit {status}: {err[-500:]}" if status or billed > budget else
                 spent * 10 < straight * 7 and "the kill came too late")


@case
def labels_that_are_no_category_are_refused():
    job = job_of("unknown")
    put_lines(job.input, [ticket(1, category="nonsense")])
    status, out, err = compare(job)
    good = status == 65 and "nonsense" in err and not out and not job.bill()
    return job, "" if good else f"exit {status}: {err}"


def judge_report(job, said):
    found = job.query("SELECT l.category, r.category, r.confidence_ppm, r.needs_review, "
                      "r.classified_unix_us FROM label l JOIN ticket t USING (ticket_id) "
                      "JOIN result r USING (source, partition, offset)")
    rows = [f[:3] for f in found]
    weeks = {}
    for f in found:
        year, week, _ = datetime.fromtimestamp(f[4] / 1e6, timezone.utc).isocalendar()
        weeks.setdefault(f"{year}-W{week:02}", []).append(f[:3])
    want = scored(rows) | {
        "needs_review": {"tickets": sum(f[3] for f in found),
                         "wrong": sum(f[3] and f[0] != f[1] for f in found)},
        "no_review": {"tickets": sum(not f[3] for f in found),
                      "wrong": sum(not f[3] and f[0] != f[1] for f in found)}}
    problem = differs("accuracy", shaped(said), want)
    for (name, part), week in zip(sorted(weeks.items()), said["by_week"]):
        wanted = {k: v for k, v in scored(part).items() if k in week}
        problem = problem or differs(name, week, wanted | {"week": name})
    return problem or ("" if len(weeks) == len(said["by_week"]) else "weeks are missing")


@case
def labels_stand_beside_results_in_the_report():
    job = Job("labels", sim=("--unsure", "30"))
    job.put(200)
    job.run()
    dice, path = random.Random(3), job.path("labels.csv")
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["Case", "Queue"])
        for r in job.results()[:150]:
            out.writerow([r["ticket_id"], r["category"] if dice.random() < 0.8
                          else dice.choice(CATEGORIES)])
        out.writerows([["T-none", "billing"], ["", "billing"]])
    words = ["labels", "import", "--ledger", job.ledger, "--id", "Case", "--label", "queue", path]
    status, out, err = program(job, *words)
    if status or "151 labels: 151 new" not in out or "left out" not in out:
        return job, f"exit {status}: {out}{err}"
    report = ["report", "--ledger", job.ledger, "--format", "json"]
    said = json.loads(program(job, *report)[1])["accuracy"]
    problem = judge_report(job, said)
    if (said["labels"], said["labels_without_ticket"], said["tickets"]) != (151, 1, 150):
        problem = problem or f"counted {said['labels']}, {said['labels_without_ticket']}"
    put_lines(job.path("more.jsonl"), [{"ticket_id": job.results()[0]["ticket_id"],
                                        "category": "other"}])
    _, out, _ = program(job, "labels", "import", "--ledger", job.ledger, job.path("more.jsonl"))
    problem = problem or judge_report(job, json.loads(program(job, *report)[1])["accuracy"])
    put_lines(job.path("bad.jsonl"), [{"ticket_id": "T-00001", "category": "nonsense"}])
    status, _, err = program(job, "labels", "import", "--ledger", job.ledger, job.path("bad.jsonl"))
    if not problem and ("1 changed" not in out or status != 65 or "nonsense" not in err):
        problem = f"then {status}: {out}{err}"
    return job, problem


if __name__ == "__main__":
    import sys
    run_cases(CASES, sys.argv[1:])
