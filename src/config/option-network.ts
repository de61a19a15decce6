/** The kinds of values that networks and the way to them have: prefixes, their lengths, next hops. */
import {
  ALL_ONES,
  bitsOf,
  type Family,
  familyOf,
  hostPrefix,
  type IpAddress,
  isAny,
  isInside,
  isLinkLocal,
  isMulticast,
  LINK_LOCAL,
  lengthOf,
  MULTICAST,
  memberOf,
  memberOfAny,
  networkAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
  UNSPECIFIED,
} from '../model/address.ts';
import type { NextHop } from '../model/route.ts';
import { type Description, list, type Option } from './option.ts';

const SEVERAL = /,|\S\s+\S/;
const ONE_PREFIX = 'one prefix; the flag may be repeated, and in a file it may be a list';

export function prefixes(of: Description<readonly Prefix[]>): Option<readonly Prefix[]> {
  return list({ ...of, argument: 'prefix' }, (text) => {
    if (SEVERAL.test(text)) return { expected: ONE_PREFIX };
    const parsed = parsePrefix(text);
    if (typeof parsed !== 'string') return parsed;
    const never = NEVER_ANNOUNCED.find((range) => isInside(parsed, range));
    return never === undefined
      ? { value: parsed }
      : { expected: `a network outside ${never}, of which nothing is ever announced` };
  });
}

/** The same, and long enough to be announced as it is: nothing of it may be what is never announced. */
export function announcedPrefixes(of: Description<readonly Prefix[]>): Option<readonly Prefix[]> {
  return list({ ...of, argument: 'prefix' }, (text) => {
    if (SEVERAL.test(text)) return { expected: ONE_PREFIX };
    const parsed = parsePrefix(text);
    if (typeof parsed !== 'string') return parsed;
    const never = overlapping(parsed);
    return never === undefined
      ? { value: parsed }
      : { expected: `a prefix outside ${never}, of which nothing is ever announced` };
  });
}

const NEVER_ANNOUNCED = [...UNSPECIFIED, ...LINK_LOCAL, ...MULTICAST, hostPrefix(ALL_ONES)];
const NEVER = NEVER_ANNOUNCED.map((range) => ({ range, length: lengthOf(range), contains: memberOf(range) }));

/** Asked of a hundred thousand. */
function overlapping(prefix: Prefix): Prefix | undefined {
  const address = networkAddress(prefix);
  const own = lengthOf(prefix);
  const found = NEVER.find(({ range, length, contains }) =>
    own >= length ? contains(address) : isInside(range, prefix),
  );
  return found?.range;
}

export function nextHops(of: Description<readonly NextHop[]>): Option<readonly NextHop[]> {
  return list({ ...of, argument: 'address|self' }, (text) => {
    if (text === 'self') return { value: text };
    const address = parseAddress(text);
    return address !== undefined && isUnicast(address)
      ? { value: address }
      : {
          expected: `a unicast address of a host, or "self"${text.includes(',') ? '; each of several by itself' : ''}`,
        };
  });
}

/** What a BGP next hop can be: RFC 4271 §5.1.3 and §6.3. A link-local one means nothing outside its link. */
function isUnicast(address: IpAddress): boolean {
  const isReserved = familyOf(address) === 'ipv4' && memberOfAny(['0.0.0.0/8', '240.0.0.0/4'] as Prefix[])(address);
  return !isAny(address) && !isLinkLocal(address) && !isMulticast(address) && !isReserved;
}

/** A least length a family, such as `ipv4/16`; a family that is not given keeps its default. */
export function lengths(of: Description<Readonly<Record<Family, number>>>): Option<Readonly<Record<Family, number>>> {
  return {
    ...of,
    kind: 'list',
    argument: 'family/length',
    format: ({ ipv4, ipv6 }) => `ipv4/${ipv4},ipv6/${ipv6}`,
    parse: (texts) => {
      const value = { ...of.default };
      const given = new Set<Family>();
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const [, family = 'ipv4', digits = ''] = /^(ipv4|ipv6)\/([1-9]\d{0,2})$/.exec(text) ?? [];
        const length = digits === '' ? Number.NaN : Number(digits);
        if (!(length <= bitsOf(family as Family))) {
          problems.push({
            text,
            expected: 'ipv4/LENGTH from ipv4/1 to ipv4/32, or ipv6/LENGTH from ipv6/1 to ipv6/128',
          });
        } else if (given.has(family as Family)) {
          problems.push({ text, expected: 'each family once' });
        } else {
          given.add(family as Family);
          value[family as Family] = length;
        }
      }
      return problems.length > 0 ? { problems } : { value };
    },
  };
}
