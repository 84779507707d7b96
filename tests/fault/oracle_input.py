"""What each input record deserves, worked out from its bytes alone.

Written from the input's contract, not from the program: a tombstone is skipped, a ticket gets one
result, anything else one dead letter with one of the reasons that its bytes allow.
"""

import base64
import hashlib
import json
import re

MAX_DEPTH = 32
MAX_ID_BYTES = 512
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + \
    "".join(map(chr, [*range(0x202a, 0x202f), *range(0x2061, 0x2070)]))


class Record:
    """A record of a topic as ktool prints it: bytes or None for key and value."""

    __slots__ = ("partition", "offset", "timestamp", "key", "value", "headers")

    def __init__(self, line):
        self.partition = line["partition"]
        self.offset = line["offset"]
        self.timestamp = line.get("timestamp", -1)
        self.key = read_bytes(line, "key")
        self.value = read_bytes(line, "value")
        self.headers = [(h["name"], read_bytes(h, "value")) for h in line.get("headers", [])]

    @property
    def pos(self):
        return (self.partition, self.offset)

    def header(self, name):
        for known, value in reversed(self.headers):
            if known == name:
                return None if value is None else value.decode("utf-8", "replace")
        return None


def read_bytes(line, name):
    if line.get(name + "_base64") is not None:
        return base64.b64decode(line[name + "_base64"])
    text = line.get(name)
    return None if text is None else text.encode("utf-8", "surrogatepass")


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


class Expected:
    """kind is skip, ticket or dead; a ticket has id, text and hash, a dead one its reasons."""

    __slots__ = ("kind", "reasons", "id", "own_id", "text", "hash", "cut")

    def __init__(self, kind, reasons=()):
        self.kind = kind
        self.reasons = frozenset(reasons)
        self.id = self.own_id = self.text = self.hash = None
        self.cut = False


class Broken(Exception):
    pass


def dead(*reasons):
    return Expected("dead", reasons)


def first_wins(pairs):
    out = {}
    for name, value in pairs:
        out.setdefault(name, value)
    return out


def refuse_constant(name):
    raise Broken(name)


def too_deep(text):
    depth = 0
    inside = escaped = False
    for c in text:
        if inside:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                inside = False
        elif c == '"':
            inside = True
        elif c in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif c in "]}":
            depth -= 1
    return False


def forbidden_characters(node):
    """NUL or half a surrogate pair in any string or name of the document."""
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, str):
            if "\0" in at or any(0xD800 <= ord(c) <= 0xDFFF for c in at):
                return True
        elif isinstance(at, list):
            stack.extend(at)
        elif isinstance(at, dict):
            stack.extend(at)
            stack.extend(at.values())
    return False


def clean(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\t\n" or not (ord(c) < 32 or 127 <= ord(c) < 160))


def blank(text):
    return all(c.isspace() or c in INVISIBLE for c in text)


def as_sent(text):
    """Tokens of chat templates are taken apart on the way to the model."""
    return re.sub(r"<(?=\||/think>)", "< ", text, flags=re.IGNORECASE)


def text_field(ticket, name):
    value = ticket.get(name)
    if not isinstance(value, str):
        return None
    value = clean(value)
    return None if blank(value) else value


def identity(ticket, record):
    """The ticket's own id, else the record's key, else None; Broken when it is unusable."""
    own = ticket.get("ticket_id")
    if isinstance(own, bool) or not isinstance(own, (str, int)):
        own = None
    own = str(own) if own is not None else None
    if own:
        if len(own.encode("utf-8")) > MAX_ID_BYTES:
            raise Broken("id too long")
        return own
    if record.key and len(record.key) <= MAX_ID_BYTES and b"\0" not in record.key:
        try:
            return record.key.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return None


def parse(text):
    """The document in a list (it may be null), None when it is none."""
    if too_deep(text):
        return None
    try:
        return [json.loads(text, object_pairs_hook=first_wins, parse_constant=refuse_constant)]
    except (ValueError, Broken):
        return None


def expect(record, topic, max_bytes, max_text):
    value = record.value
    if value is None:
        return Expected("skip")
    if value[:1] == b"\0":
        return dead("unsupported_format")
    if len(value) > max_bytes:
        return dead("too_long")
    if not value.strip(b" \t\r\n"):
        return dead("empty")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        # Where the bad byte stands outside of strings, either word for it is true.
        sound = parse(value.decode("utf-8", "replace"))
        return dead("invalid_utf8") if sound is not None else dead("invalid_utf8", "invalid_json")
    ticket = parse(text)
    if ticket is None:
        return dead("invalid_json")
    ticket = ticket[0]
    if forbidden_characters(ticket):
        return dead("invalid_json", "invalid_utf8")
    if not isinstance(ticket, dict):
        return dead("invalid_json")
    try:
        own = identity(ticket, record)
    except Broken:
        return dead("invalid_json")
    parts = [p for p in (text_field(ticket, "subject"), text_field(ticket, "body")) if p]
    if not parts:
        return dead("empty")
    out = Expected("ticket")
    out.own_id = own
    out.id = own if own is not None else f"{topic}/{record.partition}/{record.offset}"
    out.text = "\n\n".join(parts)
    out.cut = len(out.text.encode("utf-8")) > max_text
    out.hash = None if out.cut else hashlib.sha256(out.text.encode("utf-8")).hexdigest()
    return out
