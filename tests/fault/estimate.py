"""`estimate` on real Kafka: what is pending is counted without touching it, nobody is called, and
what it says is held against what a run then costs.

Each case returns its job and a problem ("" = none).
"""

import json
import os
import sqlite3
import subprocess
import time

import rig

COUNT = 2000
CALM = ("--latency", "20ms")


def estimate(job, *args, config=None, stdin=None):
    """Exit status, the estimate, what was said on stderr."""
    done = subprocess.run([rig.PROGRAM, "--config", config or job.config, "estimate", "--format",
                           "json", *args], stdin=stdin, capture_output=True, text=True,
                          env=rig.plain_environment(), check=False, timeout=120 * rig.SLOW)
    if done.returncode == 0 and not done.stdout:
        raise RuntimeError(f"estimate printed nothing: {done.stderr}")
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def kept(job):
    return job.query("SELECT tickets, calls, cost_pusd, upper_pusd FROM estimate ORDER BY estimate")


class Job(rig.Rig):
    def query(self, sql):
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as books:
            return books.execute(sql).fetchall()

    def cost(self):
        """What first calls and their repetitions took, all runs."""
        return self.query("SELECT coalesce(sum(cost_pusd), 0) FROM call WHERE state = 1")[0][0]


def wrong(*found):
    """The first thing that is wrong, "" when nothing is."""
    return next((str(f) for f in found if f), "")


def near(name, got, wanted, percent):
    off = abs(got - wanted) * 100 / max(wanted, 1)
    return f"{name}: {got}, expected {wanted} ± {percent} %" if off > percent else ""


def untouched():
    """A sample of a topic moves no offset, joins no group, calls nobody, and is kept."""
    job = Job("untouched", sim=CALM)
    job.produce(COUNT, mix="usual")
    status, e, said = estimate(job, "--sample", "400")
    problem = wrong(
        status != 0 and f"exit {status}: {said}",
        e["sample"]["pending"] != COUNT and f"pending {e['sample']['pending']}",
        not 390 <= e["sample"]["records"] <= 420 and f"sample {e['sample']['records']}",
        near("tickets", e["tickets"]["to_classify"] + e["tickets"]["dead"] +
             e["tickets"]["tombstones"], COUNT, 1),
        job.committed() and f"offsets were committed: {job.committed()}",
        job.simulator.ledger()["calls"] and "the provider was called",
        not 0 < e["cost"]["expected_pusd"] < e["cost"]["at_most_pusd"] and f"cost {e['cost']}",
        kept(job) != [(e["tickets"]["to_classify"], e["calls"], e["cost"]["expected_pusd"],
                       e["cost"]["at_most_pusd"])] and f"kept: {kept(job)}",
        e["lines"][0]["observed"] and "observed before any run")
    return job, problem


def beside_what_came():
    """The next night's estimate is near what the night costs; after it nothing is pending."""
    job = Job("beside", sim=CALM)
    job.produce(COUNT, mix="usual", seed=1)
    status, first, said = estimate(job, "--sample", "500")
    ran, log = job.run()
    problem = wrong(status != 0 and said, ran not in (0, 3) and log)
    came = job.cost()
    _, nothing, _ = estimate(job, "--no-store")
    job.produce(COUNT, mix="usual", seed=77)
    status, second, said = estimate(job, "--sample", "500")
    before = job.cost()
    ran, log = job.run()
    actual = job.cost() - before
    report = subprocess.run([rig.PROGRAM, "--config", job.config, "report", "--format", "json"],
                            capture_output=True, text=True, env=rig.plain_environment(),
                            check=False)
    problem = problem or wrong(
        nothing["sample"]["pending"] != 0 and f"pending after the run: {nothing['sample']}",
        nothing["calls"] != 0 and "calls without tickets",
        status != 0 and said, ran not in (0, 3) and log,
        came > first["cost"]["at_most_pusd"] and
        f"{came} came, at most {first['cost']['at_most_pusd']} was said",
        not second["lines"][0]["observed"] and "the first night was not looked at",
        near("second night's cost", second["cost"]["expected_pusd"], actual, 10),
        near("second night's tickets", second["tickets"]["asked"],
             job.query("SELECT sum(tickets) FROM call WHERE purpose = 0 AND state = 1 AND run = "
                       "(SELECT max(run) FROM run)")[0][0], 5),
        len(kept(job)) != 2 and f"kept: {kept(job)}",
        '"estimate' not in report.stdout and "the report tells nothing of the estimates")
    job.summary = (f"first night: {first['cost']['expected_pusd'] / 1e12:.4f} said, "
                   f"{came / 1e12:.4f} came; second: "
                   f"{second['cost']['expected_pusd'] / 1e12:.4f} said, {actual / 1e12:.4f} came")
    return job, problem


def a_file_is_read_as_a_whole():
    """A file and standard input give the same; no broker is needed; --sample does not go with it."""
    job = Job("file", sim=CALM)
    path = os.path.join(job.folder, "tickets.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for i in range(300):
            f.write(json.dumps({"ticket_id": f"T-{i}", "body": f"where is order {i}?"}) + "\n")
        f.write("not json\n")
    config = job.write_config("file.yaml", BROKERS="127.0.0.1:1")
    status, by_name, said = estimate(job, "--input", path, "--no-store", config=config)
    with open(path, encoding="utf-8") as f:
        _, by_stdin, _ = estimate(job, "--input", "-", "--no-store", config=config, stdin=f)
    usage, _, why = estimate(job, "--input", path, "--sample", "5")
    missing, _, where = estimate(job, "--input", path + "x")
    for e in (by_name, by_stdin):
        e.pop("time")
        e.pop("assumptions")
        e["sample"].pop("source")
    return job, wrong(
        status != 0 and f"exit {status}: {said}",
        by_name != by_stdin and f"{by_name}\n{by_stdin}",
        by_name["tickets"]["to_classify"] != 300 and f"{by_name['tickets']}",
        by_name["tickets"]["dead"] != 1 and f"{by_name['tickets']}",
        by_name["lines"][0]["calls"] != 60 and f"{by_name['lines']}",
        os.path.exists(job.ledger) and "--no-store made a ledger",
        (usage != 64 or "--sample" not in why) and f"exit {usage}: {why}",
        (missing != 1 or "No such file" not in where) and f"exit {missing}: {where}")


def what_is_missing_is_named():
    """A missing topic is 78 with the command that makes it; silent brokers are 69; a ledger in use
    is said and the estimate stands."""
    job = Job("missing", sim=CALM)
    job.produce(50, mix="clean")
    topic, _, why = estimate(job, config=job.write_config("a.yaml", INPUT="no-such-topic"))
    away, _, where = estimate(job, config=job.write_config("b.yaml", BROKERS="127.0.0.1:1"))
    job.simulator.control(latency="5s")
    running = job.start()
    while not os.path.exists(job.ledger):
        time.sleep(0.05)
    busy, e, said = estimate(job)
    running.terminate()
    job.wait(running)
    return job, wrong(
        (topic != 78 or "--create --topic no-such-topic" not in why) and f"exit {topic}: {why}",
        away != 69 and f"exit {away}: {where}",
        (busy != 0 or not e) and f"exit {busy}: {said}")


if __name__ == "__main__":
    rig.run_cases([untouched, beside_what_came, a_file_is_read_as_a_whole,
                   what_is_missing_is_named])
