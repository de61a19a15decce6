/** Gives up root for good: setgroups(2), setresgid(2), setresuid(2), in this order, for the whole process. */
import { execFileSync } from 'node:child_process';

export interface Identity {
  readonly uid: number | undefined;
  readonly gid: number;
  readonly groups: readonly number[];
}

/**
 * Whom to become: names or numbers, empty for none; without a group the user's own. `undefined` to stay who we are.
 * Throws with a message that says what is not known or not permitted.
 */
export function findIdentity(user: string, group: string): Identity | undefined {
  if (user === '' && group === '') return undefined;
  const gid = group === '' ? Number(lookUp('user', user, 'id', ['-g', user])) : idOf('group', group);
  const uid = user === '' ? undefined : idOf('user', user);
  // Root's own groups would stay otherwise.
  const own = user === '' ? [] : lookUp('user', user, 'id', ['-G', user]).trim().split(' ').map(Number);
  if (process.getuid?.() !== 0) throw new Error('only root can become somebody else');
  return { uid, gid, groups: [gid, ...own] };
}

export function become({ uid, gid, groups }: Identity): void {
  process.setgroups?.(groups);
  process.setgid?.(gid);
  if (uid !== undefined) process.setuid?.(uid);
}

function idOf(kind: 'user' | 'group', name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const database = kind === 'user' ? 'passwd' : 'group';
  return Number(lookUp(kind, name, 'getent', [database, name]).split(':')[2]);
}

function lookUp(kind: string, name: string, command: string, words: readonly string[]): string {
  try {
    return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  } catch {
    throw new Error(`no such ${kind}: ${name}`);
  }
}
