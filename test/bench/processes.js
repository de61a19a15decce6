// Processes that the benchmark starts: heard line by line, measured, and ended with it however it ends.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

/** Milliseconds of CLOCK_MONOTONIC, which the helpers in Python tell the time by as well. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

const running = new Set();
const STOP_WITHIN_MS = 4_000;

/**
 * `hear(lines, at)` is called with the lines of stdout, `at` being when they came. `answers`: each of them is answered
 * with "done" at once, as ExaBGP does. `afterwards(pid)` is called when it has ended.
 */
export function start(command, args, { env = {}, hear, answers = false, afterwards } = {}) {
  const startedAt = now();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
    detached: true, // Ctrl-C is for the benchmark, which ends them in order
  });
  const waiting = new Set();
  let log = '';
  let ending;

  const ended = new Promise((resolve) => {
    child.on('error', (error) => end(error.message));
    child.on('close', (status, signal) => end(status ?? signal));
    function end(how) {
      ending ??= `${command} ended with ${how}; ${saidBy(log)}`;
      running.delete(started);
      afterwards?.(child.pid);
      for (const { fail } of [...waiting]) fail(new Error(ending));
      resolve(ending);
    }
  });
  child.stdin.on('error', () => {}); // EPIPE: it has ended, and says so itself

  child.stdout.on(
    'data',
    byLine((lines, at) => {
      for (const line of lines) for (const entry of waiting) if (line.includes(entry.text)) entry.resolve(at);
      if (answers) child.stdin.write('done\n'.repeat(lines.length));
      hear?.(lines, at);
    }),
  );
  child.stderr.on(
    'data',
    byLine((lines, at) => {
      log = `${log}${lines.join('\n')}\n`.slice(-10_000);
      for (const line of lines) for (const entry of waiting) if (line.includes(entry.text)) entry.resolve(at);
    }),
  );

  const started = {
    pid: child.pid,
    startedAt,
    ended,
    /** When the next line with that text comes, on stdout or stderr, from now on. */
    next(text, withinMs = 30_000) {
      if (ending !== undefined) return Promise.reject(new Error(ending));
      return new Promise((resolve, reject) => {
        const settle = (then) => (value) => {
          clearTimeout(timer);
          waiting.delete(entry);
          then(value);
        };
        const entry = { text, resolve: settle(resolve), fail: settle(reject) };
        const missed = () =>
          entry.fail(new Error(`nothing with ${text} from ${command} within ${withinMs} ms; ${saidBy(log)}`));
        const timer = setTimeout(missed, withinMs);
        waiting.add(entry);
      });
    },
    say: (text) => child.stdin.write(text),
    signal: (name) => child.kill(name),
    cpuMs: () => cpuMs(child.pid),
    residentMb: () => memoryMb(child.pid, 'VmRSS'),
    peakMb: () => memoryMb(child.pid, 'VmHWM'),
    async stop() {
      if (ending !== undefined) return;
      child.stdin.end();
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
  running.add(started);
  return started;
}

/** Its last words on stderr. */
function saidBy(log) {
  const words = log.slice(-2_000).trim();
  return words === '' ? 'it said nothing' : `it said: ${words}`;
}

/** What `wanted` comes to; fails as soon as one of those that it takes has ended, with what that said last. */
export async function whileAll(processes, wanted) {
  const deaths = processes.map(async ({ ended }) => {
    throw new Error(await ended);
  });
  return Promise.race([wanted, ...deaths]);
}

export async function stopAll() {
  await Promise.all([...running].map((started) => started.stop()));
}

// The last resort: whoever still runs does not outlive us.
process.on('exit', () => {
  for (const { signal } of running) signal('SIGKILL');
});

/** Calls `handle` with whole lines, and with when the last part of them came. */
function byLine(handle) {
  let rest = '';
  return (chunk) => {
    const at = now();
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    if (lines.length > 0) handle(lines, at);
  };
}

/** No setting of the user's own; and a shell that is told that it is one inside a shell: see `healthcheck`. */
export function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('HA2BGP_'));
  return { ...Object.fromEntries(entries), HA2BGP_STATE_DIR: 'none', HA2BGP_DATA_DIR: 'none', SHLVL: '3' };
}

/** Processor time so far, in milliseconds: of its threads to the nanosecond, of children that have ended in ticks. */
export function cpuMs(pid) {
  let nanoseconds = 0;
  for (const task of fs.readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [CUTIME, CSTIME] = [13, 14]; // proc(5), counted from the state
  return nanoseconds / 1e6 + (Number(fields[CUTIME]) + Number(fields[CSTIME])) * 10; // USER_HZ is 100 on every Linux
}

function memoryMb(pid, what) {
  const [, kilobytes] = new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) / 1024;
}
