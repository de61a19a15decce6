/**
 * Whether ExaBGP's user can run what a `run` line names. ExaBGP looks at the program before it starts (process/parser.py),
 * and does not start when it dislikes it; what else a program needs shows only when it has died five times.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Report } from './exabgp-conf/finding.ts';
import type { Release } from './exabgp-conf/release.ts';
import type { RunLine } from './exabgp-conf/run-line.ts';
import { findAs, may, type User } from './exabgp-user.ts';
import { quote } from './quote.ts';

/** What systemd gives a service as PATH. */
const SERVICE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const HOME = '/etc/exabgp';

export function checkRunFile(
  run: RunLine,
  conf: string,
  user: User,
  releases: readonly Release[],
  report: Report,
): void {
  const program = locate(run, conf, report);
  if (program === undefined) return;
  if (!checkProgram(program, run.line, user, releases, report)) return;
  const own = run.own;
  if (own !== undefined && own !== run.program && own.startsWith('/')) checkReadable(own, run.line, user, report);
  checkInterpreter(program, run, user, report);
}

/** The path that ExaBGP takes: of several places the last one that has the file. */
function locate({ program, line }: RunLine, conf: string, report: Report): string | undefined {
  if (program === '' || program.startsWith('/')) return program === '' ? undefined : program;
  const places = [HOME, path.dirname(fs.realpathSync(conf)), ...SERVICE_PATH].map((folder) =>
    path.resolve(folder, program),
  );
  const found = program.startsWith('etc/exabgp') ? undefined : places.findLast((place) => fs.existsSync(place));
  const absolute = found ?? (places.at(-1) as string);
  report(
    'run-relative',
    found === undefined ? 'refused' : 'risk',
    line,
    `${quote(program)} is no absolute path: ${found === undefined ? 'it is in none of the places where ExaBGP looks' : 'which file it is depends on the PATH of ExaBGP'}`,
    `run ${found ?? '/usr/bin/ha2bgp'} …;`,
  );
  return found === undefined ? undefined : absolute;
}

function checkProgram(
  program: string,
  line: number,
  user: User,
  releases: readonly Release[],
  report: Report,
): boolean {
  const found = findAs(user, program);
  if (found.type === 'closed')
    return refuse(
      'run-folder-closed',
      `the user ${user.name} may not enter ${found.folder}, through which ${program} is reached`,
      `chmod o+x ${found.folder}`,
    );
  if (found.type === 'hidden') {
    report('run-file-hidden', 'risk', line, `${found.path} cannot be looked at: run this as root, or as ${user.name}`);
    return false;
  }
  if (found.type === 'missing') return refuse('run-file-missing', `there is no ${found.path}`);
  const { stats, path: target } = found;
  if (stats.isDirectory()) return refuse('run-file-folder', `${program} is a folder`);
  if (!stats.isFile()) return refuse('run-file-odd', `${program} is no regular file`);
  if ((stats.mode & 0o4000) !== 0)
    return refuse('run-file-setuid', `${program} is setuid, and ExaBGP runs no such program`, `chmod u-s ${target}`);
  if ((stats.mode & 0o2000) !== 0 && releases.includes('5.0'))
    return refuse(
      'run-file-setuid',
      `${program} is setgid, and ExaBGP 5.0 runs no such program`,
      `chmod g-s ${target}`,
    );
  const unfit = `the user ${user.name} may not execute ${program}`;
  if (!looksExecutable(user, stats)) return refuse('run-file-not-executable', unfit, `chmod a+x ${target}`);
  if (!may(user, 'read', stats) && releases.includes('5.0'))
    return refuse(
      'run-file-unreadable',
      `the user ${user.name} may not read ${program}, which ExaBGP 5.0 does first`,
      `chmod a+r ${target}`,
    );
  if (!may(user, 'execute', stats)) report('run-file-not-executable', 'mute', line, unfit, `chmod a+x ${target}`);
  return true;

  function refuse(code: string, sentence: string, ...instead: string[]): false {
    report(code, 'refused', line, sentence, ...instead);
    return false;
  }
}

/** ExaBGP's own test, which is not the kernel's: any bit of those that might be meant will do, of one group. */
function looksExecutable({ uid, gid }: User, stats: fs.Stats): boolean {
  const bits = 0o001 | (stats.uid === uid ? 0o100 : 0) | (stats.gid === gid ? 0o010 : 0);
  return (stats.mode & bits) !== 0;
}

function checkReadable(file: string, line: number, user: User, report: Report): void {
  const found = findAs(user, file);
  if (found.type === 'hidden') return;
  if (found.type === 'found' && found.stats.isFile() && may(user, 'read', found.stats)) return;
  const why = found.type === 'missing' ? `there is no ${found.path}` : `the user ${user.name} may not read ${file}`;
  report('run-script-unreadable', 'mute', line, why, ...(found.type === 'missing' ? [] : [`chmod a+r ${file}`]));
}

/** `#!/usr/bin/env node`: the PATH of a service is not that of a shell. */
function checkInterpreter(program: string, run: RunLine, user: User, report: Report): void {
  const first = firstLineOf(program);
  const [, name] = /^#!\s*\/usr\/bin\/env\s+(\S+)\s*$/.exec(first) ?? [];
  if (name === undefined) return;
  const isThere = SERVICE_PATH.some((folder) => {
    const found = findAs(user, path.join(folder, name));
    return found.type === 'found' && found.stats.isFile() && may(user, 'execute', found.stats);
  });
  if (isThere) return;
  const rest = run.words.map(({ text, isQuoted }) => (isQuoted ? JSON.stringify(text) : text)).join(' ');
  report(
    'node-not-found',
    'risk',
    run.line,
    `${program} needs ${quote(name)}, which the user ${user.name} can run from none of ${SERVICE_PATH.join(':')}: name it, by a path that this user may enter`,
    `run ${process.execPath} ${rest};`,
  );
}

const MOST_OF_A_LINE = 256;

function firstLineOf(file: string): string {
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(MOST_OF_A_LINE);
    const length = fs.readSync(fd, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1', 0, length).split('\n')[0] ?? '';
  } catch {
    return '';
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
