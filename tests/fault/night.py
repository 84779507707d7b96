#!/usr/bin/env python3
"""The whole job once, judged: produce, run, oracle, report.

    night.py NAME --tickets N --partitions P [--mix usual] [--pack 10] [--latency 0]
"""

import argparse
import json
import os
import subprocess
import time

import rig


def check_report(job):
    """`report --format json` must be JSON and know what the topics know."""
    out = subprocess.run([rig.PROGRAM, "--config", job.config, "report", "--format", "json"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                         env=rig.plain_environment())
    if out.returncode != 0:
        return f"report ended with {out.returncode}: {out.stderr[-500:]}"
    try:
        report = json.loads(out.stdout)
    except ValueError as error:
        return f"report is not JSON: {error}"
    text = json.dumps(report)
    for name in ("results", "dead"):
        if str(job.count_lines(name)) not in text:
            return f"the report does not have the number of {name}, {job.count_lines(name)}"
    return ""


def second_run(job):
    """Nothing is left: a cheap end without a call."""
    before = job.simulator.ledger()["calls"]
    status, said = job.run()
    calls = job.simulator.ledger()["calls"] - before
    if status not in (0, 3) or calls:
        return f"exit {status}, {calls} calls\n{said[-1500:]}"
    return ""


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name")
    args.add_argument("--tickets", type=int, required=True)
    args.add_argument("--partitions", type=int, required=True)
    args.add_argument("--mix", default="usual")
    args.add_argument("--pack", type=int, default=10)
    args.add_argument("--latency", default="0")
    args.add_argument("--timeout", type=int, default=1500)
    options = args.parse_args()
    tap = rig.Tap()
    with rig.broker():
        job = rig.Rig(options.name, options.partitions, PACK=options.pack,
                      sim=("--latency", options.latency))
        job.produce(options.tickets, options.mix)
        began = time.monotonic()
        status, said = job.run(timeout=options.timeout)
        seconds = time.monotonic() - began
        good = tap.say(f"{options.tickets} tickets, {options.partitions} partitions: the run ends",
                       "" if status == 0 else f"exit {status}\n{said[-3000:]}",
                       f"{seconds:.1f} s, {options.tickets / seconds:.0f} tickets/s")
        problem = job.judge()
        good &= tap.say("every promise kept by the oracle's judgement", problem, job.summary)
        good &= tap.say("the report agrees with the topics", check_report(job))
        status, said = job.run("verify", command="ledger")
        good &= tap.say("the program's own comparison of ledger and topics agrees",
                        "" if status == 0 else f"exit {status}\n{said[-1500:]}")
        good &= tap.say("a second run finds nothing to do", second_run(job))
        good &= tap.say("… and changed nothing", job.judge())
        job.close(good)
    tap.end()


if __name__ == "__main__":
    main()
