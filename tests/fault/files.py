#!/usr/bin/env python3
"""The job on files, without Kafka: killed, stopped, starved of money and disk, fed with what files
hold in life. After each, every ticket has one row, in order, and the provider's bill is the ledger's.

    files.py [CASE…]      all unless named

FILES_ROUNDS (2) kills at each failpoint, FILES_RANDOM (4) at random times, FILES_SEED (1).
"""

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time

import rig
from files_rig import Job, csv_rows, essence, put_lines, run_cases, ticket

ROUNDS = int(os.environ.get("FILES_ROUNDS", "2"))
RANDOM = int(os.environ.get("FILES_RANDOM", "4"))
SEED = int(os.environ.get("FILES_SEED", "1"))
SLOW_CALLS = ("--latency", "30ms,90ms")
FAILPOINTS = ("decoding", "before_intent", "in_flight", "checking", "answered", "committed")
CASES = []


def case(function):
    CASES.append(function)
    return function


def ended(wanted, status, said):
    return "" if status == wanted else f"exit {status}, wanted {wanted}\n{said[-1500:]}"


def first(*problems):
    return next(filter(None, problems), "")


# ---- killed and stopped ---------------------------------------------------------------------


def killed_at(job, failpoint, n):
    status, said = job.run(failpoint=f"{failpoint}:{n}")
    return "" if status in (rig.KILLED, 0) else ended(rig.KILLED, status, said)


@case
def kill_9_at_every_failpoint_pays_and_writes_every_ticket_once():
    job = Job("kill", sim=SLOW_CALLS, packing={"max_tickets": 5}, provider={"max_in_flight": 8})
    dice = random.Random(SEED)
    problem, count = "", 0
    for failpoint in FAILPOINTS:
        for _ in range(ROUNDS):
            count += 60  # an edited file each time, so that each kill finds new work
            job.put(count, extra=["no ticket"])
            problem = problem or killed_at(job, failpoint, dice.randint(1, 6))
    problem = problem or ended(0, *job.run())
    letters = {r["source"]["offset"]: r["reason"] for r in job.letters()}
    suspects = [n for n, reason in letters.items() if reason == "crash_suspect"]
    return job, first(problem, job.judge(range(1, count + 2), [count + 1, *suspects]))


def put_mark(job):
    with open(job.output, "w", encoding="utf-8") as f:
        f.write("before\n")


def killed_after(job, seconds):
    """True when it lived so long."""
    process = job.start()
    time.sleep(seconds)
    alive = process.poll() is None
    job.kill(process)
    return alive


@case
def kill_9_at_random_times_likewise_and_the_output_is_never_half():
    job = Job("random", sim=SLOW_CALLS, packing={"max_tickets": 5}, provider={"max_in_flight": 4})
    dice = random.Random(SEED)
    count, kills, problem = 200, 0, ""
    job.put(count)
    put_mark(job)
    while kills < RANDOM and not problem:
        kills += killed_after(job, dice.uniform(0.05, 0.6))
        if job.text() != b"before\n":  # at its very end, or after it
            problem = "" if len(job.results()) == count else "half an output"
            count += 100
            job.put(count)
            put_mark(job)
    problem = first(problem, ended(0, *job.run()), job.judge(range(1, count + 1)))
    job.summary += f", {kills} kills"
    return job, problem


@case
def kill_9_while_the_output_is_written_leaves_the_old_or_the_new():
    job = Job("half")
    job.put(4000)
    problem = ended(0, *job.run())
    whole = job.text()
    seen = set()
    for i in range(12):
        put_mark(job)
        killed_after(job, 0.02 + 0.012 * i)
        text = job.text()
        seen.add("old" if text == b"before\n" else "new")
        if text not in (b"before\n", whole):
            problem = problem or f"the output holds {len(text)} bytes of {len(whole)}"
    job.summary = "/".join(sorted(seen))
    return job, first(problem, ended(0, *job.run()), job.judge(range(1, 4001)))


@case
def sigterm_writes_what_is_finished_and_the_next_run_the_rest():
    job = Job("term", sim=("--latency", "100ms"), packing={"max_tickets": 5},
              provider={"max_in_flight": 2})
    job.put(300)
    process = job.start()
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    problem = ended(5, rig.Rig.wait(process, 60), rig.Rig.said(process))
    if not problem and not 0 < len(job.results()) < 300:
        problem = f"{len(job.results())} rows after SIGTERM"
    problem = first(problem, job.judge(range(1, 301), complete=False))
    job.simulator.control(latency=[0, 0])
    return job, first(problem, ended(0, *job.run()), job.judge(range(1, 301)))


# ---- money ----------------------------------------------------------------------------------


@case
def a_budget_ends_with_4_and_raised_the_next_run_goes_on():
    job = Job("budget")
    job.put(400)
    problem = ended(4, *job.run("--budget", "0.005"))
    some = len(job.results())
    if not problem and not 0 < some < 400:
        problem = f"{some} rows within the budget"
    if job.billed_pusd() > 5_000_000_000:
        problem = problem or f"{job.billed_pusd()} billed above the budget"
    problem = first(problem, job.judge(range(1, 401), complete=False))
    problem = first(problem, ended(0, *job.run()), job.judge(range(1, 401)))
    return job, problem


@case
def an_edited_file_pays_for_the_change_alone():
    job = Job("edit")
    rows = [ticket(i) for i in range(500)]
    rows += [{"body": f"no id of its own, number {i}"} for i in range(20)]
    put_lines(job.input, rows)
    problem = first(ended(0, *job.run()), job.judge(range(1, 521)))
    before = len([t for c in job.bill() for t in c["texts"]])
    rows[7]["body"] = "something else altogether"
    del rows[100:110]
    rows.insert(0, ticket(9001))
    put_lines(job.input, rows)
    problem = first(problem, ended(0, *job.run()), job.judge(range(1, 512)))
    asked = len([t for c in job.bill() for t in c["texts"]]) - before
    if asked != 2:
        problem = problem or f"{asked} tickets asked after an edit of two"
    reused = [r for r in job.results() if r["reused"]]
    if len(reused) != 509 or any(r["cost_pusd"] for r in reused):
        problem = problem or f"{len(reused)} reused, wanted 509 at no cost"
    again = job.text()
    problem = first(problem, ended(0, *job.run()))
    if job.text() != again:
        problem = problem or "the same ledger wrote another output"
    return job, problem


@case
def other_limits_read_the_same_file_on():
    """A setting that has a record read otherwise is no other record."""
    job = Job("limits", packing={"max_tickets": 5}, ticket={"max_bytes": "1KiB"})
    rows = [ticket(i) for i in range(200)]
    rows[150]["body"] = "x" * 100_000
    # The first one is left open, so that all behind it is read again.
    rows[0]["body"] += " [[fault:500]]"
    put_lines(job.input, rows)
    process = job.start()
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    problem = ended(5, rig.Rig.wait(process, 60), rig.Rig.said(process))
    if not problem and (len(job.results()) < 100 or len(job.letters()) != 1):
        problem = f"{len(job.results())} results, {len(job.letters())} dead letters"
    job.config = job.write_config({"ticket": {"max_bytes": "256KiB"}, "run": {"stall_after": "4s"}})
    problem = first(problem, ended(69, *job.run()))
    dead = [r["source"]["offset"] for r in job.letters()]
    return job, problem or ("" if dead == [151] else f"dead letters {dead}")


@case
def a_limit_and_no_reuse_are_kept():
    job = Job("limit")
    job.put(50)
    problem = first(ended(0, *job.run("--limit", "10")), ended(0, *job.run("--limit", "10")))
    if [r["source"]["offset"] for r in job.results()] != list(range(1, 21)):
        problem = problem or f"{len(job.results())} rows after two runs of 10"
    problem = first(problem, ended(0, *job.run()), job.judge(range(1, 51)))
    put_lines(job.input, [ticket(i) for i in range(50)] + [""])  # the same tickets, a new source
    before = len(job.bill())
    problem = first(problem, ended(0, *job.run("--no-reuse")), job.judge(range(1, 51)))
    return job, problem or ("" if len(job.bill()) > before else "nothing was asked again")


@case
def one_in_flight_and_sixty_four_say_the_same_in_the_same_order():
    job = Job("one", sim=("--cached-percent", "0"), packing={"max_tickets": 7},
              provider={"max_in_flight": 1})
    job.put(700, extra=["bad"])
    problem = first(ended(0, *job.run()), job.judge(range(1, 702), [701]))
    alone, letters = job.results(), job.letters()
    job.ledger = job.path("other.db")
    job.config = job.write_config({"packing": {"max_tickets": 7},
                                   "provider": {"max_in_flight": 64}})
    problem = first(problem, ended(0, *job.run()))
    if essence(job.results()) != essence(alone):
        problem = problem or "the results differ"
    if [r["value"] for r in job.letters()] != [r["value"] for r in letters]:
        problem = problem or "the dead letters differ"
    return job, problem


@case
def keys_come_from_the_environment_and_are_nowhere_else():
    job = Job("key", sim=("--key", "sesame-secret"))
    job.put(20)
    put_mark(job)
    problem = ended(77, *job.run())
    problem = first(problem, ended(77, *job.run(env={"OPENAI_API_KEY": "wrong"})))
    if job.text() != b"before\n":
        problem = problem or "the output was replaced by nothing"
    problem = first(problem, ended(0, *job.run("--key-env", "MY_KEY",
                                               env={"MY_KEY": "sesame-secret"})))
    problem = first(problem, ended(0, *job.run(env={"OPENAI_API_KEY": "sesame-secret"})),
                    job.judge(range(1, 21)))
    found = subprocess.run(["grep", "-rl", "sesame-secret", job.folder], stdout=subprocess.PIPE,
                           text=True, check=False).stdout.split()
    return job, problem or (f"the key is in {found}" if found else "")


# ---- files ----------------------------------------------------------------------------------


@case
def standard_input_and_output_are_files_like_others():
    job = Job("stdin")
    job.put(100)
    named = job.input
    problem = ended(0, *job.run())
    billed = len(job.bill())
    job.input = "-"
    with open(named, "rb") as f, open(job.path("out"), "wb") as out:
        problem = first(problem, ended(0, *job.run(stdin=f, stdout=out, output="-")))
    feed = subprocess.Popen(["cat", named], stdout=subprocess.PIPE)
    with open(job.path("piped"), "wb") as out:
        problem = first(problem, ended(0, *job.run(stdin=feed.stdout, stdout=out, output="-")))
    feed.wait()
    job.input = named
    if not job.text() == job.text(job.path("out")) == job.text(job.path("piped")):
        problem = problem or "the three outputs differ"
    if len(job.bill()) != billed:
        problem = problem or "the same content was paid for again"
    left = [n for n in os.listdir(job.folder) if "spool" in n or n.endswith(".part")]
    return job, problem or (f"left behind: {left}" if left else "")


HOSTILE_CSV = (
    b"\xef\xbb\xbfTicket ID;Message;customer.plan\r\n"
    b"1;plain;paid\r\n"
    b"2;\"quoted; \"\"twice\"\"\r\nover lines\";free\r\n"
    b"3;too;many;fields\r\n"
    b"\r\n"
    b"4;=HYPERLINK(\"evil\");x\r\n"
    b"5;\"a\" broken quote;x\r\n"
    b"6;caf\xe9 in latin1;x\r\n"
    b"-7;nul \x00 byte;x\r\n"
    b"8;;x\r\n"
    b"9;+1 refund please;x\n"
    b"10;\"never closed;x\r\n"
    b"11;\xe4\xbd\xa0\xe5\xa5\xbd, order;x")


@case
def hostile_csv_costs_its_broken_rows_alone():
    job = Job("csv")
    job.input, job.output = job.path("t.csv"), job.path("o.csv")
    with open(job.input, "wb") as f:
        f.write(HOSTILE_CSV)
    problem = ended(3, *job.run())
    rows, letters = csv_rows(job.output), job.letters()
    got = [(r["record"], r["ticket_id"]) for r in rows]
    if got != [("1", "1"), ("2", "2"), ("4", "4"), ("9", "9"), ("11", "11")]:
        problem = problem or f"rows {got}"
    dead = {r["source"]["offset"]: r["reason"] for r in letters}
    if dead != {3: "unsupported_format", 5: "unsupported_format", 6: "invalid_utf8",
                7: "invalid_json", 8: "empty", 10: "unsupported_format"}:
        problem = problem or f"dead letters {dead}"
    if [r for r in rows for cell in r.values() if cell and cell[0] in "=+-@\t\r"]:
        problem = problem or "a cell begins like a formula"
    cost = sum(int(r["cost_pusd"]) for r in rows)
    usd = sum(int(r["cost_usd"].replace(".", "")) for r in rows)
    if not cost == usd == job.billed_pusd():
        problem = problem or f"CSV says {cost} and {usd}, the bill {job.billed_pusd()}"
    job.output = job.path("o.jsonl")
    problem = first(problem, ended(0, *job.run()))
    pairs = zip(rows, job.results())
    if any(a["category"] != b["category"] or a["call_id"] != b["call_id"] or
           int(a["cost_pusd"]) != b["cost_pusd"] for a, b in pairs):
        problem = problem or "CSV and JSON lines differ"
    return job, first(problem, job.judge_money())


@case
def a_file_that_was_read_in_another_form_is_not_taken_for_done():
    job = Job("form")
    with open(job.input, "w", encoding="utf-8") as f:
        f.write("id,text\n" + "".join(f"{i},My parcel {i} is late\n" for i in range(20)))
    problem = ended(3, *job.run())
    status, said = job.run("--input-format", "csv")
    problem = first(problem, ended(64, status, said))
    if "was read as jsonl before" not in said:
        problem = problem or said[-500:]
    job.ledger = job.path("other.db")
    problem = first(problem, ended(0, *job.run("--input-format", "csv")), job.judge(range(1, 21)))
    return job, problem


@case
def empty_files_and_files_of_bad_lines_end_in_order():
    job = Job("empty")
    put_lines(job.input, [])
    problem = first(ended(0, *job.run()), job.judge([]))
    put_lines(job.input, ["", "  ", "\t"])
    problem = first(problem, ended(0, *job.run()), job.judge([]))
    long = json.dumps({"body": "x" * 300_000})
    put_lines(job.input, ["nothing", "[]", "{}", '{"body":"  "}', "", long])
    with open(job.input, "ab") as f:
        f.write(b'{"body":"caf\xe9"}\nnull')
    status, said = job.run()
    problem = first(problem, ended(3, status, said),
                    job.judge([1, 2, 3, 4, 6, 7, 8], [1, 2, 3, 4, 6, 7, 8]))
    if "ticket.body (/body)" not in said:
        problem = problem or "the summary does not say where texts were looked for"
    reasons = [r["reason"] for r in job.letters()]
    if reasons[4] != "too_long" or "300012" not in job.letters()[4]["message"]:
        problem = problem or f"{reasons}"
    return job, problem or (f"{len(job.bill())} calls" if job.bill() else "")


@case
def what_cannot_work_is_refused_before_anything_is_spent():
    job = Job("refuse")
    job.put(5)
    os.symlink(job.input, job.path("link.jsonl"))
    missing = job.path("nowhere/o.jsonl")
    tries = [
        (73, dict(output=missing)), (64, dict(output=job.input)),
        (64, dict(output=job.path("link.jsonl"))), (73, dict(output=job.folder),
         "--output-format", "csv"), (64, dict(output=job.rejects)),
        (64, dict(output=job.ledger), "--output-format", "jsonl"), (64, {}, "--shard", "0/2"),
        (64, {}, "--from", "earliest"), (64, {}, "--new-ledger"), (64, {}, "--spent", "1"),
        (64, dict(output=job.path("o.txt"))), (64, dict(output=job.path("o.jsonl.gz"))),
        (78, {}, "--key-env", "NOT_SET"),
    ]
    problem = ""
    for want, options, *words in tries:
        status, said = job.run(*words, **options)
        problem = problem or (ended(want, status, said) and f"{options} {words}: " +
                              ended(want, status, said))
    job.input = job.path("nix.jsonl")
    problem = first(problem, ended(64, *job.run()))
    bare = [rig.PROGRAM, "run", "--input", job.input, "--output", job.output]
    chosen = subprocess.run(bare, cwd=job.folder, check=False, stderr=subprocess.PIPE, text=True,
                            env=rig.plain_environment(HOME=job.folder, OPENAI_API_KEY="k"))
    if chosen.returncode != 64 or '"model":"gpt-4o-mini"' not in chosen.stderr:
        problem = problem or chosen.stderr
    only = subprocess.run([rig.PROGRAM, "run", "--output", "x.jsonl"], check=False,
                          stderr=subprocess.PIPE)
    problem = first(problem, ended(64, only.returncode, only.stderr.decode()))
    return job, problem or (f"{len(job.bill())} calls" if job.bill() else "")


@case
def a_ledger_of_a_consumer_group_is_not_taken_for_files():
    job = Job("kafka")
    job.put(5)
    problem = ended(0, *job.run())
    db = sqlite3.connect(job.ledger)
    with db:
        db.execute("UPDATE meta SET value = 'nightly' WHERE name = 'group'")
    db.close()
    job.put(9)
    status, said = job.run()
    problem = first(problem, ended(65, status, said))
    if "consumer group nightly" not in said or len(job.results()) != 5:
        problem = problem or said[-500:]
    return job, problem


@case
def an_input_that_changes_under_the_run_stops_it_and_the_next_run_is_right():
    job = Job("changed", sim=("--latency", "60ms"), packing={"max_tickets": 5},
              provider={"max_in_flight": 2}, run={"window": {"tickets": 20}})
    job.put(3000)
    put_mark(job)
    process = job.start()
    time.sleep(1.0)
    job.put(3000, seed=2)
    problem = ended(65, rig.Rig.wait(process, 60), rig.Rig.said(process))
    if job.text() != b"before\n":
        problem = problem or "the output was written from two files"
    job.simulator.control(latency=[0, 0])
    job.put(200, seed=2)
    return job, first(problem, ended(0, *job.run()), job.judge(range(1, 201)))


@case
def a_full_disk_for_the_output_ends_with_73_and_the_next_run_writes_it():
    job = Job("full")
    job.put(2000)
    problem = ended(73, *job.run(output="/dev/full"))
    if not problem and len(job.bill()) == 0:
        problem = "nothing was asked"
    billed = len(job.bill())

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    held = job.path("held")
    os.mkdir(held)
    job.output = os.path.join(held, "o.jsonl")
    words = job.words()
    status = subprocess.run(words, check=False, stderr=subprocess.PIPE, preexec_fn=limit,
                            env=rig.plain_environment())
    said = status.stderr.decode()
    if status.returncode != 73:
        problem = problem or ended(73, status.returncode, said)
    if "o.jsonl: cannot be written" not in said:
        problem = problem or said[-900:]
    if os.listdir(held):
        problem = problem or f"left behind: {os.listdir(held)}"
    problem = first(problem, ended(0, *job.run()), job.judge(range(1, 2001)))
    return job, problem or ("" if len(job.bill()) == billed else "something was asked again")


@case
def two_runs_over_one_ledger_or_output_are_told_apart():
    job = Job("two", sim=("--latency", "200ms"), packing={"max_tickets": 5},
              provider={"max_in_flight": 2})
    job.put(100)
    process = job.start()
    time.sleep(0.6)
    other = job.path("other.jsonl")
    problem = ended(73, *job.run(output=other, rejects=False))
    ledger, job.ledger = job.ledger, job.path("other.db")
    problem = first(problem, ended(73, *job.run()))
    job.ledger = ledger
    problem = first(problem, ended(0, rig.Rig.wait(process, 60), rig.Rig.said(process)))
    return job, first(problem, job.judge(range(1, 101)))


if __name__ == "__main__":
    run_cases(CASES, sys.argv[1:])
