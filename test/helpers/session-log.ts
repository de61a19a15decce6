/** Which sessions are up, and which went down though nobody meant them to: out of ha2bgp's log. */
import type { Daemon } from './daemon.ts';

export interface Sessions {
  /** Reads what is new in the log. Always true. */
  look(): true;
  up(): ReadonlySet<string>;
  downs(peer: string): number;
  /** Whose loss is none from now on, until it is said otherwise. */
  expectLoss(of: (peer: string) => boolean): void;
  /** Sessions that went down though nobody restarted them, and why. */
  lost(): readonly string[];
}

export function watchSessions(daemon: Daemon): Sessions {
  const up = new Set<string>();
  const downs = new Map<string, number>();
  const lost: string[] = [];
  let read = 0;
  let isExpected = (_peer: string): boolean => false;
  const look = (): true => {
    if (daemon.child.exitCode !== null)
      throw new Error(`ended with ${daemon.child.exitCode}: ${daemon.stderr().slice(-2_000)}`);
    const text = daemon.stderr();
    const end = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(read, end).split('\n')) {
      if (!line.includes('"session ')) continue;
      const { peer = '', msg, why = '' } = JSON.parse(line) as { peer?: string; msg: string; why?: string };
      if (msg === 'session up') up.add(peer);
      if (msg !== 'session down') continue;
      up.delete(peer);
      downs.set(peer, (downs.get(peer) ?? 0) + 1);
      if (!isExpected(peer)) lost.push(`${peer}: ${why}`);
    }
    read = end;
    return true;
  };
  return {
    look,
    up: () => up,
    downs: (peer) => downs.get(peer) ?? 0,
    expectLoss(of) {
      look();
      isExpected = of;
    },
    lost: () => lost,
  };
}
