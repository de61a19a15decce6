// The other programs that the interop tests and the benchmark need: which are missing, and how to get them on Debian.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
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
  withoutServices(() => {
    const options = { env: { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' }, stdio: 'pipe' };
    const lock = ['-o', 'DPkg::Lock::Timeout=300'];
    const install = ['install', '-y', '--no-install-recommends', ...lock, ...packages];
    // The lists of packages may be there and old, or not be there at all.
    if (spawnSync('apt-get', install, options).status === 0) return;
    execFileSync('apt-get', ['update', ...lock], options);
    execFileSync('apt-get', install, options);
  });
}

/** A package's scripts ask this program whether they may start a service (invoke-rc.d(8)). 101: they may not. */
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const before = fs.existsSync(policy) ? fs.readFileSync(policy) : undefined;
  const mode = before === undefined ? 0o755 : fs.statSync(policy).mode;
  const kept = path.join(os.tmpdir(), `policy-rc.d.${process.pid}`);
  if (before !== undefined) fs.writeFileSync(kept, before, { mode });
  fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  fs.chmodSync(policy, 0o755);
  try {
    work();
  } finally {
    if (before === undefined) {
      fs.rmSync(policy, { force: true });
    } else {
      fs.writeFileSync(policy, before, { mode });
      fs.chmodSync(policy, mode);
      fs.rmSync(kept, { force: true });
    }
  }
}
