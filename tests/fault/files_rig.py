"""A job on files: tickets in a file, a simulated provider, the program run as often as a test likes,
and a judge that takes nothing from the program's word: it reads the input, the output, the ledger's
rows and the provider's own bill.
"""

import csv
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
from collections import Counter

import rig

PRICE_IN, PRICE_OUT = "0.18", "0.25"
PUSD_IN, PUSD_OUT = 180000, 250000  # a token
WORDS = ("charged twice refund order parcel late login password error crash invoice cancel plan "
         "thanks please help still broken screen account card payment delivery address").split()
RESULT, DEAD = 1, 2
SENT, ANSWERED, FAILED, UNKNOWN = range(4)
# Of a result: what no two runs have in common. All else follows from input and answers.
EACH_RUNS_OWN = ("call_id", "run_id", "ledger_id", "seq", "classified_at")


def ticket(i, seed=1, **more):
    dice = random.Random(f"{seed}/{i}")
    return {"ticket_id": f"T-{i:05d}", "subject": " ".join(dice.choices(WORDS, k=3)),
            "body": " ".join(dice.choices(WORDS, k=25)) + f" #{i}", **more}


def put_lines(path, records):
    """Records are objects, or lines as they stand."""
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.writelines((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)


class Job:
    """`input`, `output`, `rejects` and the ledger lie in a folder of its own."""

    def __init__(self, name, sim=(), **config):
        self.folder = tempfile.mkdtemp(prefix=f"ticketmill-files-{name}.")
        self.input = self.path("tickets.jsonl")
        self.output = self.path("classified.jsonl")
        self.rejects = self.path("rejects.jsonl")
        self.ledger = self.path("ticketmill-files.db")
        self.simulator = rig.Simulator(self.folder, *sim)
        self.config = self.write_config(config) if config else None
        self.runs = 0
        self.summary = ""

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_config(self, settings):
        provider = {"endpoints": [{"name": "local", "url": self.simulator.url}],
                    "timeout": "20s", **settings.pop("provider", {})}
        text = {"providers": {"sim": provider},
                "models": {"m": {"provider": "sim",
                                 "price": {"input": PRICE_IN, "output": PRICE_OUT}}},
                "tiers": {"default": ["m"]}, "routes": [{"tier": "default"}],
                "retry_budget": {"percent": 100, "floor": 10000},
                "run": {"max_dead_percent": 100, "shutdown_grace": "5s"}, **settings}
        path = self.path("run.yaml")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(text, f)
        return path

    def put(self, count, seed=1, extra=()):
        put_lines(self.input, [ticket(i, seed) for i in range(count)] + list(extra))

    # ---- the program ------------------------------------------------------------------------

    def words(self, *more, output=None, rejects=True):
        words = [rig.PROGRAM, "run", "--input", self.input, "--output", output or self.output,
                 "--ledger", self.ledger]
        if rejects:
            words += ["--rejects", self.rejects]
        if self.config:
            words += ["--config", self.config]
        elif "--provider-url" not in more:
            words += ["--provider-url", self.simulator.url, "--model", "m", "--price-in", PRICE_IN,
                      "--price-out", PRICE_OUT]
        return words + [str(m) for m in more]

    def start(self, *more, failpoint=None, stdin=None, stdout=None, env=None, **options):
        environment = rig.plain_environment(HOME=self.folder, XDG_CONFIG_HOME=self.folder)
        environment.pop("OPENAI_API_KEY", None)
        environment.update(env or {})
        if failpoint:
            environment["TICKETMILL_FAILPOINT"] = failpoint
        self.runs += 1
        log = self.path(f"run{self.runs}.log")
        with open(log, "wb") as err:
            process = subprocess.Popen(self.words(*more, **options), cwd=self.folder,
                                       env=environment,
                                       stdin=stdin or subprocess.DEVNULL,
                                       stdout=stdout or subprocess.DEVNULL, stderr=err)
        process.log = log
        return process

    def run(self, *more, timeout=120, **options):
        process = self.start(*more, **options)
        status = rig.Rig.wait(process, timeout)
        return status, rig.Rig.said(process)

    def kill(self, process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self, good=True):
        self.simulator.stop()
        if good and os.environ.get("KEEP") != "1":
            subprocess.run(["rm", "-rf", self.folder], check=False)
        else:
            print(f"# kept: {self.folder}")

    # ---- what there is ----------------------------------------------------------------------

    def results(self, path=None):
        return list(rig.lines(path or self.output))

    def letters(self):
        return list(rig.lines(self.rejects))

    def text(self, path=None):
        with open(path or self.output, "rb") as f:
            return f.read()

    def bill(self):
        return list(rig.lines(self.simulator.bill))

    def billed_pusd(self):
        """With the one price that these runs have; cached tokens cost the same."""
        return sum(c["prompt_tokens"] * PUSD_IN + c["completion_tokens"] * PUSD_OUT
                   for c in self.bill())

    def query(self, sql, *values):
        db = sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def source(self):
        with open(self.input, "rb") as f:
            return "file:" + hashlib.sha256(f.read()).hexdigest()

    # ---- judging ----------------------------------------------------------------------------

    def judge(self, numbers, dead=(), complete=True):
        """`numbers`: of all records of the input in order; `dead`: those that must be dead letters.
        Returns what is wrong, "" = nothing."""
        return "; ".join(filter(None, (self.judge_rows(numbers, set(dead), complete),
                                       self.judge_money())))

    def judge_rows(self, numbers, dead, complete):
        results, letters, source = self.results(), self.letters(), self.source()
        got = [r["source"]["offset"] for r in results]
        bad = [r["source"]["offset"] for r in letters]
        if got != sorted(set(got)) or bad != sorted(set(bad)):
            return "rows are not in the order of the input, or a ticket has two"
        if any(r["source"]["topic"] != source for r in results + letters):
            return "a row is of another source"
        if complete and dead != set(bad):
            return f"dead letters {bad[:9]}, wanted {sorted(dead)[:9]}"
        if complete and sorted(got + bad) != list(numbers):
            return f"{len(got)} results and {len(bad)} dead letters for {len(numbers)} records"
        if not complete and not set(got + bad) <= set(numbers):
            return "rows of records that are not in the input"
        return ""

    def judge_money(self):
        """Σ shares = Σ calls, the output's costs = the ledger's, and the provider's bill = what was
        answered, to the picodollar; what it billed beside that is in calls booked as unknown."""
        calls = {c[0]: c for c in self.query(
            "SELECT call_id, state, cost_pusd, reserved_pusd FROM call")}
        shares = self.query("SELECT sum(s.cost_pusd) FROM share s JOIN call c USING (call) "
                            "WHERE c.state = 1")[0][0] or 0
        answered = sum(c[2] for c in calls.values() if c[1] == ANSWERED)
        if any(c[1] == SENT for c in calls.values()):
            return "a call is still in flight in the ledger"
        if shares != answered:
            return f"shares {shares}, calls {answered}"
        billed = Counter()
        for line in self.bill():
            billed[line["call_id"]] += (line["prompt_tokens"] * PUSD_IN +
                                        line["completion_tokens"] * PUSD_OUT)
        for call, cost in billed.items():
            row = calls.get(call)
            if row is None:
                return f"call {call} was billed and is not in the ledger"
            if row[1] == ANSWERED and row[2] != cost:
                return f"call {call}: billed {cost}, booked {row[2]}"
            if row[1] == FAILED or (row[1] == UNKNOWN and cost > row[2]):
                return f"call {call}: billed {cost}, booked {row[2]} in state {row[1]}"
        settled = sum(cost for call, cost in billed.items() if calls[call][1] == ANSWERED)
        if settled != answered:
            return f"billed {settled}, booked {answered}"
        unknown = sum(c[1] == UNKNOWN for c in calls.values())
        self.summary = f"{len(billed)} calls billed, {unknown} unknown, {answered} pUSD booked"
        return self.judge_paid_once()

    def judge_paid_once(self):
        """An answer that arrived is never asked for again."""
        twice = self.query(
            "SELECT s.source, s.offset FROM share s JOIN call c USING (call) WHERE c.state = 1 AND "
            "c.purpose = 0 GROUP BY 1, 2 HAVING count(*) > 1")
        return f"paid twice for {twice[:5]}" if twice else ""


def essence(rows):
    """What is the same in two runs over the same input."""
    return [{k: v for k, v in row.items() if k not in EACH_RUNS_OWN} for row in rows]


def csv_rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def run_cases(cases, wanted):
    tap = rig.Tap()
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        try:
            job, problem = case()
        except (RuntimeError, subprocess.SubprocessError, OSError, ValueError, KeyError,
                sqlite3.Error) as error:
            tap.say(case.__name__, f"{type(error).__name__}: {error}")
            continue
        job.close(tap.say(case.__name__, problem, job.summary))
    tap.end()
