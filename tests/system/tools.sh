#!/bin/sh
# Downloads the emulator and what makes disk images from Debian's packages, into CACHE/tools. Nothing is installed.
#   tools.sh CACHE
set -eu
tools=$1/tools
wanted="qemu-system-x86 squashfs-tools debootstrap busybox-static kmod"

# What this machine has already need not be downloaded: programs are looked for in CACHE/tools first, then in PATH.
missing_packages() {
    apt-get install --simulate --no-install-recommends $wanted 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep -v '^linux-' || true
}

[ -e "$tools/.complete" ] && [ "$(cat "$tools/.complete")" = "$wanted" ] && exit 0
command -v apt-get >/dev/null || {
    echo "system tests: they take QEMU, kernels and a root image from Debian's packages, and this is no Debian system" >&2
    exit 1
}
packages=$(missing_packages)
# Lists that are missing or old name no packages, or such as are there no more.
scratch=$tools.new
rm -rf "$tools" "$scratch"
mkdir -p "$scratch/packages"
cd "$scratch/packages"
if [ -n "$packages" ]; then
    apt-get download -qq $packages 2>/dev/null || {
        apt-get update -qq
        packages=$(missing_packages)
        apt-get download -qq $packages
    }
fi
for package in *.deb; do
    [ ! -e "$package" ] || dpkg-deb --extract "$package" "$scratch"
done
cd "$scratch"
rm -rf packages
# kmod is what its links' names say.
for name in depmod modprobe; do
    [ ! -e bin/kmod ] || ln -sf ../bin/kmod sbin/$name
done
echo "$wanted" > .complete
mv "$scratch" "$tools"
