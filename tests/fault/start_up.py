#!/usr/bin/env python3
"""What a start finds: a lost, old or foreign ledger, a topic that is another one, offsets that
expired, records deleted upstream, transactions upstream. Each with the exit status that is promised,
a message that names the way out, and an exact end by that way.

    start_up.py [CASE…]      all cases unless named
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import rig

FINISHED = (0, 3)
CASES = []


def case(function):
    CASES.append(function)
    return function


def ended(expected, status, said, *words):
    """"" when the run ended as expected and its words are in what it said."""
    expected = expected if isinstance(expected, tuple) else (expected,)
    if status not in expected:
        return f"exit {status}, expected {expected}\n{said[-2500:]}"
    missing = [w for w in words if w not in said]
    return f"exit {status} as expected, but nothing says {missing}\n{said[-1500:]}" if missing else ""


def first_problem(*steps):
    """Each step is a function that returns "" or a problem; the first problem ends it."""
    for step in steps:
        problem = step()
        if problem:
            return problem
    return ""


def finishes(job, *args, config=None):
    return lambda: ended(FINISHED, *job.run(*args, config=config))


def exact(job, **settings):
    return lambda: job.judge(**settings)


def killed_in_the_middle(job, count=300, failpoint="after_transaction:3"):
    """A job that was killed with part of it published, part answered, part not read."""
    job.produce(count)
    status, said = job.run(failpoint=failpoint)
    if status != rig.KILLED:
        raise RuntimeError(f"the run was not killed: exit {status}\n{said[-2000:]}")
    if not sum(job.committed().values()):
        raise RuntimeError("the run was killed before anything was published")


def put_ledger(job, path):
    remove_ledger(job)
    shutil.copy(path, job.ledger)
    os.chmod(job.ledger, 0o600)


def remove_ledger(job):
    for name in os.listdir(job.folder):
        if name.startswith(os.path.basename(job.ledger)):
            os.remove(os.path.join(job.folder, name))


def slow_job(name, **config):
    """Slow enough for several Kafka transactions of unfinished work."""
    return rig.Rig(name, 4, sim=("--latency", "300ms,900ms"), IN_FLIGHT=8, **config)


# ---- the ledger -----------------------------------------------------------------------------


@case
def a_deleted_ledger_is_refused_and_rebuilt_from_the_topics():
    job = slow_job("rebuild")
    killed_in_the_middle(job)
    remove_ledger(job)
    return job, first_problem(
        lambda: ended(65, *job.run(), "ledger rebuild", "--new-ledger"),
        lambda: "" if not os.path.exists(job.ledger) or not has_tickets(job.ledger)
        else "the refused run left tickets in the ledger",
        lambda: ended(0, *job.run("rebuild", command="ledger")),
        lambda: rebuilt_as_published(job),
        finishes(job), exact(job, books="part"),
        lambda: ended(0, *job.run("verify", command="ledger")))


@case
def a_deleted_ledger_is_replaced_by_a_new_one():
    job = slow_job("newledger")
    killed_in_the_middle(job)
    remove_ledger(job)
    return job, first_problem(
        lambda: ended(65, *job.run(), "ledger rebuild", "--new-ledger"),
        lambda: ended(FINISHED, *job.run("--new-ledger")),
        exact(job, books="part", reuse=False))


def rebuilt_as_published(job):
    """The new ledger has what a reader of the topics has: each record, with its costs."""
    job.dump()
    published = list(rig.lines(os.path.join(job.folder, "results.jsonl")))
    cost = sum(json.loads(r["value"])["cost_pusd"] for r in published)
    db = sqlite3.connect(job.ledger)
    rows = [db.execute(query).fetchone()[0] for query in (
        "SELECT count(*) FROM ticket WHERE state = 1", "SELECT count(*) FROM ticket WHERE state = 2",
        "SELECT sum(cost_pusd) FROM ticket WHERE state = 1")]
    db.close()
    due = [len(published), job.count_lines("dead"), cost]
    return "" if rows == due else f"results, dead letters, cost: {rows}, in the topics {due}"


def has_tickets(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT count(*) FROM ticket").fetchone()[0] > 0
    except sqlite3.OperationalError:
        return False
    finally:
        db.close()


@case
def an_older_copy_of_the_ledger_is_refused_and_the_newest_goes_on():
    job = slow_job("older")
    old, new = os.path.join(job.folder, "old.db"), os.path.join(job.folder, "new.db")
    job.produce(80)
    first = ended(FINISHED, *job.run())
    job.copy_ledger(old)
    job.produce(80)
    second = first or ended(FINISHED, *job.run())
    job.copy_ledger(new)
    put_ledger(job, old)
    job.produce(40)
    refused = second or ended(65, *job.run(), "older", "ledger rebuild")
    put_ledger(job, new)
    return job, refused or first_problem(finishes(job), exact(job))


@case
def a_ledger_that_is_no_database_is_refused_untouched():
    job = rig.Rig("notadb", 1)
    job.produce(5)
    with open(job.ledger, "wb") as f:
        f.write(b"these are somebody's notes, not a database\n" * 50)
    os.chmod(job.ledger, 0o600)
    before = os.stat(job.ledger).st_size
    return job, first_problem(
        lambda: ended(65, *job.run()),
        lambda: "" if os.stat(job.ledger).st_size == before else "the file was changed")


# ---- the topic ------------------------------------------------------------------------------


def recreate(job, count, seed):
    rig.ktool("delete", job.input)
    rig.ktool("create", job.input, job.partitions)
    job.produced = 0
    job.produce(count, seed=seed)


@case
def a_recreated_topic_with_other_records_is_refused():
    job = rig.Rig("recreated", 4)
    job.produce(120)
    status = ended(FINISHED, *job.run())
    if not status:
        recreate(job, 160, 777)
    return job, status or ended(65, *job.run(), "recreated")


@case
def a_recreated_topic_is_refused_when_its_offsets_lie_beyond_its_end():
    job = rig.Rig("beyond", 4)
    job.produce(120)
    status = ended(FINISHED, *job.run())
    if not status:
        notes = [o for o in rig.ktool_lines("offsets", job.group) if o["topic"] == job.input]
        recreate(job, 20, 778)
        for o in notes:
            rig.ktool("commit", job.group, job.input, o["partition"], o["offset"], o["metadata"])
    return job, status or ended(65, *job.run(), "recreated")


@case
def expired_offsets_are_found_again_in_the_ledger():
    job = rig.Rig("expired", 4)
    job.produce(120)
    status = ended(FINISHED, *job.run())
    if not status:
        rig.ktool("delete-offsets", job.group, job.input)
        job.produce(80)
    return job, status or first_problem(finishes(job), exact(job))


@case
def records_deleted_upstream_are_reported_as_lost_and_the_rest_is_done():
    job = rig.Rig("gap", 2)
    job.produce(100)
    status = ended(FINISHED, *job.run())
    if status:
        return job, status
    before = job.committed()
    job.produce(100)
    job.save("input", "consume", job.input)
    for partition, offset in before.items():
        rig.ktool("delete-records", job.input, partition, offset + 20)
    gone = [[p, offset, offset + 20] for p, offset in before.items()]
    status = ended(3, *job.run(), "lost")
    if not status:
        all_offsets = job.committed()
        ends = {w["partition"]: w["high"] for w in rig.ktool_lines("watermarks", job.input)}
        status = "" if all_offsets == ends else f"offsets {all_offsets}, ends {ends}"
    return job, status or job.judge(keep_input=True, gone=gone)


@case
def a_transaction_left_open_upstream_does_not_stall_the_run():
    job = rig.Rig("upstream", 2)
    generator = [rig.GENERATOR, "--partitions", "2", "--mix", "usual", "--count"]

    def produce(count, seed, how):
        source = subprocess.Popen([*generator, str(count), "--seed", str(seed)],
                                  stdout=subprocess.PIPE)
        rig.ktool("produce", "-T", f"{job.name}-{how}:{how}", job.input, stdin=source.stdout)
        source.wait()
        job.produced += count if how == "commit" else 0

    produce(60, 1, "commit")
    produce(20, 2, "abort")
    produce(60, 3, "commit")
    produce(10, 4, "open")
    return job, first_problem(finishes(job), exact(job))


@case
def a_missing_topic_is_a_configuration_error_with_the_command_that_helps():
    job = rig.Rig("missing", 1)
    job.produce(5)
    rig.ktool("delete", job.results)
    return job, ended(78, *job.run(), job.results, "--create")


# ---- shards ---------------------------------------------------------------------------------


@case
def two_shards_share_the_topic_and_another_number_is_refused_before_the_end():
    job = rig.Rig("shards", 4, sim=("--latency", "300ms,900ms"), IN_FLIGHT=8)
    config = job.write_config("shards.yaml",
                              LEDGER=os.path.join(job.folder, "shard{shard}.db"))
    job.produce(200)
    ledgers = [os.path.join(job.folder, f"shard{i}.db") for i in (0, 1)]

    def judge(shard):
        job.ledger = ledgers[shard]
        # Copies that come by partitions of different shards are unknown to each other's ledgers.
        return job.judge(shard=shard, shards=2, books="part", pending=shard == 0, reuse=False)

    status, said = job.run("--shard", "0/2", config=config)
    return job, ended(FINISHED, status, said) or first_problem(
        lambda: judge(0),
        lambda: ended(65, *job.run("--shard", "0/1", config=job.config), "shard"),
        finishes(job, "--shard", "1/2", config=config), lambda: judge(1))


# ---- stopping -------------------------------------------------------------------------------


@case
def sigterm_publishes_what_is_paid_for_and_the_next_run_ends_it():
    job = slow_job("sigterm")
    job.produce(300)
    process = job.start()
    time.sleep(2 * rig.SLOW)
    process.send_signal(signal.SIGTERM)
    status = job.wait(process)
    problem = ended(5, status, job.said(process)) or job.judge(pending=True)
    return job, problem or first_problem(finishes(job), exact(job))


@case
def a_second_signal_leaves_at_once_and_nothing_is_lost():
    job = rig.Rig("twice", 4, sim=("--latency", "4s,6s"))
    job.produce(200)
    process = job.start()
    time.sleep(2 * rig.SLOW)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    status = job.wait(process)
    took = time.monotonic() - began
    problem = ended(5, status, job.said(process))
    if not problem and took > 2 * rig.SLOW:
        problem = f"it took {took:.1f} s to leave"
    job.simulator.control(latency=[10, 40])
    return job, problem or first_problem(finishes(job), exact(job))


@case
def limit_ends_with_zero_and_the_next_run_goes_on():
    job = rig.Rig("limit", 2)
    job.produce(100, "clean")
    problem = first_problem(
        lambda: ended(0, *job.run("--limit", "40")), exact(job, pending=True))
    if not problem and job.count_lines("results") != 40:
        problem = f"{job.count_lines('results')} results after --limit 40"
    return job, problem or first_problem(finishes(job), exact(job))


if __name__ == "__main__":
    rig.run_cases(CASES)
