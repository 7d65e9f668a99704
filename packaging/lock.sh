#!/bin/sh
# Writes the lock files (versions and hashes, no addresses) from the ranges in pyproject.toml.
#   lock.sh [--upgrade]     Versions that are locked already stay, unless --upgrade is given or a range rules them out.
set -eu
cd "$(dirname "$0")/.."
upgrade=${1:-}
case $upgrade in "" | --upgrade) ;; *) echo "usage: lock.sh [--upgrade]" >&2; exit 2 ;; esac
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" --quiet install uv
lock() {
    "$tools/bin/uv" pip compile pyproject.toml $upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet "$@"
}
lock --all-extras -o packaging/requirements.lock
lock --extra dev -o packaging/requirements-headless.lock
# What packages bring along: the same versions.
lock -c packaging/requirements.lock -o packaging/requirements-daemon.lock
lock -c packaging/requirements.lock --extra gui -o packaging/requirements-window.lock
