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
import { type Family, familyOf, type IpAddress, isLoopback, networkAddress, type Prefix } from '../model/address.ts';
import type { Route } from '../model/route.ts';
import { encodePrefix } from './wire/prefix.ts';

/** A prefix and what is said of it: mostly one route; several with other scopes; none when it is withdrawn. */
export interface Entry {
  readonly prefix: Prefix;
  readonly family: Family;
  /** As RFC 4271 §4.3 has it: length in bits, then as many octets as that needs. */
  readonly nlri: Uint8Array;
  /** Whether it is one of addresses that mean the host itself. */
  readonly isLoopback: boolean;
}

/** What to tell of an entry: what the reader knows, and what holds now. The same array: to be told once more. */
export type Tell = (entry: Entry, known: readonly Route[], now: readonly Route[]) => void;

export interface Reader {
  /** Whether everything was told. */
  isLevel(): boolean;
  /**
   * Readers of the same mark know the same and have the same before them: `read` tells them the same for as long as the
   * version of the RIB is the same. `undefined` for one that is not like any other.
   */
  mark(): number | undefined;
  place(): Place;
  /** Goes to where another reader of the same mark went by `read`, and tells nothing. */
  follow(place: Place): void;
  /** Tells the next changes, `most` at most, and returns how many were looked at. */
  read(most: number, tell: Tell): number;
  /** Tells everything that stands at present once more, as far as it was told: see `read`. */
  again(): void;
  close(): void;
}

declare const placeBrand: unique symbol;
/** Where a reader stands. */
export interface Place {
  readonly [placeBrand]: true;
}

export interface Rib {
  /** Another one after each change, and after each entry that was forgotten: no place of before is one to go to. */
  readonly version: number;
  /** Prefixes that stand. */
  readonly size: number;
  /** These, and prefixes that are gone, which somebody has yet to hear. */
  readonly remembered: number;
  /** `routes`: all of that prefix, in the order of preference; none to withdraw it. */
  set(prefix: Prefix, routes: readonly Route[]): void;
  /** Whether a route was ever by way of that address, or for that neighbor. */
  names(address: IpAddress): boolean;
  /** One that was told nothing yet. */
  open(): Reader;
}

/** What these readers were told. One that stands in several of an entry was told the last one. */
interface Former {
  readonly routes: readonly Route[];
  readonly readers: readonly Marker[];
}

class Node {
  previous: Node = this;
  next: Node = this;
}

class Standing extends Node implements Entry {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly nlri: Uint8Array;
  readonly isLoopback: boolean;
  version = 0;
  routes: readonly Route[] = NONE;
  /** The oldest first; none for readers that know what holds now, or were never told of it. */
  former: readonly Former[] = NOTHING;
  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
    this.family = familyOf(prefix);
    this.nlri = encodePrefix(prefix);
    this.isLoopback = isLoopback(networkAddress(prefix));
  }
}

class Marker extends Node {
  /** Everything up to here was told. */
  version = 0;
  /** The version of the RIB when everything was told, 0 for nothing of nothing; otherwise a number below 0 that it has alone. */
  mark = 0;
  /** The last entry of the last read. */
  last: Standing | undefined;
  /** Whether it passed one that may have to be tidied. */
  hasOld = false;
}

type Stand = Readonly<Pick<Marker, 'version' | 'mark' | 'last' | 'hasOld'>>;

const NONE: readonly Route[] = [];
const NOTHING: readonly Former[] = [];

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

  function set(prefix: Prefix, routes: readonly Route[]): void {
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

  function knownTo(entry: Standing, reader: Marker): readonly Route[] {
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
    /** Goes over what was told for a second time. */
    let repeat: Node | undefined;
    everyone = [...everyone, marker];
    insertAfter(ring, marker);

    function readOn(most: number, tell: Tell): number {
      let looked = 0;
      let last: Node = marker;
      marker.last = undefined;
      marker.hasOld = false;
      while (looked < most && last.next !== ring) {
        const { next } = last;
        const before = last;
        last = next;
        if (!(next instanceof Standing)) continue;
        looked++;
        marker.last = next;
        if (isOld(next)) marker.hasOld = true;
        const known = knownTo(next, marker);
        // Of entries in the order of their versions this is the greatest.
        marker.version = next.version;
        if (!isSame(known, next.routes)) tell(next, known, next.routes);
        if (tidy(next)) last = before;
      }
      moveTo(last);
      marker.mark = isAtEnd() ? version : --marks;
      return looked;
    }

    function moveTo(last: Node): void {
      if (last !== marker) {
        unlink(marker);
        insertAfter(last, marker);
      }
      if (marker.next === ring) marker.version = version;
    }

    function follow({ last, hasOld, mark, version: upTo }: Stand): void {
      if (last !== undefined && hasOld) pass(last);
      else if (last !== undefined) moveTo(last);
      marker.version = upTo;
      marker.mark = mark;
    }

    /** What was withdrawn goes with the last reader that passes. */
    function pass(last: Standing): void {
      let at: Node = marker;
      for (let isThere = false; !isThere; ) {
        const { next } = at;
        isThere = next === last;
        if (next instanceof Standing) marker.version = next.version;
        if (!(next instanceof Standing) || !tidy(next)) at = next;
      }
      moveTo(at);
    }

    function readAgain(most: number, tell: Tell): number {
      let looked = 0;
      while (repeat !== undefined && looked < most) {
        const { next } = repeat;
        unlink(repeat);
        // What is behind the marker is told by reading on.
        if (next === ring || next === marker) {
          repeat = undefined;
          break;
        }
        insertAfter(next, repeat);
        if (!(next instanceof Standing)) continue;
        looked++;
        if (next.routes.length > 0) tell(next, next.routes, next.routes);
      }
      return looked;
    }

    /** Whether nothing but other readers is behind it. */
    function isAtEnd(): boolean {
      for (let node = marker.next; node !== ring; node = node.next) if (node instanceof Standing) return false;
      return true;
    }

    return {
      isLevel: () => repeat === undefined && isAtEnd(),
      mark: () => (repeat === undefined ? marker.mark : undefined),
      place() {
        const { version, mark, last, hasOld } = marker;
        return { version, mark, last, hasOld } satisfies Stand as Stand & Place;
      },
      follow: (place) => follow(place as Place & Stand),
      read(most, tell) {
        const looked = readOn(most, tell);
        return looked < most ? looked + readAgain(most - looked, tell) : looked;
      },
      again() {
        if (repeat !== undefined) unlink(repeat);
        repeat = new Node();
        insertAfter(ring, repeat);
      },
      close() {
        if (!everyone.includes(marker)) return;
        everyone = everyone.filter((other) => other !== marker);
        if (repeat !== undefined) unlink(repeat);
        repeat = undefined;
        // What only this reader had still to be told of.
        for (let node = marker.next; node !== ring; ) {
          const { next } = node;
          if (node instanceof Standing) tidy(node);
          node = next;
        }
        unlink(marker);
      },
    };
  }

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
    names: (address) => named.has(address),
    open,
  };
}

/** Whether something of what it said before is still there. */
const isOld = ({ former, routes }: Standing): boolean => former.length > 0 || routes.length === 0;

/** Routes are compared as they are: equal ones are the same object. */
const isSame = (one: readonly Route[], other: readonly Route[]): boolean =>
  one === other || (one.length === other.length && one.every((route, index) => route === other[index]));

function unlink(node: Node): void {
  node.previous.next = node.next;
  node.next.previous = node.previous;
  node.next = node;
  node.previous = node;
}

function insertAfter(place: Node, node: Node): void {
  node.previous = place;
  node.next = place.next;
  place.next.previous = node;
  place.next = node;
}

const insertBefore = (place: Node, node: Node): void => insertAfter(place.previous, node);
