/**
 * A reader of a RIB, PURE: goes through the list behind its marker, and tells what is other than what it has told before.
 */
import type { Route } from '../model/route.ts';
import {
  type Entry,
  type Found,
  insertAfter,
  isOld,
  isSame,
  type Marker,
  Node,
  type Stand,
  Standing,
  unlink,
} from './rib-list.ts';

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
  /** Everything up to that version of the RIB was told. */
  version(): number;
  /** What it told of the entry last; none for nothing. */
  knows(entry: Found): readonly Route[];
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

/** What a reader needs of its RIB. */
export interface Shelf {
  /** Head and tail of the list at once. */
  readonly ring: Node;
  version(): number;
  /** A number below 0 that no marker had. */
  nextMark(): number;
  knownTo(entry: Found, reader: Marker): readonly Route[];
  /** Former values, and a withdrawn entry, go when every reader has passed. Returns whether the entry went. */
  tidy(entry: Standing): boolean;
  /** False when it has left before. */
  leave(reader: Marker): boolean;
}

export function openReader(marker: Marker, { ring, version, nextMark, knownTo, tidy, leave }: Shelf): Reader {
  /** Goes over what was told for a second time. */
  let repeat: Node | undefined;
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
    marker.mark = isAtEnd() ? version() : nextMark();
    return looked;
  }

  function moveTo(last: Node): void {
    if (last !== marker) {
      unlink(marker);
      insertAfter(last, marker);
    }
    if (marker.next === ring) marker.version = version();
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
    version: () => marker.version,
    knows: (entry) => knownTo(entry, marker),
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
      if (!leave(marker)) return;
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
