// Whole tables, for whoever tells them: prefixes that are all different, and what is said of each.

/** Next hops that nobody has to reach: what is measured ends in a table. */
export const NEXT_HOP = { ipv4: '10.253.9.9', ipv6: '2001:db8:253::9' };

const hex = (number) => number.toString(16);
const hostOf = (index) => `${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1/32`;
const networkOf = (index) => `${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.0/24`;
// No group is 0, so that the text is canonical (RFC 5952).
const ipv6Of = (index, end) => `2001:db8:${hex(1 + (index >> 15))}:${hex(0x8000 | (index & 0x7fff))}:${end}`;
const hostIpv6Of = (index) => ipv6Of(index, ':1/128');
const mixedOf = (index) => [hostOf, networkOf, (of) => ipv6Of(of, ':/64'), hostIpv6Of][index % 4](index);

/** `prefixOf(index)`, and how many sets of attributes there are: a MED and a community tell them apart. */
export const TABLES = {
  'one attribute set': { prefixOf: hostOf, sets: 1, families: ['ipv4'] },
  '1000 attribute sets': { prefixOf: hostOf, sets: 1_000, families: ['ipv4'] },
  IPv6: { prefixOf: hostIpv6Of, sets: 1, families: ['ipv6'] },
  'both, 100 attribute sets': { prefixOf: mixedOf, sets: 100, families: ['ipv4', 'ipv6'] },
};

export const medOf = (set) => 100 + set;
export const communityOf = (set) => `65000:${set}`;
