/** The next hop of each family, from settings; and which of those that are given cannot be one. */
import { type Family, familyOf, memberOf } from '../model/address.ts';
import type { NextHop } from '../model/route.ts';
import type { OptionName, Settings } from './options.ts';
import type { Problem } from './place.ts';

/**
 * The next hop for a family; `undefined` where nobody said one. `self` is never assumed for IPv6: on an IPv4 session
 * ExaBGP 4.2 takes such a route, sends it without a next hop, and spoils the session's other routes.
 */
export function nextHopFor(family: Family, settings: Settings): NextHop | undefined {
  const explicit = ofFamily(settings.nexthop, family)[0];
  if (explicit !== undefined) return explicit;
  // Each session of the speaker decides what its own address is, and holds a family that has none.
  return family === 'ipv4' || settings.nexthopSelfIpv6 || isSpeakerAlone(settings) ? 'self' : undefined;
}

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
  for (const family of ['ipv4', 'ipv6'] as const) {
    const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
    if (explicit[family].length > 1) {
      problems.push({ place, text: `${explicit[family].join(' and ')}: expected one next hop a family` });
    }
    if (explicit[family].length > 0 && !has(family)) {
      problems.push({
        place,
        text: `${explicit[family][0]}: no --network, --announce or --static is ${name}, so that this next hop fits nothing`,
      });
    }
  }
  if (settings.nexthop.includes('self')) {
    if (explicit.ipv4.length > 0) problems.push({ place, text: `self and ${explicit.ipv4[0]}: expected one of them` });
    if (!has('ipv4') && !settings.nexthopSelfIpv6 && !isSpeakerAlone(settings)) {
      problems.push({
        place,
        text: 'self: no --network, --announce or --static is IPv4, and for IPv6 it needs --nexthop-self-ipv6',
      });
    }
  }
  if (settings.nexthopSelfIpv6) {
    const own = placeOf('nexthopSelfIpv6');
    if (!has('ipv6'))
      problems.push({ place: own, text: 'no --network, --announce or --static is IPv6, so that it has no effect' });
    if (explicit.ipv6.length > 0) {
      problems.push({ place: own, text: `contradicts ${place} ${explicit.ipv6[0]}: expected one of them` });
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
  if (isIpv6Meant && nextHopFor('ipv6', settings) === undefined) {
    warnings.push({
      place: '--nexthop',
      text: 'no IPv6 next hop is given, so that IPv6 addresses are held; give one, or --nexthop-self-ipv6 if every session is IPv6',
    });
  }
  for (const hop of settings.nexthop) {
    const around = settings.announce.find((prefix) => hop !== 'self' && memberOf(prefix)(hop));
    if (around === undefined) continue;
    warnings.push({
      place: placeOf('nexthop'),
      text: `${hop} lies inside --announce ${around}: a router without a more specific route to it cannot use what is announced`,
    });
  }
}

const ofFamily = (hops: readonly NextHop[], family: Family): readonly NextHop[] =>
  hops.filter((hop) => hop !== 'self' && familyOf(hop) === family);
