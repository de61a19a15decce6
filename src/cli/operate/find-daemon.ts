/**
 * Which daemon is meant: its control socket, named or found.
 *
 * A socket that nobody listens on any more is told apart from one that somebody does, by connecting: its file says nothing.
 * What cannot be had is one sentence that says what to do.
 */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { visible } from '../../config/quote.ts';
import { nameOfGroup, nameOfUser } from './owners.ts';

export interface Wish {
  /** Empty for: whatever is found. */
  readonly controlSocket: string;
  /** Empty for: the only one there is. */
  readonly name: string;
}

/** A sentence for people. */
export class NoDaemonError extends Error {}

/** It is there, and says nothing: it may go on. */
export class SilentDaemonError extends NoDaemonError {}

/** More than one could be meant. */
export class SeveralDaemonsError extends NoDaemonError {
  readonly files: readonly string[];
  constructor(message: string, files: readonly string[]) {
    super(message);
    this.files = files;
  }
}

/** Where daemons have their sockets, as root or under ExaBGP. RUNTIME_DIRECTORY is systemd's, and may be a list: systemd.exec(5). */
export const socketDirectories = (environment: Readonly<Record<string, string | undefined>>): readonly string[] => [
  ...new Set([
    ...(environment['RUNTIME_DIRECTORY'] ?? '').split(':').filter((each) => each.startsWith('/')),
    ...['/run/ha2bgp', '/run/exabgp'],
  ]),
];

const SUFFIX = '.sock';
const NO_SOCKET = 'none';
/** A connection to a socket on this host is there at once, or its queue is full. */
const CONNECT_WITHIN_MS = 2_000;

type Life = 'live' | 'stale' | 'denied' | 'missing' | 'busy' | 'other';

interface Candidate {
  readonly file: string;
  readonly life: Life;
}

export interface Found {
  /** The path of a socket that somebody listens on. */
  readonly file: string;
  /** Sockets of daemons that are gone, and that may have been meant, the nearest first. */
  readonly leftOver: readonly string[];
}

/** Throws `NoDaemonError`. */
export async function findDaemon(wish: Wish, directories: readonly string[]): Promise<Found> {
  const { controlSocket, name } = wish;
  // As the daemon takes it, and the environment that both have may say so.
  if (controlSocket === NO_SOCKET) throw new NoDaemonError('--control-socket none: such a daemon cannot be asked');
  if (controlSocket !== '') {
    const life = await lifeOf(controlSocket);
    if (life === 'live') return { file: controlSocket, leftOver: [] };
    throw new NoDaemonError(whyNot({ file: controlSocket, life }));
  }
  const { files, denied } = sockets(directories);
  const meant = name === '' ? files : files.filter((file) => nameOf(file) === name);
  const candidates = await Promise.all(meant.map(async (file) => ({ file, life: await lifeOf(file) })));
  const leftOver = candidates.filter(({ life }) => life === 'stale').map(({ file }) => file);
  const running = candidates.filter(({ life }) => life === 'live' || life === 'busy').map(({ file }) => file);
  const [only] = candidates.filter(({ life }) => life === 'live');
  if (only !== undefined && running.length === 1) {
    return { file: only.file, leftOver: name === '' ? leftOver.filter(mayBeMeant(only.file, directories)) : [] };
  }
  if (running.length > 1) {
    const which =
      name === ''
        ? `name one with --name: ${running.map(nameOf).join(', ')}`
        : `name one with --control-socket: ${running.map(visible).join(', ')}`;
    throw new SeveralDaemonsError(`${running.length} daemons run here; ${which}`, running);
  }
  // What is worth more to know than that another one is gone.
  const best = (['denied', 'busy'] as const).flatMap((life) => candidates.filter((each) => each.life === life))[0];
  if (best !== undefined) throw new NoDaemonError(whyNot(best));
  if (leftOver.length > 0) throw new NoDaemonError(`${areLeftOver(leftOver)}. Is another one running (ha2bgp run)?`);
  if (denied[0] !== undefined) throw new NoDaemonError(`${denied[0]}: ${permission(denied[0])}`);
  const lives = await Promise.all(files.map(async (file) => ({ file, life: await lifeOf(file) })));
  const others = lives.filter(({ life }) => life !== 'stale' && life !== 'missing').map(({ file }) => nameOf(file));
  throw new NoDaemonError(
    others.length > 0
      ? `no daemon of the name ${visible(name)}; there ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}`
      : `no control socket${name === '' ? '' : ` ${visible(name)}${SUFFIX}`} in ${directories.join(' or ')}: ` +
          'is a daemon running (ha2bgp run)? If it has a --control-socket of its own, name it here, too',
  );
}

/** What they are called, as far as a file has such a name. */
export async function runningDaemons(directories: readonly string[]): Promise<string[]> {
  const { files } = sockets(directories);
  const lives = await Promise.all(files.map(lifeOf));
  const names = files.filter((_, index) => lives[index] === 'live').map(nameOf);
  return [...new Set(names)].filter((name) => /^[\w.-]+$/.test(name));
}

/**
 * Of what is left over beside the one that lives: nobody means what is further away; and names that were made from settings
 * (`instanceName`) nobody says where another one was given its own.
 */
function mayBeMeant(living: string, directories: readonly string[]): (file: string) => boolean {
  const farness = (file: string): number => directories.indexOf(path.dirname(file));
  return (file) => farness(file) <= farness(living) && (!hasMadeName(file) || hasMadeName(living));
}

const hasMadeName = (file: string): boolean => /^[0-9a-f]{12}$/.test(path.basename(file, SUFFIX));

/** What the daemon is called whose socket it is. */
export const nameOf = (file: string): string => visible(path.basename(file, SUFFIX));

/** The first directory's come first: what is said of one is said of the nearest. */
function sockets(directories: readonly string[]): { readonly files: string[]; readonly denied: string[] } {
  const files: string[] = [];
  const denied: string[] = [];
  for (const directory of directories) {
    try {
      const entries = fs.readdirSync(directory, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isSocket() && entry.name.endsWith(SUFFIX)).map(({ name }) => name);
      files.push(...names.sort().map((name) => path.join(directory, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') denied.push(directory);
    }
  }
  return { files, denied };
}

function lifeOf(file: string): Promise<Life> {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    const answer = (life: Life): void => {
      socket.destroy();
      resolve(life);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => answer('busy'));
    socket.once('connect', () => answer('live'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EACCES' || code === 'EPERM') answer('denied');
      // unix(7): EAGAIN stands for a queue that is full.
      else if (code === 'EAGAIN') answer('busy');
      else if (code === 'ECONNREFUSED') answer(isSocket(file) ? 'stale' : 'other');
      else answer('missing');
    });
  });
}

/** connect(2) refuses a directory, and a plain file, as it does a socket that nobody listens on. */
function isSocket(file: string): boolean {
  try {
    return fs.statSync(file).isSocket();
  } catch {
    // Gone, or not for us to see: then it was one that could be connected to.
    return true;
  }
}

/** Sockets that are named: more nobody reads. */
const MOST_NAMED = 4;

/** `/run/ha2bgp/dns.sock is left over: the daemon that listened on it is gone`. */
export function areLeftOver(files: readonly string[]): string {
  const shown = files.slice(0, MOST_NAMED).map(visible);
  const more = files.length - shown.length;
  const last = more > 0 ? `${more} more` : (shown.pop() ?? '');
  return shown.length === 0
    ? `${last} is left over: the daemon that listened on it is gone`
    : `${shown.join(', ')} and ${last} are left over: the daemons that listened on them are gone`;
}

function whyNot({ file, life }: Candidate): string {
  const shown = visible(file);
  switch (life) {
    case 'denied':
      return `${shown}: ${permission(file)}`;
    case 'stale':
      return `${areLeftOver([file])}. Is another one running (ha2bgp run)?`;
    case 'other':
      return `${shown} is not a socket`;
    case 'busy':
      return `${shown}: the daemon takes no connection: is it stopped, or very busy?`;
    case 'missing':
    case 'live':
      return `${shown}: there is no such socket: is a daemon running with this --control-socket?`;
    default:
      return life satisfies never;
  }
}

function permission(file: string): string {
  const closed = closedOn(file);
  try {
    const { uid, gid, mode } = fs.statSync(closed);
    const bits = (mode & 0o777).toString(8).padStart(4, '0');
    const of = closed === file ? 'it' : visible(closed);
    const [user, group] = [nameOfUser(uid), nameOfGroup(gid)];
    const isForGroup = (mode & 0o070) !== 0;
    const who = [...new Set(['root', user])].map((name) => `as ${name}`);
    if (isForGroup) who.push(`as a member of group ${group}`);
    return `permission denied: ${of} belongs to user ${user} and group ${group} (mode ${bits}); run this ${who.join(' or ')}`;
  } catch {
    return 'permission denied; run this as root';
  }
}

/** The directory on the way that does not let us in, or the file itself. */
function closedOn(file: string): string {
  const parts = path.resolve(file).split('/');
  for (let count = 2; count < parts.length; count++) {
    const directory = parts.slice(0, count).join('/');
    try {
      fs.accessSync(directory, fs.constants.X_OK);
    } catch {
      return directory;
    }
  }
  return file;
}
