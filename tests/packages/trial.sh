#!/bin/sh
# Uses the installed programs as a user would, in the sandbox, without a network.
#   trial.sh use | decide | decided | offscreen | screen
set -eu
bus=private:/tmp/mpmanager-bus
export MPMANAGER_BUS=$bus

start_daemon() {
    mkdir -p -m 0755 /tmp/mpmanager-bus
    mpmanagerd --simulate --bus $bus --state /var/lib/mpmanager 2>/tmp/daemon.log &
    daemon=$!
    trap 'kill $daemon; wait $daemon || true' EXIT
    for _ in $(seq 300); do
        ! grep -q "ready on the bus" /tmp/daemon.log || return 0
        sleep 0.2
    done
    cat /tmp/daemon.log
    exit 1
}

case $1 in
    use)
        mpm --version
        mpmanagerd --version
        mpm run --multipath --help >/dev/null
        start_daemon
        mpm status
        mpm paths
        _MPM_COMPLETE=bash_complete COMP_WORDS="mpm sta" COMP_CWORD=1 mpm | grep -q status
        # What starts other programs of ours finds them.
        mpm lab list >/dev/null
        /usr/lib/mpmanager/bin/python3 -P -m mpmanager.lab.rights
        ;;
    decide)
        start_daemon
        mpm path tier wwan0 never
        ;;
    decided)
        start_daemon
        mpm paths | grep 'wwan0 .*never'
        ;;
    offscreen)
        mpmanager --version
        start_daemon
        QT_QPA_PLATFORM=offscreen mpmanager --screenshots /tmp/pictures --every 4 --quit-after 40 2>/tmp/window.log || { cat /tmp/window.log; exit 1; }
        cat /tmp/window.log
        ls /tmp/pictures
        ;;
    screen)
        start_daemon
        Xvfb :7 -screen 0 1400x900x24 >/tmp/xvfb.log 2>&1 &
        sleep 3
        DISPLAY=:7 QT_QPA_PLATFORM=xcb mpmanager --screenshots /tmp/pictures --every 4 --quit-after 40 2>/tmp/window.log || { cat /tmp/window.log; exit 1; }
        cat /tmp/window.log
        ls /tmp/pictures
        kill $!
        ;;
esac
