// Who runs against whom: a process each, with its lines on stdout and a log of when they came.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export function ha2bgp(address, port, interval) {
  const words = ['--network', `${address}/32`, '--listen-filter', `sport = :${port}`, '--interval', interval];
  return start(process.execPath, [`${root}/bin/ha2bgp.js`, ...words, '--announce-delay', '0', '--withdraw-delay', '0']);
}

/** ExaBGP's own, told to be as quick as it can: one check decides, and the check is a connection attempt of the shell's. */
export function healthcheck(address, port, interval) {
  return start('/usr/bin/python3', [
    ...['-m', 'exabgp', 'healthcheck', '--no-ack', '--no-syslog', '--no-ip-setup', '--withdraw-on-down'],
    ...['--interval', interval, '--fast-interval', interval, '--rise', '1', '--fall', '1', '--ip', `${address}/32`],
    ...['--cmd', `bash --norc -c 'exec 3<>/dev/tcp/${address}/${port}'`],
  ]);
}

function start(command, args) {
  const startedAt = performance.now();
  // A shell whose stdin is a socket takes itself for one of rshd's and reads the user's start-up files, unless it is told
  // that it is a shell inside a shell: that would be charged to the healthcheck.
  const env = { ...process.env, SHLVL: '3' };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const waiting = [];
  let rest = '';
  child.on('close', (status) => {
    for (const { fail } of waiting) fail(new Error(`${command} ended with ${status}: ${rest}`));
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      const at = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        for (const entry of [...waiting]) if (line.includes(entry.text)) entry.resolve(at);
      }
    });
  }
  return {
    startedAt,
    /** When the next line with that text comes, from now on. */
    next(text, withinMs = 30_000) {
      return new Promise((resolve, reject) => {
        const entry = { text, resolve: finish, fail: reject };
        const timer = setTimeout(() => reject(new Error(`${command}: no "${text}"`)), withinMs);
        function finish(at) {
          clearTimeout(timer);
          waiting.splice(waiting.indexOf(entry), 1);
          resolve(at);
        }
        waiting.push(entry);
      });
    },
    /** Milliseconds of processor time so far, with those of all children that have ended. */
    cpuMs() {
      const fields = fs
        .readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
      return ticks * 10; // USER_HZ is 100 on every Linux
    },
    residentMb() {
      return Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
    },
    stop() {
      return new Promise((resolve) => {
        child.on('close', resolve);
        child.kill('SIGTERM');
      });
    },
  };
}

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
