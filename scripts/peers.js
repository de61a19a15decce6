// The other programs that the interop tests and the benchmark need: which are missing, and how to get them on Debian.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Program → Debian package. */
const PEERS = { exabgp: 'exabgp', bird: 'bird2', ip: 'iproute2', nsenter: 'util-linux' };
const PLACES = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

export function missingPeers() {
  return Object.keys(PEERS).filter((peer) => !PLACES.some((place) => fs.existsSync(path.join(place, peer))));
}

/** What keeps the interop tests from running here; empty when nothing does. */
export function whyNoInterop() {
  if (process.env.HA2BGP_PEERS === 'skip') return ['HA2BGP_PEERS=skip'];
  if (process.getuid?.() !== 0) return ['root (network namespaces)'];
  return missingPeers();
}

/** As root on Debian: installs what is missing, after one line that says so. */
export function installPeers() {
  const missing = missingPeers();
  const isDebian = fs.existsSync('/etc/debian_version') && fs.existsSync('/usr/bin/apt-get');
  if (missing.length === 0 || process.env.HA2BGP_PEERS === 'skip' || process.getuid?.() !== 0 || !isDebian) return;
  const packages = missing.map((peer) => PEERS[peer]);
  console.log(
    `installing ${packages.join(' ')} for the interop tests, no service is started (HA2BGP_PEERS=skip declines)`,
  );
  const status = spawnSync('sh', [path.join(import.meta.dirname, 'install-peers.sh'), ...packages], {
    stdio: 'inherit',
  }).status;
  if (status !== 0) throw new Error(`installing ${packages.join(' ')} failed (${status})`);
}
