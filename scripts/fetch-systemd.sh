#!/bin/sh
# Brings a root file system into a folder: the systemd of this Debian with the libraries that it needs, systemd-nspawn, a
# shell, and nothing else. The packages are unpacked there, not installed. Does nothing when the folder is there.
set -e
folder=$1
lock=ha2bgp-systemd
. "$(dirname "$0")/new-folder.sh"
# As if nothing were installed: all that is needed is told. What apt itself remembers stays as it is.
: > status
get() {
  apt-get -q -o Dir::State::status="$new/status" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root "$@"
}
fetch() {
  needed=$(get install --simulate --no-install-recommends systemd systemd-container base-files coreutils dash procps util-linux libstdc++6 |
    sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -Ev '^(perl|libperl|lib.*-perl|usrmerge)')
  [ -n "$needed" ] && get download $needed > /dev/null
}
# The lists of packages may be old, or not be there at all.
fetch 2> /dev/null || { apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null 9>&- && fetch; }
mkdir root
cd root
mkdir -p usr/bin usr/sbin usr/lib usr/lib64 opt/ha2bgp
ln -s usr/bin usr/sbin usr/lib usr/lib64 .
for deb in ../*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink \
    --exclude='./usr/share/doc/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/man/*'
done
# What the packages' own scripts would have made.
ldconfig -r .
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' > etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' > etc/group
# Not the first start, which would ask questions.
echo 0123456789abcdef0123456789abcdef > etc/machine-id
printf 'passwd: files systemd\ngroup: files systemd\n' > etc/nsswitch.conf
cd ..
mv root "$folder"
