"""The contract held against the program from outside: topics, files and a provider of its own, and
what every request and every result must be like, costs and shares computed anew.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

import contract_provider
import rig

CATEGORIES = ["Rechnung", "账单", "other"]
PRICE = (150_000, 3_000, 600_123)  # picodollars a token: input, cached input, output
KEY = "sk-contract-7731"
CONFIG = """
kafka: {brokers: "${CONTRACT_BROKERS:-127.0.0.1:1}", input_topic: @IN@, results_topic: @OUT@,
        dead_letter_topic: @DEAD@, group: @GROUP@, replay_topic: @GROUP@-none}
ticket:
  id: /meta/a~1b/nr
  subject: /meta/title
  body: "/meta/~0text"
  max_bytes: 2KiB
  max_text: 600B
ledger: {path: "books/{shard}.db"}
classification:
  prompt: own.md
  categories: {Rechnung: "Geld, Zahlung: 'alles'", "账单": "付款", other: rest}
  review_below: 0.75
packing: {max_tickets: @PACK@, linger: 0s}
run: {stall_after: 20s, shutdown_grace: 1s, max_dead_percent: @DEADS@,
      window: {tickets: 1_000, bytes: 64KiB}}
retry_budget: {percent: 100, floor: 1_000}
providers:
  own:
    endpoints: [{url: "@URL@"}]
    key_file: secrets/key
    key_header: api-key
    headers: {x-team: "Zuerich-${CONTRACT_TEAM:-night}"}
    timeout: 3s
    redaction: false
models:
  offer:
    provider: own
    served_name: "Vendor/Model:7b"
    price:
      - {from: 2020-01-01, input: 99, output: 99}
      - {from: 2024-02-29T12:00:00Z, input: 0.15, cached_input: 0.003, output: 0.600123}
      - {from: 2100-01-01, input: 77, output: 77}
    json: @JSON@
    temperature: @TEMPERATURE@
    token_param: max_completion_tokens
    extra_body: {enable_thinking: false, top_p: 0.95, seed: 9007199254740993,
                 tags: ["ü", null, {a: 1}]}
tiers: {only: [offer]}
routes: [{tier: only}]
"""
PROMPT = "Answer in JSON, ein Wort fällt: \"Grüße\".\n\n{{categories}}\n{{summary}}\n{{example}}\n"


def ticket(number, **meta):
    return json.dumps({"meta": {"a/b": {"nr": number}, "title": f"Betreff {number}",
                                "~text": f"Größe — 退款 {number} " + "x" * (number % 37), **meta},
                       "unknown": {"deep": [1]}}, ensure_ascii=False)


class Contract:
    def __init__(self, name, shape="plain", reply=None, text=CONFIG, partitions=3, **settings):
        self.name = f"contract-{name}-{os.getpid()}"
        self.folder = tempfile.mkdtemp(prefix=f"ticketmill-contract-{name}.")
        self.topics = {k: f"{self.name}-{k.lower()}" for k in ("IN", "OUT", "DEAD")}
        for topic in self.topics.values():
            rig.ktool("create", topic, partitions)
        self.provider = contract_provider.Provider(CATEGORIES, shape, reply)
        values = {"PACK": 4, "DEADS": 100, "JSON": "json_object", "TEMPERATURE": "0.2",
                  "GROUP": self.name, "URL": self.provider.url, **self.topics, **settings}
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        for folder in ("books", "secrets"):
            os.mkdir(os.path.join(self.folder, folder))
        self.write("run.yaml", text)
        self.write("own.md", PROMPT)
        self.write("secrets/key", KEY + "\n")
        os.chmod(os.path.join(self.folder, "secrets/key"), 0o600)
        self.problems, self.summary = [], ""

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def produce(self, records, *options, before=()):
        text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
        subprocess.run([rig.KTOOL, "-b", rig.BROKERS, *before, "produce", *options,
                        self.topics["IN"]], check=True, input=text.encode(),
                       stdout=subprocess.DEVNULL)

    def call(self, *args, config="run.yaml", **env):
        return subprocess.run(
            [rig.PROGRAM, "--config", os.path.join(self.folder, config), *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120 * rig.SLOW, check=False,
            env=rig.plain_environment(CONTRACT_BROKERS=rig.BROKERS, **env))

    def run(self, *args, want=0, **env):
        began = time.monotonic()
        done = self.call("run", *args, **env)
        self.seconds = time.monotonic() - began
        self.hold(done.returncode == want, f"run {args}: status {done.returncode}, not {want}: "
                  f"{done.stderr.decode()[-1500:]}")
        self.hold(not done.stdout, f"stdout of run: {done.stdout[:200]}")
        self.hold(KEY.encode() not in done.stderr, "the key is in the log")
        return done.stderr.decode()

    def records(self, which):
        return rig.ktool_lines("consume", self.topics[which])

    def results(self):
        return [(r, json.loads(r["value"])) for r in self.records("OUT")]

    def ledger(self, shard="0"):
        return sqlite3.connect(f"file:{self.folder}/books/{shard}.db?mode=ro", uri=True)

    def hold(self, good, otherwise):
        if not good:
            self.problems.append(str(otherwise))

    def same(self, what, got, want):
        self.hold(got == want, f"{what}: {got!r}, not {want!r}")

    def close(self, good=True):
        self.provider.close()
        if good and os.environ.get("KEEP") != "1":
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"# kept: {self.folder}")

    def verdict(self):
        return self, "\n".join(self.problems[:25])


# ---- requests, results, costs -------------------------------------------------------------------

RESULT_KEYS = ["schema", "ticket_id", "category", "confidence", "summary", "language", "model",
               "provider", "tier", "prompt_version", "call_id", "attempts", "reused",
               "needs_review", "flags", "tokens", "cost_usd", "cost_pusd", "cost_unknown_pusd",
               "content_hash", "ledger_id", "seq", "source", "run_id", "classified_at"]


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check_requests(job, json_mode="json_object", temperature=0.2):
    versions = set()
    for call in job.provider.calls:
        body = call.body
        want = {"model": "Vendor/Model:7b", "stream": False, "enable_thinking": False,
                "top_p": 0.95, "seed": 9007199254740993, "tags": ["ü", None, {"a": 1}]}
        keys = set(want) | {"messages", "max_completion_tokens"}
        keys |= {"temperature"} if temperature is not None else set()
        keys |= {"response_format"} if json_mode else set()
        job.same("members of a request", set(body), keys)
        job.same("values of a request", {k: body.get(k) for k in want}, want)
        job.same("temperature", body.get("temperature"), temperature)
        if json_mode:
            job.same("response_format", body["response_format"]["type"], json_mode)
        job.same("path", call.path, "/compat/v1/chat/completions")
        job.same("roles", [m["role"] for m in body["messages"]], ["system", "user"])
        job.same("members of a message", {k for m in body["messages"] for k in m},
                 {"role", "content"})
        job.hold(call.user == compact({"tickets": [{"id": i, "text": t} for i, t in call.tickets]}),
                 f"user message is not compact raw UTF-8: {call.user[:200]}")
        job.hold(b"\\u" not in call.raw or "\\u" in call.user, "escapes in the request")
        job.hold(call.headers["api-key"] == KEY and call.headers["Authorization"] is None,
                 "the key's header")
        job.same("own header", call.headers["x-team"], "Zuerich-night")
        ids = [i for i, _ in call.tickets]
        for a in ids:
            job.hold(re.fullmatch("[0-9a-hjkmnp-tv-z]{3}", a), f"id {a}")
            job.hold(not any(a in t for _, t in call.tickets), f"id {a} occurs in a text")
            for b in ids:
                job.hold(a == b or sum(x != y for x, y in zip(a, b)) >= 2, f"ids {a}, {b}")
        versions.add(call.system)
    job.hold(len(versions) <= 1, "the system message changes")
    for system in versions:
        job.hold(all(f"- {c}: " in system for c in CATEGORIES), "categories in the prompt")
        job.hold(system.startswith("Answer in JSON, ein Wort fällt"), "prompt from its own file")
    return {hashlib.sha256(s.encode()).hexdigest() for s in versions}


def paid(job):
    """Per text: input, cached, output tokens, picodollars, attempts."""
    sums = {}
    for call in job.provider.calls:
        if call.status != 200:
            continue
        for text, share in contract_provider.shares(call, PRICE).items():
            old = sums.get(text, (0, 0, 0, 0, 0))
            sums[text] = tuple(a + b for a, b in zip(old, (*share, 1)))
    return sums


def check_results(job, texts):
    """texts: (partition, offset) -> (id, text). Every result against the provider's own books."""
    versions, sums, total = check_requests(job), paid(job), 0
    got = {}
    for record, r in job.results():
        source = r["source"]
        place = (source["partition"], source["offset"])
        job.hold(place not in got, f"published twice: {place}")
        got[place] = (record, r)
        ticket_id, text = texts.get(place, (None, ""))
        job.same("members of a result", list(r), RESULT_KEYS)
        job.same("id", r["ticket_id"], ticket_id)
        job.same("key", record["key"], ticket_id)
        sent = contract_provider.classify(text, CATEGORIES)
        job.same("category", r["category"], sent[0])
        job.same("confidence", r["confidence"], sent[1] / 100)
        job.same("content hash", r["content_hash"], hashlib.sha256(text.encode()).hexdigest())
        job.same("prompt version", {r["prompt_version"]}, versions)
        job.same("names", (r["schema"], r["model"], r["provider"], r["tier"]),
                 ("ticketmill.result/1", "offer", "own", "only"))
        job.same("topic", source["topic"], job.topics["IN"])
        job.hold(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", r["classified_at"]),
                 r["classified_at"])
        job.same("review", r["needs_review"], sent[1] < 75 or r["flags"] != [])
        cost = r["cost_pusd"]
        job.same("cost in USD", r["cost_usd"], f"{cost // 10**12}.{cost % 10**12:012}")
        if not r["reused"]:
            want = sums.get(text, (0, 0, 0, 0, 0))
            tokens = r["tokens"]
            job.same(f"tokens and cost of {ticket_id}",
                     (tokens["input"], tokens["cached"], tokens["output"], cost, r["attempts"]),
                     want)
        total += cost
    job.same("results", sorted(got), sorted(texts))
    return got, total
