// Who runs: ha2bgp in its several ways, and whoever else does its job, each a process with its commands on stdout.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cleanEnvironment, start } from './processes.js';
import { PYTHON, script } from './python.js';
import { removeTraceInstances, traceInstances } from './surroundings.js';

const root = path.resolve(import.meta.dirname, '../..');
export const program = `${root}/bin/ha2bgp.js`;
const NOBODY = 65_534;

export const NO_DELAYS = ['--announce-delay', '0', '--withdraw-delay', '0', '--no-dampening', '--reannounce', '0'];
export const TRACEFS = ['--hints', 'tracefs'];
export const unhinted = (interval) => ['--hints', 'none', '--interval', interval];

/** What a line says, one route or many: `['announce', ['192.0.2.1/32', …]]`. */
export function commandOf(line) {
  const [, verb, route, nlri = ''] = /^(announce|withdraw) (?:route (\S+)|attributes .* nlri (.*))/.exec(line) ?? [];
  return [verb, route === undefined ? nlri.split(' ') : [route]];
}

/** The words that make ha2bgp watch one address and one port. */
export const one = (address, port) => ['--network', `${address}/32`, '--listen-filter', `sport = :${port}`];

/** ha2bgp, from its start. It takes us for ExaBGP: we say "done" to each of its commands. */
export function launch(words, { isUnprivileged = false, preload, hear, env } = {}) {
  checkSettings(words, env);
  const args = preload === undefined ? [] : ['--import', preload];
  // Files that only root may read are no hindrance to a program that was loaded before it gave up being root.
  args.push(isUnprivileged && process.getuid() === 0 ? `${import.meta.dirname}/unprivileged.js` : program);
  return start(process.execPath, [...args, ...words], { hear, env, answers: true, afterwards: removeTraceInstances });
}

/** The same, from when it has read its first facts, and is what it was meant to be. */
export async function ha2bgp(words, options = {}) {
  const daemon = launch(words, options);
  await daemon.next('first facts read');
  if (options.isUnprivileged) expectNobody(daemon.pid);
  if (words.includes('tracefs') && traceInstances(daemon.pid).length !== 1) {
    throw new Error('ha2bgp was told to use tracefs, and has no instance there');
  }
  return daemon;
}

/** A setting that this ha2bgp does not know, or does not like, has to be heard of at once. */
function checkSettings(words, env) {
  const { status, stderr } = spawnSync(process.execPath, [program, 'check', ...words], {
    encoding: 'utf8',
    env: { ...cleanEnvironment(), ...env },
  });
  if (status !== 0) throw new Error(`ha2bgp refuses its settings: ${stderr.trim().replaceAll('\n', '; ')}`);
}

function expectNobody(pid) {
  if (process.getuid() !== 0) return;
  const [, uid] = /^Uid:\s+\d+\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (Number(uid) !== NOBODY) throw new Error(`ha2bgp runs as user ${uid}, not as ${NOBODY}`);
}

/** ExaBGP's own, told to be as quick as it can: one check decides, and the check is a connection attempt of the shell's. */
export const healthcheck = (address, port, interval) =>
  start(PYTHON, ['-m', 'exabgp', ...checkWords(address, port, interval)]);

/** Ours, by the same words. */
export const drop = (address, port, interval) =>
  start(process.execPath, [program, ...checkWords(address, port, interval)]);

function checkWords(address, port, interval) {
  // A shell whose stdin is a socket takes itself for one of rshd's and reads the user's start-up files, unless SHLVL says
  // that it is a shell inside a shell: that would be charged to the healthcheck.
  return [
    ...['healthcheck', '--no-ack', '--no-syslog', '--no-ip-setup', '--withdraw-on-down'],
    ...['--interval', interval, '--fast-interval', interval, '--rise', '1', '--fall', '1', '--ip', `${address}/32`],
    ...['--cmd', `bash --norc -c 'exec 3<>/dev/tcp/${address}/${port}'`],
  ];
}

export const ha2bgpsWay = (address, port) => start(PYTHON, script('peer_ss', address, port));

export const procPoller = (address, port, seconds) => start(PYTHON, script('peer_proc', address, port, seconds));
