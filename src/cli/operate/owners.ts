/** Names of users and groups, from /etc/passwd and /etc/group; a number where there is none. */
import fs from 'node:fs';

export const nameOfUser = (uid: number): string => nameIn('/etc/passwd', uid);
export const nameOfGroup = (gid: number): string => nameIn('/etc/group', gid);

function nameIn(file: string, id: number): string {
  try {
    const row = fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([, , number]) => number === String(id));
    return row?.[0] ?? String(id);
  } catch {
    return String(id);
  }
}
