/** Other processes, started by a test and ended with it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import fs from 'node:fs';
import { until } from './until.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** All that came so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the process has ended and its output is read: exit status, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Ends the process and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

const running = new Set<Started>();

export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Started {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin?.on('error', () => {}); // EPIPE: it has ended before it read everything
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  const started: Started = {
    child,
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
  running.add(started);
  ended.then(
    () => running.delete(started),
    () => running.delete(started),
  );
  return started;
}

/** For `afterEach`: a test that failed half-way leaves nothing behind. */
export async function stopAll(): Promise<void> {
  await Promise.allSettled([...running].map((started) => started.stop('SIGKILL')));
}

/** Runs to its end. Throws, with what it said, when that is not with status 0. */
export async function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const started = start(command, args, options);
  started.child.stdin?.end();
  const status = await started.ended;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${started.stderr()}${started.stdout()}`);
  return started.stdout();
}

/** The processes that `pid` started itself. */
export function childrenOf(pid: number): number[] {
  return fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
}

export const isAlive = (pid: number): boolean => fs.existsSync(`/proc/${pid}`);

/** What listens on `endpoints` (`127.0.0.9:80`, `[::1]:80`) until it is stopped; resolves once it does. */
export async function listen(endpoints: readonly string[], via: readonly string[] = []): Promise<Started> {
  const [command = '', ...args] = [...via, process.execPath, '-e', LISTEN, ...endpoints];
  const started = start(command, args);
  await until(`listening on ${endpoints.join(', ')}`, () => {
    if (started.child.exitCode !== null) throw new Error(started.stderr());
    return started.stdout().includes('listening');
  });
  return started;
}

const LISTEN = `
  const net = require('node:net');
  const endpoints = process.argv.slice(1).map((text) => /^\\[?(.*?)\\]?:(\\d+)$/.exec(text));
  let waiting = endpoints.length;
  for (const [, host, port] of endpoints)
    net.createServer((socket) => socket.end('served')).listen({ host, port: Number(port) }, () => --waiting || console.log('listening'));
`;
