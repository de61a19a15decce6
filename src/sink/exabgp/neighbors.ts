/**
 * ExaBGP's neighbors, PURE, as far as it tells of them (`neighbor-changes`).
 *
 * ExaBGP says what changes, and to a process that begins nothing of what is so. Of a session that was up before, the first
 * that is heard is its end; and where there was one such there may be others, of which nothing is known.
 * A neighbor that is taken out of its configuration while it has a connection is said to be down, `removed`; of one without
 * a connection nothing is said any more, so that one which stays away is forgotten, as long as another one is up.
 */
import { type IpAddress, parseAddress } from '../../model/address.ts';
import type { Millis } from '../../model/millis.ts';
import type { PeerStanding } from '../../model/telling.ts';
import type { Said } from './replies.ts';

export type Neighbor = Pick<PeerStanding, 'as' | 'state' | 'since' | 'last'> & { readonly address: IpAddress };

export interface Neighbors {
  heard(said: Extract<Said, { type: 'neighbor' }>, now: Millis): void;
  /** In the order of their addresses, as text. */
  known(now: Millis): readonly Neighbor[];
  /** Those that have none, also those that are forgotten: what was said to ExaBGP waits there for them. */
  withoutSession(): readonly IpAddress[];
  /** Whether there may be others, whose sessions were up before this process was there. */
  mayHaveOthers(): boolean;
}

/** stdin may be anything. */
const MOST = 1_000;
/** A day, in milliseconds. */
const FORGOTTEN_AFTER = 86_400_000;
const LONGEST_REASON = 300;
/** What 4.2 and 5.0 say; in JSON 4.2 has other brackets. */
const REMOVED = /^stop, message [[(]removed[\])]$/;

/** `followsAnother`: whether an earlier process may have heard of some. */
export function createNeighbors(followsAnother: boolean): Neighbors {
  const neighbors = new Map<IpAddress, Neighbor>();
  let mayHaveOthers = followsAnother;
  /** In their order, until one changes: they are asked for with each route. */
  let sorted: readonly Neighbor[] | undefined;

  function all(): readonly Neighbor[] {
    sorted ??= [...neighbors.values()].sort((one, other) => (one.address < other.address ? -1 : 1));
    return sorted;
  }

  function known(now: Millis): readonly Neighbor[] {
    const isForgotten = ({ state, since }: Neighbor): boolean =>
      state !== 'established' && now - since >= FORGOTTEN_AFTER;
    if (!all().some(isForgotten) || !all().some(({ state }) => state === 'established')) return all();
    return all().filter((each) => !isForgotten(each));
  }

  return {
    known,
    withoutSession: () =>
      all()
        .filter(({ state }) => state !== 'established')
        .map(({ address }) => address),
    mayHaveOthers: () => mayHaveOthers,
    heard({ neighbor, state, reason = '', as }, now) {
      const address = parseAddress(neighbor);
      if (address === undefined) return;
      const before = neighbors.get(address);
      sorted = undefined;
      if (before === undefined && state === 'down') mayHaveOthers = true;
      if (state === 'down' && REMOVED.test(reason)) {
        neighbors.delete(address);
        return;
      }
      if (before === undefined && neighbors.size >= MOST) return;
      const wasUp = before?.state === 'established';
      // A second connection to one that has a session is refused, and changes nothing.
      if (state === 'connected' && wasUp) return;
      const isUp = state === 'up';
      neighbors.set(address, {
        address,
        ...(as === undefined ? before?.as !== undefined && { as: before.as } : { as }),
        state: isUp ? 'established' : state === 'connected' ? 'connecting' : 'idle',
        since: before === undefined || isUp || wasUp ? now : before.since,
        last: state === 'down' ? reason.slice(0, LONGEST_REASON) : (before?.last ?? ''),
      });
    },
  };
}
