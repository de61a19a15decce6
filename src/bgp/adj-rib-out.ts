/**
 * Adj-RIB-Out of one session, PURE: which routes of the RIB this peer is told, in which messages. RFC 4271 §3.2, §9.1.3.
 *
 * What it does: leaves out what the peer may not have (its scope, `only`, what is not its family, loopback addresses to one
 * that is not on a loopback address, the session's own address and next hop); packs what is left; ends the first round with
 * an End-of-RIB for each family; tells everything again when asked (RFC 2918).
 */
import { type Family, hostPrefix } from '../model/address.ts';
import type { Route, RouteAttributes } from '../model/route.ts';
import { isAddressed, mayHave } from './audience.ts';
import { type Held, nextHopsFor, type Terms, type Words, wordsFor } from './path-attributes.ts';
import type { Entry, Rib } from './rib.ts';
import { endOfRib, updatesOf } from './update-messages.ts';

export interface AdjRibOut {
  /** What has to be written next, in whole messages; none when there is nothing. */
  next(): readonly Uint8Array[];
  isLevel(): boolean;
  /** The peer asks for everything once more. */
  again(): void;
  /** How many routes the peer was told and not withdrawn. */
  told(): number;
  /** Why nothing of a family is told, where that is so. */
  held(): Readonly<Partial<Record<Family, Held>>>;
  close(): void;
}

/** Entries that are packed together: enough that messages are full, few enough that a turn of the loop is short. */
const BATCH = 2_000;

/** `mayEnd`: whether everything is in the RIB that was to come first, so that an End-of-RIB is true (RFC 4724 §4.1). */
export function createAdjRibOut(rib: Rib, terms: Terms, mayEnd: () => boolean = () => true): AdjRibOut {
  const { settings, negotiated, local } = terms;
  const reader = rib.open();
  /** Weakly: attributes that no route has any more take their words along. */
  const wordsOf: Record<Family, WeakMap<RouteAttributes, Words | Held>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };
  /** Families whose first round is not over. */
  const fresh = new Set(negotiated.families);
  const own = hostPrefix(local.address);
  let told = 0;

  function words(family: Family, attributes: RouteAttributes): Words | Held {
    const known = wordsOf[family].get(attributes);
    if (known !== undefined) return known;
    const made = wordsFor(family, attributes, terms);
    wordsOf[family].set(attributes, made);
    return made;
  }

  /** The words for the first of the routes that this peer may have. */
  function choose({ prefix, family }: Entry, routes: readonly Route[]): Words | undefined {
    if (routes.length === 0 || prefix === own || !mayHave(settings, prefix)) return undefined;
    for (const route of routes) {
      if (!isAddressed(settings, route)) continue;
      const said = words(family, route.attributes);
      if (typeof said !== 'string') return said;
    }
    return undefined;
  }

  return {
    next() {
      const withdrawn: Record<Family, Uint8Array[]> = { ipv4: [], ipv6: [] };
      const announced = new Map<Words, Uint8Array[]>();
      reader.read(BATCH, (entry, known, now) => {
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
      const messages = updatesOf({ withdrawn, announced }, negotiated.longestMessage);
      if (!reader.isLevel() || !mayEnd()) return messages;
      for (const family of fresh) messages.push(endOfRib(family));
      fresh.clear();
      return messages;
    },
    isLevel: () => reader.isLevel() && (fresh.size === 0 || !mayEnd()),
    again: () => reader.again(),
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
