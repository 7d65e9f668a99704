#!/bin/sh
# Makes CACHE/root.squashfs, the root file system of all guests: a small Debian 12 with NetworkManager and Wi-Fi tools.
#   root.sh CACHE
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
. "$here/environment.sh" "$cache"
made_by=$(sha256sum < "$here/root.sh")
[ "$(cat "$cache/root.complete" 2>/dev/null)" != "$made_by" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "system tests: making the root image needs root" >&2; exit 1; }

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' 2>/dev/null | head -n 1)
[ -n "$mirror" ] || { echo "system tests: this machine has no package source of Debian 12 (bookworm)" >&2; exit 1; }

included=python3,kmod,udev,procps,mount,iproute2,nftables,libnftables1,libbpf1,tcpdump,dbus,systemd,systemd-sysv,libpam-systemd
included=$included,polkitd,network-manager,wpasupplicant,hostapd,iw,openssl,xz-utils
root=$(mktemp -d "$cache/root.XXXXXX")
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=$included bookworm "$root" "$mirror" >"$cache/root.log" 2>&1 || {
    tail -n 5 "$cache/root.log" >&2
    exit 1
}
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/doc "$root"/usr/share/locale
mkdir -p "$root/usr/lib/modules"
echo guest > "$root/etc/hostname"

# As PID 1 runs systemd, the tests are a service of it.
cat > "$root/etc/systemd/system/system-test.service" <<'UNIT'
[Unit]
After=multi-user.target dbus.service NetworkManager.service
[Service]
Type=simple
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh /mnt/source/tests/system/guest/run.sh
[Install]
WantedBy=multi-user.target
UNIT
: > "$root/etc/fstab"
chroot "$root" systemctl --quiet enable system-test.service
chroot "$root" systemctl --quiet set-default multi-user.target
# hostapd is started by the tests. Nobody is to log in, and nothing to be kept up to date.
chroot "$root" systemctl --quiet mask hostapd.service serial-getty@ttyS0.service getty@tty1.service systemd-timesyncd.service \
    NetworkManager-wait-online.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
# Without compression: unpacking is slow in an emulated machine.
mksquashfs "$root" "$cache/root.squashfs.new" -noI -noD -noF -noX -noappend -quiet -no-progress -processors 1 >/dev/null
mv "$cache/root.squashfs.new" "$cache/root.squashfs"
echo "$made_by" > "$cache/root.complete"
