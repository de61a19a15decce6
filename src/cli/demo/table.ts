/** The table of the router in the demo, PURE: what UPDATEs say, and nothing else (RFC 4271 §9, without a choice of paths). */
import { SEGMENT } from '../../bgp/wire/codes.ts';
import { prefixesOf } from '../../bgp/wire/nlri.ts';
import type { Nlri, PathAttribute, Update } from '../../bgp/wire/update.ts';
import type { IpAddress, Prefix } from '../../model/address.ts';

export interface TableEntry {
  readonly nextHop: IpAddress | undefined;
  /** The nearest AS first. */
  readonly asPath: readonly number[];
}

export type Table = Map<Prefix, TableEntry>;

/** A prefix that came or went. One that is told again as it was is none. */
export interface TableChange {
  readonly type: 'announced' | 'withdrawn';
  readonly prefix: Prefix;
}

/** `isWithdraw`: what it announces counts as withdrawn (RFC 7606 §2). */
export function applyUpdate(table: Table, { withdrawn, attributes, nlri }: Update, isWithdraw: boolean): TableChange[] {
  const asPath = asPathOf(attributes);
  const gone = new Set(prefixesOf(withdrawn));
  const come = new Map<Prefix, TableEntry>();
  const take = (from: Nlri, nextHop: IpAddress | undefined): void => {
    for (const prefix of prefixesOf(from)) {
      if (isWithdraw) gone.add(prefix);
      else come.set(prefix, { nextHop, asPath });
    }
  };
  for (const attribute of attributes) {
    if (attribute.type === 'mpReach') take(attribute.nlri, attribute.nextHops[0]);
    if (attribute.type === 'mpUnreach') for (const prefix of prefixesOf(attribute.nlri)) gone.add(prefix);
  }
  take(nlri, attributes.find((each) => each.type === 'nextHop')?.nextHop);

  const changes: TableChange[] = [];
  for (const prefix of gone) {
    // RFC 4271 §4.3: a prefix that stands in both places is announced.
    if (!come.has(prefix) && table.delete(prefix)) changes.push({ type: 'withdrawn', prefix });
  }
  for (const [prefix, entry] of come) {
    if (!table.has(prefix)) changes.push({ type: 'announced', prefix });
    table.set(prefix, entry);
  }
  return changes;
}

/** The session is over: everything that it brought goes (RFC 4271 §8.2.2). */
export function clearTable(table: Table): TableChange[] {
  const changes = [...table.keys()].map((prefix) => ({ type: 'withdrawn', prefix }) as const);
  table.clear();
  return changes;
}

const asPathOf = (attributes: readonly PathAttribute[]): readonly number[] =>
  attributes
    .flatMap((each) => (each.type === 'asPath' ? each.segments : []))
    .flatMap(({ type, asNumbers }) => (type === SEGMENT.asSequence ? asNumbers : []));
