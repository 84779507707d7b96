#!/usr/bin/env bash
# One Kafka broker for tests: KRaft, a single JVM, 127.0.0.1 only, all of its data in DIR.
#   kafka.sh prepare                     fetch the jars (done by start when needed)
#   kafka.sh start DIR [KEY=VALUE…]      new broker on free ports; prints HOST:PORT. Extra broker settings
#   kafka.sh stop [-9] DIR               end it: politely, or by SIGKILL
#   kafka.sh restart DIR                 start a stopped one again: same ports, same data
#   kafka.sh bootstrap DIR               prints HOST:PORT
#   kafka.sh topic DIR NAME PARTITIONS [KEY=VALUE…]
#   kafka.sh delete DIR NAME…
#   kafka.sh consume DIR NAME [read_committed|read_uncommitted]
# The jars come from Maven Central once, into build/kafka/libs. Topics are handled by ktool
# ($KTOOL, else build/release/ktool), which can do more than the short forms here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
libs=$root/build/kafka/libs
ktool=${KTOOL:-$root/build/release/ktool}

die() {
    echo "kafka.sh: $*" >&2
    exit 1
}

# A marker with the pom's checksum says that libs is complete and is what the pom asks for.
prepare() {
    local want
    want=$(cksum <"$here/pom.xml")
    [ "$(cat "$libs/.complete" 2>/dev/null)" = "$want" ] && return 0
    command -v mvn >/dev/null || die "Maven is missing (tests/setup/setup.sh test installs it)"
    mkdir -p "$root/build/kafka"
    exec 9>"$root/build/kafka/lock"
    flock 9
    if [ "$(cat "$libs/.complete" 2>/dev/null)" != "$want" ]; then
        echo "kafka.sh: fetching the Kafka broker for the tests (about 45 MB, once)" >&2
        rm -rf "$libs"
        local try
        for try in 1 2 3; do
            mvn -B -q -Dstyle.color=never -f "$here/pom.xml" dependency:copy-dependencies \
                -DoutputDirectory="$libs" >"$root/build/kafka/mvn.log" 2>&1 && break
            [ "$try" = 3 ] && {
                grep -m 3 ERROR "$root/build/kafka/mvn.log" >&2
                die "Maven could not fetch the broker"
            }
            sleep 5
        done
        echo "$want" >"$libs/.complete"
    fi
    exec 9>&-
}

# Below the range from which the kernel hands out ports, so that no client can take it in between.
free_port() {
    local port try
    for try in {1..100}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM + try) % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
            echo "$port"
            return 0
        }
    done
    die "no free port"
}

random_id() {
    local id=-
    while [[ $id == -* ]]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '='); done
    echo "$id"
}

java_run() { # java_run CLASS ARGUMENT…
    exec java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
        -Djava.awt.headless=true -Dlog4j2.configurationFile="$here/log4j2.properties" \
        -cp "$libs/*" "$@"
}

write_config() { # write_config DIR PORT CONTROLLER_PORT SETTING…
    local dir=$1 port=$2 controller=$3
    shift 3
    cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
log.dirs=$dir/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.segment.delete.delay.ms=1000
log.retention.ms=-1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
END
    local setting
    for setting in "$@"; do echo "$setting" >>"$dir/server.properties"; done
}

broker_pid() { # prints the pid of DIR's broker if it lives
    local pid
    pid=$(cat "$1/pid" 2>/dev/null) || return 1
    { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$1/server.properties" || return 1
    echo "$pid"
}

launch() { # launch DIR: starts the JVM and waits until it answers
    local dir=$1 address pid
    address=$(cat "$dir/bootstrap")
    [ -x "$ktool" ] || die "$ktool is missing (make all tests builds it)"
    (java_run kafka.Kafka "$dir/server.properties") </dev/null >>"$dir/kafka.log" 2>&1 9>&- &
    pid=$!
    disown
    echo "$pid" >"$dir/pid"
    for _ in {1..120}; do
        "$ktool" -b "$address" ping 500 2>/dev/null && return 0
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    stop_broker 9 "$dir"
    return 1
}

start() {
    local dir try
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    shift
    broker_pid "$dir" >/dev/null && die "$dir: already running"
    prepare
    for try in 1 2 3; do
        rm -rf "$dir/data"
        local port controller
        port=$(free_port)
        controller=$(free_port)
        [ "$port" != "$controller" ] || continue
        write_config "$dir" "$port" "$controller" "$@"
        echo "127.0.0.1:$port" >"$dir/bootstrap"
        (java_run kafka.tools.StorageTool format -t "$(random_id)" -c "$dir/server.properties") \
            >"$dir/format.log" 2>&1 || {
            tail -n 10 "$dir/format.log" >&2
            die "storage could not be formatted"
        }
        if launch "$dir"; then
            cat "$dir/bootstrap"
            return 0
        fi
        echo "kafka.sh: start $try of 3 failed:" >&2
        tail -n 10 "$dir/kafka.log" >&2
    done
    die "the broker did not come up"
}

stop_broker() { # stop_broker SIGNAL DIR: waits for the end; after 20 s SIGKILL
    local pid
    pid=$(broker_pid "$2") || return 0
    kill "-$1" "$pid" 2>/dev/null || true
    for _ in {1..200}; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    broker_pid "$2" >/dev/null && kill -9 "$pid" 2>/dev/null
    rm -f "$2/pid"
}

[ $# -ge 1 ] || die "usage: see the head of $0"
command=$1
shift
signal=TERM
if [ "$command" = stop ] && [ "${1:-}" = -9 ]; then
    signal=9
    shift
fi
[ "$command" = prepare ] || [ $# -ge 1 ] || die "$command: DIR is missing"
case $command in
prepare) prepare ;;
start) start "$@" ;;
stop) [ ! -d "$1" ] || stop_broker "$signal" "$(cd "$1" && pwd)" ;;
restart)
    dir=$(cd "$1" && pwd)
    broker_pid "$dir" >/dev/null && stop_broker TERM "$dir"
    prepare
    launch "$dir" || {
        tail -n 10 "$dir/kafka.log" >&2
        die "the broker did not come back"
    }
    cat "$dir/bootstrap"
    ;;
bootstrap) cat "$1/bootstrap" ;;
topic | delete | consume)
    address=$(cat "$1/bootstrap")
    shift
    [ "$command" = topic ] && command=create
    exec "$ktool" -b "$address" "$command" "$@"
    ;;
*) die "unknown command $command" ;;
esac
