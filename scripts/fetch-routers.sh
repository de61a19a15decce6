#!/bin/sh
# Brings routers of newer Debian suites into a folder: NAME:SUITE:PACKAGE=VERSION for each, those of a suite one after the
# other. Each gets a `NAME/usr` of its own, unpacked and not installed, with all the libraries that it needs from the same
# suite, and the versions of its packages in `NAME/packages`. Does nothing when the folder is there.
set -e
folder=$1
shift
lock=ha2bgp-routers
. "$(dirname "$0")/new-folder.sh"
. "$scripts/newer-suite.sh"
mkdir routers
for word in "$@"; do
  name=${word%%:*}
  package=${word##*:}
  suite=${word#*:}
  suite=${suite%%:*}
  [ "$suite" = "$used" ] || use_suite "$suite"
  used=$suite
  mkdir debs
  cd debs
  # What an installation would bring, without what isn't a library of it: the host has that.
  libraries=$(get install --simulate --no-install-recommends "$package" | sed -n 's/^Inst \(lib[^ ]*\|zlib1g\) .*/\1/p')
  [ -n "$libraries" ] || exit 1
  get download "$package" $libraries > /dev/null
  mkdir "$new/routers/$name"
  for deb in *.deb; do
    dpkg-deb -x "$deb" "$new/routers/$name"
    dpkg-deb --show "$deb" >> "$new/routers/$name/packages"
  done
  cd ..
  rm -r debs
done
mv routers "$folder"
