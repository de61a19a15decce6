/** What ExaBGP was told of a prefix, PURE: from what is wanted, what the ledger has of it, and what was refused. */
import type { Prefix } from '../../model/address.ts';
import { isSameRoute, type RouteKey } from '../../model/route.ts';
import type { Telling } from '../../model/telling.ts';
import type { Keys } from '../keys.ts';
import type { Backlog } from './backlog.ts';
import type { Entry } from './ledger-format.ts';
import type { Refusals } from './refusals.ts';

export interface TellingSources {
  readonly entries: ReadonlyMap<RouteKey, Entry>;
  readonly backlog: Pick<Backlog, 'wish' | 'isStated'>;
  readonly refusals: Pick<Refusals, 'get'>;
  readonly keys: Keys;
  /** Whether stdout takes nothing at present. */
  readonly isBlocked: () => boolean;
}

const TO = 'exabgp';

export function createTellings(sources: TellingSources): (prefix: Prefix) => Telling {
  const { entries, backlog, refusals, keys, isBlocked } = sources;

  function tellingOf(key: RouteKey): Telling & { readonly isWanted: boolean } {
    const entry = entries.get(key);
    const { route: wanted, waits } = backlog.wish(key);
    const isWanted = wanted !== undefined;
    const said = { to: TO, isWanted, ...(entry?.at !== undefined && { at: entry.at }) };
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

  /** Of several routes the one that is wanted, and of these the one that stands worst. */
  return (prefix) => {
    let worst: (Telling & { readonly isWanted: boolean }) | undefined;
    for (const key of keys.of(prefix)) {
      const each = tellingOf(key);
      if (worst === undefined || rank(each) > rank(worst)) worst = each;
    }
    const { isWanted: _, ...telling } = worst ?? { to: TO, state: 'none' as const, isWanted: false };
    return telling;
  };
}

const rank = ({ isWanted, state }: { readonly isWanted: boolean; readonly state: Telling['state'] }): number =>
  (isWanted ? 3 : 0) + (state === 'none' ? 0 : state === 'told' ? 1 : 2);
