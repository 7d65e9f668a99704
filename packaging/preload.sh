#!/bin/sh
# Compiles the library that `mpm run` loads into programs, where its source is newer.
#   preload.sh [--force]
set -eu
cd "$(dirname "$0")/../mpmanager/preload"

source=multipath.c
library=libmpmanager-multipath.so
if [ "${1:-}" != --force ] && [ -e $library ] && [ -z "$(find $source ../../packaging/preload.sh -newer $library)" ]; then
    exit 0
fi
compiler=${CC:-}
for candidate in clang gcc cc; do
    [ -n "$compiler" ] || ! command -v $candidate >/dev/null || compiler=$candidate
done
[ -n "$compiler" ] || {
    echo "preload: a C compiler is missing (Debian: apt-get install clang); mpm run cannot give programs Multipath TCP" >&2
    exit 1
}
echo "preload: compiling $source"
# No library is linked: what it calls is the program's own C library, whichever that is.
# Renamed when complete: a program that has the old one loaded keeps it.
$compiler -std=c11 -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -nostdlib -Wl,-z,relro,-z,now \
    -Wl,-soname,$library -o $library.new $source
mv $library.new $library
