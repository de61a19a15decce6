/** The kind of value that static prefixes are: `PREFIX …,key=value,…`, the keys those of `config/options/static`. */
import { familyOf, type Prefix } from '../model/address.ts';
import { formatKeys, type GivenKeys, type KeyProblem, type KeyTable, readKeys, splitKeys } from './keyed.ts';
import type { Description, Option } from './option.ts';
import { announcedPrefixes } from './option-network.ts';
import { STATIC_OPTIONS } from './options/static.ts';

type ValueOf<T> = T extends Option<infer V> ? V : never;

/** Prefixes that are announced alike. */
export interface StaticGroup {
  readonly prefixes: readonly Prefix[];
  readonly values: { readonly [Name in keyof typeof STATIC_OPTIONS]?: ValueOf<(typeof STATIC_OPTIONS)[Name]> };
}

const TABLE = STATIC_OPTIONS as unknown as KeyTable;
/** The key of the prefixes in a file; on the command line they come first and have none. */
export const PREFIXES = 'prefixes';
export const STATIC_PREFIXES = announcedPrefixes({
  flag: PREFIXES,
  environment: '',
  default: [],
  help: 'announced for as long as ha2bgp runs, whatever listens',
});

export function statics(of: Description<readonly StaticGroup[]>): Option<readonly StaticGroup[]> {
  return {
    ...of,
    kind: 'list',
    separator: ';',
    argument: 'prefix…,key=value…',
    format: (groups) => groups.map(formatGroup).join(';'),
    parse: (texts) => {
      const value: StaticGroup[] = [];
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const { head, given } = splitKeys(text, TABLE);
        const read = readGroup(head === '' ? [] : head.split(/\s+/), given);
        if ('value' in read) value.push(read.value);
        else {
          for (const { key, text: bad, expected } of read.problems) {
            problems.push({
              text: key === PREFIXES ? (bad ?? '') : bad === undefined ? key : `${key}=${bad}`,
              expected,
            });
          }
        }
      }
      return problems.length > 0 ? { problems } : { value };
    },
  };
}

function readGroup(
  prefixes: readonly string[],
  given: GivenKeys,
): { readonly value: StaticGroup } | { readonly problems: readonly KeyProblem[] } {
  const { values: read, problems: bad } = readKeys(TABLE, given, 'static prefixes');
  const values = read as StaticGroup['values'];
  const problems = [...bad];
  const parsed = STATIC_PREFIXES.parse(prefixes);
  if ('problems' in parsed) for (const each of parsed.problems) problems.push({ key: PREFIXES, ...each });
  if (prefixes.length === 0) problems.push({ key: PREFIXES, text: '', expected: 'at least one prefix' });
  if ('problems' in parsed) return { problems };
  const group = { prefixes: parsed.value, values };
  problems.push(...whyBadGroup(group));
  return problems.length > 0 ? { problems } : { value: group };
}

/** What is wrong between the prefixes and their next hops. */
export function whyBadGroup({ prefixes, values: { nexthop = [] } }: StaticGroup): KeyProblem[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const hops = nexthop.filter((hop) => hop !== 'self' && familyOf(hop) === family);
    return prefixes.some((prefix) => familyOf(prefix) === family)
      ? []
      : hops.map((hop) => ({ key: 'nexthop', text: hop, expected: 'the family of one of its prefixes' }));
  });
}

const formatGroup = ({ prefixes, values }: StaticGroup): string =>
  [prefixes.join(' '), ...formatKeys(TABLE, values)].join(',');
