#!/usr/bin/env python3
"""Does the oracle notice? One good run is made up by hand, judged to be good, and then spoilt in one
way after the other; each bug must be caught under the name it deserves. Prints TAP."""

import base64
import contextlib
import copy
import glob
import hashlib
import io
import json
import os
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import oracle  # noqa: E402

TOPIC, GROUP, LEDGER, RUN = "tickets", "night", "01LEDGER", "01RUN"
PRICE = {"input": "0.18", "cached_input": "0.06", "output": "0.25"}
RATE = (180000, 60000, 250000)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def cost_of(prompt, cached, completion):
    return (prompt - cached) * RATE[0] + cached * RATE[1] + completion * RATE[2]


def confidence(text):
    return 50 + (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 32) % 30


class Data:
    """A whole run as plain structures; write() puts it where the oracle reads."""

    def __init__(self):
        self.input, self.results, self.dead = [], [], []
        self.calls, self.shares, self.tickets, self.ledger_results = [], [], {}, {}
        self.witness, self.offsets, self.opinions = [], {}, []
        self.seq = 0
        self.case = {"topic": TOPIC, "group": GROUP, "shard": 0, "shards": 1,
                     "prices": {"sim": PRICE}, "caps": [{"wall": "all", "usd": "1"},
                                                        {"wall": "shadow", "usd": "0.01"}]}
        self.ends = {}

    # -- making the run -----------------------------------------------------------------------

    def record(self, partition, value, key=None):
        offset = self.ends.get(partition, 0)
        self.ends[partition] = offset + 1
        self.input.append({"partition": partition, "offset": offset, "timestamp": 1000 + offset,
                           "key": key, "headers": [{"name": "traceparent", "value": "00-a-b-01"}],
                           **self.bytes("value", value)})
        return (partition, offset)

    @staticmethod
    def bytes(name, value):
        if isinstance(value, bytes):
            return {name + "_base64": base64.b64encode(value).decode()}
        return {name: value}

    def ticket(self, partition, ticket_id, body):
        value = json.dumps({"ticket_id": ticket_id, "subject": "About", "body": body})
        pos = self.record(partition, value, ticket_id)
        text = "About\n\n" + body
        self.tickets[pos] = {"id": ticket_id, "text": text, "state": 0, "seq": None,
                             "hash": sha(text)}
        return pos

    def call(self, positions, state, usage=(100, 40, 30), purpose=0):
        number = len(self.calls) + 1
        reserved = cost_of(1000, 0, 200)
        answered = state == 1
        cost = cost_of(*usage) if answered else reserved if state == 3 else 0
        self.calls.append({
            "call": number, "call_id": f"c{number}", "state": state, "purpose": purpose,
            "tickets": len(positions), "reserved_pusd": reserved, "cost_pusd": cost,
            "input_tokens": usage[0] if answered else 0,
            "cached_tokens": usage[1] if answered else 0,
            "output_tokens": usage[2] if answered else 0})
        split = [self.split(v, len(positions)) for v in (usage if answered else (0, 0, 0))]
        for i, pos in enumerate(positions):
            tokens = [part[i] for part in split]
            own = cost_of(*tokens) if answered else self.split(cost, len(positions))[i]
            self.shares.append({"pos": pos, "call": number, "outcome": 0 if answered else 5,
                                "tokens": tokens, "cost": own})
        self.witness.append({
            "model": "sim", "call_id": f"c{number}", "prompt_tokens": usage[0],
            "cached_tokens": usage[1], "completion_tokens": usage[2],
            "texts": [self.tickets[p]["hash"] for p in positions]})
        return number

    def compare(self, pos, purpose, category="other"):
        """The same ticket in a shadow (4) or guard (5) call, after it was published."""
        number = self.call([pos], 1, (60, 40, 20), purpose)
        self.shares[-1]["outcome"] = 7
        self.opinions.append({
            "source": 1, "partition": pos[0], "offset": pos[1], "call": number,
            "category": category, "confidence_ppm": 700000,
            "cost_pusd": self.shares[-1]["cost"]})
        return number

    @staticmethod
    def split(total, n):
        return [total // n + (1 if i < total % n else 0) for i in range(n)]

    def next_seq(self):
        self.seq += 1
        return self.seq

    def publish(self, pos, call, reused_of=None):
        ticket = self.tickets[pos]
        own = [s for s in self.shares if s["pos"] == pos]
        state = {c["call"]: c["state"] for c in self.calls}
        primary = {c["call"] for c in self.calls if c["purpose"] < 4}
        paid = [s for s in own if state[s["call"]] == 1 and s["call"] in primary]
        tokens = [sum(s["tokens"][k] for s in paid) for k in range(3)]
        cost = sum(s["cost"] for s in paid)
        ticket["state"], ticket["seq"] = 1, self.next_seq()
        summary = "About " + ticket["text"][7:][:40].rstrip()
        result = {
            "schema": "ticketmill.result/1", "ticket_id": ticket["id"], "category": "billing",
            "confidence": confidence(ticket["text"]) / 100, "summary": summary, "language": "en",
            "model": "sim", "provider": "sim", "tier": "budget", "prompt_version": "9f",
            "call_id": f"c{call}", "attempts": len(paid), "reused": reused_of is not None,
            "needs_review": False, "flags": [],
            "tokens": dict(zip(("input", "cached", "output"), tokens)),
            "cost_usd": f"{cost // 10**12}.{cost % 10**12:012d}", "cost_pusd": cost,
            "cost_unknown_pusd": sum(s["cost"] for s in own if state[s["call"]] == 3),
            "content_hash": ticket["hash"], "ledger_id": LEDGER, "seq": ticket["seq"],
            "source": {"topic": TOPIC, "partition": pos[0], "offset": pos[1]}, "run_id": RUN,
            "classified_at": "2026-11-24T01:02:03.123Z"}
        self.results.append({"key": ticket["id"], "value": result, "headers": [
            {"name": "traceparent", "value": "00-a-b-01"}]})
        self.ledger_results[pos] = {"category": "billing", "summary": summary, "call": call,
                                    "ppm": confidence(ticket["text"]) * 10000,
                                    "reused": reused_of}

    def bury(self, pos, reason):
        original = next(r for r in self.input if (r["partition"], r["offset"]) == pos)
        letter = {k: copy.deepcopy(v) for k, v in original.items()}
        letter.update({"partition": 0, "offset": len(self.dead)})
        for name, value in (("__connect.errors.topic", TOPIC),
                            ("__connect.errors.partition", str(pos[0])),
                            ("__connect.errors.offset", str(pos[1])),
                            ("__connect.errors.stage", "VALUE_CONVERTER"),
                            ("__connect.errors.exception.message", "no"),
                            ("ticketmill-reason", reason), ("ticketmill-attempts", "0"),
                            ("ticketmill-cost-pusd", "0"), ("ticketmill-run-id", RUN)):
            letter["headers"].append({"name": name, "value": value})
        self.dead.append(letter)
        self.tickets[pos] = {"id": None, "text": None, "state": 2, "seq": self.next_seq(),
                             "hash": None}

    # -- handing it to the oracle -------------------------------------------------------------

    def write(self, folder):
        def dump(name, lines):
            with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as f:
                f.writelines(json.dumps(line) + "\n" for line in lines)

        with open(os.path.join(folder, "case.json"), "w", encoding="utf-8") as f:
            json.dump(self.case, f)
        dump("input", self.input)
        dump("results", ({"partition": 0, "offset": i, "timestamp": 1, "key": r["key"],
                          "headers": r["headers"], "value": json.dumps(r["value"])}
                         for i, r in enumerate(self.results)))
        dump("dead", self.dead)
        dump("witness", self.witness)
        dump("watermarks", ({"partition": p, "low": 0, "high": e, "stable": e}
                            for p, e in self.ends.items()))
        dump("offsets", ({"topic": TOPIC, "partition": p, **o} for p, o in self.offsets.items()))
        self.write_ledger(os.path.join(folder, "ledger.db"))

    def write_ledger(self, path):
        db = sqlite3.connect(path)
        for migration in sorted(glob.glob(os.path.join(HERE, "../../sql/migrations/*.sql"))):
            with open(migration, encoding="utf-8") as f:
                db.executescript(f.read())

        def insert(table, row):
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))

        for name, value in (("ledger_id", LEDGER), ("last_seq", self.seq)):
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        insert("source", {"source": 1, "name": TOPIC})
        insert("run", {"run": 1, "run_id": RUN, "started_unix_us": 1})
        for c in self.calls:
            insert("call", {**c, "run": 1, "attempt": 1, "model": "sim", "provider": "sim",
                            "endpoint": "e", "tier": "budget", "prompt": 1, "token_cap": 128,
                            "sent_unix_us": 1})
        for pos, t in self.tickets.items():
            insert("ticket", {"source": 1, "partition": pos[0], "offset": pos[1],
                              "state": t["state"], "ticket_id": t["id"], "seq": t["seq"],
                              "content_hash": bytes.fromhex(t["hash"]) if t["hash"] else None})
        for row in self.opinions:
            insert("opinion", row)
        for s in self.shares:
            insert("share", {"source": 1, "partition": s["pos"][0], "offset": s["pos"][1],
                             "call": s["call"], "outcome": s["outcome"],
                             "input_tokens": s["tokens"][0], "cached_tokens": s["tokens"][1],
                             "output_tokens": s["tokens"][2], "cost_pusd": s["cost"]})
        for pos, r in self.ledger_results.items():
            insert("result", {"source": 1, "partition": pos[0], "offset": pos[1],
                              "category": r["category"], "confidence_ppm": r["ppm"],
                              "summary": r["summary"], "call": r["call"], "flags": 0,
                              "low_confidence": 0, "needs_review": 0, "classified_unix_us": 1,
                              "reused_offset": r["reused"][1] if r["reused"] else None})
        db.commit()
        db.close()


def good_run():
    """Two partitions: five tickets, a copy, a tombstone, two unreadable records; one call that was
    in flight when the process was killed, billed but never seen; two tickets compared."""
    d = Data()
    a = d.ticket(0, "T-1", "I was charged twice for order A-1.")
    b = d.ticket(0, "T-2", "My parcel never came, order A-2.")
    c = d.ticket(1, "T-3", "The app crashes when I open settings 3.")
    e = d.ticket(1, "T-4", "Please cancel my subscription number 4.")
    f = d.ticket(0, "T-1", "Another question under the same id, 5.")
    twin = d.ticket(1, "T-2", "My parcel never came, order A-2.")
    tomb = d.record(0, None, "T-9")
    d.tickets[tomb] = {"id": "T-9", "text": None, "state": 3, "seq": None, "hash": None}
    cut = d.record(1, '{"ticket_id":"T-10","body":"cut', "T-10")
    raw = d.record(0, b'{"body":"\xff\xfe"}', "T-11")
    first = d.call([a, b], 1, (100, 40, 31))
    d.call([c, e], 3)
    again = d.call([c, e], 1, (90, 40, 33))
    alone = d.call([f], 1, (60, 0, 17))
    d.publish(a, first)
    d.publish(b, first)
    d.publish(twin, first, reused_of=b)
    d.publish(c, again)
    d.publish(e, again)
    d.publish(f, alone)
    d.compare(a, 4)
    d.compare(b, 5, "billing")
    d.bury(cut, "invalid_json")
    d.bury(raw, "invalid_utf8")
    for partition, end in d.ends.items():
        d.offsets[partition] = {"offset": end, "metadata": f"1;{LEDGER};0/1;{GROUP}-0;{d.seq};"}
    return d


# ---- the bugs -------------------------------------------------------------------------------

BUGS = []


def bug(code):
    def register(function):
        BUGS.append((code, function))
        return function
    return register


def value(d, i):
    return d.results[i]["value"]


@bug("lost")
def a_result_is_missing(d):
    d.results.pop(3)


@bug("lost")
def a_dead_letter_is_missing(d):
    d.dead.pop(0)


@bug("duplicate")
def a_result_stands_twice(d):
    d.results.append(copy.deepcopy(d.results[2]))


@bug("duplicate")
def a_ticket_has_a_result_and_a_dead_letter(d):
    tickets = d.tickets[(0, 0)].copy()
    d.bury((0, 0), "refused")
    d.tickets[(0, 0)] = tickets


@bug("wrong_verdict")
def neighbours_got_each_others_answers(d):
    one, other = value(d, 0), value(d, 1)
    for name in ("category", "confidence", "summary"):
        one[name], other[name] = other[name], one[name]
    rows = d.ledger_results
    rows[(0, 0)], rows[(0, 1)] = rows[(0, 1)], rows[(0, 0)]


@bug("wrong_id")
def a_result_bears_its_neighbours_id(d):
    value(d, 0)["ticket_id"] = "T-2"


@bug("wrong_id")
def a_result_has_its_neighbours_key(d):
    d.results[0]["key"] = "T-2"


@bug("wrong_text")
def a_content_hash_is_of_another_text(d):
    value(d, 0)["content_hash"] = value(d, 1)["content_hash"]


@bug("wrong_kind")
def a_broken_record_got_a_result(d):
    value(d, 0)["source"] = {"topic": TOPIC, "partition": 1, "offset": 3}


@bug("unknown_source")
def a_result_names_a_record_that_never_was(d):
    value(d, 0)["source"]["offset"] = 77


@bug("trace")
def a_trace_was_not_passed_on(d):
    d.results[0]["headers"] = []


@bug("tombstone_published")
def a_tombstone_got_a_result(d):
    value(d, 0)["source"]["offset"] = 3


@bug("dead_altered")
def a_dead_letter_differs_by_one_byte(d):
    d.dead[0]["value"] = d.dead[0]["value"].replace("cut", "cuT")


@bug("dead_altered")
def a_dead_letter_lost_a_header(d):
    d.dead[0]["headers"].pop(0)


@bug("dead_altered")
def a_dead_letter_has_a_new_timestamp(d):
    d.dead[1]["timestamp"] += 1


@bug("dead_reason")
def a_dead_letter_gives_a_wrong_reason(d):
    next(h for h in d.dead[0]["headers"] if h["name"] == "ticketmill-reason")["value"] = "empty"


@bug("dead_reason")
def a_good_ticket_was_buried(d):
    d.results.pop(5)
    d.ledger_results.pop((0, 2))
    ticket = d.tickets[(0, 2)]
    d.bury((0, 2), "attempts_exhausted")
    d.tickets[(0, 2)].update(text=ticket["text"], hash=ticket["hash"])


@bug("offset_past")
def an_offset_is_past_unfinished_work(d):
    d.case["pending"] = True
    d.results.pop(5)
    d.ledger_results.pop((0, 2))
    d.tickets[(0, 2)]["state"] = 0


@bug("offset_past")
def a_done_set_names_unfinished_work(d):
    d.case["pending"] = True
    d.results.pop(5)
    d.ledger_results.pop((0, 2))
    d.tickets[(0, 2)]["state"] = 0
    d.offsets[0] = {"offset": 2, "metadata": f"1;{LEDGER};0/1;{GROUP}-0;8;0.2"}


@bug("offset_short")
def an_offset_stops_before_the_end(d):
    d.offsets[1]["offset"] -= 1


@bug("offset_missing")
def a_partition_has_no_offset(d):
    d.offsets.pop(1)


@bug("metadata")
def the_metadata_names_another_ledger(d):
    d.offsets[0]["metadata"] = d.offsets[0]["metadata"].replace(LEDGER, "01OTHER")


@bug("metadata")
def the_metadata_is_missing(d):
    d.offsets[0]["metadata"] = ""


@bug("metadata")
def the_metadata_names_another_shard(d):
    d.offsets[0]["metadata"] = d.offsets[0]["metadata"].replace("0/1", "0/2")


@bug("call_cost")
def a_call_costs_one_picodollar_more_than_it_should(d):
    d.calls[0]["cost_pusd"] += 1


@bug("share_sum")
def a_share_is_one_picodollar_short(d):
    d.shares[0]["cost"] -= 1


@bug("share_sum")
def a_share_has_one_token_too_many(d):
    d.shares[0]["tokens"][2] += 1


@bug("share_sum")
def a_call_lacks_the_share_of_one_ticket(d):
    d.shares.pop(1)


@bug("published_cost")
def a_published_cost_is_off_by_one(d):
    cost = value(d, 0)["cost_pusd"] = value(d, 0)["cost_pusd"] + 1
    value(d, 0)["cost_usd"] = f"0.{cost:012d}"


@bug("published_cost")
def an_unknown_cost_is_not_published(d):
    value(d, 3)["cost_unknown_pusd"] = 0


@bug("bad_record")
def the_two_forms_of_a_cost_disagree(d):
    value(d, 0)["cost_usd"] = "0.000000000001"


@bug("bad_record")
def a_result_lacks_a_field(d):
    value(d, 0).pop("prompt_version")


@bug("bill_unlisted")
def a_call_was_billed_twice(d):
    d.witness.append(copy.deepcopy(d.witness[0]))


@bug("bill_unlisted")
def a_call_was_sent_without_being_booked(d):
    d.witness.append({**copy.deepcopy(d.witness[0]), "call_id": "c99"})


@bug("bill_call")
def an_unknown_call_was_about_other_tickets(d):
    d.witness[1]["texts"][0] = d.witness[0]["texts"][0]


@bug("bill_unlisted")
def an_unknown_call_is_booked_as_failed(d):
    d.calls[1].update(state=2, cost_pusd=0)
    for share in d.shares:
        if share["call"] == 2:
            share["cost"] = 0
    for i in (3, 4):
        value(d, i)["cost_unknown_pusd"] = 0


@bug("bill_call")
def an_answered_call_was_never_billed(d):
    d.witness.pop(0)


@bug("bill_call")
def the_provider_counted_other_tokens(d):
    d.witness[0]["completion_tokens"] += 1


@bug("bill_call")
def a_call_was_billed_for_other_tickets(d):
    d.witness[0]["texts"][0] = sha("somebody else's")


@bug("bill_sum")
def the_bill_is_above_settled_and_reserved(d):
    d.witness[1]["completion_tokens"] += 10**6


@bug("reservation")
def a_call_cost_more_than_was_reserved(d):
    d.calls[0]["reserved_pusd"] = d.calls[0]["cost_pusd"] - 1


@bug("call_left_sent")
def a_call_is_still_open(d):
    d.calls[1]["state"] = 0


@bug("paid_copy")
def a_copy_was_paid_for_again(d):
    number = d.call([(1, 2)], 1)
    d.results = [r for r in d.results if r["value"]["source"] != {
        "topic": TOPIC, "partition": 1, "offset": 2}]
    d.publish((1, 2), number)
    for note in d.offsets.values():
        note["metadata"] = f"1;{LEDGER};0/1;{GROUP}-0;{d.seq};"


@bug("reuse")
def a_copy_has_a_cost_of_its_own(d):
    value(d, 2)["tokens"]["input"] = 5


@bug("reuse")
def a_copy_got_another_answer(d):
    value(d, 2)["category"] = d.ledger_results[(1, 2)]["category"] = "other"


@bug("paid_again")
def a_ticket_was_given_a_result_by_two_calls(d):
    number = d.call([(0, 2)], 1, (60, 0, 17))
    d.results.pop(5)
    d.publish((0, 2), number)
    for note in d.offsets.values():
        note["metadata"] = f"1;{LEDGER};0/1;{GROUP}-0;{d.seq};"


@bug("paid_again")
def a_ticket_was_asked_again_though_its_answer_was_good(d):
    d.call([(0, 2)], 1, (60, 0, 17))
    d.shares[-1]["outcome"] = 1
    d.results.pop(5)
    d.publish((0, 2), 4)
    for note in d.offsets.values():
        note["metadata"] = f"1;{LEDGER};0/1;{GROUP}-0;{d.seq};"


@bug("attempts")
def attempts_count_a_call_that_never_answered(d):
    value(d, 3)["attempts"] += 1


@bug("seq")
def a_sequence_number_was_given_out_twice(d):
    d.tickets[(0, 1)]["seq"] = d.tickets[(0, 0)]["seq"]


@bug("seq")
def the_last_sequence_is_behind_its_rows(d):
    d.seq -= 1


@bug("result_ledger")
def the_ledger_has_another_category(d):
    d.ledger_results[(0, 0)]["category"] = "other"


@bug("result_ledger")
def a_result_names_a_call_that_did_not_give_it(d):
    value(d, 0)["call_id"] = "c4"


@bug("ledger_state")
def the_ledger_still_has_a_published_ticket_as_open(d):
    d.tickets[(0, 0)]["state"] = 0


@bug("ledger_missing")
def the_ledger_does_not_know_a_published_ticket(d):
    d.tickets.pop((1, 1))


@bug("comparison_published")
def a_mirrors_answer_was_published(d):
    shadow = next(c for c in d.calls if c["purpose"] == 4)
    value(d, 0)["call_id"] = shadow["call_id"]
    d.ledger_results[(0, 0)]["call"] = shadow["call"]


@bug("published_cost")
def a_mirrors_cost_was_published(d):
    shadow = next(c for c in d.calls if c["purpose"] == 4)
    cost = value(d, 0)["cost_pusd"] = value(d, 0)["cost_pusd"] + shadow["cost_pusd"]
    value(d, 0)["cost_usd"] = f"0.{cost:012d}"


@bug("attempts")
def a_guard_call_counts_as_an_attempt(d):
    value(d, 1)["attempts"] += 1


@bug("compared_again")
def a_ticket_was_mirrored_twice(d):
    d.compare((0, 0), 4)


@bug("opinion")
def what_a_mirror_said_is_not_kept(d):
    d.opinions.pop(0)


@bug("opinion")
def an_opinion_costs_more_than_its_share(d):
    d.opinions[0]["cost_pusd"] += 1


@bug("opinion")
def an_opinion_names_a_primary_call(d):
    d.opinions[0]["call"] = 1


@bug("paid_again")
def a_text_was_asked_for_the_first_time_twice(d):
    d.case["books"] = "full"
    d.call([(0, 0)], 1, (60, 40, 20))


@bug("paid_again")
def an_unsure_answer_was_kept_and_asked_for_twice_more(d):
    d.case["unsure"] = True
    for outcome in (8, 0):
        d.call([(0, 2)], 1, (60, 0, 17), 3)
        d.shares[-1]["outcome"] = outcome
    d.results.pop(5)
    d.publish((0, 2), len(d.calls))
    for note in d.offsets.values():
        note["metadata"] = f"1;{LEDGER};0/1;{GROUP}-0;{d.seq};"


@bug("bill_unlisted")
def a_mirror_call_is_not_booked(d):
    d.witness.append({**copy.deepcopy(d.witness[-1]), "call_id": "c77"})


@bug("bill_call")
def a_call_was_billed_by_another_provider(d):
    d.case["witnesses"] = [{"file": "witness.jsonl", "provider": "other", "endpoint": "e"}]


@bug("bill_call")
def a_call_was_billed_by_another_region(d):
    d.case["witnesses"] = [{"file": "witness.jsonl", "provider": "sim", "endpoint": "f"}]


@bug("bill_call")
def a_call_was_billed_for_another_model(d):
    d.case["models"] = {"sim": {"provider": "sim", "served": "sim-mini"}}


@bug("budget")
def the_bill_is_above_the_cap(d):
    d.case["caps"][0]["usd"] = "0.00001"


@bug("budget")
def the_mirrors_bill_is_above_its_own_cap(d):
    d.case["caps"][1]["usd"] = "0.000001"


@bug("budget")
def a_call_was_sent_without_a_reservation(d):
    d.calls[0]["reserved_pusd"] = None


@bug("budget_unspent")
def a_run_stopped_with_money_left(d):
    d.case["reached"] = True


# ---- running --------------------------------------------------------------------------------


def judged(data):
    with tempfile.TemporaryDirectory() as folder:
        data.write(folder)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            verdict = oracle.judge(folder)
    return verdict.counts, said.getvalue()


def main():
    print(f"1..{len(BUGS) + 1}")
    counts, said = judged(good_run())
    failed = bool(counts)
    print(f"{'not ok' if counts else 'ok'} 1 - a good run is found good")
    if counts:
        print(said)
    for number, (code, spoil) in enumerate(BUGS, 2):
        data = good_run()
        spoil(data)
        counts, said = judged(data)
        failed |= not counts[code]
        print(f"{'ok' if counts[code] else 'not ok'} {number} - {spoil.__name__} is caught")
        if not counts[code]:
            print(f"# expected {code}, found {dict(counts)}\n{said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
