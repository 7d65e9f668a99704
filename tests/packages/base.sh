#!/bin/sh
# Makes CACHE/SUITE.tar, a minimal Debian system, if it is not there yet. Nothing is installed on this machine.
#   base.sh CACHE SUITE
set -eu
cache=$1
suite=$2
[ ! -e "$cache/$suite.tar" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "packages: making a Debian system needs root" >&2; exit 1; }
command -v apt-get >/dev/null || { echo "packages: this is no Debian system, and debootstrap comes from its packages" >&2; exit 1; }
# The address, without the suite: it has the other one, too.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' 2>/dev/null | grep '/debian/*$' | head -n 1)
[ -n "$mirror" ] || { echo "packages: this machine has no package source of Debian" >&2; exit 1; }

if [ ! -e "$cache/tools/.complete" ]; then
    rm -rf "$cache/tools"
    mkdir -p "$cache/tools"
    cd "$cache/tools"
    apt-get download -qq debootstrap 2>/dev/null || { apt-get update -qq; apt-get download -qq debootstrap; }
    dpkg-deb --extract debootstrap_*.deb .
    : > .complete
fi
root=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$root"' EXIT
trap 'exit 130' INT TERM
# It mounts /proc in there: in a mount namespace of its own, that goes with it however this ends.
DEBOOTSTRAP_DIR="$cache/tools/usr/share/debootstrap" unshare --mount --kill-child --pid --fork \
    "$cache/tools/usr/sbin/debootstrap" --variant=minbase "$suite" "$root" "$mirror" >"$cache/$suite.log" 2>&1 || {
    tail -n 5 "$cache/$suite.log" >&2
    exit 1
}
rm -rf "$root"/var/cache/apt/archives/*.deb
tar -C "$root" --numeric-owner -cf "$cache/$suite.tar.new" .
mv "$cache/$suite.tar.new" "$cache/$suite.tar"
