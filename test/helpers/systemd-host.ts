/**
 * A host with a real systemd, in a container (systemd-nspawn): its own processes, network, journal and files, of which
 * nothing is left afterwards. The project stands in /opt/ha2bgp, and `ha2bgp` and this Node in the usual places.
 *
 * It is booted as far as units may be started, in half a second. What it writes is in memory. Needs root.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { SYSTEMD, whyNoSystemd } from '../../scripts/peers.js';
import { root } from './daemon.ts';
import { childrenOf, run, type Started, start } from './processes.ts';
import { until } from './until.ts';

export interface SystemdHost {
  /** The words that run a command on it. */
  readonly enter: readonly string[];
  /** The words that run a command of ours in its network. */
  readonly enterNetwork: readonly string[];
  /** Where the file is from outside. */
  at(file: string): string;
  write(file: string, text: string): void;
  /** What the command prints; throws when it fails. */
  run(...words: readonly string[]): Promise<string>;
  /** A property of a unit, by `systemctl show`. */
  property(unit: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

const missing: readonly string[] = whyNoSystemd();

/** As with `describeInterop`: they have to run in CI, and are skipped loudly elsewhere. */
export function describeSystemd(name: string, suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    it(`${name}: has its systemd`, () => {
      throw new Error(`missing: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(`${name} (missing: ${missing.join(', ')})`, suite);
  }
}

/**
 * In namespaces of its own for mounts and processes: nothing has to be unmounted, and whatever ends nspawn ends all of it. The
 * loader brings nspawn's own libraries along.
 */
const BOOT = `
  set -e
  for group; do echo $$ > $group/cgroup.procs; done
  mount -t tmpfs tmpfs /run
  mkdir /run/upper /run/work /run/root
  mount -t overlay overlay -o lowerdir=$SYSTEMD,upperdir=/run/upper,workdir=/run/work /run/root
  ln -s /opt/ha2bgp/bin/ha2bgp.js /run/root/usr/bin/ha2bgp
  libraries=$(dirname $SYSTEMD/usr/lib/*/systemd/libsystemd-shared-*.so)
  exec $SYSTEMD/lib64/ld-linux-*.so.* --library-path $(dirname $libraries):$libraries $SYSTEMD/usr/bin/systemd-nspawn \\
    --quiet --directory=/run/root --register=no --keep-unit --private-network --console=pipe --machine=ha2bgp \\
    --uuid=0123456789abcdef0123456789abcdef --bind-ro=$PROJECT:/opt/ha2bgp --bind-ro=$NODE:/usr/local/bin/node \\
    --boot systemd.unit=basic.target`;

export async function bootSystemd(): Promise<SystemdHost> {
  const groups = makeControlGroups();
  const env = { ...process.env, SYSTEMD, PROJECT: root, NODE: fs.realpathSync(process.execPath) };
  const started = start(
    'setpriv',
    // A worker that is killed leaves nothing behind either.
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'],
      ...['sh', '-c', BOOT, 'sh', ...groups],
    ],
    { env },
  );
  const stop = async (): Promise<void> => {
    await started.stop('SIGKILL');
    for (const group of groups) await until(`an empty ${group}`, () => removeControlGroup(group));
  };
  try {
    const init = await until('an init', () => initOf(started));
    const enter = ['nsenter', `--target=${init}`, ...['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup']];
    const command = (words: readonly string[]): [string, string[]] => ['nsenter', [...enter.slice(1), ...words]];
    await until('the end of the boot', async () => {
      const state = start(...command(['systemctl', 'is-system-running']));
      await state.ended;
      return state.stdout().trim() === 'running';
    });
    const at = (file: string): string => path.join(`/proc/${init}/root`, file);
    return {
      enter,
      enterNetwork: ['nsenter', `--target=${init}`, '--net'],
      at,
      write: (file, text) => fs.writeFileSync(at(file), text),
      run: (...words) => run(...command(words)),
      property: async (unit, name) =>
        (await run(...command(['systemctl', 'show', '--value', '--property', name, unit]))).trim(),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`no systemd: ${started.stdout()}${started.stderr()}`, { cause: error });
  }
}

/** The first process in the container, a child of nspawn's, which is one of unshare's. */
function initOf({ child, pid, stderr }: Started): number | undefined {
  if (child.exitCode !== null) throw new Error(stderr());
  const [nspawn] = childrenOf(pid);
  if (nspawn === undefined) return undefined;
  return childrenOf(nspawn).find((candidate) => fs.existsSync(`/proc/${candidate}/root/run/systemd/private`));
}

/** nspawn makes its control groups inside that of whoever starts it, which is ours alone: the one for systemd, of each kind. */
function makeControlGroups(): string[] {
  const own = fs.readFileSync('/proc/self/cgroup', 'utf8');
  const pathOf = (hierarchy: RegExp): string => hierarchy.exec(own)?.[1] ?? '/';
  const places = [
    ['/sys/fs/cgroup/systemd', pathOf(/^\d+:name=systemd:(.*)$/m)],
    ['/sys/fs/cgroup/unified', pathOf(/^0::(.*)$/m)],
    ['/sys/fs/cgroup', pathOf(/^0::(.*)$/m)],
  ] as const;
  // nspawn takes it that both have the same name.
  const name = `ha2bgp-${process.pid}-${serial++}`;
  return places
    .map(([mount, group]) => path.join(mount, group))
    .filter((place) => fs.existsSync(path.join(place, 'cgroup.procs')))
    .map((place) => {
      const group = path.join(place, name);
      fs.mkdirSync(group);
      return group;
    });
}
let serial = 0;

/** The deepest first; the files in it are the kernel's. False while somebody is in it who has ended, and is not yet gone. */
function removeControlGroup(group: string): boolean {
  for (const entry of fs.readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory() && !removeControlGroup(path.join(group, entry.name))) return false;
  }
  try {
    fs.rmdirSync(group);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}
