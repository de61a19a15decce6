#!/bin/sh
# Brings ExaBGP 5 into a folder: this Debian has 4.2, a newer one has 5.0 (its package is pure Python). It is unpacked
# there, not installed. Does nothing when the folder is there.
set -e
folder=$1
lock=ha2bgp-exabgp5
. "$(dirname "$0")/new-folder.sh"
. "$scripts/newer-suite.sh"
use_suite forky
get download 'python3-exabgp=5.0.*' > /dev/null
dpkg-deb -x ./*.deb unpacked
mv unpacked "$folder"
