// The other programs that the interop tests and the benchmark need, the browser of the status page's tests, and the virtual
// machine of the long tests: which are missing, and how to get them on Debian.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Program → Debian package. */
const PEERS = {
  exabgp: 'exabgp',
  bird: 'bird2',
  vtysh: 'frr',
  gobgpd: 'gobgpd',
  bgpctl: 'openbgpd',
  ip: 'iproute2',
  nsenter: 'util-linux',
};
/** What completions are tried in, and what reads the man page. */
const SHELLS = { bash: 'bash', zsh: 'zsh', fish: 'fish', man: 'man-db' };
const BROWSER = { chromium: 'chromium' };
const MACHINE = {
  'qemu-system-x86_64': 'qemu-system-x86',
  depmod: 'kmod',
  setpriv: 'util-linux',
  python3: 'python3',
};
const PLACES = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** Shares the files of this host with the machine: comes with qemu, in Debian 12. */
export const VIRTIOFSD = '/usr/lib/qemu/virtiofsd';
/** What is unpacked and not installed. */
const CACHE = path.resolve(import.meta.dirname, '../node_modules/.cache');
/** What the machine boots: `vmlinuz`, `lib/modules`, and a static `busybox`. */
export const KERNEL = path.join(CACHE, 'ha2bgp-vm');
/** ExaBGP 5, as a newer Debian packs it: `usr/sbin/python3-exabgp`, `usr/lib/python3/dist-packages`. */
export const EXABGP_5 = path.join(CACHE, 'ha2bgp-exabgp5');

/** Prometheus, and its checker. */
export const PROMETHEUS = path.join(CACHE, 'ha2bgp-prometheus/prometheus');
export const PROMTOOL = path.join(CACHE, 'ha2bgp-prometheus/promtool');

/** Routers of newer Debian suites, in `NAME/usr` each. */
export const ROUTERS = path.join(CACHE, 'ha2bgp-routers');
/** Those of a suite one after the other; `version`: what it begins with. To fetch others instead, remove the folder. */
export const NEWER_ROUTERS = {
  'bird-2.17': { suite: 'trixie', package: 'bird2', version: '2.17.' },
  'bird-3': { suite: 'trixie', package: 'bird3', version: '3.1.' },
  'frr-10': { suite: 'trixie', package: 'frr', version: '10.3' },
  'openbgpd-8': { suite: 'trixie', package: 'openbgpd', version: '8.8' },
  'gobgp-4': { suite: 'forky', package: 'gobgpd', version: '4.' },
};

const missingOf = (programs) =>
  Object.keys(programs).filter((program) => !PLACES.some((place) => fs.existsSync(path.join(place, program))));

/** A root file system with this Debian's systemd. */
export const SYSTEMD = path.join(CACHE, 'ha2bgp-systemd');

export const missingPeers = () => [
  ...missingOf(PEERS),
  ...(fs.existsSync(EXABGP_5) ? [] : ['ExaBGP 5']),
  ...Object.keys(NEWER_ROUTERS).filter((name) => !fs.existsSync(path.join(ROUTERS, name))),
];

/** What keeps the interop tests from running here; empty when nothing does. */
export function whyNoInterop() {
  return whyNot() ?? missingPeers();
}

/** What keeps the tests of completions and of the man page from running here; empty when nothing does. */
export const whyNoShells = () => missingOf(SHELLS);

/** What keeps Prometheus and promtool from running here; empty when nothing does. */
export const whyNoPrometheus = () => (fs.existsSync(PROMTOOL) ? [] : (whyNot() ?? ['Prometheus']));

/** What keeps the tests of the status page from running here; empty when nothing does. */
export function whyNoBrowser() {
  return process.env.HA2BGP_PEERS === 'skip' ? ['HA2BGP_PEERS=skip'] : missingOf(BROWSER);
}

/** What keeps the virtual machine from running here; empty when nothing does. */
export function whyNoVm() {
  if (process.arch !== 'x64') return ['an x86-64 processor'];
  const files = [VIRTIOFSD, KERNEL].filter((file) => !fs.existsSync(file));
  return whyNot() ?? [...missingOf(MACHINE), ...files];
}

/** What keeps a container with systemd in it from running here; empty when nothing does. */
export function whyNoSystemd() {
  const programs = { unshare: 'util-linux', nsenter: 'util-linux', ip: 'iproute2' };
  return whyNot() ?? [...missingOf(programs), ...[SYSTEMD].filter((folder) => !fs.existsSync(folder))];
}

function whyNot() {
  if (process.env.HA2BGP_PEERS === 'skip') return ['HA2BGP_PEERS=skip'];
  return process.getuid?.() === 0 ? undefined : ['root'];
}

/** As root on Debian: installs what is missing, after one line that says so. Throws when something cannot be had. */
export function installPeers() {
  install(PEERS, 'the interop tests');
  unpack(EXABGP_5, 'fetch-exabgp5.sh', 'ExaBGP 5 for the interop tests');
}

/** The same for the browser. */
export function installBrowser() {
  install(BROWSER, 'the tests of the status page');
}

/** The same for routers newer than those, which are unpacked and not installed. Throws when one cannot be had. */
export function fetchRouters() {
  const routers = Object.entries(NEWER_ROUTERS).map(([name, of]) => `${name}:${of.suite}:${of.package}=${of.version}*`);
  unpack(ROUTERS, 'fetch-routers.sh', `${Object.keys(NEWER_ROUTERS).join(', ')} for the interop tests`, routers);
}

/** The same for shells. */
export function installShells() {
  install(SHELLS, 'the tests of completions and of the man page');
}

/** The same for Prometheus, which is unpacked and not installed. */
export function fetchPrometheus() {
  unpack(path.dirname(PROMTOOL), 'fetch-prometheus.sh', 'Prometheus for the tests of metrics, alerts and dashboard');
}

/** The same for a systemd, which is unpacked and not installed. Throws when it cannot be had. */
export function fetchSystemd() {
  unpack(SYSTEMD, 'fetch-systemd.sh', 'a systemd for the tests of its service');
}

/** The same for the virtual machine. Its kernel is unpacked, and not installed. Throws when something cannot be had. */
export function installVm() {
  if (process.arch !== 'x64') return;
  install(MACHINE, 'the virtual machine');
  unpack(KERNEL, 'fetch-kernel.sh', 'a kernel for the virtual machine');
}

const mayInstall = () =>
  whyNot() === undefined && fs.existsSync('/etc/debian_version') && fs.existsSync('/usr/bin/apt-get');

function install(programs, what) {
  const missing = missingOf(programs);
  if (missing.length === 0 || !mayInstall()) return;
  const packages = missing.map((program) => programs[program]);
  console.log(`installing ${packages.join(' ')} for ${what}, no service is started (HA2BGP_PEERS=skip declines)`);
  runScript('install-peers.sh', packages, `installing ${packages.join(' ')}`);
}

function unpack(folder, script, what, words = []) {
  if (fs.existsSync(folder) || !mayInstall()) return;
  console.log(`fetching ${what} into ${path.relative(process.cwd(), folder)} (HA2BGP_PEERS=skip declines)`);
  runScript(script, [folder, ...words], `fetching ${what}`);
}

function runScript(name, args, what) {
  const { status } = spawnSync('sh', [path.join(import.meta.dirname, name), ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${what} failed (${status})`);
}
