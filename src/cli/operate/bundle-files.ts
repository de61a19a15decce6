/**
 * SHELL: what a daemon leaves on this host beside its answers: the files of --record, and its log, in a file or in the journal.
 * The log of ExaBGP is not ours, and may have what is nobody's business.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { SettingView } from '../../api/ports.ts';
import { type LogTo, logFile } from '../../config/option-log.ts';
import { visible } from '../../config/quote.ts';
import { plural } from './words.ts';

/** A line for each file. */
export interface Contents {
  readonly lines: readonly string[];
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

/** Of the log: its end. */
const MOST_LOG = 16 * 1_048_576;
const MOST_LINES = 50_000;
const MOST_PRINTED = 64 * 1_048_576;
const RUN_WITHIN_MS = 20_000;

/** Writes them into `place`, or links to them: tar(1) follows. Throws what keeps one from being written. */
export async function leftBehind(pid: number, settings: readonly SettingView[], place: string): Promise<Contents> {
  const setting = (flag: string): string => settings.find(({ name }) => name === flag)?.value ?? '';
  const both = [linkRecording(pid, setting('record'), place), await copyLog(pid, setting('log-to') as LogTo, place)];
  return { lines: both.flatMap(({ lines }) => lines), missing: both.flatMap(({ missing }) => missing) };
}

function linkRecording(pid: number, file: string, place: string): Contents {
  if (file === '') return { lines: [], missing: [] };
  const lines: string[] = [];
  try {
    // As the daemon has it, which was started elsewhere.
    const found = path.isAbsolute(file) ? file : path.join(fs.readlinkSync(`/proc/${pid}/cwd`), file);
    const base = path.basename(found);
    const names = fs.readdirSync(path.dirname(found)).filter((name) => name === base || isOlder(name, base));
    for (const name of names) {
      const each = path.join(path.dirname(found), name);
      fs.accessSync(each, fs.constants.R_OK);
      fs.mkdirSync(path.join(place, 'recording'), { recursive: true });
      fs.symlinkSync(each, path.join(place, 'recording', name));
      lines.push(`recording/${visible(name)}: ${plural(fs.statSync(each).size, 'byte')}`);
    }
    return { lines, missing: names.length === 0 ? [`the recording ${visible(file)}: there is no such file`] : [] };
  } catch (error) {
    return { lines, missing: [`the recording ${visible(file)}: ${(error as Error).message}`] };
  }
}

const isOlder = (name: string, base: string): boolean =>
  name.startsWith(`${base}.`) && /^\d+$/.test(name.slice(base.length + 1));

async function copyLog(pid: number, to: LogTo, place: string): Promise<Contents> {
  const file = logFile(to);
  try {
    const text = file === undefined ? await journalOf(pid, to) : endOf(file);
    if (text === undefined) {
      return {
        lines: [],
        missing: ['the log: it goes elsewhere; whatever started ha2bgp has it, such as the log of ExaBGP'],
      };
    }
    fs.writeFileSync(path.join(place, 'log.txt'), text);
    return { lines: [`log.txt: the end of the log, ${plural(Buffer.byteLength(text), 'byte')}`], missing: [] };
  } catch (error) {
    return { lines: [], missing: [`the log: ${visible((error as Error).message)}`] };
  }
}

/** From the first whole line on. */
function endOf(file: string): Buffer {
  const fd = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const from = Math.max(0, size - MOST_LOG);
    const end = Buffer.alloc(size - from);
    const length = fs.readSync(fd, end, 0, end.length, from);
    return end.subarray(from === 0 ? 0 : end.indexOf(0x0a) + 1, length);
  } finally {
    fs.closeSync(fd);
  }
}

/** systemd's service that a process is in, by its line of cgroups(7) in the unified hierarchy. */
export const unitOf = (cgroups: string): string | undefined => /^0::.*\/([^/\n]+\.service)$/m.exec(cgroups)?.[1];

/** `undefined` where it is not in the journal, or not there alone. */
async function journalOf(pid: number, to: LogTo): Promise<string | undefined> {
  const isTagged = to === 'syslog' || to === 'journald';
  const which = to === 'stderr' ? await serviceOf(pid) : isTagged ? '--identifier=ha2bgp' : undefined;
  if (which === undefined) return undefined;
  const text = await said('journalctl', [
    '--no-pager',
    '--quiet',
    '--utc',
    '--output=short-iso',
    `--lines=${MOST_LINES}`,
    which,
  ]);
  if (text === '')
    throw new Error('the journal shows none of it to this user: group systemd-journal, or root, may read it');
  return text;
}

/** The service whose main process it is: what a shell or ExaBGP started is not alone in theirs. */
async function serviceOf(pid: number): Promise<string | undefined> {
  const unit = unitOf(readOr(`/proc/${pid}/cgroup`));
  if (unit === undefined) return undefined;
  const main = await said('systemctl', ['show', '--property=MainPID', '--value', '--', unit]);
  return main.trim() === String(pid) ? `--unit=${unit}` : undefined;
}

/** What a program prints. Throws when it cannot be run, or fails. */
const said = (program: string, words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(program, words, { timeout: RUN_WITHIN_MS, maxBuffer: MOST_PRINTED }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });

function readOr(file: string, otherwise = ''): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
