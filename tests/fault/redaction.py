#!/usr/bin/env python3
"""What reaches a provider: personal data and secrets planted in tickets, two providers that write
down every byte they are sent, one that redacts and one that does not.

    redaction.py [CASE…]      all unless named
"""

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading

import rig

SECRETS = {
    "EMAIL": ["ann.planted@example.com", "Planted.Bob@example.org", "li.planted@qq.com"],
    "PHONE": ["+49 171 5550199", "(212) 555-0147", "06 12 34 56 78", "+86 138 1234 5678"],
    "CARD": ["4111 1111 1111 1111", "5555555555554444", "3782 822463 10005"],
    "IBAN": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819"],
    "IP": ["81.2.69.142", "2001:db8::8a2e:370:7334"],
    "NATIONAL_ID": ["11010519491231002X", "111.444.777-35", "12345678Z"],
    "KEY": ["sk-plantedabcdefgh1234", "AKIAIOSFODNN7EXAMPL3", "hunter2planted"],
}
ALL = [s for v in SECRETS.values() for s in v]
CASES = []


def case(function):
    CASES.append(function)
    return function


def first(*problems):
    return next(filter(None, problems), "")


class Witness(http.server.ThreadingHTTPServer):
    """A provider that keeps what it was sent. `down`: answers 503; `confidence`: of every answer."""

    daemon_threads = True

    def __init__(self, down=False, confidence=0.9):
        super().__init__(("127.0.0.1", 0), Answer)
        self.down, self.confidence, self.bodies = down, confidence, []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def seen(self):
        return "\n".join(self.texts())

    def texts(self):
        return [t["text"] for body in self.bodies
                for t in json.loads(json.loads(body)["messages"][1]["content"])["tickets"]]


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def do_POST(self):
        witness = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        witness.bodies.append(body)
        tickets = json.loads(json.loads(body)["messages"][1]["content"])["tickets"]
        results = [{"id": t["id"], "category": "other", "confidence": witness.confidence,
                    "summary": "about [EMAIL_1]"} for t in tickets]
        reply = {"error": {"message": "down"}} if witness.down else {
            "choices": [{"message": {"content": json.dumps({"results": results})},
                         "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 10}}
        data = json.dumps(reply).encode()
        self.send_response(503 if witness.down else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Work:
    """Tickets in a file, models `hides` and `tells` at one provider each."""

    def __init__(self, hides, tells, **settings):
        self.folder = tempfile.mkdtemp(prefix="ticketmill-redaction.")
        self.hides, self.tells = hides, tells
        price = {"input": "0.18", "output": "0.25"}
        config = {
            "providers": {
                "hides": {"endpoints": [{"url": hides.url}]},  # redaction: true is the default
                "tells": {"endpoints": [{"url": tells.url}], "redaction": False}},
            "models": {"hides": {"provider": "hides", "price": price},
                       "tells": {"provider": "tells", "price": price}},
            "tiers": {"default": ["hides"]}, "routes": [{"tier": "default"}],
            "guard": {"percent": 0}, "run": {"max_dead_percent": 100},
            "retry_budget": {"percent": 100, "floor": 10000}, **settings}
        with open(self.path("run.yaml"), "w", encoding="utf-8") as f:
            json.dump(config, f)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, texts):
        with open(self.path("in.jsonl"), "w", encoding="utf-8") as f:
            for i, text in enumerate(texts):
                subject, _, body = text.partition("|")
                f.write(json.dumps({"ticket_id": f"T-{i}", "subject": subject, "body": body}) + "\n")

    def program(self, *words):
        done = subprocess.run([rig.PROGRAM, *words], cwd=self.folder, capture_output=True,
                              text=True, timeout=120, check=False,
                              env=rig.plain_environment(HOME=self.folder))
        return done.returncode, done.stdout, done.stderr

    def run(self):
        return self.program("run", "--config", self.path("run.yaml"), "--input",
                            self.path("in.jsonl"), "--output", self.path("out.jsonl"),
                            "--rejects", self.path("dead.jsonl"), "--ledger", self.path("l.db"))

    def lines(self, name):
        return list(rig.lines(self.path(name)))

    def redacted(self):
        db = sqlite3.connect(f"file:{self.path('l.db')}?mode=ro", uri=True)
        rows = db.execute("SELECT redacted FROM ticket WHERE redacted IS NOT NULL").fetchall()
        db.close()
        return [json.loads(r[0]) for r in rows]

    def close(self, good):
        self.hides.shutdown()
        self.tells.shutdown()
        if good and os.environ.get("KEEP") != "1":
            subprocess.run(["rm", "-rf", self.folder], check=False)
        else:
            print(f"# kept: {self.folder}")


def planted():
    """One ticket for each secret, in subject or body, some in both."""
    texts = []
    for i, secret in enumerate(ALL):
        said = "my password is " if secret == "hunter2planted" else "mine is "
        texts.append(f"About {i}|{said}{secret} , please help" if i % 2 else
                     f"Help: {said}{secret} .|Again, {said}{secret} .")
    return texts


def leaked(witness):
    seen = witness.seen()
    return [s for s in ALL if s in seen]


def nothing_leaked(witness, where):
    found = leaked(witness)
    return f"{where}: {found} arrived" if found else ""


def everything_told(witness, where):
    missing = set(ALL) - set(leaked(witness))
    return f"{where}: {missing} did not arrive" if missing else ""


def ended(said):
    return "" if said[0] == 0 else f"exit {said[0]}: {said[2][-800:]}"


@case
def none_of_the_planted_values_arrives_and_their_placeholders_do():
    work = Work(Witness(), Witness())
    work.put(planted())
    said = work.run()
    seen = work.hides.seen()
    absent = [k for k in SECRETS if f"[{k}_1]" not in seen]
    counts = {}
    for row in work.redacted():
        for kind, n in row.items():
            counts[kind] = counts.get(kind, 0) + n
    wanted = {k.lower(): 0 for k in SECRETS}
    index = 0
    for kind, values in SECRETS.items():
        for _ in values:
            wanted[kind.lower()] += 1 if index % 2 else 2
            index += 1
    told = [s for s in ALL if s in said[1] + said[2]]
    return work, first(ended(said), nothing_leaked(work.hides, "redacting"),
                       f"no placeholder of {absent}" if absent else "",
                       "" if counts == wanted else f"ledger counts {counts}, wanted {wanted}",
                       f"log shows {told}" if told else "",
                       "" if len(work.lines("out.jsonl")) == len(ALL) else "results are missing",
                       "" if work.lines("out.jsonl")[0]["summary"] == "about [EMAIL_1]" else
                       "the summary is not published as it came")


@case
def without_redaction_all_of_them_arrive():
    work = Work(Witness(), Witness(), tiers={"default": ["tells"]})
    work.put(planted())
    return work, first(ended(work.run()), everything_told(work.tells, "telling"))


@case
def each_provider_gets_its_form_when_one_fails():
    work = Work(Witness(down=True), Witness(), tiers={"default": ["hides", "tells"]})
    work.put(planted())
    problem = first(ended(work.run()), nothing_leaked(work.hides, "redacting"),
                    everything_told(work.tells, "telling"))
    other = Work(Witness(), Witness(down=True), tiers={"default": ["tells", "hides"]})
    other.put(planted())
    problem = first(problem, ended(other.run()), nothing_leaked(other.hides, "redacting"),
                    "" if other.hides.bodies and other.tells.bodies else "nobody failed over")
    other.close(not problem)
    return work, problem


@case
def second_opinions_and_escalations_get_their_provider_s_form():
    tiers = {"told": ["tells"], "hidden": ["hides"]}
    work = Work(Witness(confidence=0.9), Witness(confidence=0.5), tiers=tiers,
                routes=[{"tier": "told", "escalate": "hidden"}],
                shadow={"from": "told", "to": "hidden", "percent": 100, "mode": "mirror"},
                guard={"percent": 100},
                classification={"escalate_below": 0.8})
    work.put(planted())
    asked = first(ended(work.run()), everything_told(work.tells, "telling"),
                  nothing_leaked(work.hides, "redacting"))
    calls = len(work.hides.texts())
    return work, first(asked, "" if calls >= 2 * len(ALL) else f"{calls} texts: not both ways")


LIMIT = {"patterns": {"slow": "(z+)+q"}}
HOSTILE = "Hello|" + "z" * 40 + "! q planted-hostile"


@case
def a_text_at_a_pattern_s_limit_goes_to_nobody_who_redacts():
    work = Work(Witness(), Witness(), redaction=LIMIT)
    work.put([HOSTILE, "fine|really"])
    problem = ended(work.run())
    dead = work.lines("dead.jsonl")
    reasons = [(d.get("reason"), "redaction.patterns" in json.dumps(d)) for d in dead]
    problem = first(problem, "" if "planted-hostile" not in work.hides.seen() else "it was sent",
                    "" if reasons == [("policy", True)] else f"dead letters {dead}",
                    "" if len(work.lines("out.jsonl")) == 1 else "the other one has no result")
    return work, problem


@case
def a_text_at_a_pattern_s_limit_may_go_to_one_that_does_not_redact():
    work = Work(Witness(), Witness(), redaction=LIMIT, tiers={"default": ["hides", "tells"]},
                packing={"max_tickets": 10})
    work.put([HOSTILE, HOSTILE + "2", "fine|really", "good|too"])
    return work, first(ended(work.run()),
                       "" if "planted-hostile" not in work.hides.seen() else "it was sent",
                       "" if "planted-hostile2" in work.tells.seen() else "nobody was asked",
                       "" if len(work.lines("out.jsonl")) == 4 else "results are missing")


@case
def copies_of_a_withheld_text_are_withheld_as_well():
    tiers = {"told": ["tells"], "hidden": ["hides"]}
    work = Work(Witness(), Witness(), redaction=LIMIT, tiers=tiers, routes=[{"tier": "told"}],
                shadow={"from": "told", "to": "hidden", "percent": 100, "mode": "mirror"},
                guard={"percent": 100})
    work.put(["first|of the pack", HOSTILE, HOSTILE + "2", "last|of the pack"])
    return work, first(ended(work.run()),
                       "" if "planted-hostile" not in work.hides.seen() else "a copy was sent",
                       "" if len(work.hides.texts()) == 2 else "the others were not compared")


@case
def half_a_value_beside_a_cut_does_not_leave():
    work = Work(Witness(), Witness(), ticket={"max_text": "300B"})
    texts = []
    for shift in range(60):  # the cut falls on every place of the numbers
        texts.append(f"s|{'x' * 120} {'y' * (20 + shift)} ann.planted@example.com "
                     f"4111 1111 1111 1111 {'v' * 220} 5555 5555 5555 4444 "
                     f"bob.planted@example.org {'w' * (20 + shift // 2)}")
    work.put(texts)
    problem = ended(work.run())
    for text in work.hides.texts():
        for piece in ("4111", "1111", "5555", "4444", "planted", "ample."):
            if piece in text:
                problem = problem or f"{piece} in {text}"
    return work, problem


@case
def check_redact_shows_what_would_leave_and_sends_nothing():
    work = Work(Witness(), Witness())
    work.put(planted())
    words = ("check", "--config", work.path("run.yaml"), "--redact", work.path("in.jsonl"))
    table, shown = work.program(*words), work.program(*words, "--format", "json")
    report = json.loads(shown[1])
    still = [s for s in ALL if s in table[1] + shown[1]]
    texts = [line["text"] for line in report["lines"]]
    work.run()
    return work, first(ended(table), ended(shown), f"shows {still}" if still else "",
                       "" if report["changed"] == len(ALL) else f"changed {report['changed']}",
                       "" if sorted(texts) == sorted(work.hides.texts()) else
                       "what was shown is not what was sent")


def main(wanted):
    tap = rig.Tap()
    for run in CASES:
        if wanted and run.__name__ not in wanted:
            continue
        try:
            work, problem = run()
        except (OSError, ValueError, KeyError, subprocess.SubprocessError, sqlite3.Error) as error:
            tap.say(run.__name__, f"{type(error).__name__}: {error}")
            continue
        work.close(tap.say(run.__name__, problem, ""))
    tap.end()


main(sys.argv[1:])
