// Where the benchmark runs: as root in network and mount namespaces without a name, which go with their last process,
// so that nothing of it can be left behind and nothing of the host's is in the way.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';

const INSIDE = 'HA2BGP_BENCH_INSIDE';
const TRACEFS = '/sys/kernel/tracing';
const isRoot = process.getuid() === 0;

/** Runs the same command line again in namespaces of its own, where that can be; false when this is already there. */
export function reenter() {
  if (process.env[INSIDE] !== undefined || !isRoot || !canUnshare()) return false;
  // tracefs is mounted here only: on the host that is its administrator's to decide.
  const script = `ip link set lo up && { mount -t tracefs none ${TRACEFS} || true; } && exec "$@"`;
  const child = spawn(
    'unshare',
    ['--net', '--mount', '--', 'sh', '-c', script, 'sh', process.execPath, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (status) => process.exit(status ?? 1));
  return true;
}

const canUnshare = () => spawnSync('unshare', ['--net', '--mount', '--', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

export const hasOwnNetwork = () => process.env[INSIDE] !== undefined;

export const hasTracefs = () => isRoot && fs.existsSync(`${TRACEFS}/instances`);

/** The tracefs instances of a process: `ha2bgp-PID-…`. */
export function traceInstances(pid) {
  if (!hasTracefs()) return [];
  return fs.readdirSync(`${TRACEFS}/instances`).filter((name) => name.startsWith(`ha2bgp-${pid}-`));
}

/** Instances outlive their maker and our mount namespace: those of a process that was killed are removed here. */
export function removeTraceInstances(pid) {
  for (const name of traceInstances(pid)) {
    try {
      fs.rmdirSync(`${TRACEFS}/instances/${name}`);
    } catch (error) {
      console.error(`LEFT BEHIND: the tracefs instance ${name}: ${error.message}`);
    }
  }
}

/** Runs a program of the system's to its end. */
export function run(command, ...words) {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** A setting of our own network namespace. */
export const setNetwork = (name, value) => fs.writeFileSync(`/proc/sys/net/${name}`, `${value}`);
