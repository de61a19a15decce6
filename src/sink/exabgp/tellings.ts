/**
 * What ExaBGP and its neighbors were told of a prefix, PURE: from what is wanted, what the ledger has of it, what was refused,
 * and which neighbors have a session.
 *
 * While nothing is known of neighbors, ExaBGP itself is who is told; and besides them, while there may be others. A neighbor
 * was told what ExaBGP accepted while its session was up, or before: ExaBGP sends that when a session comes up.
 */
import type { IpAddress, Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { isSameRoute, type Route, type RouteKey } from '../../model/route.ts';
import type { Telling } from '../../model/telling.ts';
import type { Keys } from '../keys.ts';
import type { Backlog } from './backlog.ts';
import type { Entry } from './ledger-format.ts';
import type { Neighbor, Neighbors } from './neighbors.ts';
import type { Refusals } from './refusals.ts';

export interface TellingSources {
  /** The sink's. */
  readonly name: string;
  readonly entries: ReadonlyMap<RouteKey, Entry>;
  readonly backlog: Pick<Backlog, 'wish' | 'isStated'>;
  readonly refusals: Pick<Refusals, 'get'>;
  readonly keys: Keys;
  /** Whether stdout takes nothing at present. */
  readonly isBlocked: () => boolean;
  readonly neighbors: Pick<Neighbors, 'known' | 'mayHaveOthers'>;
  /** For whom a route is of which nothing was heard yet; empty for all of them. */
  readonly audience: () => readonly IpAddress[];
  readonly now: () => Millis;
}

/** How one route of the prefix stands. */
interface Standing {
  /** Of ExaBGP itself. */
  readonly telling: Telling;
  readonly isWanted: boolean;
  /** For whom it is; `undefined` for all of them. */
  readonly neighbors: readonly IpAddress[] | undefined;
}

export function createTellings(sources: TellingSources): (prefix: Prefix) => readonly Telling[] {
  const { name, entries, backlog, refusals, keys, isBlocked, neighbors, audience, now } = sources;
  const nothing: Telling = { to: name, state: 'none' };

  /** `undefined` for one of which there is nothing. */
  function standingOf(key: RouteKey): Standing | undefined {
    const entry = entries.get(key);
    const { route: wanted, waits } = backlog.wish(key);
    const telling = tellingOf(key, entry, wanted, waits);
    const route = wanted ?? entry?.route;
    return telling && { telling, isWanted: wanted !== undefined, neighbors: route?.scope?.neighbors };
  }

  function tellingOf(
    key: RouteKey,
    entry: Entry | undefined,
    wanted: Route | undefined,
    waits: boolean,
  ): Telling | undefined {
    const said = { to: name, ...(entry?.at !== undefined && { at: entry.at }) };
    const refusal = refusals.get(key);
    if (refusal !== undefined) {
      return { ...said, state: 'refused', at: refusal.at, detail: `ExaBGP answered "error" to: ${refusal.command}` };
    }
    // What an earlier process announced, and nobody has spoken of yet.
    if (!backlog.isStated() && entry?.standing === 'told') return { ...said, state: 'told' };
    if (wanted === undefined) return entry && { ...said, state: 'leaving' };
    if (entry?.standing === 'told' && isSameRoute(entry.route, wanted)) return { ...said, state: 'told' };
    const what = entry?.standing === 'told' ? 'it has the route with other attributes, and ' : '';
    const why = waits && isBlocked() ? 'nobody reads what is said to it' : 'it has not answered yet';
    return { ...said, state: 'waiting', detail: `${what}${why}` };
  }

  function ofNeighbor({ address: to, state, since, last }: Neighbor, standings: readonly Standing[]): Telling {
    const worst = worstOf(standings.filter(({ neighbors: addresses }) => addresses?.includes(to) ?? true));
    if (worst === undefined) {
      const only = audience();
      const isForOthers = standings.length > 0 || (only.length > 0 && !only.includes(to));
      return isForOthers ? { to, state: 'not-for-it', detail: 'for other neighbors only' } : { to, state: 'none' };
    }
    const { telling, isWanted } = worst;
    const isTold = telling.state === 'told';
    if (state === 'established') {
      return isTold && telling.at !== undefined
        ? { ...telling, to, at: ms(Math.max(telling.at, since)) }
        : { ...telling, to };
    }
    if (telling.state === 'refused') return { ...telling, to };
    return isWanted || isTold
      ? { to, state: 'no-session', at: since, ...(last !== '' && { detail: last }) }
      : { to, state: 'none' };
  }

  return (prefix) => {
    const standings: Standing[] = [];
    for (const key of keys.of(prefix)) {
      const standing = standingOf(key);
      if (standing !== undefined) standings.push(standing);
    }
    const known = neighbors.known(now());
    const tellings = known.map((neighbor) => ofNeighbor(neighbor, standings));
    return known.length === 0 || neighbors.mayHaveOthers()
      ? [worstOf(standings)?.telling ?? nothing, ...tellings]
      : tellings;
  };
}

/** The one that is wanted, and of several of these the one that stands worst. */
function worstOf(standings: readonly Standing[]): Standing | undefined {
  let worst: Standing | undefined;
  for (const each of standings) if (worst === undefined || rank(each) > rank(worst)) worst = each;
  return worst;
}

const rank = ({ isWanted, telling: { state } }: Standing): number => (isWanted ? 2 : 0) + (state === 'told' ? 0 : 1);
