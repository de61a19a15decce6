#!/bin/sh
# Installs Debian packages without letting them start a service: a package's scripts ask policy-rc.d whether they may
# (invoke-rc.d(8)), and 101 is no. What stood there before, a link too, stands there again afterwards, however this ends.
set -e
policy=/usr/sbin/policy-rc.d
# One at a time: the second would take the first one's "no" for what stood there before.
exec 9> /run/lock/ha2bgp-peers
flock 9
aside=$policy.ha2bgp-$$
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$aside"; fi
restore() {
  trap - EXIT INT TERM HUP QUIT PIPE ALRM
  rm -f "$policy"
  if [ -e "$aside" ] || [ -L "$aside" ]; then mv "$aside" "$policy"; fi
}
trap restore EXIT
trap 'exit 130' INT TERM HUP QUIT PIPE ALRM
printf '#!/bin/sh\nexit 101\n' > "$policy"
chmod 755 "$policy"
export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive
install() {
  apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" > /dev/null 9>&-
}
# The lists of packages may be old, or not be there at all.
install "$@" 2> /dev/null || { apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null 9>&- && install "$@"; }
