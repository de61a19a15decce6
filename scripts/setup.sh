#!/bin/sh
# Brings node_modules and dist up to date: what `npm start`, `npm test` and `npm run bench` do first, on a fresh clone too.
set -e
cd "$(dirname "$0")/.."
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  # .npmrc keeps npm's banner off our stdout; an installation that fails has to be heard of all the same.
  npm ci --include=dev --no-audit --no-fund --loglevel=error
fi
node_modules/.bin/tsc -p tsconfig.build.json
