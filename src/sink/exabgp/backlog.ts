/**
 * What has yet to be said to ExaBGP, PURE: what is wanted, where to look, and which commands follow from that and from
 * what was said before, as the ledger has it. Only keys wait here, never commands: what is said late is said as it is
 * wanted by then.
 */
import type { Prefix } from '../../model/address.ts';
import { isSameRoute, type Route, type RouteKey, routeKey } from '../../model/route.ts';
import { type ExabgpApi, groupLines, type Verb } from './commands.ts';
import type { Command } from './conversation.ts';
import type { Entry } from './ledger-format.ts';

export interface Batch {
  readonly withdraw: readonly Route[];
  readonly announce: readonly Route[];
  /** The words for both. */
  readonly commands: readonly Command[];
}

export interface Backlog {
  /** Routes that have to be looked at. */
  readonly size: number;
  /** Until something is wanted, nothing is known of what is not. */
  isStated(): boolean;
  wanted(): Iterable<RouteKey>;
  /** What is wanted under that key, and whether it has yet to be looked at. */
  wish(key: RouteKey): { readonly route: Route | undefined; readonly waits: boolean };
  wantedOf(prefixes: ReadonlySet<Prefix>): RouteKey[];
  /** The map may change before it is looked at; `changed` says where to look. */
  want(desired: ReadonlyMap<RouteKey, Route>, changed: Iterable<RouteKey>): void;
  /** To be said though it has been said: it may have been lost, or forgotten. */
  again(keys: Iterable<RouteKey>): void;
  /** The same, as soon as somebody asks for them or does not. */
  againOnceAsked(keys: Iterable<RouteKey>): void;
  /** The same, each in a command of its own. */
  againOneByOne(keys: Iterable<RouteKey>): void;
  /** Nothing is wanted any more. `isRefused`: whether the last command about that route was refused. */
  withdrawAll(isRefused: (key: RouteKey) => boolean): void;
  /** Takes as many routes out, and returns what is to be said of them. */
  next(most: number): Batch;
}

/** `entries`: what was said; it is looked at, never changed. */
export function createBacklog(entries: ReadonlyMap<RouteKey, Entry>, api: ExabgpApi): Backlog {
  let isStated = false;
  let desired: ReadonlyMap<RouteKey, Route> = new Map();
  const dirty = new Set<RouteKey>();
  const again = new Set<RouteKey>();
  const alone = new Set<RouteKey>();
  for (const [key, { standing }] of entries) if (standing !== 'told') again.add(key);

  function commandsOf(verb: Verb, routes: readonly Route[]): Command[] {
    const single = routes.filter((route) => alone.delete(routeKey(route)));
    const rest = single.length === 0 ? routes : routes.filter((route) => !single.includes(route));
    const lines = [...single.flatMap((route) => groupLines(verb, [route], api)), ...groupLines(verb, rest, api)];
    return lines.map(({ line, routes: of }) => ({ verb, line, routes: of }));
  }

  return {
    get size() {
      return dirty.size;
    },
    isStated: () => isStated,
    wanted: () => desired.keys(),
    wish: (key) => ({ route: desired.get(key), waits: dirty.has(key) }),
    wantedOf: (prefixes) => [...desired].filter(([, { prefix }]) => prefixes.has(prefix)).map(([key]) => key),
    want(wanted, changed) {
      isStated = true;
      desired = wanted;
      for (const key of changed) dirty.add(key);
    },
    again(keys) {
      for (const key of keys) {
        dirty.add(key);
        again.add(key);
      }
    },
    againOnceAsked(keys) {
      for (const key of keys) again.add(key);
    },
    againOneByOne(keys) {
      for (const key of keys) for (const set of [dirty, again, alone]) set.add(key);
    },
    withdrawAll(isRefused) {
      desired = new Map();
      dirty.clear();
      for (const [key, { standing }] of entries) {
        // One that is on its way is not said again.
        if (standing === 'leaving' && !isRefused(key) && !again.has(key)) continue;
        dirty.add(key);
        again.add(key);
      }
    },
    next(most) {
      const keys = [...take(dirty, most)];
      const withdraw: Route[] = [];
      const announce: Route[] = [];
      for (const key of keys) {
        dirty.delete(key);
        const entry = entries.get(key);
        const wanted = desired.get(key);
        const isAgain = again.delete(key);
        if (wanted === undefined) {
          if (entry !== undefined && (entry.standing !== 'leaving' || isAgain)) withdraw.push(entry.route);
        } else if (
          entry === undefined ||
          entry.standing === 'leaving' ||
          isAgain ||
          !isSameRoute(entry.route, wanted)
        ) {
          announce.push(wanted);
        }
      }
      // Withdraws first: a black hole is worse than a route that comes a moment later.
      const commands = [...commandsOf('withdraw', withdraw), ...commandsOf('announce', announce)];
      return { withdraw, announce, commands };
    },
  };
}

function* take<T>(from: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of from) {
    if (left-- <= 0) return;
    yield item;
  }
}
