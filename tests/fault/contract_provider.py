"""A provider written from the contract alone, with other habits than the simulator: usage in the
shapes of several vendors, extra members, content in parts, and whatever a test puts into `reply`.
It keeps every request byte for byte and what it billed for it.
"""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Call:
    """One request, and what was answered."""

    def __init__(self, path, headers, raw):
        self.path, self.headers, self.raw = path, headers, raw
        self.body = json.loads(raw)
        self.system, self.user = (m["content"] for m in self.body["messages"])
        self.tickets = [(t["id"], t["text"]) for t in json.loads(self.user)["tickets"]]
        self.status, self.usage, self.items = 0, None, {}


def classify(text, categories):
    """Category and confidence, by the text alone."""
    digest = hashlib.sha256(text.encode()).digest()
    return categories[digest[0] % len(categories)], 50 + digest[1] % 50


def item(ticket_id, text, categories):
    category, percent = classify(text, categories)
    return json.dumps({"id": ticket_id, "category": category, "confidence": percent / 100,
                       "summary": "Zusammenfassung: " + text[:20].split("\n")[0].strip()
                                  .replace('"', "")}, ensure_ascii=False)


def usage_of(call, content, shape):
    """(input, cached, output) and the vendor's way to say it."""
    prompt = len(call.raw) // 3 + 7
    cached = len(call.system.encode()) // 5 if shape != "plain" else 0
    output = len(content.encode()) // 3 + 3
    usage = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
    if shape == "openai":
        usage["prompt_tokens_details"] = {"cached_tokens": cached, "audio_tokens": 0}
        usage["completion_tokens_details"] = {"reasoning_tokens": 1}
    elif shape == "deepseek":
        usage.update(prompt_cache_hit_tokens=cached, prompt_cache_miss_tokens=prompt - cached)
    elif shape == "kimi":
        usage["cached_tokens"] = cached
    return (prompt, cached, output), usage


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # connections that a killed or stopping run left behind


class Provider:
    def __init__(self, categories, shape="plain", reply=None):
        self.categories, self.shape, self.reply = categories, shape, reply
        self.calls, self.lock = [], threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                call = Call(self.path, self.headers, raw)
                with provider.lock:
                    provider.calls.append(call)
                    number = len(provider.calls)
                status, headers, body = provider.answer(call, number)
                try:
                    self.send(status, headers, body)
                except OSError:  # nobody waited for it
                    self.close_connection = True

            def send(self, status, headers, body):
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/compat/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, call, number):
        if self.reply:
            other = self.reply(call, number)
            if other is not None:
                if len(other) == 3:
                    call.status = other[0]
                    return other[0], other[1], json.dumps(other[2]).encode()
                return self.good(call, other[0])
        return self.good(call)

    def good(self, call, rewrite=None):
        """rewrite: items by id -> the content to send instead."""
        call.items = {i: item(i, t, self.categories) for i, t in call.tickets}
        refusal = None
        content = rewrite(call) if rewrite else None
        if rewrite and content is None:
            refusal = "I cannot help with that."
        elif not rewrite:
            content = '{ "results": [\n ' + ",\n ".join(call.items.values()) + " ] }"
        call.usage, usage = usage_of(call, content or refusal, self.shape)
        call.status = 200
        message = {"role": "assistant", "content": content, "refusal": refusal}
        if self.shape == "deepseek":
            message["reasoning_content"] = "…"
        if self.shape == "kimi":
            message["content"] = [{"type": "text", "text": content}]
        body = {"id": f"chatcmpl-{len(call.raw)}",
                "object": "chat.completion", "created": 1, "model": call.body["model"],
                "system_fingerprint": None, "x_vendor": {"nested": [1, 2.5, None]},
                "choices": [{"index": 0, "message": message, "logprobs": None,
                             "finish_reason": "stop"}], "usage": usage}
        return 200, {"x-request-id": "r-1"}, json.dumps(body).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def split(total, weights):
    """Largest remainder; ties go to the first."""
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * w // whole for w in weights]
    rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in rest[:total - sum(parts)]:
        parts[i] += 1
    return parts


def shares(call, price):
    """Text -> (input, cached, output tokens, picodollars) of an answered call. price: picodollars
    per token of (input, cached input, output)."""
    n, system = len(call.tickets), len(call.system.encode())
    weights = [system + n * len(text.encode()) for _, text in call.tickets]
    total, cached, output = call.usage
    fresh_parts, cached_parts = split(total - cached, weights), split(cached, weights)
    out_parts = split(output, [len(call.items.get(i, "").encode()) for i, _ in call.tickets])
    return {text: (f + c, c, o, f * price[0] + c * price[1] + o * price[2])
            for (_, text), f, c, o in zip(call.tickets, fresh_parts, cached_parts, out_parts)}
