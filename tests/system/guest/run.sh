#!/bin/sh
# Runs pytest in a guest with the arguments in /mnt/arguments, one a line, and switches the machine off. What becomes of each
# test goes to the second serial port (told.py).
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PAGER=cat COLUMNS=160
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# As an installed package would be found, also by programs that the tests start.
printf '%s\n' /mnt/packages /mnt/source > /usr/local/lib/python3.11/dist-packages/source.pth
for command in mpm:cli mpmanagerd:daemon; do
    program=/usr/bin/${command%%:*}
    printf '#!/usr/bin/python3\nfrom mpmanager.%s.main import main\nmain()\n' "${command##*:}" > "$program"
    chmod +x "$program"
done

# Read once before anything has a time-out: in virtual time the clock jumps while the guest waits for its disk.
echo "started after $(cut -d" " -f1 /proc/uptime) s"
tar -C /mnt -cf - packages source/mpmanager | cat > /dev/null
cat /usr/bin/python3.11 /usr/lib/python3.11/*.py /usr/lib/python3.11/lib-dynload/* > /dev/null

echo "ready after $(cut -d" " -f1 /proc/uptime) s"
stty -F /dev/ttyS1 raw -echo
cd /mnt/source || exit
exec 3< /mnt/arguments
set --
while read -r argument <&3; do set -- "$@" "$argument"; done
setsid -w python3 -m pytest -p no:cacheprovider -p no:warnings -p tests.system.guest.told -v --tb=short "$@" < /dev/null 2>&1
echo "pytest ended with status $?"
sync
# Of systemd's, too: there is nothing to be kept.
echo o > /proc/sysrq-trigger
sleep 30
