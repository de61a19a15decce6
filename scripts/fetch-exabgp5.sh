#!/bin/sh
# Brings ExaBGP 5 into a folder: this Debian has 4.2, a newer one has 5.0 (its package is pure Python). It is unpacked
# there, not installed, and what apt knows of packages stays as it is. Does nothing when the folder is there.
set -e
folder=$1
suite=forky
lock=ha2bgp-exabgp5
. "$(dirname "$0")/new-folder.sh"
mkdir -p lists/partial cache/archives/partial
# The mirror that this host takes its packages from. Without lists of packages apt doesn't know any of them.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}
[ -n "$(mirror)" ] || apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null 9>&-
[ -n "$(mirror)" ] || { echo 'no Debian mirror in the sources of apt' >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" > sources.list
cat > apt.conf << END
Dir::Etc::sourcelist "$new/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$new/lists";
Dir::Cache "$new/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
export APT_CONFIG="$new/apt.conf"
apt-get update -q > /dev/null
apt-get download -q 'python3-exabgp=5.0.*' > /dev/null
dpkg-deb -x ./*.deb unpacked
mv unpacked "$folder"
