/**
 * SHELL: what was said of each route and how far that got, on top of the ledger: answers come later, and not always.
 *
 * An answer counts for a route only if nothing was said of it since. One that is missing may have been for any command that
 * was taken for done since nobody waited for one last, so that all of those are doubted with the one that was given up.
 */
import type { Millis } from '../../model/millis.ts';
import { isSameRoute, type Route, type RouteKey, routeKey } from '../../model/route.ts';
import type { Command } from './conversation.ts';
import type { Ledger } from './ledger.ts';

export interface Account {
  /** Before it is written. */
  enter(announce: readonly Route[], withdraw: readonly Route[]): void;
  said(commands: readonly Command[]): void;
  /** `othersWait`: whether answers to other commands are still to come. */
  accepted(command: Command, othersWait: boolean): void;
  /** Those of its routes that nothing was said of since. */
  refused(command: Command): readonly Route[];
  /** There are no answers to come any more: every one came, */
  even(): void;
  /** or they were given up. */
  gaveUp(): void;
  /** What may not have been accepted, and is not going to be answered. */
  doubtful(): RouteKey[];
}

export function createAccount(ledger: Ledger, now: () => Millis): Account {
  /** The last command that spoke of a route, as long as its answer is to come. */
  const lastOf = new Map<RouteKey, Command>();
  /** Accepted since nobody waited for an answer last. */
  const unsure = new Map<RouteKey, Route>();
  const standingOf = (route: Route) => ledger.entries.get(routeKey(route))?.standing;
  const currentOf = (command: Command): Route[] =>
    command.routes.filter((route) => lastOf.get(routeKey(route)) === command);

  /** Those that ExaBGP has not accepted just as they are. */
  function notTold(routes: readonly Route[]): Route[] {
    return routes.filter((route) => {
      const entry = ledger.entries.get(routeKey(route));
      return entry?.standing !== 'told' || !isSameRoute(entry.route, route);
    });
  }

  return {
    enter(announce, withdraw) {
      ledger.mark('+', notTold(announce), now());
      ledger.mark('-', withdraw, now());
    },
    said(commands) {
      for (const command of commands) for (const route of command.routes) lastOf.set(routeKey(route), command);
    },
    accepted(command, othersWait) {
      const current = currentOf(command);
      for (const route of current) {
        lastOf.delete(routeKey(route));
        if (othersWait) unsure.set(routeKey(route), route);
      }
      if (command.verb === 'withdraw') ledger.mark('x', current, now());
      else ledger.mark('=', notTold(current), now());
    },
    refused(command) {
      const current = currentOf(command);
      for (const route of current) lastOf.delete(routeKey(route));
      if (command.verb === 'announce') ledger.mark('+', current, now());
      return current;
    },
    even: () => unsure.clear(),
    gaveUp() {
      lastOf.clear();
      const routes = [...unsure.values()];
      const told = routes.filter((route) => standingOf(route) === 'told');
      const struckOut = routes.filter((route) => standingOf(route) === undefined);
      ledger.mark('+', told, now());
      ledger.mark('-', struckOut, now());
      unsure.clear();
    },
    doubtful: () =>
      [...ledger.entries].filter(([key, { standing }]) => standing !== 'told' && !lastOf.has(key)).map(([key]) => key),
  };
}
