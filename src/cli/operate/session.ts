/** SHELL: what all commands do that ask a daemon: find it, ask, print for people or as it is, and say what went wrong. */

import type { SettingView } from '../../api/ports.ts';
import type { DAEMON_OPTIONS } from '../../config/options/operate.ts';
import type { Problem } from '../../config/place.ts';
import { plain } from '../../config/quote.ts';
import type { Summary } from '../../model/view.ts';
import { isTerminal } from '../../runtime/descriptors.ts';
import type { Call } from '../call.ts';
import { endAsCutShort } from '../cut-short.ts';
import { columnsOfStdout, complain, printed, STATUS, StdoutError } from '../output.ts';
import { type Line, render } from '../terminal/line.ts';
import { type Client, createClient, RefusedError } from './client.ts';
import {
  areLeftOver,
  type Found,
  findDaemon,
  NoDaemonError,
  nameOf,
  SeveralDaemonsError,
  socketDirectories,
} from './find-daemon.ts';
import type { Now } from './words.ts';

type DaemonCall = Call<typeof DAEMON_OPTIONS>;

/**
 * Asks, and says in one sentence what kept it from an answer. Returns the exit status. `warning`: that another daemon may be
 * meant, as it was said on stderr.
 */
export async function withDaemon(
  command: string,
  { values, environment, lifecycle, version }: Pick<DaemonCall, 'values' | 'environment' | 'lifecycle' | 'version'>,
  ask: (client: Client, warning: string | undefined) => Promise<number>,
): Promise<number> {
  endAsCutShort(lifecycle);
  let client: Client | undefined;
  try {
    const found = await findDaemon(values, socketDirectories(environment));
    const warning = found.leftOver.length > 0 ? warnOf(command, found) : undefined;
    client = createClient(found.file);
    return await ask(client, warning);
  } catch (error) {
    if (error instanceof SeveralDaemonsError) {
      complain([{ place: command, text: error.message }, ...(await Promise.all(error.files.map(aboutDaemon)))]);
    } else if (error instanceof NoDaemonError) complain([{ place: command, text: error.message }]);
    else if (error instanceof RefusedError) complainOf(command, error);
    else if (error instanceof StdoutError) throw error;
    else {
      const theirs = client && (await versionOf(client));
      if (theirs === undefined || theirs === version) throw error;
      // After an upgrade, until the daemon is started anew.
      const text = `the daemon that runs is ha2bgp ${plain(theirs)}, and this is ${version}, which does not understand its answer`;
      complain([{ place: command, text }]);
    }
    return STATUS.bad;
  }
}

async function versionOf(client: Client): Promise<string | undefined> {
  try {
    return readJson<Summary>(await client.get('/v1/summary')).process.version;
  } catch {
    return undefined;
  }
}

/** What these change is not to be changed in the place of something else. */
const CHANGES: readonly string[] = ['drain', 'undrain', 'set', 'reload'];

/** The one that is meant may be dead: says so, and returns it. Throws `NoDaemonError` where something would be changed. */
function warnOf(command: string, { file, leftOver }: Found): string {
  const name = nameOf(file);
  const warning = `${areLeftOver(leftOver)}, and ${name} is another one`;
  if (CHANGES.includes(command)) {
    const old = leftOver.length === 1 ? 'that socket' : 'those sockets';
    throw new NoDaemonError(`${warning}: say --name ${name} if it is meant, or remove ${old}; nothing was done`);
  }
  complain([{ place: command, text: `${warning}: this is what ${name} says` }]);
  return warning;
}

/** What tells it from others: process, configuration file, networks. */
async function aboutDaemon(file: string): Promise<Problem> {
  const place = nameOf(file);
  try {
    const client = createClient(file);
    const { process: daemon } = readJson<Summary>(await client.get('/v1/summary'));
    const { settings } = readJson<{ settings: readonly SettingView[] }>(await client.get('/v1/settings'));
    const said = ['config', 'network'].flatMap((name) =>
      settings
        .filter((each) => each.name === name && each.value !== '')
        .map(({ value }) => `--${name} ${plain(value)}`),
    );
    return { place, text: [`pid ${daemon.pid}`, ...said].join(', ') };
  } catch (error) {
    if (!(error instanceof NoDaemonError || error instanceof RefusedError)) throw error;
    return { place, text: error.message };
  }
}

/** In the daemon's own words. */
export function complainOf(command: string, { message, refusal }: RefusedError): void {
  const problems = (refusal.problems ?? []).map(({ place, text }) => ({ place: plain(place), text: plain(text) }));
  complain([{ place: command, text: message }, ...problems]);
}

export interface Paper {
  readonly now: Now;
  /** Columns of the terminal; Infinity where there is none. */
  readonly room: number;
  readonly hasColor: boolean;
}

/** What people's texts are written on. */
export function paper(environment: DaemonCall['environment'], noColor = false): Paper {
  const isShown = isTerminal(1);
  return {
    now: Date.now(),
    room: columnsOfStdout(),
    // no-color.org: present, and not empty.
    hasColor: isShown && !noColor && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb',
  };
}

export const printLines = (lines: readonly Line[], { hasColor }: Pick<Paper, 'hasColor'>): Promise<boolean> =>
  printed(lines.map((line) => `${render(line, hasColor)}\n`).join(''));

/** What the API said, as it is. */
export const printBody = async (body: Uint8Array): Promise<boolean> =>
  (await printed(body)) && (body.at(-1) === 0x0a || printed('\n'));

/** Throws `NoDaemonError`, where what answered is something else. */
export function readJson<T>(body: Buffer): T {
  try {
    return JSON.parse(body.toString()) as T;
  } catch {
    throw new NoDaemonError('what answers on the control socket is no ha2bgp');
  }
}

/** A path of the API with a part that has to be escaped. */
export const withPart = (path: string, part: string): string => `${path}/${encodeURIComponent(part)}`;

export function query(path: string, of: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(of).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
