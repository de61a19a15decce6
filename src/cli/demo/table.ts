/** The table of the router in the demo, PURE: what UPDATEs say, and nothing else (RFC 4271 §9, without a choice of paths). */
import { SEGMENT } from '../../bgp/wire/codes.ts';
import { prefixesOf } from '../../bgp/wire/nlri.ts';
import type { PathAttribute, Update } from '../../bgp/wire/update.ts';
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
  const changes: TableChange[] = [];
  const drop = (prefix: Prefix): void => {
    if (table.delete(prefix)) changes.push({ type: 'withdrawn', prefix });
  };
  const take = (prefix: Prefix, nextHop: IpAddress | undefined): void => {
    if (isWithdraw) {
      drop(prefix);
      return;
    }
    if (!table.has(prefix)) changes.push({ type: 'announced', prefix });
    table.set(prefix, { nextHop, asPath: asPathOf(attributes) });
  };
  // RFC 4271 §4.3: a prefix in both fields is announced.
  for (const prefix of prefixesOf(withdrawn)) drop(prefix);
  for (const attribute of attributes) if (attribute.type === 'mpUnreach') prefixesOf(attribute.nlri).forEach(drop);
  for (const attribute of attributes) {
    if (attribute.type !== 'mpReach') continue;
    for (const prefix of prefixesOf(attribute.nlri)) take(prefix, attribute.nextHops[0]);
  }
  const nextHop = attributes.find((each) => each.type === 'nextHop')?.nextHop;
  for (const prefix of prefixesOf(nlri)) take(prefix, nextHop);
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
