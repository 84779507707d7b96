#!/usr/bin/env python3
"""Judges a finished run: were all promises kept?

    oracle.py DIR        DIR/case.json says what was run; beside it lie the dumps of the topics and
                         offsets (input, results, dead, watermarks, offsets .jsonl, by ktool), the
                         simulated provider's bill (witness.jsonl, or those of
                         `witnesses`) and a copy of the ledger
                         (ledger.db).

Every broken promise is a line "VIOLATION code: what"; the last line sums up; status 1 if there is
any. It shares no code with the program: the input's contract stands in oracle_input.py, the
arithmetic of the books in oracle_books.py, that of budgets and comparisons in oracle_money.py.

case.json: topic, group, shard, shards, prices {model: {input, cached_input, output}} in USD per
million tokens as text; optional: max_bytes, max_text, max_message_bytes, pending (true: the run
was stopped, records may be open), dead_reasons (of tickets that models gave up on), books ("full",
or "part": the ledger does not know all runs), metadata (false: offsets carry none), reuse, faults
(true: the provider misbehaved, so tickets may have needed several answers), summaries (false: the
provider spoilt them, so they prove nothing), gone ([partition, from,
to): deleted upstream before they were read); where there are several providers: witnesses [{file,
provider, endpoint}] and models {name: {provider, served}}; unsure (true: some confidences are low);
caps [{wall: all|tier|shadow, tier, usd}] that hold for the whole ledger, with reached (true: the
run stopped at the first of them) and overbills (true: the provider may bill above a reservation).
"""

import hashlib
import json
import os
import sys
from collections import Counter, defaultdict

import oracle_books
import oracle_money
from oracle_input import Record, as_sent, expect, read_lines

SCHEMA = "ticketmill.result/1"
DEFAULTS = {"max_bytes": 262144, "max_text": 32768, "max_message_bytes": 1048588, "pending": False,
            "dead_reasons": [], "books": "full", "metadata": True, "shard": 0, "shards": 1,
            "reuse": True, "faults": False, "summaries": True, "gone": [],
            "witnesses": [{"file": "witness.jsonl"}], "models": {}, "unsure": False,
            "caps": [], "reached": False, "overbills": False}
TRUNCATED_BYTES = 65536


class Verdict:
    """Collects violations; keeps the first few of each kind for the reader."""

    SHOWN = 5

    def __init__(self):
        self.counts = Counter()
        self.lines = []

    def add(self, code, text):
        self.counts[code] += 1
        if self.counts[code] <= self.SHOWN:
            self.lines.append(f"VIOLATION {code}: {text}")


class Case:
    """Everything there is to judge, read once."""

    def __init__(self, folder):
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as f:
            self.settings = {**DEFAULTS, **json.load(f)}
        self.folder = folder
        self.topic = self.settings["topic"]
        self.records = {r.pos: r for r in map(Record, self.lines("input"))}
        self.expected = {
            pos: expect(r, self.topic, self.settings["max_bytes"], self.settings["max_text"])
            for pos, r in self.records.items()}
        self.results = list(map(Record, self.lines("results")))
        self.dead = list(map(Record, self.lines("dead")))
        self.watermarks = {w["partition"]: w for w in self.lines("watermarks")}
        self.offsets = {o["partition"]: o for o in self.lines("offsets")
                        if o["topic"] == self.topic}
        self.published = {}  # pos -> parsed result, filled by check_results
        self.buried = {}     # pos -> dead letter record, filled by check_dead_letters

    def lines(self, name):
        return read_lines(os.path.join(self.folder, name + ".jsonl"))

    def witness(self):
        """Billed calls of all providers, each with where it was billed."""
        for source in self.settings["witnesses"]:
            for line in read_lines(self.path(source["file"])):
                yield {**line, "provider": source.get("provider"),
                       "endpoint": source.get("endpoint")}

    def path(self, name):
        return os.path.join(self.folder, name)

    def gone(self, pos):
        return any(pos[0] == p and first <= pos[1] < end
                   for p, first, end in self.settings["gone"])

    def owned(self, partition):
        return partition % self.settings["shards"] == self.settings["shard"]


def name_of(pos):
    return f"partition {pos[0]} offset {pos[1]}"


# ---- results --------------------------------------------------------------------------------


def parse_result(record):
    try:
        result = json.loads(record.value)
        source = result["source"]
        pos = (source["partition"], source["offset"])
        topic = source["topic"]
    except (ValueError, KeyError, TypeError):
        return None, None, None
    return result, topic, pos


FIELDS = {"schema": str, "ticket_id": str, "category": str, "confidence": (int, float),
          "summary": str, "model": str, "provider": str, "tier": str, "prompt_version": str,
          "call_id": str, "attempts": int, "reused": bool, "needs_review": bool, "flags": list,
          "tokens": dict, "content_hash": str, "ledger_id": str, "seq": int, "run_id": str,
          "classified_at": str, "cost_unknown_pusd": int, "language": str}


def missing_fields(result):
    wrong = [n for n, kind in FIELDS.items() if not isinstance(result.get(n), kind)]
    return wrong + [n for n in ("cost_usd", "cost_pusd") if n not in result]


def one_line(text):
    """The text on one line, as a summary made of its first words would have it."""
    out = []
    for c in text:
        if ord(c) <= 32 or 127 <= ord(c) <= 160 or c.isspace():
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(c)
    return "".join(out)


def check_content(verdict, case, result, want, pos):
    """Is this the answer to this ticket, and to no neighbour?"""
    if want.hash and result["content_hash"] != want.hash:
        verdict.add("wrong_text", f"{name_of(pos)}: content_hash is not that of its text")
    # The simulated model's summary is the beginning of the text it was shown.
    spoilt = want.cut or not case.settings["summaries"]
    if not spoilt and not one_line(as_sent(want.text)).startswith(result["summary"].rstrip("…")):
        verdict.add("wrong_verdict", f"{name_of(pos)}: the summary is not of its own text")
    if not result["summary"]:
        verdict.add("wrong_verdict", f"{name_of(pos)}: without a summary")
    # Its confidence has a part that is drawn from the text's hash.
    if want.hash and "confidence_percent" not in result["flags"]:
        spread = int.from_bytes(hashlib.sha256(as_sent(want.text).encode()).digest()[:8], "big")
        percent = round(result["confidence"] * 100)
        bases = (20, 50, 70) if case.settings["unsure"] else (50, 70)
        if (percent - (spread >> 32) % 30) not in bases:
            verdict.add("wrong_verdict", f"{name_of(pos)}: the confidence is not of its own text")
    if not 0 <= result["confidence"] <= 1:
        verdict.add("wrong_verdict", f"{name_of(pos)}: confidence out of range")


def check_money_form(verdict, result, pos):
    pusd = result["cost_pusd"]
    if pusd is None:
        if "unpriced" not in result["flags"]:
            verdict.add("bad_record", f"{name_of(pos)}: no cost and no flag that says so")
    elif not isinstance(pusd, int) or pusd < 0 or \
            result["cost_usd"] != f"{pusd // 10**12}.{pusd % 10**12:012d}":
        verdict.add("bad_record", f"{name_of(pos)}: cost_usd and cost_pusd disagree")
    if result["reused"] and (pusd != 0 or any(result["tokens"].values())):
        verdict.add("reuse", f"{name_of(pos)}: reused, yet it has a cost of its own")


def check_trace(verdict, record, original, pos):
    for name in ("traceparent", "tracestate"):
        if record.header(name) != original.header(name):
            verdict.add("trace", f"{name_of(pos)}: {name} was not passed on as it was")


def check_results(verdict, case):
    for record in case.results:
        result, topic, pos = parse_result(record)
        wrong = missing_fields(result) if result else ["source"]
        if wrong:
            verdict.add("bad_record", f"result at offset {record.offset}: {', '.join(wrong)}")
            continue
        if topic != case.topic or pos not in case.records:
            verdict.add("unknown_source", f"result for {topic} {name_of(pos)}")
            continue
        want = case.expected[pos]
        if pos in case.published:
            verdict.add("duplicate", f"{name_of(pos)}: two results")
            continue
        case.published[pos] = result
        if want.kind == "skip":
            verdict.add("tombstone_published", name_of(pos))
            continue
        if want.kind == "dead":
            verdict.add("wrong_kind", f"{name_of(pos)}: a result for an unreadable record")
            continue
        if result["schema"] != SCHEMA:
            verdict.add("bad_record", f"{name_of(pos)}: schema {result['schema']}")
        if result["ticket_id"] != want.id or record.key != want.id.encode():
            verdict.add("wrong_id", f"{name_of(pos)}: {result['ticket_id']} for {want.id}")
        check_content(verdict, case, result, want, pos)
        check_money_form(verdict, result, pos)
        check_trace(verdict, record, case.records[pos], pos)


# ---- dead letters ---------------------------------------------------------------------------


def dead_source(record):
    try:
        return (record.header("__connect.errors.topic"),
                (int(record.header("__connect.errors.partition")),
                 int(record.header("__connect.errors.offset"))))
    except (TypeError, ValueError):
        return None, None


def check_unaltered(verdict, case, letter, original, pos):
    truncated = letter.header("ticketmill-truncated") is not None
    if truncated:
        room = case.settings["max_message_bytes"]
        same = letter.value == original.value[:TRUNCATED_BYTES] and len(original.value) > room // 2
    else:
        same = letter.value == original.value
    if not same:
        verdict.add("dead_altered", f"{name_of(pos)}: the value is not as it was read")
    if letter.key != original.key:
        verdict.add("dead_altered", f"{name_of(pos)}: the key is not as it was read")
    if letter.timestamp != original.timestamp:
        verdict.add("dead_altered", f"{name_of(pos)}: the timestamp is not as it was read")
    if letter.headers[:len(original.headers)] != original.headers:
        verdict.add("dead_altered", f"{name_of(pos)}: the headers are not as they were read")


def check_dead_letters(verdict, case):
    for letter in case.dead:
        topic, pos = dead_source(letter)
        if topic != case.topic or pos not in case.records:
            verdict.add("unknown_source", f"dead letter at offset {letter.offset}: {topic} {pos}")
            continue
        if pos in case.buried or pos in case.published:
            verdict.add("duplicate", f"{name_of(pos)}: a second terminal record, a dead letter")
            continue
        case.buried[pos] = letter
        want = case.expected[pos]
        if want.kind == "skip":
            verdict.add("tombstone_published", f"{name_of(pos)} as a dead letter")
            continue
        reason = letter.header("ticketmill-reason")
        allowed = set(case.settings["dead_reasons"])
        if want.kind == "dead":  # one that killed the process twice was never looked at again
            allowed = want.reasons | (allowed & {"crash_suspect"})
        if reason not in allowed:
            verdict.add("dead_reason", f"{name_of(pos)}: {reason}, allowed: {sorted(allowed)}")
        for name in ("ticketmill-attempts", "ticketmill-run-id", "__connect.errors.stage",
                     "__connect.errors.exception.message"):
            if letter.header(name) is None:
                verdict.add("bad_record", f"dead letter of {name_of(pos)} without {name}")
        check_unaltered(verdict, case, letter, case.records[pos], pos)


# ---- completeness, copies, offsets ----------------------------------------------------------


def terminal(case, pos):
    return (case.expected[pos].kind == "skip" or pos in case.published or pos in case.buried or
            case.gone(pos))


def check_complete(verdict, case):
    if case.settings["pending"]:
        return
    for pos in case.records:
        if case.owned(pos[0]) and not terminal(case, pos):
            verdict.add("lost", f"{name_of(pos)}: neither result nor dead letter")


def check_copies(verdict, case):
    """The same ticket sent twice is asked once; a copy's answer is the original's."""
    groups = defaultdict(list)
    for pos, result in case.published.items():
        want = case.expected[pos]
        if want.kind == "ticket" and want.hash:
            groups[(want.own_id, want.hash)].append((pos, result))
    for members in groups.values():
        asked = [m for m in members if not m[1]["reused"]]
        if not asked:
            verdict.add("reuse", f"{name_of(members[0][0])}: reused, but no original was asked")
        elif len(asked) > 1 and case.settings["reuse"]:
            places = ", ".join(name_of(pos) for pos, _ in asked)
            verdict.add("paid_copy", f"the same ticket was asked {len(asked)} times: {places}")
        if len({(r["category"], r["confidence"], r["summary"]) for _, r in members}) > 1:
            verdict.add("reuse", f"{name_of(members[0][0])}: copies with different answers")


def parse_note(text):
    """1;<ledger id>;<I/N>;<transactional id>;<seq>;<done-set>"""
    fields = text.split(";")
    if len(fields) != 6 or fields[0] != "1" or not text.isascii() or len(text) > 4096:
        return None
    shard, slash, shards = fields[2].partition("/")
    if not slash or not fields[4].isdigit():
        return None
    return {"ledger": fields[1], "shard": shard, "shards": shards, "txid": fields[3],
            "seq": int(fields[4]), "done": fields[5]}


def read_done_set(text, base):
    """Runs gap[.length] in base 36, each gap counted from the end of the run before it."""
    out = []
    if text in ("", "~"):
        return out
    for run in text.split(","):
        gap, dot, length = run.partition(".")
        start = base + int(gap, 36)
        base = start + (int(length, 36) if dot else 1)
        out.extend(range(start, base))
    return out


def check_offset(verdict, case, partition, committed):
    open_below = [p for p in case.records
                  if p[0] == partition and p[1] < committed and not terminal(case, p)]
    if open_below:
        verdict.add("offset_past", f"partition {partition}: {committed} is past "
                    f"{name_of(min(open_below))}, which is not finished")
    end = case.watermarks[partition]["high"]
    if committed > end:
        verdict.add("offset_past", f"partition {partition}: {committed} is past the end {end}")
    if committed < case.watermarks[partition]["stable"] and not case.settings["pending"]:
        verdict.add("offset_short", f"partition {partition}: {committed} of {end}")


def check_note(verdict, case, partition, committed, text, ledger_id):
    note = parse_note(text or "")
    where = f"partition {partition}: {text!r}"
    if note is None:
        verdict.add("metadata", f"{where} cannot be read")
        return
    settings = case.settings
    if note["ledger"] != ledger_id:
        verdict.add("metadata", f"{where} names another ledger than {ledger_id}")
    if (note["shard"], note["shards"]) != (str(settings["shard"]), str(settings["shards"])):
        verdict.add("metadata", f"{where} names another shard")
    if note["txid"] != f"{settings['group']}-{settings['shard']}":
        verdict.add("metadata", f"{where} names another transactional id")
    try:
        finished = read_done_set(note["done"], committed)
    except ValueError:
        verdict.add("metadata", f"{where}: the done-set cannot be read")
        return
    for offset in finished:
        pos = (partition, offset)
        if pos in case.records and not terminal(case, pos):
            verdict.add("offset_past", f"{where}: the done-set names {offset}, not finished")


def check_offsets(verdict, case, ledger_id):
    for partition in sorted(case.watermarks):
        if not case.owned(partition):
            continue
        at = case.offsets.get(partition)
        if at is None:
            if not case.settings["pending"]:
                verdict.add("offset_missing", f"partition {partition}")
            continue
        check_offset(verdict, case, partition, at["offset"])
        if case.settings["metadata"]:
            check_note(verdict, case, partition, at["offset"], at.get("metadata"), ledger_id)


def judge(folder):
    verdict, case = Verdict(), Case(folder)
    check_results(verdict, case)
    check_dead_letters(verdict, case)
    check_complete(verdict, case)
    check_copies(verdict, case)
    books = oracle_books.Books(case.path("ledger.db"))
    check_offsets(verdict, case, books.meta.get("ledger_id"))
    summary = oracle_books.check(verdict, case, books)
    oracle_money.check(verdict, case, books)
    open_count = sum(1 for pos in case.records if not terminal(case, pos))
    kinds = Counter(e.kind for e in case.expected.values())
    print("\n".join(verdict.lines), end="\n" if verdict.lines else "")
    print(f"{len(case.records)} records: {len(case.published)} results, {len(case.buried)} dead, "
          f"{kinds['skip']} skipped, {open_count} open; {summary}; "
          f"{sum(verdict.counts.values())} violations")
    return verdict


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(1 if judge(sys.argv[1]).counts else 0)
