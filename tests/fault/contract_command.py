#!/usr/bin/env python3
"""Command line and configuration file against the contract; no broker is needed."""

import os
import re
import subprocess
import sys
import tempfile

import rig

SMALLEST = """
kafka: {brokers: "127.0.0.1:1"}
providers: {p: {endpoints: [{url: "https://p.example/v1"}], redaction: false}}
models: {m: {provider: p}}
tiers: {t: [m], t2: [m]}
routes: [{tier: t}]
"""
SECRET = "hunter2-streng-geheim"
BAD = f"""kafka:
  brokers: "127.0.0.1:1"
  input_topik: {SECRET}
  group: "a b {SECRET}"
  publish: sometimes
ticket: {{max_bytes: 12 parsecs, id: {SECRET}}}
classification:
  review_below: 1.5
  categories: {{}}
packing:
  linger: 200
  max_tickets: 0
  max_tickets: 3
run: {{max_dead_percent: 101, window: {{tickets: -1}}}}
providers:
  p:
    endpoints: [{{url: "http://{SECRET}.example/v1"}}]
    key_env: KEY
    key_file: {SECRET}
    headers: {{x: "${{NOBODY_SET_THIS}}"}}
models:
  m: {{provider: q, price: {{input: 0.1234567, output: cheap}}, extra_body: {{messages: 1}}}}
tiers: {{t: [mm]}}
routes: [{{tier: tt}}]
"""
BAD_LINES = {3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 17, 19, 20, 22, 23, 24}
COMMANDS = ["run", "report", "labels", "estimate", "compare", "probe", "check", "dlq", "show",
            "ledger", "simulate", "demo"]
NOT_YET = {  # appended to the smallest file
    "runs_topic": None, "metrics": "admin: {text_file: m.prom}",
}


def program(*args, text=None, **env):
    with tempfile.TemporaryDirectory() as folder:
        if text is not None:
            with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as f:
                f.write(text)
            args = ("--config", os.path.join(folder, "c.yaml"), *args)
        done = subprocess.run([rig.PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=30 * rig.SLOW, check=False, cwd=folder,
                              stdin=subprocess.DEVNULL, env=rig.plain_environment(**env))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def help_and_version():
    problems = []
    for command in [[], *([c] for c in COMMANDS)]:
        status, out, err = program(*command, "--help")
        good = status == 0 and not err and "ticketmill" in out
        if not good:
            problems.append(f"--help of {command}: {status} {err}")
    status, out, err = program("--version", "--verbose")
    for library in ("librdkafka", "curl", "sqlite", "cjson", "libuv", "fyaml", "microhttpd"):
        if library not in out.lower():
            problems.append(f"--version --verbose lacks {library}")
    for args in ([], ["nonsense"], ["run", "--nonsense"], ["run", "extra"], ["report", "--format",
                 "xml"], ["show"], ["--config"], ["run", "--limit", "0x"], ["run", "--limit", "-1"]):
        status, out, err = program(*args)
        if status != 64 or out or not err:
            problems.append(f"{args}: status {status}, not 64: {out[:80]}{err[:80]}")
    return problems


def all_mistakes_at_once():
    status, out, err = program("check", text=BAD)
    problems = [] if status == 78 else [f"status {status}"]
    lines = {int(n) for n in re.findall(r"c\.yaml:(\d+):\d+: ", err)}
    if lines != BAD_LINES:
        problems.append(f"mistakes missed on lines {sorted(BAD_LINES - lines)}, invented on "
                        f"{sorted(lines - BAD_LINES)}:\n{err}")
    if SECRET in err or "sometimes" not in err or "1.5" not in err or "12 parsecs" in out:
        problems.append("free strings are shown, or values are not:\n" + err)
    if "input_topic" not in err:
        problems.append("the nearest key is not named")
    if out:
        problems.append(f"stdout: {out[:200]}")
    return problems


def printed_and_masked():
    text = SMALLEST.replace("redaction: false", "redaction: false, key_env: MY_KEY, "
                            f"headers: {{x-api-key: {SECRET}, x-a: plain}}")
    text = text.replace("provider: p", f"provider: p, extra_body: {{api_key: {SECRET}, n_1: 10}}")
    status, out, err = program("check", "--print", text=text, MY_KEY=SECRET)
    problems = [] if status == 0 else [f"status {status}: {err}"]
    if SECRET in out + err:
        problems.append("a secret is printed")
    for word in ("max_tickets: 10", "linger: 200ms", "review_below: 0.6", "stall_after: 15m",
                 "input_topic: \"tickets\"", "temperature: 0.2"):
        if word not in out:
            problems.append(f"{word} is not printed")
    status, again, err = program("check", "--print", text=out.replace("***", "x"), MY_KEY="x")
    if status or again.replace("***", "x") != out.replace("***", "x"):
        problems.append(f"what is printed is not read back alike: {status} {err}")
    return problems


def not_available_yet():
    problems = []
    for name, extra in NOT_YET.items():
        text = SMALLEST + (extra or "") + "\n"
        if name == "runs_topic":
            text = text.replace('1"}', '1", runs_topic: r}', 1)
        status, out, err = program("run", text=text)
        if status != 78 or "not available yet" not in err or out:
            problems.append(f"{name}: {status} {err[:300]}")
    status, out, err = program("report", "--format", "html", text=SMALLEST)
    if status != 78 or "not available yet" not in err or out:
        problems.append(f"report --format html: {status} {err[:300]}")
    return problems


CASES = [help_and_version, all_mistakes_at_once, printed_and_masked, not_available_yet]

if __name__ == "__main__":
    tap = rig.Tap()
    for case in CASES:
        if not sys.argv[1:] or case.__name__ in sys.argv[1:]:
            tap.say(case.__name__, "\n".join(case()))
    tap.end()
