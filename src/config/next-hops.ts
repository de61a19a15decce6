/** The next hops of each family, from settings; and which of those that are given cannot be one. */
import { type Family, familyOf, memberOf } from '../model/address.ts';
import type { NextHop } from '../model/route.ts';
import type { StaticGroup } from './option-static.ts';
import type { OptionName, Settings } from './options.ts';
import type { Problem } from './place.ts';
import { announcedAsItIs } from './services.ts';

/**
 * The next hops for a family, in the order in which they were given; none where nobody said one. `self` is never assumed
 * for IPv6: on an IPv4 session ExaBGP 4.2 takes such a route, sends it without a next hop, and spoils the session's other
 * routes. More than one: see `checkNextHops`.
 */
export function nextHopsFor(family: Family, settings: Settings): readonly NextHop[] {
  // Each session of the speaker decides what its own address is, and holds a family that has none.
  const hasSelf = family === 'ipv4' || settings.nexthopSelfIpv6 || isSpeakerAlone(settings);
  const given = settings.nexthop.filter((hop) => (hop === 'self' ? hasSelf : familyOf(hop) === family));
  return given.length === 0 && hasSelf ? ['self'] : given;
}

/** The same for a group of static prefixes: its own, or else those of all other routes. */
export function nextHopsOfGroup({ nexthop = [] }: StaticGroup['values'], family: Family, settings: Settings) {
  const isGiven = nexthop.some((hop) => hop === 'self' || familyOf(hop) === family);
  return nextHopsFor(family, isGiven ? { ...settings, nexthop } : settings);
}

/** Those of each kind of route of the family: of all routes, and of each group of static prefixes. */
export const allNextHopsFor = (family: Family, settings: Settings): readonly (readonly NextHop[])[] => [
  nextHopsFor(family, settings),
  ...settings.static
    .filter(({ prefixes }) => prefixes.some((prefix) => familyOf(prefix) === family))
    .map(({ values }) => nextHopsOfGroup(values, family, settings)),
];

/** Families in which a prefix has several next hops. */
export const familiesOfSeveral = (settings: Settings): readonly Family[] =>
  (['ipv4', 'ipv6'] as const).filter((family) => allNextHopsFor(family, settings).some(({ length }) => length > 1));

/** Nobody hears commands: the rules of ExaBGP's do not apply. */
export const isSpeakerAlone = ({ bgpBackend }: Pick<Settings, 'bgpBackend'>): boolean =>
  bgpBackend.every((backend) => backend === 'speaker');

/** `has`: whether anything of the family may be announced. */
export function checkNextHops(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  has: (family: Family) => boolean,
  problems: Problem[],
): void {
  const place = placeOf('nexthop');
  const explicit = { ipv4: ofFamily(settings.nexthop, 'ipv4'), ipv6: ofFamily(settings.nexthop, 'ipv6') };
  if (!isSpeakerAlone(settings) || settings.dryRun) checkOneEach(settings, placeOf, problems);
  for (const family of ['ipv4', 'ipv6'] as const) {
    const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
    if (explicit[family].length > 0 && !has(family)) {
      problems.push({
        place,
        text: `${explicit[family][0]}: no --network, --announce, --service or --static is ${name}, so that this next hop fits nothing`,
      });
    }
  }
  if (settings.nexthop.includes('self') && !has('ipv4') && !settings.nexthopSelfIpv6 && !isSpeakerAlone(settings)) {
    problems.push({
      place,
      text: 'self: no --network, --announce, --service or --static is IPv4, and for IPv6 it needs --nexthop-self-ipv6',
    });
  }
  if (settings.nexthopSelfIpv6) {
    const own = placeOf('nexthopSelfIpv6');
    if (!has('ipv6'))
      problems.push({
        place: own,
        text: 'no --network, --announce, --service or --static is IPv6, so that it has no effect',
      });
    if (explicit.ipv6.length > 0) {
      problems.push({ place: own, text: `contradicts ${place} ${explicit.ipv6[0]}: expected one of them` });
    }
  }
}

/** A command of ExaBGP has one next hop; two commands for one prefix would be one route, which changes. */
function checkOneEach(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  const expected = isSpeakerAlone(settings)
    ? `expected one next hop a family with ${placeOf('dryRun')}, which shows commands of ExaBGP`
    : `expected one next hop a family; several are for ${placeOf('bgpBackend')} speaker alone, which tells them with ADD-PATH`;
  for (const family of ['ipv4', 'ipv6'] as const) {
    const hops = nextHopsFor(family, settings);
    if (hops.length > 1) problems.push({ place: placeOf('nexthop'), text: `${hops.join(' and ')}: ${expected}` });
    for (const { prefixes, values } of settings.static) {
      const own = nextHopsOfGroup(values, family, settings);
      const first = prefixes.find((prefix) => familyOf(prefix) === family);
      if (own.length <= 1 || first === undefined || values.nexthop === undefined) continue;
      problems.push({ place: placeOf('static'), text: `${first}: nexthop: ${own.join(' and ')}: ${expected}` });
    }
  }
}

/** `isIpv6Meant`: whether something of that family is going to be announced. */
export function warnOfNextHops(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  isIpv6Meant: boolean,
  warnings: Problem[],
): void {
  if (isIpv6Meant && nextHopsFor('ipv6', settings).length === 0) {
    warnings.push({
      place: '--nexthop',
      text: 'no IPv6 next hop is given, so that IPv6 addresses are held; give one, or --nexthop-self-ipv6 if every session is IPv6',
    });
  }
  for (const hop of settings.nexthop) {
    const around = announcedAsItIs(settings).find(({ prefix }) => hop !== 'self' && memberOf(prefix)(hop));
    if (around === undefined) continue;
    warnings.push({
      place: placeOf('nexthop'),
      text: `${hop} lies inside ${around.by} ${around.prefix}: a router without a more specific route to it cannot use what is announced`,
    });
  }
}

const ofFamily = (hops: readonly NextHop[], family: Family): readonly NextHop[] =>
  hops.filter((hop) => hop !== 'self' && familyOf(hop) === family);
