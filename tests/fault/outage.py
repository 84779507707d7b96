#!/usr/bin/env python3
"""The broker goes away in the middle of a run: politely, by SIGKILL, for longer than a moment, and
for good. On a broker of its own. Work done is kept, nothing is lost, nothing is paid for twice."""

import threading
import time

import rig
from start_up import FINISHED, ended, slow_job

BACK_WITHIN = 30


def interrupted(folder, name, stop, pause):
    """The broker is stopped about 1.5 s into a run and started again `pause` seconds later."""
    job = slow_job(name)
    job.produce(400)
    process = job.start()
    time.sleep(1.5 * rig.SLOW)
    rig.kafka("stop", *stop, folder)
    time.sleep(pause)
    rig.kafka("restart", folder)
    back = time.monotonic()
    status = job.wait(process)
    took = time.monotonic() - back
    problem = ended(FINISHED, status, job.said(process))
    if not problem and took > BACK_WITHIN * rig.SLOW:
        problem = f"it took {took:.0f} s to end after the broker was back"
    return job, problem or job.judge()


def gone_for_good(folder):
    """No broker for stall_after: what is paid for stays in the ledger, exit 69; later it goes on."""
    job = slow_job("gone", STALL="8s")
    job.produce(300)
    process = job.start()
    time.sleep(1.5 * rig.SLOW)
    rig.kafka("stop", "-9", folder)
    began = time.monotonic()
    status = job.wait(process)
    took = time.monotonic() - began
    rig.kafka("restart", folder)
    problem = ended(69, status, job.said(process))
    if not problem and took > 60 * rig.SLOW:
        problem = f"it took {took:.0f} s to give up with stall_after 8 s"
    return job, problem or ended(FINISHED, *job.run()) or job.judge()


def absent_at_start(folder):
    """The broker comes up after the run was started."""
    job = slow_job("late")
    job.produce(100)
    rig.kafka("stop", folder)
    process = job.start()
    restart = threading.Timer(3 * rig.SLOW, rig.kafka, ("restart", folder))
    restart.start()
    status = job.wait(process)
    restart.join()
    return job, ended(FINISHED, status, job.said(process)) or job.judge()


if __name__ == "__main__":
    with rig.broker(own=True) as home:
        def case(name, function):
            function.__name__ = name
            return function

        rig.run_cases([
            case("a_restart_in_the_middle", lambda: interrupted(home, "restart", (), 0)),
            case("a_kill_in_the_middle", lambda: interrupted(home, "kill", ("-9",), 0)),
            case("ten_seconds_without_a_broker", lambda: interrupted(home, "pause", ("-9",), 10)),
            case("a_broker_that_comes_late", lambda: absent_at_start(home)),
            case("a_broker_that_is_gone_for_good", lambda: gone_for_good(home)),
        ])
