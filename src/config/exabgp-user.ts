/** The user that ExaBGP runs as, and what the bits of a file permit that user. ACLs are not looked at. */
import fs from 'node:fs';
import path from 'node:path';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Of all its groups. */
  readonly gids: readonly number[];
}

/** From /etc/passwd and /etc/group; `undefined` when it isn't there. */
export function findUser(name: string): User | undefined {
  const row = rows('/etc/passwd').find(([login]) => login === name);
  if (row === undefined) return undefined;
  const [uid, gid] = [Number(row[2]), Number(row[3])];
  const others = rows('/etc/group').flatMap(([, , id, members = '']) =>
    members.split(',').includes(name) ? [Number(id)] : [],
  );
  return { name, uid, gid, gids: [gid, ...others] };
}

function rows(file: string): readonly (readonly string[])[] {
  try {
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

const BITS = { read: 4, search: 1, execute: 1 } as const;

export function may(user: User, what: keyof typeof BITS, { uid, gid, mode }: fs.Stats): boolean {
  const bit = BITS[what];
  // Root needs one execute bit, whoever's.
  if (user.uid === 0) return what !== 'execute' || (mode & 0o111) !== 0;
  const shift = uid === user.uid ? 6 : user.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

const MOST_LINKS = 40;

export type Found =
  | { readonly type: 'found'; readonly path: string; readonly stats: fs.Stats }
  | { readonly type: 'missing'; readonly path: string }
  /** A folder on the way that the user may not search. */
  | { readonly type: 'closed'; readonly folder: string }
  /** We ourselves may not look. */
  | { readonly type: 'hidden'; readonly path: string };

/** The file that an absolute path leads to, link by link, as that user gets there. */
export function findAs(user: User, file: string): Found {
  const left = file.split('/').filter((name) => name !== '' && name !== '.');
  let at = '/';
  let links = 0;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    const stats = statOf(at);
    if (typeof stats === 'string') return { type: stats, path: at };
    if (!stats.isDirectory()) return { type: 'missing', path: at };
    if (!may(user, 'search', stats)) return { type: 'closed', folder: at };
    const next = path.join(at, name);
    const own = statOf(next);
    if (typeof own === 'string') return { type: own, path: next };
    if (!own.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) return { type: 'missing', path: next };
    const target = fs.readlinkSync(next);
    if (target.startsWith('/')) at = '/';
    left.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
  }
  const stats = statOf(at);
  return typeof stats === 'string' ? { type: stats, path: at } : { type: 'found', path: at, stats };
}

const statOf = (file: string): fs.Stats | 'missing' | 'hidden' => {
  try {
    return fs.lstatSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'hidden' : 'missing';
  }
};
