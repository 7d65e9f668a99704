#!/bin/sh
# Compiles the kernel programs of mpmanager/bpf where their sources are newer. The objects fit every kernel: what they
# read of its structures is found when they are loaded (CO-RE).
#   bpf.sh [--force]
set -eu
cd "$(dirname "$0")/../mpmanager/bpf"

clang=${CLANG:-clang}
command -v "$clang" >/dev/null || {
    echo "bpf: clang is missing (Debian: apt-get install clang libbpf-dev); policies on trust cannot be enforced" >&2
    exit 1
}

# The kernel's headers stand below the machine's own name, which clang does not look into for another target.
machine=$("$clang" -print-target-triple 2>/dev/null | sed -e 's/-pc-/-/' -e 's/-unknown-/-/')

for source in *.bpf.c; do
    object=${source%.c}.o
    if [ "${1:-}" != --force ] && [ -e "$object" ] && [ -z "$(find "$source" ./*.h ../../packaging/bpf.sh -newer "$object")" ]; then
        continue
    fi
    echo "bpf: compiling $source"
    # Renamed when complete: whoever loads it meanwhile finds the old one or the new one.
    "$clang" -O2 -g -Wall -Wextra -Werror -target bpf -ffile-prefix-map="$PWD"=. -I"/usr/include/$machine" -c "$source" -o "$object.new"
    mv "$object.new" "$object"
done
