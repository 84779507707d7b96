"""What several models and caps add to the books: comparing calls never reach a result, every
opinion is of what was really said, and no cap is passed by anything we reserved."""

from collections import Counter, defaultdict
from decimal import Decimal

from oracle_books import ANSWERED, COMPARED, FIRST, GUARD, PRIMARY, SHADOW, line_cost

COMPARING = {SHADOW: "shadow", GUARD: "guard"}


def where(key):
    return f"partition {key[1]} offset {key[2]}"


# ---- comparing calls ------------------------------------------------------------------------


def check_results(verdict, books):
    """A published answer comes from a primary call."""
    for key, row in books.results.items():
        call = books.calls.get(row["call"])
        if call and call["purpose"] not in PRIMARY:
            verdict.add("comparison_published", f"{where(key)}: its result is from the "
                        f"{COMPARING[call['purpose']]} call {call['call_id']}")


def check_once(verdict, books):
    """A ticket is compared at most once in each way: more would be paid for nothing."""
    seen = Counter()
    for share in books.shares:
        call = books.calls.get(share["call"])
        if call and call["purpose"] in COMPARING and call["state"] == ANSWERED:
            seen[(share[0:3], call["purpose"])] += 1
    for (key, purpose), times in seen.items():
        if times > 1:
            verdict.add("compared_again", f"{where(key)}: {times} answered {COMPARING[purpose]} "
                        "calls")


def check_opinions(verdict, books):
    """Each is of a shadow or guard call and costs what its share does; and none is missing."""
    shares = {(s[0:3], s["call"]): s for s in books.shares}
    known = set()
    for row in books.opinions:
        key = (row["source"], row["partition"], row["offset"])
        known.add((key, row["call"]))
        call = books.calls.get(row["call"])
        share = shares.get((key, row["call"]))
        if call is None or share is None or call["purpose"] not in COMPARING:
            verdict.add("opinion", f"{where(key)}: no shadow or guard call {row['call']} carried it")
        elif row["cost_pusd"] != share["cost_pusd"]:
            verdict.add("opinion", f"{where(key)}: cost {row['cost_pusd']}, its share is "
                        f"{share['cost_pusd']}")
    for (key, number), share in shares.items():
        if share["outcome"] == COMPARED and (key, number) not in known:
            verdict.add("opinion", f"{where(key)}: what call {number} said of it is not kept")


# ---- texts and bills ------------------------------------------------------------------------


def check_texts(verdict, case, books):
    """However often a text was billed, the ledger has a call for each time, and the reason why it
    was asked again stands in the call's purpose."""
    if case.settings["faults"] or case.settings["books"] != "full":
        return
    firsts = defaultdict(list)
    for share in books.shares:
        call = books.calls.get(share["call"])
        if call and call["purpose"] == FIRST and call["state"] == ANSWERED:
            firsts[share[0:3]].append(call["call_id"])
    for key, calls in firsts.items():
        if len(calls) > 1:
            verdict.add("paid_again", f"{where(key)}: asked for the first time by "
                        f"{', '.join(calls)}")


# ---- caps -----------------------------------------------------------------------------------


def counts(cap, call):
    if cap["wall"] == "shadow":
        return call["purpose"] in COMPARING
    if cap["wall"] == "tier":
        return call["purpose"] in PRIMARY and call["tier"] == cap["tier"]
    return True


def booked(call):
    return call["cost_pusd"] or 0


def check_cap(verdict, case, books, cap, billed):
    limit = int(Decimal(cap["usd"]) * 10**12)
    calls = [c for c in books.calls.values() if counts(cap, c)]
    name = f"{cap['wall']} {cap.get('tier', '')}".strip()
    over = sum(max(0, billed[c["call_id"]] - (c["reserved_pusd"] or 0)) for c in calls)
    over = over if case.settings["overbills"] else 0
    spent = sum(map(booked, calls))
    bill = sum(billed[c["call_id"]] for c in calls)
    if bill > limit + over:
        verdict.add("budget", f"{name}: {bill} billed, the cap is {limit}, billed above "
                    f"reservations {over}")
    if spent > limit + over:
        verdict.add("budget", f"{name}: {spent} booked, the cap is {limit}")
    return limit - spent


def check_rest(verdict, books, cap, left):
    """A run that stopped at its cap could not have paid for one more pack."""
    largest = max((c["reserved_pusd"] or 0 for c in books.calls.values() if counts(cap, c)),
                  default=0)
    if left >= largest:
        verdict.add("budget_unspent", f"stopped with {left} left; a call takes at most {largest}")


def check_unpriced(verdict, books):
    for call in books.calls.values():
        if call["reserved_pusd"] is None:
            verdict.add("budget", f"call {call['call_id']}: sent without a reservation under a "
                        "budget")


def check_caps(verdict, case, books):
    billed = Counter()
    for line in case.witness():
        billed[line["call_id"]] += line_cost(case, books, line)
    left = [check_cap(verdict, case, books, cap, billed) for cap in case.settings["caps"]]
    if case.settings["caps"]:
        check_unpriced(verdict, books)
    if case.settings["reached"]:
        check_rest(verdict, books, case.settings["caps"][0], left[0])


def check(verdict, case, books):
    check_results(verdict, books)
    check_once(verdict, books)
    check_opinions(verdict, books)
    check_texts(verdict, case, books)
    check_caps(verdict, case, books)
