#!/bin/sh
# Brings Prometheus and its promtool into a folder, from this Debian's package: unpacked there, not installed, and no server
# is started. Does nothing when the folder is there.
set -e
folder=$1
lock=ha2bgp-prometheus
. "$(dirname "$0")/new-folder.sh"
fetch() {
  apt-get download -q -o APT::Sandbox::User=root prometheus > /dev/null
}
# The lists of packages may be old, or not be there at all.
fetch 2> /dev/null || { apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null && fetch; }
mkdir unpacked
dpkg-deb -x prometheus_*.deb unpacked
mv unpacked/usr/bin/prometheus unpacked/usr/bin/promtool .
rm -r unpacked ./*.deb
mv "$new" "$folder"
