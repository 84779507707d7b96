#!/bin/sh
# TLS of the HTTP client: a good certificate is taken, every other one is refused before the key
# leaves, by a mere connection as by a call. Each line of a server's log is a request that it could read.
set -eu
here=$(dirname "$0")
client=${TEST_BUILD:-build/release/tests}/integration/llm_tls
tls=$here/../data/tls
dir=$(mktemp -d)
pids=
finish() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$dir"
}
trap finish EXIT
printf 'secret-key-1234\n' >"$dir/key"
chmod 600 "$dir/key"

serve() { # serve CERTIFICATE -> its port in $dir/CERTIFICATE.port, its log in $dir/CERTIFICATE.log
    python3 - "$tls/$1.pem" "$tls/key.pem" "$dir/$1" <<'PYTHON' &
import http.server, os, ssl, sys

BODY = b'{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}'

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[3] + ".log", "a") as log:
            log.write(self.headers["Authorization"] + "\n")
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args):
        pass

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.handle_error = lambda *args: None
with open(sys.argv[3] + ".tmp", "w") as port:
    port.write(str(server.server_address[1]))
os.rename(sys.argv[3] + ".tmp", sys.argv[3] + ".port")
server.serve_forever()
PYTHON
    pids="$pids $!"
    for _ in $(seq 100); do
        [ -f "$dir/$1.port" ] && break
        sleep 0.1
    done
    : >"$dir/$1.log"
}

n=0
check() { # check NAME SERVER CA WANTED REQUESTS
    n=$((n + 1))
    got=$("$client" "https://127.0.0.1:$(cat "$dir/$2.port")/v1" "$3" "$dir/key" 2>&1) || true
    requests=$(wc -l <"$dir/$2.log")
    if [ "$got/$requests" = "$4/$5" ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        echo "# got '$got' with $requests requests instead of '$4' with $5"
    fi
    : >"$dir/$2.log"
}

echo 1..4
for certificate in good wrong_host expired; do serve "$certificate"; done
check "a certificate of the given authority is taken, its connection used twice" \
    good "$tls/ca.pem" "secure, ok 2" 2
check "one of an unknown authority is refused before the key leaves" good - "insecure, not_sent 3" 0
check "one for another host is refused" wrong_host "$tls/ca.pem" "insecure, not_sent 3" 0
check "an expired one is refused" expired "$tls/ca.pem" "insecure, not_sent 3" 0
