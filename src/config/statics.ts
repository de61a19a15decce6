/** From settings to static routes; and which of those prefixes cannot be. */
import { type Family, familyOf, lengthOf, type Prefix } from '../model/address.ts';
import type { StaticRoutes } from '../model/policy.ts';
import type { RouteAttributes } from '../model/route.ts';
import { nextHopsOfGroup } from './next-hops.ts';
import type { Settings } from './options.ts';
import { attributesFrom } from './routes.ts';

export function staticsFrom(settings: Settings): StaticRoutes {
  const routes = new Map<Prefix, RouteAttributes | undefined>();
  const attributes: Record<string, RouteAttributes> = {};
  for (const [index, { prefixes, values }] of settings.static.entries()) {
    const of: Partial<Record<Family, RouteAttributes>> = {};
    for (const prefix of prefixes) {
      const family = familyOf(prefix);
      if (!(family in of)) {
        const made = attributesFrom({ ...settings, ...values }, nextHopsOfGroup(values, family, settings));
        if (made !== undefined) of[family] = attributes[`${index}-${family}`] = made;
      }
      routes.set(prefix, of[family]);
    }
  }
  return { routes, attributes };
}

/** So many of one kind are named; of the rest it is said how many there are. */
const MOST_NAMED = 5;

export function checkStatics({ static: groups, shortestPrefix }: Settings, refuse: (text: string) => void): void {
  const seen = new Set<Prefix>();
  const short: Prefix[] = [];
  const twice: Prefix[] = [];
  for (const { prefixes } of groups) {
    for (const prefix of prefixes) {
      if (lengthOf(prefix) < shortestPrefix[familyOf(prefix)]) short.push(prefix);
      if (seen.has(prefix)) twice.push(prefix);
      seen.add(prefix);
    }
  }
  for (const prefix of short.slice(0, MOST_NAMED)) {
    refuse(
      `${prefix}: expected /${shortestPrefix[familyOf(prefix)]} or longer, unless --shortest-prefix says otherwise`,
    );
  }
  if (short.length > MOST_NAMED) refuse(`and ${short.length - MOST_NAMED} more prefixes that are as short`);
  for (const prefix of twice.slice(0, MOST_NAMED))
    refuse(`${prefix}: is in two groups, and can be announced in one way`);
  if (twice.length > MOST_NAMED) refuse(`and ${twice.length - MOST_NAMED} more prefixes in two groups`);
}
