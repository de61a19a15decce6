/**
 * What ExaBGP keeps for a neighbor whose session is down, PURE. It sorts what waits for a neighbor by attributes, and an
 * announce that says something else does not take the earlier one back: what was said under attributes that came into use
 * later is sent later, and stands. So a route that says something else is withdrawn there first, from those alone who hear
 * nothing of it now. ExaBGP 4.2 forgets with a withdraw what was said last, and 5.0 what was said in the same words; the
 * first table of a session has no withdraws.
 *
 * What it does not know: of a session that was down when this process began.
 */
import type { IpAddress } from '../../model/address.ts';
import type { Route } from '../../model/route.ts';
import { type ExabgpApi, groupLines } from './commands.ts';
import type { Command } from './conversation.ts';

/** A route that says something else. */
export interface Changed {
  readonly was: Route;
  readonly is: Route;
}

export interface Outages {
  /** What has to be said before these are announced. */
  before(changed: readonly Changed[]): readonly Command[];
}

/** `withoutSession`: the neighbors that have none now. */
export function createOutages(api: ExabgpApi, withoutSession: () => readonly IpAddress[]): Outages {
  function from(down: readonly IpAddress[], routes: readonly Route[]): readonly Command[] {
    const scoped = routes.flatMap((route) => {
      const { scope } = route;
      const neighbors = down.filter((each) => scope?.neighbors?.includes(each) ?? true);
      return neighbors.length === 0 ? [] : [{ ...route, scope: { ...scope, neighbors } }];
    });
    // They are about no route of the ledger: what is in force is said right behind them.
    return groupLines('withdraw', scoped, api).map(({ line }) => ({ verb: 'withdraw', line, routes: [] }));
  }

  return {
    before(changed) {
      const down = changed.length === 0 ? [] : withoutSession();
      if (down.length === 0) return [];
      const [were, are] = [changed.map(({ was }) => was), changed.map(({ is }) => is)];
      return [...from(down, were), ...from(down, are)];
    },
  };
}
