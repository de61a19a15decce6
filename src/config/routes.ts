/** From settings to what every route says and to whom; and which of that cannot be said. */
import { familyOf } from '../model/address.ts';
import type { NextHop, RouteAttributes, RouteScope, SaidAttributes } from '../model/route.ts';
import type { ATTRIBUTE_OPTIONS } from './options/attributes.ts';
import type { OptionName, Settings } from './options.ts';

export type GivenAttributes = {
  readonly [Name in keyof typeof ATTRIBUTE_OPTIONS]?: Settings[Name];
};

/** What is not given is left out. `undefined` without a next hop. */
export function attributesFrom(
  settings: GivenAttributes,
  [nextHop, ...otherNextHops]: readonly NextHop[],
): RouteAttributes | undefined {
  if (nextHop === undefined) return undefined;
  return { nextHop, ...(otherNextHops.length > 0 && { otherNextHops }), ...attributesGiven(settings) };
}

export function attributesGiven(given: GivenAttributes): SaidAttributes {
  const { med, localPreference, asPath = [], community = [], largeCommunity = [], extendedCommunity = [] } = given;
  return {
    ...(med === undefined ? {} : { med }),
    ...(localPreference === undefined ? {} : { localPreference }),
    ...(asPath.length === 0 ? {} : { asPath }),
    ...(community.length === 0 ? {} : { communities: community }),
    ...(largeCommunity.length === 0 ? {} : { largeCommunities: largeCommunity }),
    ...(extendedCommunity.length === 0 ? {} : { extendedCommunities: extendedCommunity }),
  };
}

/** `undefined`: to every neighbor, and without a path identifier. */
export function scopeFrom({ pathInformation, neighbor }: Settings): RouteScope | undefined {
  if (pathInformation === undefined && neighbor.length === 0) return undefined;
  return {
    ...(pathInformation === undefined ? {} : { pathInformation }),
    ...(neighbor.length === 0 ? {} : { neighbors: neighbor }),
  };
}

type Refuse = (name: OptionName, text: string) => void;

/** Adds every contradiction. */
export function checkRoutes(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  problems: { readonly place: string; readonly text: string }[],
): void {
  const refuse: Refuse = (name, text) => void problems.push({ place: placeOf(name), text });
  // RFC 4271 §5.1.3: no route goes to a neighbor whose own address is its next hop.
  for (const own of settings.neighbor.filter((neighbor) => settings.nexthop.includes(neighbor))) {
    refuse('neighbor', `${own}: is the ${placeOf('nexthop')} too, and no neighbor takes a route to itself`);
  }
  if (settings.nexthopSelfIpv6) {
    for (const neighbor of settings.neighbor.filter((each) => familyOf(each) === 'ipv4')) {
      refuse('neighbor', `${neighbor}: contradicts ${placeOf('nexthopSelfIpv6')}: its session runs over IPv4`);
    }
  }
  if (settings.dryRun && (settings.logLevel === 'warn' || settings.logLevel === 'error')) {
    refuse('dryRun', `contradicts ${placeOf('logLevel')} ${settings.logLevel}: the commands are logged at info`);
  }
}
