# Sourced by the other scripts: programs and libraries of CACHE/tools come before the machine's own.
#   . environment.sh CACHE
tools=$1/tools
PATH=$tools/usr/sbin:$tools/usr/bin:$tools/sbin:$tools/bin:/usr/sbin:/sbin:$PATH
LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu:$tools/lib/x86_64-linux-gnu
DEBOOTSTRAP_DIR=/usr/share/debootstrap
[ ! -d "$tools$DEBOOTSTRAP_DIR" ] || DEBOOTSTRAP_DIR=$tools$DEBOOTSTRAP_DIR
export PATH LD_LIBRARY_PATH DEBOOTSTRAP_DIR
