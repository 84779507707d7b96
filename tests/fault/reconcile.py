#!/usr/bin/env python3
"""`report reconcile`: invoices made from the ledger's own rows, each wrong in one way, and what the
program says about it."""

import csv
import io
import json
import subprocess
import sys

import rig
from files_rig import Job, run_cases, ticket
from rig import differs, first_wrong

CASES = []


def case(function):
    CASES.append(function)
    return function


def filled(name, fault=()):
    job = Job(name, sim=("--latency", "2ms", "--cached-percent", "50", *fault),
              provider={"timeout": "5s"})
    provider = {"endpoints": [{"name": "local", "url": job.simulator.url}], "redaction": False}
    prices = [{"input": "0.18", "output": "0.25"},
              {"from": "2026-01-01", "input": "0.36", "output": "0.5"}]
    job.config = job.write_config({
        "providers": {"sim": provider},
        "models": {"m": {"provider": "sim", "price": prices},
                   "big": {"provider": "sim", "served_name": "big-2026", "price": [
                       {"input": "5", "output": "20"},
                       {"from": "2026-01-01", "input": "2.5", "output": "10"}]},
                   "gift": {"provider": "sim"}},
        "tiers": {"budget": ["m"], "premium": ["big"], "unpriced": ["gift"]},
        "routes": [{"when": {"field": "/lane", "equals": "p"}, "tier": "premium"},
                   {"when": {"field": "/lane", "equals": "u"}, "tier": "unpriced"},
                   {"tier": "budget"}]})
    job.put(0, extra=[json.dumps(ticket(i, lane="pubb"[i % 4])) for i in range(120)])
    status, said = job.run()
    return job, "" if status == 0 else said


def day(job):
    return job.query("SELECT strftime('%Y-%m-%d', min(sent_unix_us) / 1000000, 'unixepoch') "
                     "FROM call")[0][0]


def cost(job, model):
    return job.query("SELECT sum(cost_pusd) FROM call WHERE state = 1 AND model = ?", model)[0][0]


def usd(pusd, places=12):
    unit = 10 ** (12 - places)
    whole = (abs(pusd) + unit // 2) // unit
    return f"{'-' if pusd < 0 else ''}{whole // 10**places}.{whole % 10**places:0{places}}"


def invoice(job, rows, head=("Date", "Model", "Amount")):
    path = job.path("invoice.csv")
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([head, *rows])
    return path


def run(job, rows, *words, head=("Date", "Model", "Amount")):
    return subprocess.run(
        [rig.PROGRAM, "report", "reconcile", "--invoice", invoice(job, rows, head), "--ledger",
         job.ledger, *words], capture_output=True, text=True, env=rig.plain_environment(),
        check=False)


def reconcile(job, rows, *words, head=("Date", "Model", "Amount")):
    done = run(job, rows, "--format", "json", *words, head=head)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def reasons(answer):
    return {line["model"]: line["why"] for line in answer["lines"]}


@case
def each_difference_is_explained():
    job, problem = filled("reconcile")
    at, m, big = day(job), cost(job, "m"), cost(job, "big")
    straight = [(at, "m", usd(m)), (at, "big", usd(big)), (at, "gift", "0.01")]
    code, answer, said = reconcile(job, straight)
    cents = reconcile(job, [(at, "m", usd(m, 4)), (at, "big", f"$ {usd(big, 4)}")])[1]
    dear = reconcile(job, [(at, "m", usd(m * 110 // 100, 9)), (at, "big", usd(big * 110 // 100, 9))])
    old = reconcile(job, [(at, "m", usd(m // 2))])[1]
    whole = reconcile(job, [(at[:7], "nobody", "1.00")])[1]
    problem = problem or first_wrong(
        code and said,
        differs("straight", reasons(answer),
                {"m": "agrees", "big": "agrees", "gift": "no_price_known"}),
        differs("ledger", answer["ledger_pusd"], m + big),
        differs("rounded", (reasons(cents)["m"], reasons(cents)["big"]), ("agrees", "agrees")),
        differs("markup", (set(reasons(dear[1]).values()), dear[1]["markup_ppm"]),
                ({"markup", "not_billed"}, 100000)),
        differs("another price", reasons(old),
                {"m": "other_rates", "big": "not_billed", "gift": "not_billed"}),
        differs("months", reasons(whole), {"m": "not_billed", "big": "not_billed",
                                           "gift": "not_billed", "nobody": "not_in_ledger"}))
    credit = reconcile(job, [(at, "m", usd(m)), (at, "m", "-1.50")])[1]
    alone = reconcile(job, [(at, "m", usd(m * 110 // 100))])[1]
    served = reconcile(job, [(at, "big-2026", usd(2 * big))])[1]
    rows = list(csv.DictReader(io.StringIO(run(job, [(at, "m", usd(m)), (at, "big", "-1.5")],
                                               "--format", "csv").stdout)))
    problem = problem or first_wrong(
        differs("another price, by the served name", reasons(served)["big-2026"], "other_rates"),
        differs("csv", [(r["model"], r["why"], r["invoice_pusd"], r["difference_usd"])
                        for r in rows if r["on_invoice"] == "true"],
                [("big", "unexplained", "-1500000000000", usd(-big - 15 * 10**11)),
                 ("m", "agrees", str(m), usd(0))]),
        differs("a credit", [l["difference_pusd"] for l in credit["lines"] if l["model"] == "m"],
                [-15 * 10**11]),
        differs("one line's factor", reasons(alone)["m"], "unexplained"))
    return job, problem


@case
def unknown_calls_bound_what_may_be_more():
    job, problem = filled("reconcile-unknown", ("--fault", "reset:40"))
    at, m = day(job), cost(job, "m")
    unknown = job.query("SELECT sum(cost_pusd), count(*) FROM call WHERE state = 3 AND model = 'm'")[0]
    if problem or not unknown[1]:
        return job, problem or "no call was unknown"
    within = reconcile(job, [(at, "m", usd(m + unknown[0] // 2))])[1]
    beyond = reconcile(job, [(at, "m", usd(m + 2 * unknown[0]))])[1]
    return job, first_wrong(
        differs("within", reasons(within)["m"], "within_unknown_calls"),
        reasons(beyond)["m"] == "within_unknown_calls" and "twice the unknown is explained by them")


@case
def columns_are_named_and_mistakes_told():
    job, problem = filled("reconcile-columns")
    m = cost(job, "m") + cost(job, "big")
    code, answer, said = reconcile(job, [(usd(m), "x")], "--column", "amount=Net", head=("Net", "Note"))
    problem = problem or first_wrong(
        code and said, differs("whole", [l["why"] for l in answer["lines"]], ["agrees"]))
    for rows, head, words in ((([day(job), "m", "abc"],), ("Date", "Model", "Amount"), "invoice.csv:2"),
                              ((["24.11.", "m", "1"],), ("Date", "Model", "Amount"), "invoice.csv:2"),
                              ((["1", "2"],), ("a", "b"), "--column"), ((), ("Amount",), "no line")):
        status, _, told = reconcile(job, rows, head=head)
        problem = problem or differs(f"{rows}", status, 64) or (words not in told and told)
    return job, problem


if __name__ == "__main__":
    run_cases(CASES, sys.argv[1:])
