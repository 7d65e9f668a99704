#!/bin/sh
# Writes the two lock files (versions and hashes, no addresses) from the ranges in pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" --quiet install uv
lock() {
    "$tools/bin/uv" pip compile pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet "$@"
}
lock --all-extras -o packaging/requirements.lock
lock --extra dev -o packaging/requirements-headless.lock
