#!/usr/bin/env python3
"""What a webhook is told at the end of a run: the figures against the ledger's rows, the signature
against one computed here, and that no receiver, however it behaves, changes or holds up a run.
"""

import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import signal
import sqlite3
import ssl
import threading
import time

import rig
from files_rig import Job, run_cases
from rig import differs, first_wrong

TLS = os.path.join(rig.ROOT, "tests/data/tls")
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
CASES = []


def case(function):
    CASES.append(function)
    return function


class Receiver:
    """Answers as the script says, one item a request, the last one for all further ones: a status,
    "hang" or "huge"."""

    def __init__(self, *script, tls=False):
        self.seen = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.seen.append((time.monotonic(), dict(self.headers), body, self.path))
                act = script[min(len(receiver.seen), len(script)) - 1]
                if act == "hang":
                    time.sleep(30)
                    return
                self.send_response(200 if act == "huge" else act)
                if act == 302:
                    self.send_header("location", "/elsewhere")
                self.end_headers()
                if act == "huge":
                    self.wfile.write(b"x" * 10_000_000)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *args: None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.path.join(TLS, "good.pem"), os.path.join(TLS, "key.pem"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}/hook?token=s3cret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def job_of(receiver, url=None, **notify):
    """timeout 1 s unless said otherwise."""
    job = Job("notify", sim=("--latency", "5ms"), redaction={"kinds": []})
    job.config = job.write_config({"notify": {
        "webhook": url or receiver.url, "timeout": "1s", **notify}})
    job.put(40, extra=["no ticket", json.dumps({"ticket_id": "E", "body": " "})])
    return job


def signed(headers, body):
    """What is wrong with the signature, by the specification of Standard Webhooks."""
    headers = {k.lower(): v for k, v in headers.items()}
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    if headers["webhook-signature"] != "v1," + wanted:
        return f"signature {headers['webhook-signature']}"
    off = abs(int(headers["webhook-timestamp"]) - time.time())
    return off > 60 and f"a timestamp {off} s off"


def figures_are_wrong(job, message):
    one = lambda sql: job.query(sql)[0][0]
    cost = one("SELECT sum(cost_pusd) FROM call WHERE state = 1")
    results = one("SELECT count(*) FROM ticket WHERE state = 1")
    reasons = collections.Counter(r["reason"] for r in job.letters())
    return first_wrong(
        differs("run", message["run_id"], one("SELECT max(run_id) FROM run")),
        differs("published", message["tickets"]["published"], results),
        differs("dead letters", message["dead_letters"], dict(reasons)),
        differs("cost", message["cost_pusd"], cost),
        differs("per 1,000", message["cost_per_1000_pusd"], cost * 1000 // results),
        differs("tokens", (message["input_tokens"], message["output_tokens"]), job.query(
            "SELECT sum(input_tokens), sum(output_tokens) FROM call WHERE state = 1")[0]),
        differs("exit code", message["exit_code"], 0))


@case
def the_message_is_the_ledgers_and_signed():
    receiver = Receiver(500, 200)
    job = job_of(receiver, secret_env="HOOK_SECRET")
    status, said = job.run(env={"HOOK_SECRET": SECRET})
    ids = {h.get("webhook-id", h.get("Webhook-Id")) for _, h, _, _ in receiver.seen}
    problem = first_wrong(
        status and said, differs("requests", len(receiver.seen), 2), differs("ids", len(ids), 1),
        receiver.seen and signed(receiver.seen[-1][1], receiver.seen[-1][2]),
        "s3cret" in said and "the URL is in the log",
        receiver.seen and figures_are_wrong(job, json.loads(receiver.seen[-1][2])))
    return job, problem


@case
def tls_is_checked():
    receiver = Receiver(200, tls=True)
    job = job_of(receiver)
    status, said = job.run(env={"SSL_CERT_FILE": os.path.join(TLS, "ca.pem")})
    seen = len(receiver.seen)
    again, told = job.run()
    return job, first_wrong(
        status and said, differs("requests", seen, 1), again and told,
        differs("requests without the authority", len(receiver.seen), seen),
        "notify_failed" not in told and "no warning")


@case
def no_receiver_holds_a_run_up():
    problem, job = "", None
    for script, requests, most in (((400,), 1, 0), ((302,), 1, 0), ((503,), 3, 3.5),
                                   (("hang",), 3, 3.5), (("huge",), 1, 0)):
        if job:
            job.close()
        receiver = Receiver(*script)
        job = job_of(receiver)
        status, said = job.run()
        gone = receiver.seen[-1][0] - receiver.seen[0][0] if receiver.seen else 0
        problem = problem or first_wrong(
            differs(f"{script}: exit", status, 0),
            not 1 <= len(receiver.seen) <= requests and f"{script}: {len(receiver.seen)} requests",
            gone > most and f"{script}: {gone:.1f} s from the first try to the last",
            script != ("huge",) and "notify_failed" not in said and f"{script}: no warning")
    return job, problem


@case
def nobody_there_is_a_warning_and_a_missing_secret_is_refused():
    job = job_of(None, url="http://127.0.0.1:9/hook", tries=1)
    status, said = job.run()
    job.config = job.write_config({"notify": {"webhook": "https://localhost/x",
                                              "secret_env": "NOT_SET_AT_ALL"}})
    refused, told = job.run()
    return job, first_wrong(status and said, "notify_failed" not in said and "no warning",
                            differs("without its secret", refused, 78),
                            "NOT_SET_AT_ALL" not in told and told)


@case
def a_signal_ends_the_telling_and_the_ledger_is_free_meanwhile():
    receiver = Receiver("hang")
    job = job_of(receiver, timeout="20s")
    process = job.start()
    deadline = time.monotonic() + 20
    while not receiver.seen and time.monotonic() < deadline:
        time.sleep(0.02)
    free = job.query("SELECT count(*) FROM run WHERE ended_unix_us IS NOT NULL")[0][0]
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    status = rig.Rig.wait(process, 20)
    took = time.monotonic() - began
    return job, first_wrong(differs("exit", status, 0), differs("runs ended", free, 1),
                            took > 3 and f"it took {took:.1f} s to leave")


@case
def nights_are_compared_by_their_medians():
    receiver = Receiver(200)
    job = job_of(receiver)
    job.run()
    before = json.loads(receiver.seen[-1][2])["against_last_nights"]
    with sqlite3.connect(job.ledger) as books:  # five nights of 100, 200, … tickets, one in two runs
        columns = "prompt, program_version, publish"
        for night in range(1, 6):
            for part in range(2 if night == 3 else 1):
                figures = {"results": 100 * night // (2 if night == 3 else 1), "dead": 0,
                           "cost_pusd": 1_000_000 * night, "compared_pusd": 0,
                           "duration_us": 1000 * night}
                books.execute(
                    f"INSERT INTO run (run_id, started_unix_us, {columns}, figures) "
                    f"SELECT ?, started_unix_us - ?, {columns}, ? FROM run LIMIT 1",
                    (f"OLD{night}{part}", (night * 86400 + part) * 1_000_000, json.dumps(figures)))
    job.put(50, seed=2)
    job.run()
    message = json.loads(receiver.seen[-1][2])
    against = message["against_last_nights"]
    return job, first_wrong(
        differs("before", (before["nights"], before["enough"]), (0, False)),
        differs("nights", (against["nights"], against["enough"]), (5, True)),
        differs("median of tickets", against.get("tickets", {}).get("median"), 300),
        differs("tickets", against.get("tickets", {}).get("now"), 50),
        differs("median of costs", against["cost_per_1000_pusd"]["median"], 10_000_000))


if __name__ == "__main__":
    import sys
    run_cases(CASES, sys.argv[1:])
