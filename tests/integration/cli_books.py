#!/usr/bin/env python3
"""The commands that read: after a real run they agree with the topics and with the simulator's
bill; after planted damage `ledger verify` says so."""

import json
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import rig  # noqa: E402  (the folder must be in the path first)

TICKETS = 400


def ask(job, *args, config=None):
    """Status, data, messages of a command."""
    done = subprocess.run([rig.PROGRAM, "--config", config or job.config, *args], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env=rig.plain_environment())
    return done.returncode, done.stdout, done.stderr


def finished(name, *run_args):
    job = rig.Rig(name, 2)
    job.produce(TICKETS)
    status, said = job.run(*run_args)
    if status != 0:
        raise RuntimeError(f"the run ended with {status}: {said[-1000:]}")
    return job


def consumed(topic):
    return rig.ktool_lines("consume", topic)


def expect(*conditions):
    """The first thing that is not so, as text."""
    for good, text in conditions:
        if not good:
            return text
    return ""


def report_agrees_with_topics_and_bill():
    job = finished("cli-report")
    status, out, err = ask(job, "report", "--format", "json", "--run", "last")
    report = json.loads(out)
    results = [json.loads(r["value"]) for r in consumed(job.results)]
    bill = job.simulator.ledger()
    spent = sum(r["cost_pusd"] for r in results)
    categories = {c["category"]: c["tickets"] for c in report["categories"]}
    sums = report["tokens"]
    costs = sorted(r["cost_pusd"] for r in results)
    return job, expect(
        (status == 0 and err == "", f"exit {status}: {err}"),
        (report["tickets"]["results"] == len(results), "results"),
        (report["tickets"]["dead"] == len(consumed(job.dead)), "dead letters"),
        (report["cost"]["per_ticket"]["sum_pusd"] == spent, "cost of all tickets"),
        (report["cost"]["per_ticket"]["median_pusd"] == costs[(len(costs) - 1) // 2], "median"),
        (report["cost"]["per_ticket"]["max_pusd"] == costs[-1], "maximum"),
        (report["calls"]["answered"] == bill["calls"], f"calls: {bill['calls']}"),
        (sums["input"] == sums["input_uncached"] + sums["input_cached"]
         + sums["input_cache_write"], "input tokens are no partition"),
        (sum(categories.values()) == len(results), "categories"),
        (all(categories[c] == sum(r["category"] == c for r in results) for c in categories),
         "tickets of a category"),
        (report["cost"]["spent_usd"].replace(".", "").lstrip("0")
         == str(report["cost"]["spent_pusd"]), "the two forms of an amount differ"))


def show_tells_what_was_published():
    job = finished("cli-show")
    result = next(r for r in (json.loads(r["value"]) for r in consumed(job.results))
                  if not r["reused"])
    status, out, err = ask(job, "show", result["ticket_id"], "--format", "json")
    source = result["source"]
    lives = {(t["source"]["partition"], t["source"]["offset"]): t
             for t in json.loads(out)["tickets"]}
    life = lives.get((source["partition"], source["offset"]))
    place = f"{source['topic']}/{source['partition']}/{source['offset']}"
    by_place = ask(job, "show", place, "--format", "json")
    text = ask(job, "show", place)
    nobody = ask(job, "show", "nobody")
    return job, expect(
        (status == 0 and err == "" and life, f"exit {status}: {err}"),
        (life["result"]["category"] == result["category"], "category"),
        (life["cost_pusd"] == result["cost_pusd"], "cost"),
        (life["content_hash"] == result["content_hash"], "text hash"),
        (life["published"] == {"topic_kind": "results", "seq": result["seq"],
                               "state": "published"}, "where it was published"),
        (sum(c["share"]["cost_pusd"] for c in life["calls"]
             if c["purpose"] not in ("shadow", "guard")) == result["cost_pusd"], "shares"),
        (any(c["call_id"] == result["call_id"] for c in life["calls"]), "its call"),
        (json.loads(by_place[1])["tickets"][0]["ticket_id"] == result["ticket_id"], "by position"),
        (result["category"] in text[1] and result["call_id"] in text[1], "as text"),
        (nobody[0] == 1 and nobody[1] == "" and "no ticket" in nobody[2], f"nobody: {nobody}"))


def check_sees_topics_and_what_is_missing():
    job = finished("cli-check")
    good = ask(job, "check")
    missing = ask(job, "check", config=job.write_config("missing.yaml", DEAD="not-there"))
    rig.ktool("create", job.name + "-small", 1, "max.message.bytes=100000",
              "cleanup.policy=compact", "retention.ms=3600000")
    hurting = ask(job, "check", config=job.write_config("small.yaml", DEAD=job.name + "-small"))
    away = ask(job, "check", config=job.write_config("away.yaml", BROKERS="127.0.0.1:1"))
    printed = ask(job, "check", "--print")
    again = os.path.join(job.folder, "printed.yaml")
    with open(again, "w", encoding="utf-8") as f:
        f.write(printed[1])
    return job, expect(
        (good[0] == 0 and good[2] == "" and job.input in good[1], f"good: {good}"),
        (missing[0] == 78 and "kafka-topics.sh" in missing[2] and "not-there" in missing[2],
         f"missing: {missing}"),
        (hurting[0] == 0 and "is compacted" in hurting[2] and "below the input's" in hurting[2]
         and "retention.ms is 1h 00m" in hurting[2] and "LogAppendTime" in hurting[2],
         f"hurting: {hurting}"),
        (away[0] == 69 and "127.0.0.1:1" in away[2], f"away: {away}"),
        (ask(job, "check", "--print", config=again)[1] == printed[1],
         "what check --print prints does not load as the same configuration"))


def verify_finds_planted_damage():
    job = finished("cli-verify")
    good = ask(job, "ledger", "verify")
    copy = next(r for r in consumed(job.results))
    path = os.path.join(job.folder, "again.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({k: copy[k] for k in ("key", "value")}, f)
        f.write("\n")
    rig.ktool("produce", job.results, path)
    twice = ask(job, "ledger", "verify")
    return job, expect(
        (good[0] == 0 and good[2] == "" and good[1].endswith("ok\n"), f"good: {good}"),
        (twice[0] == 70 and "in the topics twice" in twice[2], f"twice: {twice}"))


def verify_finds_a_changed_ledger():
    job = finished("cli-changed")
    ledger = sqlite3.connect(job.ledger)
    ledger.execute("UPDATE ticket SET cost_pusd = cost_pusd + 1 WHERE (partition, offset) IN "
                   "(SELECT partition, offset FROM ticket WHERE state = 1 LIMIT 1)")
    ledger.commit()
    ledger.close()
    books = ask(job, "ledger", "verify", "--books-only")
    return job, expect((books[0] == 70 and "findings" in books[2], f"books: {books}"))


def a_lost_ledger_is_rebuilt_and_goes_on():
    job = finished("cli-rebuild", "--limit", str(TICKETS // 2))
    there = ask(job, "ledger", "rebuild")
    before = len(consumed(job.results)) + len(consumed(job.dead))
    backup = os.path.join(job.folder, "backup.db")
    saved = ask(job, "ledger", "backup", backup)
    twice = ask(job, "ledger", "backup", backup)
    for name in os.listdir(job.folder):
        if name.startswith("run.db"):
            os.remove(os.path.join(job.folder, name))
    rebuilt = ask(job, "ledger", "rebuild")
    straight = ask(job, "ledger", "verify")
    calls = job.simulator.ledger()["calls"]
    status, said = job.run()
    verified = ask(job, "ledger", "verify")
    results = [json.loads(r["value"]) for r in consumed(job.results)]
    places = [(r["source"]["partition"], r["source"]["offset"]) for r in results]
    return job, expect(
        (there[0] == 65 and "exists" in there[2], f"an existing ledger: {there}"),
        (saved[0] == 0 and os.path.exists(backup), f"backup: {saved}"),
        (twice[0] == 73, f"a second backup: {twice}"),
        (rebuilt[0] == 0 and "rebuilt" in rebuilt[1], f"rebuild: {rebuilt}"),
        (straight[0] == 0, f"verify after it: {straight}"),
        (before > 0, "nothing was published by the first run"),
        (status == 0, f"the next run: exit {status} {said[-800:]}"),
        (job.simulator.ledger()["calls"] > calls, "the next run had nothing to do"),
        (len(places) == len(set(places)), "a ticket has two results"),
        (verified[0] == 0, f"verify at the end: {verified}"))


if __name__ == "__main__":
    rig.run_cases([report_agrees_with_topics_and_bill, show_tells_what_was_published,
                   check_sees_topics_and_what_is_missing, verify_finds_planted_damage,
                   verify_finds_a_changed_ledger, a_lost_ledger_is_rebuilt_and_goes_on])
