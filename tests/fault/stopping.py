#!/usr/bin/env python3
"""Stopping and standing still: signals at every stage, a provider or a broker that goes away and
comes back, a key that changes. Each ends with the exit status that is promised, loses nothing that
was paid for, and leaves work that the next run finishes exactly.

    stopping.py [CASE…]      all cases unless named
STOPPING_MOMENTS (12) signals are sent at moments near a run's end.
"""

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

import rig
from start_up import FINISHED, ended, exact, finishes, first_problem, slow_job

MOMENTS = int(os.environ.get("STOPPING_MOMENTS", "12"))
GRACE = 5  # run.shutdown_grace of tests/support/e2e.yaml, in seconds
CASES = []


def case(function):
    CASES.append(function)
    return function


class OwnBroker:
    """A broker that a test may kill; the jobs made within the block use it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="ticketmill-kafka.")
        self.before = rig.BROKERS
        rig.BROKERS = self.control("start").strip()
        return self

    def control(self, *words):
        command = [os.path.join(rig.ROOT, "tests/support/kafka/kafka.sh"), *words, self.folder]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def kill(self):
        self.control("stop", "-9")

    def restart(self):
        self.control("restart")

    def __exit__(self, *_):
        self.control("stop")
        shutil.rmtree(self.folder, ignore_errors=True)
        rig.BROKERS = self.before


def ask(job, sql):
    db = sqlite3.connect(f"file:{job.ledger}?mode=ro", uri=True)
    try:
        return db.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        db.close()


def wait_for(what, timeout=60):
    deadline = time.monotonic() + timeout * rig.SLOW
    while not what():
        if time.monotonic() > deadline:
            raise RuntimeError("what was waited for did not happen")
        time.sleep(0.05)


def calls_in(job, states):
    return lambda: os.path.exists(job.ledger) and bool(
        ask(job, f"SELECT 1 FROM call WHERE state IN ({states}) LIMIT 1"))


def something_published(job):
    """Asked of the ledger: a broker that has just come up may not know the group yet."""
    return os.path.exists(job.ledger) and any(
        int(seq) > 0 for seq, in ask(job, "SELECT value FROM meta WHERE name = 'published_seq'"))


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stopped(job, process, number):
    """Sends the signal; returns its exit status and the seconds until it left."""
    began = time.monotonic()
    process.send_signal(number)
    status = job.wait(process, 60)
    return status, time.monotonic() - began


# ---- signals --------------------------------------------------------------------------------


def calls_in_flight_are_awaited(number):
    job = rig.Rig("awaited", 4, sim=("--latency", "1500ms,2500ms"), IN_FLIGHT=8)
    job.produce(200)
    process = job.start()
    wait_for(calls_in(job, "1"))
    status, took = stopped(job, process, number)
    problem = ended(5, status, job.said(process))
    if not problem and took > (GRACE + 1) * rig.SLOW:
        problem = f"it took {took:.1f} s"
    if not problem and calls_in(job, "0, 3")():
        problem = "calls in flight were not awaited"
    if not problem and ask(job, "SELECT stopped_by FROM run")[-1][0] != "signal":
        problem = f"stopped by {ask(job, 'SELECT stopped_by FROM run')}"
    job.simulator.control(latency=[20, 60])
    return job, problem or first_problem(exact(job, pending=True), finishes(job), exact(job))


@case
def sigterm_awaits_the_calls_in_flight():
    return calls_in_flight_are_awaited(signal.SIGTERM)


@case
def sigint_is_as_good_as_sigterm():
    return calls_in_flight_are_awaited(signal.SIGINT)


@case
def sighup_is_as_good_as_sigterm():
    return calls_in_flight_are_awaited(signal.SIGHUP)


@case
def the_grace_period_ends_calls_that_hang_and_books_them_as_unknown():
    job = rig.Rig("grace", 2, sim=("--fault", "hang-billed:100"), IN_FLIGHT=8, TIMEOUT="60s")
    job.produce(100)
    process = job.start()
    wait_for(calls_in(job, "0"))
    status, took = stopped(job, process, signal.SIGTERM)
    problem = ended(5, status, job.said(process))
    if not problem and not GRACE - 1 < took < (GRACE + 3) * rig.SLOW:
        problem = f"it took {took:.1f} s with a grace period of {GRACE} s"
    if not problem and (calls_in(job, "0, 1, 2")() or not calls_in(job, "3")()):
        problem = "calls that were hung up on are not all unknown"
    job.simulator.control(faults=[])
    return job, problem or first_problem(finishes(job), exact(job, faults=True))


@case
def two_different_signals_leave_at_once():
    job = rig.Rig("two", 4, sim=("--latency", "4s,6s"))
    job.produce(200)
    process = job.start()
    wait_for(calls_in(job, "0"))
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    status, took = stopped(job, process, signal.SIGINT)
    problem = ended(5, status, job.said(process))
    if not problem and took > 2 * rig.SLOW:
        problem = f"it took {took:.1f} s to leave"
    job.simulator.control(latency=[10, 40])
    return job, problem or first_problem(finishes(job), exact(job))


def unreachable(number):
    job = rig.Rig("unreachable", 1)
    job.produce(5)
    config = job.write_config("nobody.yaml", BROKERS=f"127.0.0.1:{closed_port()}")
    process = job.start(config=config)
    time.sleep(1.5 * rig.SLOW)
    status, took = stopped(job, process, number)
    problem = ended(5, status, job.said(process))
    if not problem and took > 2 * rig.SLOW:
        problem = f"it took {took:.1f} s to leave"
    return job, problem or first_problem(finishes(job), exact(job))


@case
def sigterm_while_waiting_for_brokers_leaves_at_once():
    return unreachable(signal.SIGTERM)


@case
def sighup_while_waiting_for_brokers_leaves_at_once():
    return unreachable(signal.SIGHUP)


@case
def a_signal_at_any_moment_near_the_end_gives_0_or_5():
    job = rig.Rig("moments", 2)
    dice = random.Random(5)
    job.produce(20)
    began = time.monotonic()
    problem = ended(FINISHED, *job.run())
    usual = time.monotonic() - began
    seen = []
    for _ in range(MOMENTS):
        if problem:
            break
        job.produce(20)
        process = job.start()
        time.sleep(usual * dice.uniform(0.3, 1.1))
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        seen.append(job.wait(process))
        problem = ended((*FINISHED, 5), seen[-1], job.said(process))
    job.summary = f"exits {seen}"
    return job, problem or first_problem(finishes(job), exact(job))


@case
def sigpipe_and_closed_output_do_not_end_a_run():
    job = slow_job("sigpipe")
    job.produce(120)
    process = job.start()
    wait_for(calls_in(job, "1"))
    for _ in range(5):
        process.send_signal(signal.SIGPIPE)
        time.sleep(0.05)
    problem = ended(FINISHED, job.wait(process), job.said(process))
    job.produce(120)
    reading, writing = os.pipe()
    deaf = subprocess.Popen([rig.PROGRAM, "--config", job.config, "run"], stdout=writing,
                            stderr=writing, env=rig.plain_environment())
    os.close(writing)
    os.close(reading)
    status = deaf.wait(300)
    problem = problem or ended(FINISHED, status, "with closed output")
    return job, problem or job.judge()


@case
def limit_is_named_as_the_reason_and_the_next_run_goes_on():
    job = rig.Rig("limit", 2)
    job.produce(100, "clean")
    problem = ""
    for _ in range(3):
        problem = problem or first_problem(
            lambda: ended(0, *job.run("--limit", "30")), exact(job, pending=True))
        if not problem and ask(job, "SELECT stopped_by FROM run")[-1][0] != "limit":
            problem = f"stopped by {ask(job, 'SELECT stopped_by FROM run')}"
    if not problem and job.count_lines("results") != 90:
        problem = f"{job.count_lines('results')} results after three times --limit 30"
    return job, problem or first_problem(finishes(job), exact(job))


# ---- the broker -----------------------------------------------------------------------------


@case
def a_broker_killed_and_restarted_lets_the_run_go_on_by_itself():
    with OwnBroker() as broker:
        job = slow_job("restart")
        job.produce(400)
        process = job.start()
        wait_for(lambda: something_published(job))
        broker.kill()
        time.sleep(4)
        broker.restart()
        status = job.wait(process, 120)
        # Calls that the outage held up are not lost: their answers wait in the ledger.
        problem = ended(FINISHED, status, job.said(process)) or job.judge()
    return job, problem


@case
def a_broker_away_for_longer_than_stall_after_is_69_and_the_next_run_ends_it():
    with OwnBroker() as broker:
        job = slow_job("away", STALL="10s")
        job.produce(400)
        process = job.start()
        wait_for(lambda: something_published(job))
        broker.kill()
        began = time.monotonic()
        status = job.wait(process, 90)
        took = time.monotonic() - began
        problem = ended(69, status, job.said(process))
        if not problem and took > 40 * rig.SLOW:
            problem = f"it took {took:.0f} s to give up after 10 s without progress"
        broker.restart()
        problem = problem or first_problem(finishes(job), exact(job))
    return job, problem


@case
def sigterm_while_the_broker_is_away_leaves_after_the_grace_period():
    with OwnBroker() as broker:
        job = slow_job("term-away")
        job.produce(400)
        process = job.start()
        wait_for(lambda: something_published(job))
        broker.kill()
        time.sleep(1)
        status, took = stopped(job, process, signal.SIGTERM)
        problem = ended(5, status, job.said(process))
        if not problem and took > (3 * GRACE + 5) * rig.SLOW:
            problem = f"it took {took:.0f} s with a grace period of {GRACE} s"
        broker.restart()
        problem = problem or first_problem(finishes(job), exact(job))
    return job, problem


# ---- the provider and its key ---------------------------------------------------------------


@case
def a_provider_that_nobody_reaches_is_69_and_the_next_run_ends_it():
    job = rig.Rig("nobody", 2, STALL="8s")
    job.produce(60)
    config = job.write_config("nobody.yaml", URL=f"http://127.0.0.1:{closed_port()}/v1")
    status, said = job.run(config=config)
    return job, ended(69, status, said) or first_problem(
        exact(job, pending=True), finishes(job), exact(job))


@case
def a_provider_that_stands_still_is_69_and_the_next_run_ends_it():
    job = slow_job("still", STALL="8s", TIMEOUT="60s")
    job.produce(200)
    process = job.start()
    wait_for(calls_in(job, "1"))
    job.simulator.process.send_signal(signal.SIGSTOP)
    status = job.wait(process, 120)
    job.simulator.process.send_signal(signal.SIGCONT)
    problem = ended(69, status, job.said(process))
    time.sleep(2)  # what it had begun, it bills when it wakes
    return job, problem or first_problem(finishes(job), exact(job, faults=True))


def keyed_job(name, **settings):
    """A job whose key stands in a file that can be written anew while it runs."""
    job = rig.Rig(name, 4, sim=("--key", "sk-old-11111111", "--latency", "300ms,900ms"),
                  IN_FLIGHT=8, **settings)
    job.key_file = os.path.join(job.folder, "key")
    write_key(job, "sk-old-11111111")
    with open(job.config, encoding="utf-8") as f:
        text = f.read()
    with open(job.config, "w", encoding="utf-8") as f:
        f.write(text.replace("  sim:\n    endpoints:",
                             f"  sim:\n    key_file: \"{job.key_file}\"\n    endpoints:", 1))
    return job


def write_key(job, key):
    with open(job.key_file + ".new", "w", encoding="utf-8") as f:
        f.write(key + "\n")
    os.chmod(job.key_file + ".new", 0o600)
    os.rename(job.key_file + ".new", job.key_file)


@case
def a_key_rotated_in_the_middle_costs_no_ticket():
    job = keyed_job("rotate")
    job.produce(400)
    process = job.start()
    problem = ""
    for key in ("sk-new-22222222", "sk-new-33333333"):
        before = len(ask(job, "SELECT 1 FROM call WHERE state = 1")) if os.path.exists(
            job.ledger) else 0
        wait_for(lambda n=before: os.path.exists(job.ledger) and
                 len(ask(job, "SELECT 1 FROM call WHERE state = 1")) > n + 5)
        write_key(job, key)
        job.simulator.control(key=key)
    problem = ended(FINISHED, job.wait(process), job.said(process))
    if not problem and any(k in job.said(process) for k in ("sk-old", "sk-new")):
        problem = "a key stands in the log"
    return job, problem or job.judge()


@case
def a_key_that_is_revoked_is_77_and_a_new_one_ends_the_work():
    job = keyed_job("revoked")
    job.produce(300)
    process = job.start()
    wait_for(calls_in(job, "1"))
    job.simulator.control(key="sk-else-4444444")
    began = time.monotonic()
    status = job.wait(process)
    problem = ended(77, status, job.said(process))
    if not problem and time.monotonic() - began > 20 * rig.SLOW:
        problem = "it did not stop at once"
    write_key(job, "sk-else-4444444")
    return job, problem or first_problem(exact(job, pending=True), finishes(job), exact(job))


if __name__ == "__main__":
    rig.run_cases(CASES)
