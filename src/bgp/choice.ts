/**
 * What a peer is told of an entry, PURE: the words of the first of its routes that this peer may have, or with ADD-PATH those
 * of its paths. A change of the peer's settings makes another choice.
 */
import { type Family, hostPrefix } from '../model/address.ts';
import type { Route, RouteAttributes } from '../model/route.ts';
import { audienceOf, isAddressed, mayGoBy } from './audience.ts';
import { type Held, type Terms, type Unsaid, type Words, wordsFor } from './path-attributes.ts';
import { createPaths } from './paths.ts';
import type { Entry, Found } from './rib-list.ts';

export interface Choice {
  /** The words for the first of the routes that this peer may have. */
  one(entry: Entry, routes: readonly Route[]): Words | undefined;
  /** With ADD-PATH: by path identifiers less one. */
  paths(entry: Entry, routes: readonly Route[]): readonly (Words | undefined)[];
  /** Why what the entry says now is not told, as far as it was looked at; `undefined` where settings decide, or nothing. */
  whyHeld(entry: Found): Held | undefined;
}

/** `intern`: what says the same is the same object. `leaveOut` hears why something is not told. */
export function createChoice(terms: Terms, intern: (made: Words) => Words, leaveOut: (what: Unsaid) => void): Choice {
  const { settings, local } = terms;
  const mayHave = audienceOf(settings);
  /** Weakly: attributes that no route has any more take their words along. */
  const wordsOf: Record<Family, WeakMap<RouteAttributes, Words | Held>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };
  const pathsOf = createPaths();
  const own = hostPrefix(local.address);

  function words(family: Family, attributes: RouteAttributes): Words | Held {
    const known = wordsOf[family].get(attributes);
    if (known !== undefined) return known;
    const made = wordsFor(family, attributes, terms);
    const said = typeof made === 'string' ? made : intern(made);
    if (typeof said === 'string') leaveOut({ family, why: said });
    wordsOf[family].set(attributes, said);
    return said;
  }

  /** The words of the prefix by way of the first next hop of those attributes, if this peer may have that. */
  function way(entry: Entry, attributes: RouteAttributes): Words | undefined {
    if (!mayGoBy(settings, entry, attributes.nextHop)) return undefined;
    const said = words(entry.family, attributes);
    return typeof said === 'string' ? undefined : said;
  }

  /** By way of each next hop in its order; `undefined` also for one that says the same as one before it. */
  const ways = (entry: Entry, { attributes }: Route): (Words | undefined)[] =>
    pathsOf(attributes)
      .map((path) => way(entry, path))
      .map((said, index, all) => (all.indexOf(said) === index ? said : undefined));

  const isNever = (entry: Entry, routes: readonly Route[]): boolean =>
    routes.length === 0 || entry.prefix === own || !mayHave(entry);

  return {
    one(entry, routes) {
      if (isNever(entry, routes)) return undefined;
      for (const route of routes) {
        if (!isAddressed(settings, route)) continue;
        const { attributes } = route;
        const said = attributes.otherNextHops === undefined ? way(entry, attributes) : ways(entry, route).find(isSaid);
        if (said !== undefined) return said;
      }
      return undefined;
    },
    paths(entry, routes) {
      if (isNever(entry, routes)) return [];
      const mine = routes.filter((route) => isAddressed(settings, route));
      return mine.map((route) => ways(entry, route)).find((said) => said.some(isSaid)) ?? [];
    },
    whyHeld({ family, routes }) {
      const looked = routes.flatMap(({ attributes }) => pathsOf(attributes).map((path) => wordsOf[family].get(path)));
      return looked.find((said) => typeof said === 'string');
    },
  };
}

const isSaid = (said: Words | undefined): said is Words => said !== undefined;
