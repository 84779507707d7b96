#!/bin/sh
# Installs the distribution packages that are missing, and says which.
#   setup.sh [--check] build [test] [lint]      --check: only says which, and fails
# With nothing to do it is silent and takes a few hundredths of a second. As an ordinary user it
# goes through sudo. On systems without dpkg it only checks that pkg-config finds the libraries.
set -eu

# a|b: either will do; the first is the one installed.
build_set="gcc libc6-dev make pkg-config|pkgconf libcurl4-openssl-dev|libcurl4-gnutls-dev
    librdkafka-dev libcjson-dev libsqlite3-dev libuv1-dev libfyaml-dev libmicrohttpd-dev libssl-dev
    libpcre2-dev"
test_set="libcmocka-dev python3 sqlite3 jq curl strace procps
    openjdk-17-jre-headless|default-jre-headless maven"
lint_set="clang-format clang-tidy clang libclang-rt-14-dev gcovr shellcheck"
modules="rdkafka libcurl libcjson sqlite3 libuv libfyaml libmicrohttpd libcrypto libpcre2-8"

check=
if [ "${1:-}" = --check ]; then
    check=yes
    shift
fi
wanted=
for set in "$@"; do
    case $set in
    build) wanted="$wanted $build_set" ;;
    test) wanted="$wanted $test_set" ;;
    lint) wanted="$wanted $lint_set" ;;
    *)
        echo "usage: $0 [--check] build [test] [lint]" >&2
        exit 64
        ;;
    esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
    # shellcheck disable=SC2086 # one argument per module
    pkg-config --exists --print-errors $modules && exit 0
    echo "setup: this is no Debian; please install the development files of: $modules" >&2
    exit 1
fi

# shellcheck disable=SC2046,SC2086 # one argument per package
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $(echo $wanted | tr '|' ' ') \
    2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')
missing=
for choice in $wanted; do
    found=
    for package in $(echo "$choice" | tr '|' ' '); do
        case " $installed" in *" $package "*) found=yes ;; esac
    done
    [ -n "$found" ] || missing="$missing ${choice%%|*}"
done
[ -n "$missing" ] || exit 0

echo "setup: missing packages:$missing"
[ -z "$check" ] || exit 1
root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: not root and no sudo; please run as root: apt-get install$missing" >&2
        exit 1
    fi
    root="sudo"
fi
mkdir -p build
log=build/setup.log
apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=3 "$@" >>"$log" 2>&1
}
: >"$log"
echo "setup: apt-get update"
apt update || echo "setup: update failed, trying with the package lists at hand"
echo "setup: apt-get install$missing"
# shellcheck disable=SC2086 # one argument per package
if ! apt install -y --no-install-recommends $missing; then
    tail -n 20 "$log" >&2
    echo "setup: installation failed; all of its output is in $log" >&2
    exit 1
fi
echo "setup: done"
