/**
 * Which ups and downs of sessions are noted: every one, but of a peer that comes and goes without end no more than one at a
 * time, the last, with how many there were before it. So that it leaves room in the history for everything else.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { PeerEntry } from '../model/view.ts';
import type { Clock } from './clock.ts';

export type SessionChange = Pick<PeerEntry, 'type' | 'sink' | 'peer' | 'why'>;

export interface SessionNews {
  heard(at: Millis, change: SessionChange): void;
  /** What waits is noted. */
  close(): void;
}

/** So many of a peer are noted as they come, */
const MOST_AT_ONCE = 20;
/** and in the long run one in as many milliseconds. */
const EVERY = 600_000;
const TIMER = 'history of sessions';

interface Peer {
  /** When there is room for `MOST_AT_ONCE` again. */
  readonly freeAt: number;
  readonly waiting?: { readonly at: Millis; readonly change: SessionChange; readonly unnoted: number };
}

export function createSessionNews(
  clock: Clock,
  note: (at: Millis, change: SessionChange & Pick<PeerEntry, 'unnoted'>) => void,
): SessionNews {
  const peers = new Map<string, Peer>();
  const dueOf = ({ freeAt }: Peer): number => freeAt - (MOST_AT_ONCE - 1) * EVERY;

  function plan(): void {
    const due = Math.min(...[...peers.values()].filter(({ waiting }) => waiting).map(dueOf));
    if (due < Number.POSITIVE_INFINITY) clock.setTimer(TIMER, ms(due), noteDue);
  }

  function noteWaiting(isDue: (peer: Peer) => boolean): void {
    for (const [key, peer] of peers) {
      if (peer.waiting === undefined || !isDue(peer)) continue;
      const { at, change, unnoted } = peer.waiting;
      peers.set(key, { freeAt: peer.freeAt + EVERY });
      note(at, { ...change, ...(unnoted > 0 && { unnoted }) });
    }
  }

  function noteDue(): void {
    const now = clock.now();
    noteWaiting((peer) => dueOf(peer) <= now);
    for (const [key, { freeAt, waiting }] of peers) if (freeAt <= now && !waiting) peers.delete(key);
    plan();
  }

  return {
    heard(at, change) {
      const now = clock.now();
      const key = `${change.sink} ${change.peer}`;
      const known = peers.get(key);
      const freeAt = Math.max(known?.freeAt ?? 0, now);
      if (known?.waiting === undefined && dueOf({ freeAt }) <= now) {
        peers.set(key, { freeAt: freeAt + EVERY });
        note(at, change);
        return;
      }
      const unnoted = known?.waiting === undefined ? 0 : known.waiting.unnoted + 1;
      peers.set(key, { freeAt, waiting: { at, change, unnoted } });
      plan();
    },
    close() {
      clock.clearTimer(TIMER);
      noteWaiting(() => true);
    },
  };
}
