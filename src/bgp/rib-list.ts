/**
 * What the list of a RIB is made of, PURE: entries in the order of their last change, and among them the markers of readers.
 */
import { type Family, familyOf, isLoopback, networkAddress, type Prefix } from '../model/address.ts';
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

/** An entry as it stands now. */
export type Found = Readonly<Standing>;

/** What these readers were told. One that stands in several of an entry was told the last one. */
interface Former {
  readonly routes: readonly Route[];
  readonly readers: readonly Marker[];
}

export class Node {
  previous: Node = this;
  next: Node = this;
}

export class Standing extends Node implements Entry {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly nlri: Uint8Array;
  readonly isLoopback: boolean;
  version = 0;
  /** When it changed last: whole milliseconds, which cost less memory. */
  at = 0;
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

export class Marker extends Node {
  /** Everything up to here was told. */
  version = 0;
  /** The version of the RIB when everything was told, 0 for nothing of nothing; otherwise a number below 0 that it has alone. */
  mark = 0;
  /** The last entry of the last read. */
  last: Standing | undefined;
  /** Whether it passed one that may have to be tidied. */
  hasOld = false;
}

/** Where a marker is, and what it knows. */
export type Stand = Readonly<Pick<Marker, 'version' | 'mark' | 'last' | 'hasOld'>>;

export const NONE: readonly Route[] = [];
export const NOTHING: readonly Former[] = [];

/** Whether something of what it said before is still there. */
export const isOld = ({ former, routes }: Standing): boolean => former.length > 0 || routes.length === 0;

/** Routes are compared as they are: equal ones are the same object. */
export const isSame = (one: readonly Route[], other: readonly Route[]): boolean =>
  one === other || (one.length === other.length && one.every((route, index) => route === other[index]));

export function unlink(node: Node): void {
  node.previous.next = node.next;
  node.next.previous = node.previous;
  node.next = node;
  node.previous = node;
}

export function insertAfter(place: Node, node: Node): void {
  node.previous = place;
  node.next = place.next;
  place.next.previous = node;
  place.next = node;
}

export const insertBefore = (place: Node, node: Node): void => insertAfter(place.previous, node);
