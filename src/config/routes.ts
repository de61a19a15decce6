/** From settings to what every route says and to whom; and which of that cannot be said. */
import { familyOf, type Prefix } from '../model/address.ts';
import type { NextHop, RouteAttributes, RouteScope, SaidAttributes } from '../model/route.ts';
import { commandLength, LONGEST_COMMAND } from '../sink/exabgp/commands.ts';
import { isSpeakerAlone } from './next-hops.ts';
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

/** Adds every contradiction, and what is too much for one message. */
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
  checkMessage(settings, refuse);
  if (!isSpeakerAlone(settings)) checkCommand(settings, refuse);
}

const LONGEST_MESSAGE = 4_096;
/** Header, lengths, ORIGIN, next hops, numbers, the headers of the lists, and one IPv6 prefix with its path identifier. */
const MESSAGE_WITHOUT_LISTS = 128;
/** Of an AS number: in AS_PATH and AS4_PATH, as an old neighbor gets it (RFC 6793 §4.2.2). */
const OCTETS = { asPath: 6, community: 4, largeCommunity: 12, extendedCommunity: 8 } as const;
type ListName = keyof typeof OCTETS;

/** RFC 4271 §4.1: ExaBGP answers `done` to what fits into no message, and drops it. */
function checkMessage(settings: Settings, refuse: Refuse): void {
  const names = Object.keys(OCTETS) as ListName[];
  const octetsOf = (name: ListName): number => settings[name].length * OCTETS[name];
  const all = names.reduce((sum, name) => sum + octetsOf(name), MESSAGE_WITHOUT_LISTS);
  if (all <= LONGEST_MESSAGE) return;
  const largest = names.reduce((one, other) => (octetsOf(other) > octetsOf(one) ? other : one));
  refuse(largest, `all attributes together need ${all} octets, and a BGP message has ${LONGEST_MESSAGE}`);
}

const LONGEST_PREFIX = `${'ffff:'.repeat(7)}ffff/128` as Prefix;
const LONGEST_NEXT_HOP = `${'ffff:'.repeat(7)}ffff` as NextHop;

/** What fits into a message still needs a command that ExaBGP reads in one piece. */
function checkCommand(settings: Settings, refuse: Refuse): void {
  const scope = scopeFrom(settings);
  const attributes = { nextHop: LONGEST_NEXT_HOP, ...attributesGiven(settings) };
  const route = { prefix: LONGEST_PREFIX, attributes, ...(scope === undefined ? {} : { scope }) };
  const length = commandLength(route, settings.exabgpApi);
  if (length <= LONGEST_COMMAND) return;
  const name = settings.neighbor.length > 0 ? 'neighbor' : 'community';
  refuse(
    name,
    `all attributes and neighbors together make a command of ${length} bytes, and ExaBGP is told ${LONGEST_COMMAND} at most`,
  );
}
