/** SHELL: which ExaBGP runs us, by proc_pid_stat(5). */
import fs from 'node:fs';
import type { ExabgpIdentity } from './ledger-format.ts';

/** Counted from 1 as in the manual page; the first two are the process id and its name in parentheses. */
const FIELD = { parent: 4, group: 5, startTime: 22 } as const;

/**
 * ExaBGP makes each process that it starts the leader of a group; between that one and us may stand a shell, sudo or npm.
 * So ExaBGP is the parent of our group's leader. `undefined` when that cannot be told: the leader has ended, or /proc is
 * not to be read.
 */
export function exabgpIdentity(): ExabgpIdentity | undefined {
  try {
    const leader = statOf('self')(FIELD.group);
    const pid = statOf(leader)(FIELD.parent);
    if (pid === '0') return undefined; // it lives in another PID namespace
    const bootId = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid: Number(pid), startTime: statOf(pid)(FIELD.startTime), bootId };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function statOf(pid: string): (field: number) => string {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  // A name may hold anything, spaces and parentheses too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (field) => fields[field - 3] ?? '';
}
