# Sourced after new-folder.sh, with its `new`: after `use_suite NAME`, `get …` is apt-get for that Debian suite, from the
# mirror that this host takes its own packages from, and with a state of its own: what apt knows of packages stays as it is.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}
# Without lists of packages apt doesn't know any mirror.
[ -n "$(mirror)" ] || apt-get update -q -o DPkg::Lock::Timeout=300 > /dev/null 9>&-
mirror=$(mirror)
[ -n "$mirror" ] || { echo 'no Debian mirror in the sources of apt' >&2; exit 1; }
use_suite() {
  apt="$new/apt-$1"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" > "$apt/sources.list"
  # Nothing is installed: the libraries that a package needs are all told.
  : > "$apt/status"
  cat > "$apt/apt.conf" << CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG="$apt/apt.conf"
  get update > /dev/null
}
# A host may keep no cache of what is in the lists, as containers do, and each call would read them all once more.
get() { apt-get -q -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin "$@"; }
