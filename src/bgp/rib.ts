/**
 * The routes that peers are to be told, PURE, and how far each peer has been: Adj-RIBs-Out (RFC 4271 §3.2) without a copy of
 * the table for each of them.
 *
 * What it does: keeps one entry per prefix in a list in the order of their last change. A peer is a *reader*, a marker in
 * that list: what stands behind it is still to be told. What the reader was told before is the value that the entry had
 * when the reader passed, and an entry remembers former values as long as a reader needs one. So a peer costs a marker,
 * a change that was undone before it was told costs nothing, and one that was told is not told twice.
 * What it does not: know what a peer is, what a route says on the wire, or whether it may go to whom.
 */
import type { IpAddress, Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Route } from '../model/route.ts';
import { type Found, insertBefore, isOld, isSame, Marker, NONE, NOTHING, Node, Standing, unlink } from './rib-list.ts';
import { openReader, type Reader, type Shelf } from './rib-reader.ts';

export interface Rib {
  /** Another one after each change, and after each entry that was forgotten: no place of before is one to go to. */
  readonly version: number;
  /** Prefixes that stand. */
  readonly size: number;
  /** These, and prefixes that are gone, which somebody has yet to hear. */
  readonly remembered: number;
  /** `routes`: all of that prefix, in the order of preference; none to withdraw it. `at`: when that is so. */
  set(prefix: Prefix, routes: readonly Route[], at?: Millis): void;
  /** What is said of it, or was, and somebody has yet to hear that it is gone. */
  find(prefix: Prefix): Found | undefined;
  /** Whether a route was ever by way of that address, or for that neighbor. */
  names(address: IpAddress): boolean;
  /** One that was told nothing yet. */
  open(): Reader;
}

export function createRib(): Rib {
  const entries = new Map<Prefix, Standing>();
  /** Head and tail at once. */
  const ring = new Node();
  /** Replaced when it changes: entries share it. */
  let everyone: readonly Marker[] = [];
  let version = 0;
  let size = 0;
  let forgotten = 0;
  let marks = 0;
  const named = new Set<IpAddress>();

  function set(prefix: Prefix, routes: readonly Route[], at: Millis = ms(0)): void {
    let entry = entries.get(prefix);
    if (entry === undefined) {
      if (routes.length === 0) return;
      entry = new Standing(prefix);
      entries.set(prefix, entry);
    } else if (isSame(entry.routes, routes)) return;
    size += Number(routes.length > 0) - Number(entry.routes.length > 0);
    if (entry.version > 0) remember(entry);
    for (const route of routes) name(route);
    entry.version = ++version;
    entry.at = Math.trunc(at);
    entry.routes = routes.length === 0 ? NONE : routes;
    if (routes.length === 0 && !isKnown(entry)) {
      forget(entry);
      return;
    }
    unlink(entry);
    insertBefore(ring, entry);
  }

  function name({ attributes: { nextHop, otherNextHops }, scope }: Route): void {
    if (nextHop !== 'self') named.add(nextHop);
    for (const other of otherNextHops ?? []) if (other !== 'self') named.add(other);
    for (const neighbor of scope?.neighbors ?? []) named.add(neighbor);
  }

  /** Readers behind it know what it said until now; the others know what they knew. */
  function remember(entry: Standing): void {
    const informed = isAhead(entry) ? everyone : everyone.filter((reader) => reader.version >= entry.version);
    const former = informed.length > 0 ? [...entry.former, { routes: entry.routes, readers: informed }] : entry.former;
    entry.former = former.filter(({ readers }, index) =>
      readers.some(
        (reader) =>
          everyone.includes(reader) && !former.slice(index + 1).some((later) => later.readers.includes(reader)),
      ),
    );
  }

  /** Whether every reader has passed it. */
  function isAhead(entry: Standing): boolean {
    for (const reader of everyone) if (reader.version < entry.version) return false;
    return true;
  }

  /** Whether some reader was told of it, or has yet to be told that it is gone. */
  const isKnown = (entry: Standing): boolean => entry.former.some(({ routes }) => routes.length > 0);

  function forget(entry: Standing): void {
    forgotten++;
    unlink(entry);
    entries.delete(entry.prefix);
  }

  function knownTo(entry: Found, reader: Marker): readonly Route[] {
    if (entry.version <= reader.version) return entry.routes;
    for (let index = entry.former.length - 1; index >= 0; index--) {
      const former = entry.former[index];
      if (former?.readers.includes(reader)) return former.routes;
    }
    return NONE;
  }

  /** Former values, and a withdrawn entry, go when every reader has passed. Returns whether the entry went. */
  function tidy(entry: Standing): boolean {
    if (!isOld(entry) || !isAhead(entry)) return false;
    entry.former = NOTHING;
    if (entry.routes.length > 0) return false;
    forget(entry);
    return true;
  }

  function open(): Reader {
    const marker = new Marker();
    everyone = [...everyone, marker];
    return openReader(marker, shelf);
  }

  const shelf: Shelf = {
    ring,
    version: () => version,
    nextMark: () => --marks,
    knownTo,
    tidy,
    leave(reader) {
      const before = everyone;
      everyone = before.filter((other) => other !== reader);
      return everyone.length < before.length;
    },
  };

  return {
    get version() {
      return version + forgotten;
    },
    get size() {
      return size;
    },
    get remembered() {
      return entries.size;
    },
    set,
    find: (prefix) => entries.get(prefix),
    names: (address) => named.has(address),
    open,
  };
}
