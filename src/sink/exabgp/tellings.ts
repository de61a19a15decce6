/**
 * What ExaBGP and its neighbors were told of a prefix, PURE: from what is wanted, what the ledger has of it, what was refused,
 * and which neighbors have a session.
 *
 * While nothing is known of neighbors, ExaBGP itself is who is told; and besides them, while there may be others. A neighbor
 * was told what ExaBGP accepted while its session was up, or before: ExaBGP sends that when a session comes up.
 */
import type { IpAddress, Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { isSameRoute, type RouteKey } from '../../model/route.ts';
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
interface Standing extends Omit<Telling, 'to'> {
  readonly isWanted: boolean;
  /** For whom it is; `undefined` for all of them. */
  readonly neighbors: readonly IpAddress[] | undefined;
}

export function createTellings(sources: TellingSources): (prefix: Prefix) => readonly Telling[] {
  const { name, entries, backlog, refusals, keys, isBlocked, neighbors, audience, now } = sources;

  function standingOf(key: RouteKey): Standing {
    const entry = entries.get(key);
    const { route: wanted, waits } = backlog.wish(key);
    const isWanted = wanted !== undefined;
    const scope = (wanted ?? entry?.route)?.scope;
    const said = { isWanted, neighbors: scope?.neighbors, ...(entry?.at !== undefined && { at: entry.at }) };
    const refusal = refusals.get(key);
    if (refusal !== undefined) {
      return { ...said, state: 'refused', at: refusal.at, detail: `ExaBGP answered "error" to: ${refusal.command}` };
    }
    // What an earlier process announced, and nobody has spoken of yet.
    if (!backlog.isStated() && entry?.standing === 'told') return { ...said, state: 'told' };
    if (!isWanted) return { ...said, state: entry === undefined ? 'none' : 'leaving' };
    if (entry?.standing === 'told' && isSameRoute(entry.route, wanted)) return { ...said, state: 'told' };
    const what = entry?.standing === 'told' ? 'it has the route with other attributes, and ' : '';
    const why = waits && isBlocked() ? 'nobody reads what is said to it' : 'it has not answered yet';
    return { ...said, state: 'waiting', detail: `${what}${why}` };
  }

  function ofNeighbor(neighbor: Neighbor, standings: readonly Standing[]): Telling {
    const to = neighbor.address;
    const isFor = (addresses: readonly IpAddress[] | undefined): boolean => addresses?.includes(to) ?? true;
    const worst = worstOf(standings.filter(({ neighbors: addresses }) => isFor(addresses)));
    if (worst === undefined) {
      const only = audience();
      const isForOthers = standings.length > 0 || (only.length > 0 && !only.includes(to));
      return isForOthers ? { to, state: 'not-for-it', detail: 'for other neighbors only' } : { to, state: 'none' };
    }
    const { isWanted, neighbors: _, ...telling } = worst;
    const { state, since, last } = neighbor;
    if (state === 'established') {
      const { at } = telling;
      return { ...telling, to, ...(telling.state === 'told' && at !== undefined && { at: later(at, since) }) };
    }
    if (telling.state === 'refused') return { ...telling, to };
    return isWanted || telling.state === 'told'
      ? { to, state: 'no-session', at: since, ...(last !== '' && { detail: last }) }
      : { to, state: 'none' };
  }

  function ofExabgp(standings: readonly Standing[]): Telling {
    const {
      isWanted: _,
      neighbors: __,
      ...telling
    } = worstOf(standings) ?? { state: 'none' as const, isWanted: false };
    return { ...telling, to: name };
  }

  return (prefix) => {
    const standings = [...keys.of(prefix)].map(standingOf).filter(({ state }) => state !== 'none');
    const known = neighbors.known(now());
    return [
      ...(known.length === 0 || neighbors.mayHaveOthers() ? [ofExabgp(standings)] : []),
      ...known.map((neighbor) => ofNeighbor(neighbor, standings)),
    ];
  };
}

const later = (one: Millis, other: Millis): Millis => ms(Math.max(one, other));

/** The one that is wanted, and of several of these the one that stands worst. */
const worstOf = (standings: readonly Standing[]): Standing | undefined =>
  standings.reduce<Standing | undefined>(
    (worst, each) => (worst === undefined || rank(each) > rank(worst) ? each : worst),
    undefined,
  );

const rank = ({ isWanted, state }: Standing): number => (isWanted ? 3 : 0) + (state === 'told' ? 1 : 2);
