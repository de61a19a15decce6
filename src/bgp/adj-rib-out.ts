/**
 * Adj-RIB-Out of one session, PURE: which routes of the RIB this peer is told, in which messages. RFC 4271 §3.2, §9.1.3.
 *
 * What it does: leaves out what the peer may not have (its scope, `only`, what is not its family, loopback addresses to one
 * that is not on a loopback address, the session's own address and next hop); packs what is left; ends the first round with
 * an End-of-RIB for each family; tells everything again when asked (RFC 2918).
 */
import { type Family, hostPrefix } from '../model/address.ts';
import type { Route, RouteAttributes } from '../model/route.ts';
import { audienceOf, isAddressed } from './audience.ts';
import { type Held, nextHopsFor, type Terms, type Words, wordsFor } from './path-attributes.ts';
import type { Entry, Rib } from './rib.ts';
import { endOfRib, updatesOf } from './update-messages.ts';

export interface AdjRibOut {
  /** What has to be written next, in whole messages; none when there is nothing. */
  next(): readonly Uint8Array[];
  isLevel(): boolean;
  /** The peer asks for everything of that family once more. */
  again(family: Family): void;
  /** How many routes the peer was told and not withdrawn. */
  told(): number;
  /** Why nothing of a family is told, where that is so. */
  held(): Readonly<Partial<Record<Family, Held>>>;
  close(): void;
}

/** Entries that are packed together: enough that messages are full, few enough that a turn of the loop is short. */
const BATCH = 20_000;
/** What is handed on at a time: long attributes make many messages of a batch. */
const MOST_OCTETS = 64 * 1_024;
/** Different words that are remembered; beyond that some are told once more. */
const MOST_INTERNED = 10_000;

/** `mayEnd`: whether everything is in the RIB that was to come first, so that an End-of-RIB is true (RFC 4724 §4.1). */
export function createAdjRibOut(rib: Rib, terms: Terms, mayEnd: () => boolean = () => true): AdjRibOut {
  const { settings, negotiated, local } = terms;
  const reader = rib.open();
  const mayHave = audienceOf(settings);
  /** Weakly: attributes that no route has any more take their words along. */
  const wordsOf: Record<Family, WeakMap<RouteAttributes, Words | Held>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };
  const interned = new Map<string, Words>();
  /** Packed, and not yet handed on. */
  let ready: Uint8Array[] = [];
  /** Families of which everything is told once more. */
  const asked = new Set<Family>();
  /** Families whose first round is not over. */
  const fresh = new Set(negotiated.families);
  const own = hostPrefix(local.address);
  let told = 0;

  function words(family: Family, attributes: RouteAttributes): Words | Held {
    const known = wordsOf[family].get(attributes);
    if (known !== undefined) return known;
    const made = intern(wordsFor(family, attributes, terms));
    wordsOf[family].set(attributes, made);
    return made;
  }

  /** What differs only in what this peer never hears is the same (RFC 4271 §9.2: no route is told twice as it is). */
  function intern(made: Words | Held): Words | Held {
    if (typeof made === 'string') return made;
    if (interned.size > MOST_INTERNED) interned.clear();
    const octets = `${hex(made.reach)} ${hex(made.attributes)}`;
    const same = interned.get(octets) ?? made;
    interned.set(octets, same);
    return same;
  }

  /** The words for the first of the routes that this peer may have. */
  function choose(entry: Entry, routes: readonly Route[]): Words | undefined {
    if (routes.length === 0 || entry.prefix === own || !mayHave(entry)) return undefined;
    for (const route of routes) {
      if (!isAddressed(settings, route)) continue;
      const said = words(entry.family, route.attributes);
      if (typeof said !== 'string') return said;
    }
    return undefined;
  }

  function pack(): void {
    const withdrawn: Record<Family, Uint8Array[]> = { ipv4: [], ipv6: [] };
    const announced = new Map<Words, Uint8Array[]>();
    reader.read(BATCH, (entry, known, now) => {
      if (known === now && !asked.has(entry.family)) return;
      const before = choose(entry, known);
      const after = choose(entry, now);
      if (after === undefined) {
        if (before === undefined) return;
        withdrawn[entry.family].push(entry.nlri);
        told--;
      } else if (before !== after || known === now) {
        const same = announced.get(after);
        if (same === undefined) announced.set(after, [entry.nlri]);
        else same.push(entry.nlri);
        if (before === undefined) told++;
      }
    });
    ready = updatesOf({ withdrawn, announced }, negotiated.longestMessage);
    if (!reader.isLevel()) return;
    asked.clear();
    if (!mayEnd()) return;
    for (const family of fresh) ready.push(endOfRib(family));
    fresh.clear();
  }

  function slice(): Uint8Array[] {
    let octets = 0;
    let count = 0;
    for (; count < ready.length && octets < MOST_OCTETS; count++) octets += ready[count]?.length ?? 0;
    return ready.splice(0, count);
  }

  return {
    next() {
      if (ready.length === 0) pack();
      return slice();
    },
    isLevel: () => ready.length === 0 && reader.isLevel() && (fresh.size === 0 || !mayEnd()),
    again(family) {
      asked.add(family);
      reader.again();
    },
    told: () => told,
    held() {
      const held: Partial<Record<Family, Held>> = {};
      for (const family of settings.families) {
        const hops = nextHopsFor(family, 'self', terms);
        if (typeof hops === 'string') held[family] = hops;
      }
      return held;
    },
    close: () => reader.close(),
  };
}

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytes.join(' '));
