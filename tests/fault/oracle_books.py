"""The money side of the oracle: ledger against itself, against what was published, and against the
bill of the simulated provider. Prices are applied here in a few lines of their own, in integers."""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from decimal import Decimal

from oracle_input import as_sent

SENT, ANSWERED, FAILED, UNKNOWN = range(4)
OPEN, RESULT, DEAD, SKIPPED, ADOPTED = range(5)
ACCEPTED, COMPARED, KEPT = 0, 7, 8  # kept: good, but a further tier was asked for a better one
FIRST, REASK, SOLO, ESCALATE, SHADOW, GUARD = range(6)
PRIMARY = (FIRST, REASK, SOLO, ESCALATE)
FLAG_USAGE_ESTIMATED = 1 << 2


def picodollars(usd_per_million):
    """Of one token: USD per million = 10^6 picodollars each, exactly."""
    value = Decimal(usd_per_million) * 10**6
    assert value == int(value), usd_per_million
    return int(value)


class Books:
    def __init__(self, path):
        db = sqlite3.connect(path)
        db.row_factory = sqlite3.Row
        db.text_factory = lambda b: b.decode("utf-8", "replace")
        self.integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
        self.meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
        self.sources = dict(db.execute("SELECT name, source FROM source").fetchall())
        self.calls = {r["call"]: dict(r) for r in db.execute("SELECT * FROM call")}
        self.by_id = {c["call_id"]: c for c in self.calls.values()}
        self.tickets = self.keyed(db, "ticket")
        self.results = self.keyed(db, "result")
        self.shares = db.execute(
            "SELECT source, partition, offset, call, outcome, input_tokens, cached_tokens, "
            "output_tokens, cost_pusd FROM share").fetchall()
        self.outbox = db.execute(
            "SELECT seq, kind, source, partition, offset FROM outbox ORDER BY seq").fetchall()
        self.opinions = [dict(r) for r in db.execute("SELECT * FROM opinion")]
        self.runs = {r["run_id"] for r in db.execute("SELECT run_id FROM run")}
        db.close()
        self.of_call = defaultdict(list)
        self.of_ticket = defaultdict(list)
        for share in self.shares:
            self.of_call[share["call"]].append(share)
            self.of_ticket[share[0:3]].append(share)

    @staticmethod
    def keyed(db, table):
        return {(r["source"], r["partition"], r["offset"]): dict(r)
                for r in db.execute(f"SELECT * FROM {table}")}


class Price:
    def __init__(self, price):
        self.input = picodollars(price["input"])
        self.cached = picodollars(price["cached_input"])
        self.output = picodollars(price["output"])

    def of(self, prompt, cached, completion):
        return (prompt - cached) * self.input + cached * self.cached + completion * self.output


# ---- the ledger in itself -------------------------------------------------------------------


def check_calls(verdict, books, prices, overbills):
    for call in books.calls.values():
        name = f"call {call['call_id']}"
        price = prices.get(call["model"])
        if call["state"] == SENT:
            verdict.add("call_left_sent", name)
        if price is None or call["state"] == SENT:
            continue
        if call["state"] == ANSWERED:
            due = price.of(call["input_tokens"], call["cached_tokens"], call["output_tokens"])
        else:
            due = 0 if call["state"] == FAILED else call["reserved_pusd"]
        if call["cost_pusd"] != due:
            verdict.add("call_cost", f"{name}: {call['cost_pusd']} booked, {due} due")
        if call["state"] == ANSWERED and (call["reserved_pusd"] or 0) < due and not overbills:
            verdict.add("reservation", f"{name}: {due} cost, {call['reserved_pusd']} reserved")


def check_shares(verdict, books):
    for number, call in books.calls.items():
        shares = books.of_call[number]
        name = f"call {call['call_id']}"
        if call["state"] in (ANSWERED, UNKNOWN) and len(shares) != call["tickets"]:
            verdict.add("share_sum", f"{name}: {len(shares)} shares of {call['tickets']} tickets")
        if call["cost_pusd"] is None or call["state"] == SENT:
            continue
        if sum(s["cost_pusd"] for s in shares) != call["cost_pusd"]:
            verdict.add("share_sum", f"{name}: shares do not add up to {call['cost_pusd']}")
        if call["state"] != ANSWERED:
            continue
        for column in ("input_tokens", "cached_tokens", "output_tokens"):
            if sum(s[column] for s in shares) != call[column]:
                verdict.add("share_sum", f"{name}: {column} of the shares do not add up")


def check_sequence(verdict, books):
    known = [t["seq"] for t in books.tickets.values() if t["seq"] is not None]
    twice = [s for s, n in Counter(known).items() if n > 1]
    if twice:
        verdict.add("seq", f"sequence {twice[0]} was given out twice")
    last = max(known + [r["seq"] for r in books.outbox], default=0)
    if int(books.meta.get("last_seq") or 0) < last:
        verdict.add("seq", f"meta says {books.meta.get('last_seq')}, rows go up to {last}")


# ---- ledger and topics ----------------------------------------------------------------------


def own_sums(books, key):
    """What the answered and unknown primary calls of one ticket come to."""
    sums = Counter()
    for share in books.of_ticket[key]:
        call = books.calls.get(share["call"])
        if call is None or call["purpose"] not in PRIMARY:
            continue
        if call["state"] == ANSWERED:
            sums["attempts"] += 1
            sums["accepted"] += share["outcome"] == ACCEPTED
            sums["kept"] += share["outcome"] == KEPT
            sums["cost"] += share["cost_pusd"] or 0
            for kind in ("input", "cached", "output"):
                sums[kind] += share[kind + "_tokens"]
        elif call["state"] == UNKNOWN:
            sums["unknown"] += share["cost_pusd"] or 0
    return sums


def check_paid_once(verdict, case, result, sums, where):
    """One call gave the result. A good answer of low confidence may be asked for once more; it is
    published when nothing better came."""
    if result["reused"]:
        return
    again = min(1, sums["kept"]) if case.settings["unsure"] else 0
    if sums["accepted"] != 1 and not (again and sums["accepted"] == 0):
        verdict.add("paid_again", f"{where}: {sums['accepted']} calls gave it a result")
    if sums["attempts"] > 1 + again and not case.settings["faults"]:
        verdict.add("paid_again", f"{where}: {sums['attempts']} answers were paid for, and the "
                    "first was good")


def check_published_result(verdict, case, books, key, pos, result):
    where = f"partition {pos[0]} offset {pos[1]}"
    row, ticket = books.results.get(key), books.tickets[key]
    if row is None:
        verdict.add("result_ledger", f"{where}: published, but the ledger has no such result")
        return
    same = (row["category"] == result["category"] and row["summary"] == result["summary"] and
            row["confidence_ppm"] == round(result["confidence"] * 10**6) and
            bool(row["needs_review"]) == result["needs_review"] and
            (row["reused_offset"] is not None) == result["reused"])
    if not same:
        verdict.add("result_ledger", f"{where}: the ledger's result is another one")
    if ticket["seq"] != result["seq"] or result["ledger_id"] != books.meta.get("ledger_id"):
        verdict.add("seq", f"{where}: published as {result['seq']}, booked as {ticket['seq']}")
    call = books.calls.get(row["call"])
    if call is None or call["call_id"] != result["call_id"]:
        verdict.add("result_ledger", f"{where}: the call it names did not give it")
    sums = own_sums(books, key)
    if result["attempts"] != sums["attempts"]:
        verdict.add("attempts", f"{where}: {result['attempts']}, the ledger has "
                    f"{sums['attempts']}")
    check_paid_once(verdict, case, result, sums, where)
    if result["cost_pusd"] is not None and result["cost_pusd"] != sums["cost"]:
        verdict.add("published_cost", f"{where}: {result['cost_pusd']} published, "
                    f"{sums['cost']} in the shares")
    if result["cost_unknown_pusd"] != sums["unknown"]:
        verdict.add("published_cost", f"{where}: {result['cost_unknown_pusd']} unknown published, "
                    f"{sums['unknown']} in the shares")
    for kind in ("input", "cached", "output"):
        if result["tokens"].get(kind) != sums[kind]:
            verdict.add("published_cost", f"{where}: {kind} tokens are not those of its shares")


def check_dead_letter(verdict, books, key, pos, letter):
    where = f"partition {pos[0]} offset {pos[1]}"
    sums = own_sums(books, key)
    if letter.header("ticketmill-attempts") != str(sums["attempts"]):
        verdict.add("attempts", f"{where}: dead after {letter.header('ticketmill-attempts')}, the "
                    f"ledger has {sums['attempts']}")
    cost = letter.header("ticketmill-cost-pusd")
    if cost is not None and cost != str(sums["cost"]):
        verdict.add("published_cost", f"{where}: {cost} in the dead letter, {sums['cost']} in the "
                    "shares")


STATE_NAMES = ("open", "result", "dead", "skipped", "adopted")


def check_states(verdict, case, books, source):
    for pos, want in case.expected.items():
        if not case.owned(pos[0]):
            continue
        key = (source, *pos)
        ticket = books.tickets.get(key)
        where = f"partition {pos[0]} offset {pos[1]}"
        published = (RESULT if pos in case.published else
                     DEAD if pos in case.buried else SKIPPED if want.kind == "skip" else OPEN)
        if case.gone(pos):
            continue
        if ticket is None:
            # A tombstone that a stopped run has not come to is no loss.
            if published != OPEN and not (case.settings["pending"] and published == SKIPPED):
                verdict.add("ledger_missing", f"{where}: the ledger does not know it")
            continue
        # A stopped run may have answered what it could not publish any more.
        unpublished = case.settings["pending"] and published == OPEN
        if ticket["state"] not in (published, ADOPTED) and not unpublished:
            verdict.add("ledger_state", f"{where}: {STATE_NAMES[ticket['state']]} in the ledger, "
                        f"{STATE_NAMES[published]} in the topics")
        elif ticket["state"] == RESULT and pos in case.published:
            check_published_result(verdict, case, books, key, pos, case.published[pos])
        elif ticket["state"] == DEAD and pos in case.buried:
            check_dead_letter(verdict, books, key, pos, case.buried[pos])
    for key in books.tickets:
        if key[0] == source and key[1:] not in case.records:
            verdict.add("ledger_state", f"the ledger has partition {key[1]} offset {key[2]}, the "
                        "topic has not")


# ---- the provider's bill --------------------------------------------------------------------


def texts_of(books, number, changed):
    """Hashes of the texts a call carried, sorted, as they were sent."""
    out = []
    for share in books.of_call[number]:
        content = books.tickets.get(share[0:3], {}).get("content_hash")
        name = content.hex() if content else "?"
        out.append(changed.get(name, name))
    return tuple(sorted(out))


def usage(call, names):
    return tuple(call[n] for n in names)


WITNESS_USAGE = ("prompt_tokens", "cached_tokens", "completion_tokens")
LEDGER_USAGE = ("input_tokens", "cached_tokens", "output_tokens")


def check_place(verdict, case, call, line):
    """Was it billed by the one that the ledger says was asked?"""
    offer = case.settings["models"].get(call["model"])
    asked = [call["provider"], call["endpoint"]]
    billed = [line["provider"] or asked[0], line["endpoint"] or asked[1]]
    if offer:
        asked.append(offer["served"])
        billed.append(line["model"])
    if asked != billed:
        verdict.add("bill_call", f"call {call['call_id']}: asked {asked}, billed by {billed}")


def check_line(verdict, case, books, call, line):
    """A billed call against the ledger's; returns its cost if the ledger never saw the answer."""
    name = f"call {call['call_id']}"
    prices, changed, overbills = case.prices, case.changed, case.settings["overbills"]
    check_place(verdict, case, call, line)
    if tuple(sorted(line["texts"])) != texts_of(books, call["call"], changed):
        verdict.add("bill_call", f"{name}: its tickets are not those billed")
    if call["state"] == ANSWERED:
        if not call["flags"] & FLAG_USAGE_ESTIMATED and \
                usage(line, WITNESS_USAGE) != usage(call, LEDGER_USAGE):
            verdict.add("bill_call", f"{name}: tokens are not those billed")
        return 0
    cost = prices[call["model"]].of(*usage(line, WITNESS_USAGE))
    if call["state"] != UNKNOWN:
        verdict.add("bill_unlisted", f"{name} was billed, the ledger has it in state "
                    f"{call['state']}")
    elif cost > call["reserved_pusd"] and not overbills:
        verdict.add("reservation", f"unknown {name}: {cost} billed, {call['reserved_pusd']} "
                    "reserved")
    return cost


def changed_texts(case):
    """Hash of a text as it was read → as it was sent, for those that differ."""
    texts = ((e.hash, e.text) for e in case.expected.values() if e.hash)
    return {name: hashlib.sha256(as_sent(text).encode()).hexdigest() for name, text in texts
            if as_sent(text) != text}


def match_bill(verdict, case, books, witness):
    """Each billed call is one of the ledger's, under the id that was sent along. Returns what was
    billed without the answer having arrived, and how many calls that were."""
    seen, unseen, extra = set(), 0, 0
    for line in witness:
        call = books.by_id.get(line["call_id"])
        if call is None or line["call_id"] in seen:
            verdict.add("bill_unlisted", f"call {line['call_id']} was billed "
                        f"{'twice' if call else 'and is not in the ledger'}")
            continue
        seen.add(line["call_id"])
        extra += check_line(verdict, case, books, call, line)
        unseen += call["state"] != ANSWERED
    for call in books.calls.values():
        if call["state"] == ANSWERED and call["call_id"] not in seen:
            verdict.add("bill_call", f"call {call['call_id']} is answered, but nobody billed it")
    return unseen, extra


def line_cost(case, books, line):
    """By the price of the offer that was asked; by its name where the ledger does not know it."""
    call = books.by_id.get(line["call_id"])
    price = case.prices.get(call["model"] if call else line["model"])
    return price.of(*usage(line, WITNESS_USAGE)) if price else 0


def check_bill(verdict, case, books):
    witness = list(case.witness())
    bill = sum(line_cost(case, books, w) for w in witness)
    settled = sum(c["cost_pusd"] for c in books.calls.values()
                  if c["state"] == ANSWERED and c["cost_pusd"] is not None)
    reserved = sum(c["reserved_pusd"] for c in books.calls.values() if c["state"] == UNKNOWN)
    case.changed = changed_texts(case)
    unseen, extra = match_bill(verdict, case, books, witness)
    estimated = sum(1 for c in books.calls.values() if c["flags"] & FLAG_USAGE_ESTIMATED)
    most = settled + reserved if not case.settings["overbills"] else bill
    if not estimated and not settled <= bill <= most:
        verdict.add("bill_sum", f"bill {bill}, settled {settled}, unknown at most {reserved}")
    if not estimated and bill != settled + extra:
        verdict.add("bill_sum", f"bill {bill} is not settled {settled} + unseen {extra}")
    states = Counter(c["state"] for c in books.calls.values())
    return (f"{states[ANSWERED]} calls answered, {states[FAILED]} failed, {states[UNKNOWN]} "
            f"unknown ({unseen} of them billed); bill {bill} pUSD")


def check(verdict, case, books):
    if books.integrity != "ok":
        verdict.add("integrity", books.integrity)
    case.prices = {name: Price(p) for name, p in case.settings["prices"].items()}
    check_calls(verdict, books, case.prices, case.settings["overbills"])
    check_shares(verdict, books)
    check_sequence(verdict, books)
    if case.settings["books"] != "full":
        return "ledger knows a part of the history only"
    source = books.sources.get(case.topic)
    if source is None:
        verdict.add("ledger_missing", f"the ledger does not know the topic {case.topic}")
        return "no books"
    check_states(verdict, case, books, source)
    return check_bill(verdict, case, books)
