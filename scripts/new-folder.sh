# Sourced by what brings something into a folder, with its `folder` and its `lock`: ends the script when the folder is there,
# and else goes into a new one, `new`, that is removed at the end. One at a time; the folder appears when `new` is whole and
# moved there. `scripts` is where these are.
[ ! -e "$folder" ] || exit 0
scripts=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$folder")"
exec 9> "/run/lock/$lock"
flock 9
[ ! -e "$folder" ] || exit 0
new=$folder.$$
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM HUP QUIT PIPE ALRM
mkdir "$new"
cd "$new"
