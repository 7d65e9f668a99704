#!/bin/sh
# Sets up what mpmanager needs on Debian: system packages and a virtual environment. Quick when nothing is missing.
#   setup.sh [--headless]     --headless: no Qt, in .venv-headless
set -eu
cd "$(dirname "$0")/.."

lock=packaging/requirements.lock
venv=.venv
if [ "${1:-}" = --headless ]; then
    lock=packaging/requirements-headless.lock
    venv=.venv-headless
fi

packages=$(sed -e 's/#.*//' packaging/debian-packages.txt)

missing_packages() {
    for package in $packages; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else
        echo "setup: this needs root or sudo: $*" >&2
        return 1
    fi
}

install_system_packages() {
    command -v dpkg-query >/dev/null || {
        echo "setup: not a Debian system; please install by hand what packaging/debian-packages.txt lists" >&2
        return 0
    }
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    echo "setup: installing system packages: $missing"
    # A service that a package would start has no place here: programs of the lab are started by the lab.
    printf '#!/bin/sh\nexit 101\n' > "$scratch/policy-rc.d"
    chmod +x "$scratch/policy-rc.d"
    guard=/usr/sbin/policy-rc.d
    if [ ! -e $guard ]; then as_root cp "$scratch/policy-rc.d" $guard && planted=yes; fi
    # A machine that may not install (no root, no mirror) still gets everything that needs no package.
    as_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing" \
        >"$scratch/apt.log" 2>&1 || {
        tail -n 5 "$scratch/apt.log" >&2
        echo "setup: could not install: $missing" >&2
        [ "$(id -u)" != 0 ] || return 1
    }
}

find_python() {
    for candidate in python3 /usr/bin/python3 python3.11 python3.12 python3.13; do
        if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "setup: Python 3.11 or newer with the venv module is needed (Debian: apt-get install python3-venv)" >&2
    return 1
}

make_environment() {
    wanted=$(cat $lock pyproject.toml packaging/setup.sh | sha256sum)
    if [ -x $venv/bin/python ] && [ "$(cat $venv/.complete 2>/dev/null)" = "$wanted" ]; then return 0; fi
    python=$(find_python)
    echo "setup: making $venv with $($python --version)"
    "$python" -m venv --clear $venv
    $venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r $lock
    $venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
    echo "$wanted" > $venv/.complete
}

scratch=$(mktemp -d)
planted=no
finish() {
    rm -rf "$scratch"
    [ $planted = no ] || as_root rm -f /usr/sbin/policy-rc.d
}
trap finish EXIT
trap 'exit 130' INT TERM
install_system_packages
make_environment
# Without its programs in the kernel mpmanager enforces nothing and says so; everything else works.
sh packaging/bpf.sh || [ "$(id -u)" != 0 ]
sh packaging/preload.sh || [ "$(id -u)" != 0 ]
[ $venv != .venv ] || $venv/bin/python packaging/translations.py --compile
