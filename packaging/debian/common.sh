# Python's compiled files: made now, as the daemon may not write there, and as starting takes several times as long without.
compile_python() {
    for place in @PRIVATE@/common "@PRIVATE@/$(/usr/bin/python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')"; do
        [ ! -d "$place" ] || /usr/bin/python3 -I -m compileall -q "$place" >/dev/null || true
    done
}

# Those of this package's own sources.
remove_compiled() {
    dpkg -L @PACKAGE@ | sed -n 's,/[^/]*\.py$,/__pycache__,p' | sort -u | while read -r place; do
        rm -rf "$place"
    done
}
