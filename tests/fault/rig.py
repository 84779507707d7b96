"""One job on real Kafka with a simulated provider: topics of its own, produced tickets, the program
run as often as a test likes, and the dumps the oracle judges.

Environment: TICKETMILL_TEST_BROKERS (a broker is up), TICKETMILL, KTOOL, TEST_BUILD (set by
tests/run; default build/release). A rig's folder is removed when its test was good; KEEP=1 keeps it.
"""

import atexit
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", os.environ.get("MODE", "release"))
PROGRAM = os.environ.get("TICKETMILL", os.path.join(BUILD, "ticketmill"))
KTOOL = os.environ.get("KTOOL", os.path.join(BUILD, "ktool"))
GENERATOR = os.path.join(os.environ.get("TEST_BUILD", os.path.join(BUILD, "tests")),
                         "fault", "gen_tickets")
BROKERS = os.environ.get("TICKETMILL_TEST_BROKERS")
SLOW = 8 if os.environ.get("MODE") in ("asan", "tsan") else 1
PRICE = {"input": "0.18", "cached_input": "0.06", "output": "0.25"}
KILLED = -signal.SIGKILL


def failpoints():
    """Names from the header, so that a new one is never forgotten."""
    with open(os.path.join(ROOT, "src/base/failpoint.h"), encoding="utf-8") as f:
        return re.findall(r'X\(FP_\w+, "(\w+)"\)', f.read())


def ktool(*args, stdout=None, stdin=None):
    return subprocess.run([KTOOL, "-b", BROKERS, *map(str, args)], check=True, stdout=stdout,
                          stdin=stdin)


def ktool_lines(*args):
    out = ktool(*args, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.splitlines()]


def lines(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)


class Simulator:
    """`ticketmill simulate` on a free port, billing into a file. With a name it is one of several
    in a folder. It can be killed and brought back at the same address."""

    def __init__(self, folder, *options, name=""):
        suffix = f"-{name}" if name else ""
        self.bill = os.path.join(folder, f"witness{suffix}.jsonl")
        open(self.bill, "ab").close()
        self.port_file = os.path.join(folder, f"port{suffix}")
        self.log = open(os.path.join(folder, f"sim{suffix}.log"), "ab")
        self.options = list(options)
        self.process = None
        self.begin("127.0.0.1:0")
        self.port = int(open(self.port_file, encoding="ascii").read())
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def begin(self, listen):
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        self.process = subprocess.Popen(
            [PROGRAM, "simulate", "--listen", listen, "--port-file", self.port_file,
             "--ledger-file", self.bill, *self.options],
            stdout=self.log, stderr=self.log, env=plain_environment())
        atexit.register(self.stop)
        deadline = time.monotonic() + 20 * SLOW
        while not (os.path.exists(self.port_file) and
                   open(self.port_file, encoding="ascii").read().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the simulated provider did not come up: see sim.log")
            time.sleep(0.02)

    def kill(self):
        """What it billed stays in its file; what it counted is gone."""
        atexit.unregister(self.stop)
        self.process.kill()
        self.process.wait()

    def come_back(self):
        self.begin(f"127.0.0.1:{self.port}")

    def get(self, page):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=30) as reply:
            return reply.read()

    def ledger(self):
        return json.loads(self.get("/ledger"))

    def calls(self):
        """Every call since it came up, in the order in which they came in."""
        return sorted((json.loads(line) for line in self.get("/log").splitlines()),
                      key=lambda call: call["at_us"])

    def control(self, **settings):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/control",
                                         json.dumps(settings).encode(), method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def stop(self):
        atexit.unregister(self.stop)
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def plain_environment(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TICKETMILL", "KAFKA_"))}
    env.update(more)
    return env


class Rig:
    count = 0

    def __init__(self, name, partitions=4, sim=(), **config):
        Rig.count += 1
        self.name = f"{name}-{os.getpid()}-{Rig.count}"
        self.folder = tempfile.mkdtemp(prefix=f"ticketmill-{name}.")
        self.partitions = partitions
        self.input, self.results = f"{self.name}-in", f"{self.name}-out"
        self.dead, self.group = f"{self.name}-dead", self.name
        self.case = {"topic": self.input, "group": self.group, "prices": {"sim": PRICE}}
        self.ledger = os.path.join(self.folder, "run.db")
        self.produced = 0
        self.runs = 0
        self.summary = ""
        self.simulator = None
        self.create_topics()
        self.start_providers(sim)
        self.settings = {"PACK": 5, "IN_FLIGHT": 64, "STALL": "2m", "TIMEOUT": "20s",
                         "REDACTION": "false", **config}
        self.config = self.write_config()

    def start_providers(self, sim):
        self.simulator = Simulator(self.folder, *sim)

    def stop_providers(self):
        if self.simulator:
            self.simulator.stop()

    def create_topics(self):
        for topic, partitions in ((self.input, self.partitions), (self.results, 2),
                                  (self.dead, 1)):
            ktool("create", topic, partitions)

    def write_config(self, name="run.yaml", **changes):
        values = {"BROKERS": BROKERS, "INPUT": self.input, "RESULTS": self.results,
                  "DEAD": self.dead, "REPLAY": f"{self.name}-replay", "GROUP": self.group,
                  "LEDGER": self.ledger, "URL": self.simulator.url, **self.settings, **changes}
        with open(os.path.join(ROOT, "tests/support/e2e.yaml"), encoding="utf-8") as f:
            text = f.read()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def produce(self, count, mix="hostile", seed=None):
        """Adds records to every partition in turn."""
        seed = self.produced + 1 if seed is None else seed
        generator = subprocess.Popen(
            [GENERATOR, "--count", str(count), "--mix", mix, "--seed", str(seed), "--partitions",
             str(self.partitions)], stdout=subprocess.PIPE)
        ktool("produce", self.input, stdin=generator.stdout)
        if generator.wait() != 0:
            raise RuntimeError("gen_tickets failed")
        self.produced += count

    # ---- the program ------------------------------------------------------------------------

    def start(self, *args, failpoint=None, config=None, command="run"):
        env = plain_environment(**({"TICKETMILL_FAILPOINT": failpoint} if failpoint else {}))
        self.runs += 1
        log = os.path.join(self.folder, f"run{self.runs}.log")
        with open(log, "wb") as out:
            process = subprocess.Popen([PROGRAM, "--config", config or self.config, command, *args],
                                       stdout=out, stderr=subprocess.STDOUT, env=env)
        process.log = log
        return process

    @staticmethod
    def wait(process, timeout=300):
        try:
            return process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"no end within {timeout * SLOW} s: {process.log}") from None

    def run(self, *args, timeout=300, **options):
        process = self.start(*args, **options)
        status = self.wait(process, timeout)
        return status, self.said(process)

    @staticmethod
    def said(process):
        with open(process.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    # ---- judging ----------------------------------------------------------------------------

    def committed(self):
        return {o["partition"]: o["offset"] for o in ktool_lines("offsets", self.group)
                if o["topic"] == self.input}

    def copy_ledger(self, to):
        """A consistent copy, whether or not a run has the ledger open."""
        source = sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)
        target = sqlite3.connect(to)
        source.backup(target)
        target.close()
        source.close()

    def dump(self, keep_input=False):
        for topic, name in ((self.input, "input"), (self.results, "results"), (self.dead, "dead")):
            if name != "input" or not keep_input:
                self.save(name, "consume", topic)
        self.save("watermarks", "watermarks", self.input)
        self.save("offsets", "offsets", self.group)

    def save(self, name, *command):
        with open(os.path.join(self.folder, name + ".jsonl"), "wb") as out:
            ktool(*command, stdout=out)

    def count_lines(self, name):
        with open(os.path.join(self.folder, name + ".jsonl"), "rb") as f:
            return sum(1 for _ in f)

    def judge(self, keep_input=False, **case):
        """Runs the oracle; returns its violations ("" = none) and keeps its summary. keep_input:
        the input was dumped before something was deleted from it."""
        self.dump(keep_input)
        self.copy_ledger(os.path.join(self.folder, "ledger.db"))
        lines = self.count_lines("input")
        if lines != self.produced:
            return f"{self.produced} records were produced, {lines} are in the topic"
        with open(os.path.join(self.folder, "case.json"), "w", encoding="utf-8") as f:
            json.dump({**self.case, **case}, f)
        verdict = subprocess.run([sys.executable, os.path.join(HERE, "oracle.py"), self.folder],
                                 stdout=subprocess.PIPE, text=True, check=False)
        *violations, self.summary = verdict.stdout.splitlines() or ["the oracle failed"]
        if verdict.returncode and not violations:
            return self.summary
        return "\n".join(violations)

    def close(self, good=True):
        self.stop_providers()
        if good and os.environ.get("KEEP") != "1":
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"# kept: {self.folder}")


class Tap:
    """Named results in the form that tests/run counts."""

    def __init__(self):
        self.number = 0
        self.bad = 0

    def say(self, name, problem, note=""):
        self.number += 1
        self.bad += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {self.number} - {name}"
              f"{' # ' + note if note else ''}", flush=True)
        if problem:
            print("\n".join("# " + line for line in str(problem).splitlines()), flush=True)
        return not problem

    def end(self):
        print(f"1..{self.number}")
        sys.exit(1 if self.bad else 0)


def differs(name, got, wanted):
    """What is wrong with it; False when nothing is."""
    return got != wanted and f"{name}: {got}, expected {wanted}"


def first_wrong(*found):
    """The first problem of those found, "" without one."""
    return next((str(f) for f in found if f), "")


def run_cases(cases):
    """Each case is a function that returns its rig and a problem ("" = none); those named on the
    command line, else all."""
    wanted = sys.argv[1:]
    tap = Tap()
    with broker():
        for case in cases:
            if wanted and case.__name__ not in wanted:
                continue
            try:
                job, problem = case()
            except (RuntimeError, subprocess.CalledProcessError, OSError, ValueError) as error:
                tap.say(case.__name__, f"{type(error).__name__}: {error}")
                continue
            job.close(tap.say(case.__name__, problem, job.summary))
    tap.end()


def kafka(*args):
    return subprocess.run([os.path.join(ROOT, "tests/support/kafka/kafka.sh"), *args], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


@contextlib.contextmanager
def broker(own=False):
    """The broker of the environment, else (or with `own`) a new one for as long as the block lasts;
    gives the new one's folder, for kafka()."""
    global BROKERS
    if BROKERS and not own:
        yield None
        return
    before, folder = BROKERS, tempfile.mkdtemp(prefix="ticketmill-kafka.")
    try:
        BROKERS = kafka("start", folder)
        yield folder
    finally:
        kafka("stop", folder)
        shutil.rmtree(folder, ignore_errors=True)
        BROKERS = before
