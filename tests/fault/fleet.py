"""A job with several providers, each endpoint of them a simulated one of its own on the loopback,
with a bill and a log of every call. What a run did can be read off at those it asked.

Times are seconds since the epoch, as in the witnesses' logs.
"""

import json
import os
import random
import sqlite3
import subprocess
import threading
import time

import rig

WORDS = ("order parcel refund invoice card charge login password settings crash update app screen "
         "delivery courier address account plan subscription cancel renewal email phone battery "
         "charger cable colour size return label shop basket voucher discount tax receipt").split()
ANSWERED = 200


def body(dice, words=40):
    return " ".join(dice.choice(WORDS) for _ in range(words)) + "."


def tickets(count, seed=1, words=40, **fields):
    """Plain tickets with texts of their own; `fields` are put into each."""
    dice = random.Random(seed)
    return [{"ticket_id": f"S{seed}-{i:05d}", "language": "en",
             "subject": f"About {dice.choice(WORDS)} {i}", "body": body(dice, words), **fields}
            for i in range(count)]


class Fleet(rig.Rig):
    """providers: {name: {"endpoints": {name: [simulator options]} or [options], "key": text or
    None, …keys of the configuration}}. An endpoint's name is that of its simulator, so they are
    all different. models: {name: {"provider": …, …}}; `rest`: other sections of the file."""

    def __init__(self, name, providers, models, tiers, routes=None, partitions=2, **rest):
        self.providers, self.models = providers, models
        self.sims = {}
        self.rest = {"tiers": tiers, "routes": routes or [{"tier": next(iter(tiers))}], **rest}
        super().__init__(name, partitions)
        self.case["prices"] = {m: self.model(m)["price"] for m in models
                               if self.model(m)["price"] is not None}
        self.case["models"] = {m: {"provider": models[m]["provider"],
                                   "served": self.model(m)["served_name"]} for m in models}
        self.case["witnesses"] = [
            {"file": f"witness-{e}.jsonl", "provider": p, "endpoint": e}
            for p in providers for e in providers[p]["endpoints"]]

    def start_providers(self, sim):
        for name, provider in self.providers.items():
            if "key" in provider:
                self.write_key(name, provider["key"])
            for endpoint, spec in provider["endpoints"].items():
                options = list(spec["sim"] if isinstance(spec, dict) else spec)
                if "key" in provider:
                    options += ["--key", provider["key"]]
                self.sims[endpoint] = rig.Simulator(self.folder, *options, name=endpoint)

    def stop_providers(self):
        for sim in self.sims.values():
            sim.stop()

    def key_file(self, provider):
        return os.path.join(self.folder, f"key-{provider}")

    def write_key(self, provider, key):
        path = self.key_file(provider)
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write(key + "\n")
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    def model(self, name):
        return {"served_name": name, "price": rig.PRICE, **self.models[name]}

    def provider_section(self, name):
        spec = self.providers[name]
        own = {k: v for k, v in spec.items() if k not in ("endpoints", "key")}
        endpoints = []
        for endpoint, options in spec["endpoints"].items():
            more = {k: v for k, v in options.items() if k != "sim"} \
                if isinstance(options, dict) else {}
            endpoints.append({"name": endpoint, "url": self.sims[endpoint].url, **more})
        if "key" in spec:
            own["key_file"] = self.key_file(name)
        return {"timeout": "5s", "connect_timeout": "1s", "max_in_flight": 16,
                "redaction": False, "endpoints": endpoints, **own}

    @staticmethod
    def priced(model):
        return {k: v for k, v in model.items() if not (k == "price" and v is None)}

    def write_config(self, name="run.yaml", **changes):
        """JSON is YAML. Sections in `changes` replace those of the fleet."""
        config = {
            "kafka": {"brokers": rig.BROKERS, "input_topic": self.input,
                      "results_topic": self.results, "dead_letter_topic": self.dead,
                      "replay_topic": f"{self.name}-replay", "group": self.group},
            "ledger": {"path": self.ledger},
            "packing": {"max_tickets": 5, "linger": "20ms"},
            "run": {"stall_after": "30s", "shutdown_grace": "5s", "max_dead_percent": 100},
            "guard": {"percent": 0},
            # As usual, but what is denied waits seconds, not minutes.
            "retry_budget": {"percent": 10, "floor": 10, "window": "10s"},
            "providers": {p: self.provider_section(p) for p in self.providers},
            "models": {m: self.priced(self.model(m)) for m in self.models}}
        for part in (self.rest, changes):
            for key, value in part.items():
                merged = isinstance(value, dict) and key in ("packing", "run", "guard")
                config[key] = {**config[key], **value} if merged else value
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f, indent=1)
        return path

    def send(self, records):
        """Tickets made here, to the partitions in turn."""
        text = "".join(
            json.dumps({"partition": (self.produced + i) % self.partitions,
                        "key": r["ticket_id"], "timestamp": 1795000000000 + i,
                        "value_base64": None, "value": json.dumps(r)}) + "\n"
            for i, r in enumerate(records))
        subprocess.run([rig.KTOOL, "-b", rig.BROKERS, "produce", self.input], input=text,
                       text=True, check=True)
        self.produced += len(records)
        return records

    # ---- what happened ----------------------------------------------------------------------

    def calls(self, endpoint, since=0.0, until=float("inf")):
        return [c for c in self.sims[endpoint].calls() if since <= c["at_us"] / 1e6 < until]

    def await_call(self, seconds=20):
        """Until somebody was asked: how long start-up takes is another matter."""
        patience = time.monotonic() + seconds
        while not any(sim.calls() for sim in self.sims.values()) and time.monotonic() < patience:
            time.sleep(0.02)

    def billed(self, endpoint):
        return list(rig.lines(self.sims[endpoint].bill))

    def published(self):
        """Result values by ticket id, of the last judge()."""
        return {v["ticket_id"]: v for v in
                (json.loads(line["value"]) if isinstance(line["value"], str) else line["value"]
                 for line in rig.lines(os.path.join(self.folder, "results.jsonl")))}

    def report(self):
        out = subprocess.run([rig.PROGRAM, "--config", self.config, "report", "--format", "json"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             check=False, env=rig.plain_environment())
        if out.returncode != 0:
            raise RuntimeError(f"report ended with {out.returncode}: {out.stderr[-500:]}")
        return json.loads(out.stdout)

    def outages(self, endpoint):
        """Causes of what the report lists for it."""
        return [o["cause"] for o in self.report()["outages"] if o["endpoint"] == endpoint]

    def explained(self, records, *options):
        """Tier by ticket id, as `check --explain` foretells."""
        path = os.path.join(self.folder, "explained.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(r) + "\n" for r in records)
        out = subprocess.run(
            [rig.PROGRAM, "check", "--config", self.config, "--explain", path, "--format", "json",
             *options], stdout=subprocess.PIPE, text=True, check=True,
            env=rig.plain_environment())
        return {t["ticket_id"]: t["tier"] for t in json.loads(out.stdout)["tickets"]}

    def query(self, sql, *values):
        path = os.path.join(self.folder, "query.db")
        if os.path.exists(path):
            os.unlink(path)
        self.copy_ledger(path)
        db = sqlite3.connect(path)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()


class Script:
    """Does things to the simulators at set times after it is started; keeps when it did them."""

    def __init__(self, *steps):
        self.steps = steps
        self.done = []
        self.thread = threading.Thread(target=self.play, daemon=True)

    def play(self):
        began = time.monotonic()
        for after, action in self.steps:
            time.sleep(max(0.0, began + after - time.monotonic()))
            self.done.append(time.time())
            action()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.thread.join()


def first_after(calls, moment, status=ANSWERED):
    """Seconds from that moment to the first call of that status that came in later; None = none."""
    later = [c["at_us"] / 1e6 - moment for c in calls
             if c["status"] == status and c["at_us"] / 1e6 >= moment]
    return min(later, default=None)


def by_status(calls):
    out = {}
    for call in calls:
        out[call["status"]] = out.get(call["status"], 0) + 1
    return out


def case_of(cases):
    """The decorator @case(thinned=…) that adds a scenario to that list; thinned ones run in CI."""
    def case(thinned):
        def register(function):
            function.thinned = thinned
            cases.append(function)
            return function
        return register
    return case
