#!/usr/bin/env python3
"""The ledger's disk: full, read-only, gone, damaged, shared. A run that cannot write its books stops
with 73 and loses nothing; damaged books are refused with 65 or are still right, never silently
wrong.

    disk.py [CASE…]      all cases unless named
DISK_FLIPS (60) bytes of a ledger are flipped one at a time, DISK_CUTS (12) ledgers are cut short.
"""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time

import rig
from start_up import FINISHED, ended, exact, finishes, first_problem, put_ledger, slow_job

FLIPS = int(os.environ.get("DISK_FLIPS", "60"))
CUTS = int(os.environ.get("DISK_CUTS", "12"))
CASES = []


def case(function):
    CASES.append(function)
    return function


def may_mount():
    test = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False,
                          stderr=subprocess.DEVNULL)
    return os.geteuid() == 0 and test.returncode == 0


def on_a_small_disk(function):
    """Needs root. Elsewhere RLIMIT_FSIZE stands for a full disk, and this is said."""
    if may_mount():
        return case(function)
    print(f"# left out, no mount without root: {function.__name__}")
    return function


# ---- no room --------------------------------------------------------------------------------


class SmallDisk:
    """A file system of a few MiB under the job's folder; needs root."""

    def __init__(self, job, mebibytes):
        self.folder = os.path.join(job.folder, "small")
        os.mkdir(self.folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", self.folder],
                       check=True)

    def resize(self, mebibytes):
        subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", self.folder], check=True)

    def fill(self, leave):
        """All but `leave` bytes are taken."""
        free = os.statvfs(self.folder)
        n = free.f_bavail * free.f_frsize - leave
        with open(os.path.join(self.folder, "ballast"), "wb") as f:
            os.posix_fallocate(f.fileno(), 0, max(n, 1))

    def empty(self):
        os.remove(os.path.join(self.folder, "ballast"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=False)


def moved_ledger(job, disk):
    """The ledger's files go to the small disk, the configuration after them."""
    job.ledger = os.path.join(disk.folder, "run.db")
    job.config = job.write_config()


def limited(job, file_bytes):
    """A run whose files may not grow above so many bytes: writes fail with EFBIG."""

    def limit():
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    log = os.path.join(job.folder, "limited.log")
    with open(log, "wb") as out:
        status = subprocess.run([rig.PROGRAM, "--config", job.config, "run"], check=False,
                                stdout=out, stderr=subprocess.PIPE, preexec_fn=limit,
                                env=rig.plain_environment(), timeout=300)
    return status.returncode, status.stderr.decode("utf-8", "replace")


@case
def a_file_that_may_not_grow_ends_with_73_and_the_next_run_ends_the_work():
    job = rig.Rig("fsize", 4)
    job.produce(600)
    problem = ended(FINISHED, *job.run())
    if problem:
        return job, problem
    job.produce(1500)
    # The reserve is 8 MiB or so: the log must still be allowed to begin.
    size = max(os.stat(os.path.join(job.folder, n)).st_size for n in os.listdir(job.folder)
               if n.startswith("run.db"))
    outcomes = []
    for extra in (0, 200_000, 1_000_000):
        status, said = limited(job, size + extra)
        outcomes.append(status)
        problem = problem or ended((*FINISHED, 73), status, said)
    job.summary = f"exits {outcomes}"
    return job, problem or first_problem(finishes(job), exact(job, faults=True))


@on_a_small_disk
def a_disk_that_fills_up_ends_with_73_and_the_next_run_with_room_ends_the_work():
    job = rig.Rig("full", 4, sim=("--latency", "50ms,200ms"))
    with SmallDisk(job, 64) as disk:
        moved_ledger(job, disk)
        job.produce(300)
        problem = ended(FINISHED, *job.run())
        job.produce(1200)
        outcomes = []
        for leave in (60_000, 300_000, 900_000):
            if problem:
                break
            disk.fill(leave)
            status, said = job.run()
            outcomes.append(status)
            disk.empty()
            problem = ended((*FINISHED, 73), status, said) or job.judge(pending=True, faults=True)
        if not problem and 73 not in outcomes:
            problem = f"the disk was never full enough: exits {outcomes}"
        problem = problem or first_problem(finishes(job), exact(job, faults=True))
    return job, problem


@on_a_small_disk
def a_new_ledger_on_a_full_disk_is_73_before_anything_is_read():
    job = rig.Rig("full-new", 1)
    with SmallDisk(job, 4) as disk:
        moved_ledger(job, disk)
        job.produce(30)
        disk.fill(0)
        problem = ended(73, *job.run())
        if not problem and job.simulator.ledger()["calls"]:
            problem = "it called the provider"
        disk.empty()
        disk.resize(64)
        problem = problem or first_problem(finishes(job), exact(job))
    return job, problem


# ---- no way in ------------------------------------------------------------------------------


@case
def a_folder_that_does_not_exist_is_73_and_is_named():
    job = rig.Rig("nowhere", 1)
    job.produce(5)
    config = job.write_config("nowhere.yaml",
                              LEDGER=os.path.join(job.folder, "no", "such", "run.db"))
    return job, ended(73, *job.run(config=config), "no/such")


@on_a_small_disk
def a_read_only_disk_is_73_and_changes_nothing():
    job = rig.Rig("readonly", 2)
    with SmallDisk(job, 64) as disk:
        moved_ledger(job, disk)
        job.produce(60)
        problem = ended(FINISHED, *job.run())
        job.produce(60)
        subprocess.run(["mount", "-o", "remount,ro", disk.folder], check=True)
        problem = problem or ended(73, *job.run())
        subprocess.run(["mount", "-o", "remount,rw", disk.folder], check=True)
        problem = problem or first_problem(finishes(job), exact(job))
    return job, problem


@case
def two_runs_at_once_are_one_run_and_a_73_that_names_the_holder():
    job = slow_job("atonce")
    job.produce(200)
    first = job.start()
    time.sleep(1.5 * rig.SLOW)
    status, said = job.run()
    problem = ended(73, status, said, "in use by another run", str(first.pid))
    other = ended(FINISHED, job.wait(first), job.said(first))
    return job, problem or other or job.judge()


# ---- damage ---------------------------------------------------------------------------------


def checkpointed(job):
    """The whole ledger in one file, as a good end leaves it."""
    db = sqlite3.connect(job.ledger)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def half_done(name):
    job = rig.Rig(name, 2)
    job.produce(120)
    problem = ended(FINISHED, *job.run())
    job.produce(60)
    checkpointed(job)
    return job, problem


def published(job):
    rows = []
    for topic in (job.results, job.dead):
        rows += [(topic, line.get("key"), line.get("key_base64"), line.get("value"))
                 for line in rig.ktool_lines("consume", topic)]
    return rows


def damaged(job, damage, name):
    """A copy of the ledger with this damage, run to its end on a group and topics of its own work:
    "" when it was refused, or when the books were right all the same."""
    good = os.path.join(job.folder, "good.db")
    put_ledger(job, good)
    damage(job.ledger)
    before = len(published(job))
    status, said = job.run()
    if status in (65, 70, 73):
        if len(published(job)) != before:
            return f"{name}: refused with {status}, yet something was published"
        return ""
    if status not in FINISHED:
        return f"{name}: exit {status}\n{said[-1200:]}"
    return "finished"


# Violations that speak of the ledger's content only: what readers of the topics see is right.
BOOKS = ("call_", "share_sum", "result_ledger", "attempts", "published_cost", "bill_", "integrity",
         "reservation", "paid_again", "ledger_state", "seq")


def about_the_books(violation):
    return violation.split()[1].startswith(BOOKS)


def keep_good(job):
    good = os.path.join(job.folder, "good.db")
    checkpointed(job)
    job.copy_ledger(good)
    os.chmod(good, 0o600)


def try_damages(name, damages):
    """Each damage on a ledger with tickets waiting. Once a damaged one gets through, the work is
    done and judged, and another batch waits for the next. SQLite has no checksums over what a row
    holds, so a changed text or number may pass: then at most the books are wrong, never what is
    published, and the next damage gets a new job."""
    job, problem = half_done(name)
    size = os.stat(job.ledger).st_size
    counts = {"refused": 0, "harmless": 0, "books told wrong": 0, "books unnoticed": 0}
    keep_good(job)
    for what, damage in damages(size):
        problem = problem or damaged(job, damage, what)
        if problem not in ("", "finished"):
            return job, problem
        if not problem:
            counts["refused"] += 1
            continue
        problem = job.judge()
        if not all(map(about_the_books, problem.splitlines())):
            return job, f"{what}: it ran and was wrong\n{problem}"
        if problem:
            told = job.run("verify", command="ledger")[0] != 0
            counts["books told wrong" if told else "books unnoticed"] += 1
            job.close()
            job, problem = half_done(name)
        else:
            counts["harmless"] += 1
            job.produce(6)
        keep_good(job)
    put_ledger(job, os.path.join(job.folder, "good.db"))
    problem = first_problem(finishes(job), exact(job))
    job.summary = ", ".join(f"{n} {kind}" for kind, n in counts.items())
    return job, problem


def flip_at(offset, bit):
    def damage(path):
        with open(path, "r+b") as f:
            f.seek(offset)
            byte = f.read(1)[0]
            f.seek(offset)
            f.write(bytes([byte ^ 1 << bit]))
    return damage


def cut_to(size):
    return lambda path: os.truncate(path, size)


@case
def a_flipped_bit_is_refused_or_nothing_wrong_is_published():
    dice = random.Random(11)

    def flips(size):
        header = [16, 18, 24, 28, 40, 60, 68, 96]
        for at in (header + [dice.randrange(size) for _ in range(FLIPS)])[:FLIPS]:
            yield f"bit flipped in byte {at}", flip_at(at, dice.randrange(8))

    return try_damages("flip", flips)


@case
def a_ledger_cut_short_is_refused_or_nothing_wrong_is_published():
    dice = random.Random(12)

    def cuts(size):
        ends = [0, 1, 100, 512, 4096, size - 4096, size - 1]
        for n in (ends + [dice.randrange(size) for _ in range(CUTS)])[:CUTS]:
            yield f"cut to {n} of {size} bytes", cut_to(n)

    return try_damages("cut", cuts)


@case
def garbage_in_the_crumb_file_is_no_suspect():
    job = slow_job("crumb")
    dice = random.Random(13)
    problem = ""
    crumb = job.ledger + ".crumb"
    for content in (b"", b"x", bytes(4096), dice.randbytes(4096), b"\xff" * 65536,
                    b"TMCRMB1\0" + b"\xff" * 4088, b"\x54\x4d\x43\x52\x4d\x42\x31\0" +
                    (3).to_bytes(4, "little") + bytes(4) + dice.randbytes(400)):
        if problem:
            break
        with open(crumb, "wb") as f:
            f.write(content)
        os.chmod(crumb, 0o600)
        job.produce(24)
        problem = ended(FINISHED, *job.run())
    return job, problem or job.judge()


@case
def a_crumb_file_that_is_a_link_is_refused():
    job = rig.Rig("crumb-link", 1)
    job.produce(5)
    victim = os.path.join(job.folder, "victim")
    with open(victim, "wb") as f:
        f.write(b"precious")
    os.symlink(victim, job.ledger + ".crumb")
    status, said = job.run()
    problem = ended(73, status, said, ".crumb")
    if not problem and open(victim, "rb").read() != b"precious":
        problem = "the file behind the link was written"
    os.unlink(job.ledger + ".crumb")
    return job, problem or first_problem(finishes(job), exact(job))


@case
def a_stale_log_of_another_ledger_is_never_taken_for_ours():
    """-wal and -shm files left beside a restored ledger."""
    job, problem = half_done("stale")
    if problem:
        return job, problem
    good = os.path.join(job.folder, "good.db")
    job.copy_ledger(good)
    other = rig.Rig("stale-other", 1)
    other.produce(200)
    status = ended(rig.KILLED, *other.run(failpoint="committed:4"))
    put_ledger(job, good)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(other.ledger + suffix):
            shutil.copy(other.ledger + suffix, job.ledger + suffix)
            os.chmod(job.ledger + suffix, 0o600)
    other.close()
    before = published(job)
    status = status or ended((*FINISHED, 65), *job.run())
    if status:
        return job, status
    if published(job) == before:  # refused: the sound ledger goes on
        put_ledger(job, good)
        return job, first_problem(finishes(job), exact(job))
    return job, job.judge()


if __name__ == "__main__":
    rig.run_cases(CASES)
