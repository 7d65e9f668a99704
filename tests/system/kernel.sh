#!/bin/sh
# Gets the newest kernel that a Debian package stands for; prints its release, such as 6.12.117+deb12-amd64.
#   kernel.sh CACHE linux-image-6.12-amd64
# Makes CACHE/kernels/RELEASE/ with vmlinuz, modules.squashfs (to be mounted on /lib/modules), and initrd: a static busybox and
# the modules that lead to the disks.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
package=$2
. "$here/environment.sh" "$cache"

image_of() { apt-cache depends "$package" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1; }

image=$(image_of)
[ -n "$image" ] || { apt-get update -qq; image=$(image_of); }
[ -n "$image" ] || { echo "system tests: this machine's package sources have no $package" >&2; exit 1; }
release=${image#linux-image-}
place=$cache/kernels/$release
made_by=$(sha256sum < "$here/kernel.sh")
if [ "$(cat "$place/.complete" 2>/dev/null)" = "$made_by" ]; then
    echo "$release"
    exit 0
fi

scratch=$place.new
rm -rf "$place" "$scratch"
mkdir -p "$scratch/unpacked" "$scratch/initrd/modules"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq "$image" 2>/dev/null || { apt-get update -qq; apt-get download -qq "$image"; }
dpkg-deb --extract ./*.deb unpacked
rm ./*.deb
cp "unpacked/boot/vmlinuz-$release" vmlinuz
depmod --basedir unpacked "$release"

cd initrd
mkdir bin proc sys dev lower upper target
cp "$(command -v busybox)" bin/
for name in sh mount mkdir insmod switch_root; do ln -s busybox bin/$name; done
for name in virtio_pci virtio_blk squashfs overlay; do
    modprobe --dirname ../unpacked --set-version "$release" --show-depends $name 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r file; do
    name=$(basename "$file" .xz)
    case $file in *.xz) xz -dc "$file" > "modules/$name" ;; *) cp "$file" "modules/$name" ;; esac
    echo "$name" >> modules/order
done
# The root image stays as it is: what a guest writes is in its memory.
cat > init <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r name; do insmod "/modules/$name"; done < /modules/order
mount -t squashfs -o ro /dev/vda /lower
mount -t tmpfs upper /upper
mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /target
mount -t squashfs -o ro /dev/vdb /target/lib/modules
mount -t squashfs -o ro /dev/vdc /target/mnt
for name in dev proc sys; do mount --move /$name /target/$name; done
for word in $(busybox cat /target/proc/cmdline); do
    case $word in guest.init=*) init=${word#*=} ;; esac
done
exec switch_root /target "$init"
INIT
chmod +x init
find . | busybox cpio -o -H newc 2>/dev/null > ../initrd.cpio
cd ..
mksquashfs unpacked/lib/modules modules.squashfs -comp zstd -Xcompression-level 3 -noappend -quiet -no-progress -processors 1 >/dev/null
rm -rf unpacked initrd
mv initrd.cpio initrd
echo "$made_by" > .complete
mv "$scratch" "$place"
echo "$release"
