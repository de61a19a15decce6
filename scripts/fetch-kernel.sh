#!/bin/sh
# Brings what the emulated VM boots into a folder: a Debian kernel with its modules, and a busybox. The packages are
# unpacked there, not installed. Does nothing when the folder is there.
set -e
folder=$1
lock=ha2bgp-kernel
. "$(dirname "$0")/new-folder.sh"
fetch() {
  # The cloud flavour is the smallest: no drivers for hardware. The package of that name names the newest one.
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p')
  [ -n "$kernel" ] && apt-get download -q -o APT::Sandbox::User=root "$kernel" busybox-static > /dev/null
}
# The lists of packages may be old, or not be there at all.
fetch 2> /dev/null || { apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null && fetch; }
mkdir unpacked
for package in *.deb; do dpkg-deb -x "$package" unpacked; done
mv unpacked/boot/vmlinuz-* vmlinuz
mv unpacked/bin/busybox busybox
mv unpacked/lib .
rm -r unpacked ./*.deb
depmod -b "$new" "$(ls lib/modules)"
mv "$new" "$folder"
