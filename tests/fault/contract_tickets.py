#!/usr/bin/env python3
"""Every shape of a ticket and other forms of the configuration file, judged by contract.py.

    contract_tickets.py [NAME…]      all unless named
"""

import base64
import hashlib
import json
import os

import contract_provider
import rig
from contract import PRICE, KEY, Contract, ticket, check_results


def odd_tickets():
    """Every shape of a record that section 1 knows, with what must become of it."""
    job = Contract("tickets", "openai")
    trace = [{"name": "traceparent", "value": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa-01"},
             {"name": "tracestate", "value": "v=1"}, {"name": "other", "value": "no"}]
    first = [
        {"key": "k1", "value": ticket(17), "headers": trace},
        {"key": None, "value": json.dumps({"meta": {"title": "nur Betreff"}})},
        {"key": "from-key", "value": json.dumps({"meta": {"~text": "без темы"}})},
        {"key": "gone", "value": None},
        {"key": "k2", "value": "{\"meta\": {\"~text\": ", "headers": trace[:1],
         "timestamp": 1700000000123},
        {"key": "k3", "value_base64": base64.b64encode(b'{"meta":{"~text":"\xff\xfe"}}').decode()},
        {"key": "k4", "value": json.dumps({"meta": {"~text": "  ", "title": ""}})},
        {"key": "k5", "value": json.dumps({"meta": {"~text": "y" * 3000}})},
        {"key": "k6", "value_base64": base64.b64encode(b"\0\0\0\0\7{}").decode()},
        {"key": "k7", "value": '{"meta":{"~text":"tief"},"d":' + "[" * 600 + "]" * 600 + "}"},
        {"key": "k8", "value": ticket(18, **{"~text": "ü" * 500})},
        {"key": "k9", "value": ticket(19, **{"a/b": {"nr": 9007199254740993}})},
    ]
    job.produce(first, "-p", "0")
    job.produce([{"key": f"c{i}", "value": ticket(i)} for i in range(100, 130)], "-p", "1",
                before=("-X", "compression.codec=lz4"))
    for txn, end in (("a", "commit"), ("b", "abort"), ("c", "commit"), ("d", "open")):
        base = 200 + 10 * ord(txn)
        job.produce([{"key": None, "value": ticket(base + i)} for i in range(5)], "-p", "2",
                    "-T", f"{job.name}-{txn}:{end}", before=("-X", "compression.codec=gzip"))
    said = job.run()

    def text(number, extra=None):
        return f"Betreff {number}\n\n" + (extra if extra is not None else
                                          f"Größe — 退款 {number} " + "x" * (number % 37))
    cut = [t for c in job.provider.calls for _, t in c.tickets if "ü" * 60 in t]
    topic = job.topics["IN"]
    texts = {(0, 0): ("17", text(17)), (0, 1): (f"{topic}/0/1", "nur Betreff"),
             (0, 2): ("from-key", "без темы"), (0, 10): ("18", cut[0] if cut else ""),
             (0, 11): ("9007199254740993", text(19))}
    texts.update({(1, i - 100): (str(i), text(i)) for i in range(100, 130)})
    for base, offset in ((200 + 970, 0), (200 + 990, 12)):
        texts.update({(2, offset + i): (str(base + i), text(base + i)) for i in range(5)})
    got, _ = check_results(job, texts)
    job.hold(cut and len(cut[0].encode()) <= 600 and cut[0].startswith("Betreff 18\n\nü")
             and cut[0].endswith("ü"), "head and tail of the text that is too long")
    if (0, 10) not in got:
        return job.verdict()
    job.same("flags", got[(0, 10)][1]["flags"], ["text_cut"])
    job.same("trace", {h["name"]: h["value"] for h in got[(0, 0)][0].get("headers", [])},
             {h["name"]: h["value"] for h in trace[:2]})
    job.hold("aborted" in said or "open" in said or "stable" in said,
             "the open transaction is not reported")
    check_dead(job, first, {4: "invalid_json", 5: "invalid_utf8", 6: "empty", 7: "too_long",
                            8: "unsupported_format", 9: "invalid_json"})
    check_books(job, got)
    return job.verdict()


def bytes_of(record):
    return (base64.b64decode(record["value_base64"]) if "value_base64" in record
            else record["value"].encode())


def check_dead(job, sent, reasons):
    dead = {}
    for r in job.records("DEAD"):
        headers = {h["name"]: h["value"] for h in r["headers"]}
        offset = int(headers["__connect.errors.offset"])
        dead[offset] = headers["ticketmill-reason"]
        was = sent[offset]
        job.same("key of a dead letter", r["key"], was["key"])
        job.same("value of a dead letter", bytes_of(r), bytes_of(was))
        if "timestamp" in was:
            job.same("timestamp", r["timestamp"], was["timestamp"])
        for h in was.get("headers", []):
            job.same("header", headers.get(h["name"]), h["value"])
        ours = sorted(n for n in headers if n.startswith(("ticketmill-", "__connect")))
        missing = set([f"__connect.errors.{n}" for n in
                       ("topic", "partition", "offset", "stage", "exception.message")] +
                      [f"ticketmill-{n}" for n in
                       ("reason", "attempts", "cost-pusd", "run-id", "call-ids")]) - set(ours)
        job.same("headers that a dead letter lacks", missing, set())
        job.same("attempts and cost",
                 (headers["ticketmill-attempts"], headers["ticketmill-cost-pusd"]), ("0", "0"))
    job.same("dead letters", dead, reasons)


def check_books(job, got):
    """report, show, ledger verify, rebuild and backup agree with the topics."""
    verify = job.call("ledger", "verify")
    job.same("ledger verify", verify.returncode, 0)
    report = job.call("report", "--format", "json")
    job.same("report", report.returncode, 0)
    text = report.stdout.decode()
    json.loads(text)
    billed = sum((c.usage[0] - c.usage[1]) * PRICE[0] + c.usage[1] * PRICE[1] +
                 c.usage[2] * PRICE[2] for c in job.provider.calls if c.usage)
    usd = f"{billed // 10**12}.{billed % 10**12:012}"
    job.hold(usd in text, f"the bill {usd} is not in the report")
    show = job.call("show", "17")
    job.same("show", show.returncode, 0)
    job.hold(got[(0, 0)][1]["call_id"] in show.stdout.decode(), "show names the call")
    job.same("show of nobody", job.call("show", "nobody").returncode in (0,), False)
    copy = os.path.join(job.folder, "copy.db")
    job.same("backup", job.call("ledger", "backup", copy).returncode, 0)
    books = job.ledger()
    seen = books.execute("select count(*) from result").fetchone()[0]
    books.close()
    for name in os.listdir(os.path.join(job.folder, "books")):
        os.remove(os.path.join(job.folder, "books", name))
    rebuild = job.call("ledger", "rebuild")
    job.hold(rebuild.returncode == 0, f"rebuild: {rebuild.stderr.decode()[-500:]}")
    books = job.ledger()
    job.same("results in a rebuilt ledger",
             books.execute("select count(*) from result").fetchone()[0], seen)
    books.close()
    calls = len(job.provider.calls)
    job.run()
    job.same("calls after a rebuild", len(job.provider.calls), calls)


# ---- other forms of the same settings ------------------------------------------------------------

BLOCK = """
kafka:
  brokers: ${CONTRACT_BROKERS}
  input_topic: '@IN@'
  results_topic: @OUT@
  dead_letter_topic: "@DEAD@"
  group: >-
    @GROUP@
  properties:
    client.id: contract
ticket:
  max_text: 1KiB
ledger:
  path: ./books/../books/{shard}.db
classification:
  summary_chars: @SUMMARY@
  reuse: 0s
packing:
  max_tickets: 1
  linger: 1s
providers:
  own:
    endpoints:
      - name: only-one
        url: "@URL@/"
    key_env: CONTRACT_KEY
    redaction: no_
models:
  offer:
    provider: own
    json: @JSON@
    temperature: null
@PRICE@
tiers:
  only:
  - offer
routes:
- tier: only
"""
BUILT_IN = ["billing", "other"]


def other_forms():
    """Block style, built-in prompt and categories, packs of one, no summary, no price, each mode
    of JSON; copies are asked again because reuse is off."""
    problems = []
    for mode, summary, price in (("json_schema", 0, ""), ("none", 60, "    price: {input: 1, "
                                                          "output: 2.5, cache_write: 3}")):
        job = Contract(f"forms-{mode}", "kimi", text=BLOCK.replace("no_", "false"), partitions=1,
                       JSON=mode, SUMMARY=summary, PRICE=price)
        job.provider.categories = BUILT_IN
        plain = [{"ticket_id": f"№ {i} \"q\"\n", "subject": "", "body": f"Тема {i} </think> <|x|>",
                  "language": "ru", "extra": [i]} for i in range(4)]
        job.produce([{"key": "k", "value": json.dumps(t, ensure_ascii=False)}
                     for t in [*plain, plain[0]]])
        job.run(CONTRACT_KEY=KEY)
        job.same("calls", [len(c.tickets) for c in job.provider.calls], [1] * 5)
        for call in job.provider.calls:
            body = call.body
            job.hold("temperature" not in body and "max_tokens" in body, "members of the request")
            job.same("model", body["model"], "offer")
            job.same("Authorization", call.headers["Authorization"], "Bearer " + KEY)
            form = body.get("response_format", {})
            job.same("response_format", form.get("type"), None if mode == "none" else mode)
            if mode == "json_schema":
                properties = form["json_schema"]["schema"]["properties"]["results"]["items"]
                job.same("required", properties["required"], ["id", "category", "confidence"])
                job.hold("summary" not in properties["properties"], "a summary is asked for")
            job.hold("<|" not in call.user and "</think>" not in call.user, "markers are sent")
        for record, r in job.results():
            job.same("key", record["key"], r["ticket_id"])
            job.same("language", r["language"], "ru")
            text = f"Тема {r['source']['offset'] % 4} </think> <|x|>"
            job.same("content hash", r["content_hash"], hashlib.sha256(text.encode()).hexdigest())
            job.same("tokens", r["tokens"], dict(zip(("input", "cached", "output"),
                                                     usage_by_id(job, r))))
            job.same("reused", r["reused"], False)
            if price:
                tokens = r["tokens"]
                cost = 1_000_000 * tokens["input"] + 2_500_000 * tokens["output"]
                job.same("cost", (r["cost_pusd"], r["flags"]), (cost, []))
                job.hold(len(r["summary"]) <= 60 and r["summary"], "summary")
            else:
                job.same("unpriced", (r["cost_pusd"], r["cost_usd"], r["flags"],
                                      r["needs_review"]), (None, None, ["unpriced"], True))
                job.same("summary", r["summary"], "")
        job.same("results", len(job.results()), 5)
        job.same("show", job.call("show", plain[1]["ticket_id"], CONTRACT_KEY=KEY).returncode, 0)
        problem = job.verdict()[1]
        job.close(not problem)
        problems += [f"{mode}: {line}" for line in problem.splitlines()]
    return job, "\n".join(problems)


def usage_by_id(job, result):
    """Of the single call a ticket of `other_forms` was in: calls of equal texts have equal usage."""
    end = f"Тема {result['source']['offset'] % 4} "
    return next(c.usage for c in job.provider.calls if c.tickets[0][1].startswith(end))


CASES = [odd_tickets, other_forms]

if __name__ == "__main__":
    rig.run_cases(CASES)
