/**
 * Adj-RIB-Out of one session, PURE: which routes of the RIB this peer is told, in which messages. RFC 4271 §3.2, §9.1.3.
 *
 * What it does: leaves out what the peer may not have (its scope, `only`, what is not its family, loopback addresses to one
 * that is not on a loopback address, the session's own address and next hop); packs what is left; ends the first round with
 * an End-of-RIB for each family; tells everything again when asked (RFC 2918), between a beginning and an end where both
 * sides have RFC 7313. A route with several next hops is a path by way of each where the peer takes several (RFC 7911),
 * elsewhere a route by way of the first that it may have.
 */
import { type Family, hostPrefix } from '../model/address.ts';
import type { Route, RouteAttributes } from '../model/route.ts';
import { audienceOf, isAddressed, mayGoBy } from './audience.ts';
import { type Held, type Terms, type Unsaid, type Words, wordsFor } from './path-attributes.ts';
import { createPaths, withPathId } from './paths.ts';
import type { Rib } from './rib.ts';
import { type Entry, type Found, isSame } from './rib-list.ts';
import { createUpdateGroups, type Said, type UpdateGroups } from './update-group.ts';
import { endOfRib, updatesOf } from './update-messages.ts';
import { AFI, ROUTE_REFRESH, SAFI } from './wire/codes.ts';
import { encodeRouteRefresh } from './wire/route-refresh.ts';

/** `told` and `leaving`: it has the route. `not-for-it`: it is not to have it; `none`: there is nothing to have. */
export type PeerStance = 'told' | 'waiting' | 'leaving' | 'not-for-it' | 'none';

export interface AdjRibOut {
  /** What has to be written next, in whole messages; none when there is nothing. */
  next(): readonly Uint8Array[];
  isLevel(): boolean;
  /** The peer asks for everything of that family once more. */
  again(family: Family): void;
  /** How many routes the peer was told and not withdrawn. */
  told(): number;
  /** How many announces and withdraws it was told so far. */
  said(): Said;
  /** How the peer stands to that entry. */
  standingOf(entry: Found): PeerStance;
  /** Why that entry is not for the peer, as far as this session decides it; `undefined` where settings do, or nothing. */
  whyHeld(entry: Found): Held | undefined;
  /** Why routes were not told so far, each reason once. */
  unsaid(): readonly Unsaid[];
  close(): void;
}

/** Entries that are packed together: enough that messages are full, few enough that a turn of the loop is short. */
const BATCH = 10_000;
/** What is handed on at a time: long attributes make many messages of a batch. */
const MOST_OCTETS = 64 * 1_024;
/** Different words that are remembered; beyond that some are told once more. */
const MOST_INTERNED = 10_000;

/** `mayEnd`: whether everything is in the RIB that was to come first, so that an End-of-RIB is true (RFC 4724 §4.1). */
export function createAdjRibOut(
  rib: Rib,
  terms: Terms,
  mayEnd: () => boolean = () => true,
  groups: UpdateGroups = createUpdateGroups(),
): AdjRibOut {
  const { settings, negotiated, local } = terms;
  const reader = rib.open();
  const group = groups(terms);
  const mayHave = audienceOf(settings);
  /** Weakly: attributes that no route has any more take their words along. */
  const wordsOf: Record<Family, WeakMap<RouteAttributes, Words | Held>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };
  const interned = new Map<string, Words>();
  const pathsOf = createPaths();
  const hasPaths = { ipv4: negotiated.addPathSent.has('ipv4'), ipv6: negotiated.addPathSent.has('ipv6') };
  /** Packed, and not yet handed on. */
  let ready: Uint8Array[] = [];
  /** Families of which everything is to be told once more. */
  const asked = new Set<Family>();
  /** Those of which that is under way. What is asked for meanwhile comes after it. */
  const repeated = new Set<Family>();
  /** Families whose first round is not over. */
  const fresh = new Set(negotiated.families);
  const own = hostPrefix(local.address);
  let told = 0;
  let announces = 0;
  let withdraws = 0;
  /** Everything up to that version of the RIB was handed on. */
  let handedOn = 0;
  let unsaid: readonly Unsaid[] = [];

  function words(family: Family, attributes: RouteAttributes): Words | Held {
    const known = wordsOf[family].get(attributes);
    if (known !== undefined) return known;
    const made = intern(wordsFor(family, attributes, terms));
    if (typeof made === 'string') leaveOut({ family, why: made });
    wordsOf[family].set(attributes, made);
    return made;
  }

  function leaveOut(what: Unsaid): void {
    if (!unsaid.some(({ family, why }) => family === what.family && why === what.why)) unsaid = [...unsaid, what];
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

  /** The words of the prefix by way of the first next hop of those attributes, if this peer may have that. */
  function way(entry: Entry, attributes: RouteAttributes): Words | undefined {
    if (!mayGoBy(settings, entry, attributes.nextHop)) return undefined;
    const said = words(entry.family, attributes);
    return typeof said === 'string' ? undefined : said;
  }

  /** By way of each next hop in its order; `undefined` also for one that says the same as one before it. */
  const ways = (entry: Entry, { attributes }: Route): (Words | undefined)[] =>
    pathsOf(attributes)
      .map((path) => way(entry, path))
      .map((said, index, all) => (all.indexOf(said) === index ? said : undefined));

  /** The words for the first of the routes that this peer may have. */
  function choose(entry: Entry, routes: readonly Route[]): Words | undefined {
    if (routes.length === 0 || entry.prefix === own || !mayHave(entry)) return undefined;
    for (const route of routes) {
      if (!isAddressed(settings, route)) continue;
      const { attributes } = route;
      const said = attributes.otherNextHops === undefined ? way(entry, attributes) : ways(entry, route).find(isSaid);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  /** The same, by path identifiers less one: with ADD-PATH. */
  function choosePaths(entry: Entry, routes: readonly Route[]): readonly (Words | undefined)[] {
    if (routes.length === 0 || entry.prefix === own || !mayHave(entry)) return [];
    const mine = routes.filter((route) => isAddressed(settings, route));
    return mine.map((route) => ways(entry, route)).find((said) => said.some(isSaid)) ?? [];
  }

  const isFor = (entry: Entry, routes: readonly Route[]): boolean =>
    hasPaths[entry.family] ? choosePaths(entry, routes).some(isSaid) : choose(entry, routes) !== undefined;

  function standingOf(entry: Found): PeerStance {
    const { routes } = entry;
    const isToHave = isFor(entry, routes);
    if (entry.version > handedOn) {
      const known = reader.knows(entry);
      if (isToHave) return isSame(known, routes) && reader.version() === handedOn ? 'told' : 'waiting';
      if (isFor(entry, known)) return 'leaving';
    } else if (isToHave) return 'told';
    return routes.length > 0 ? 'not-for-it' : 'none';
  }

  function whyHeld(entry: Found): Held | undefined {
    for (const { attributes } of entry.routes) {
      for (const path of pathsOf(attributes)) {
        const said = wordsOf[entry.family].get(path);
        if (typeof said === 'string') return said;
      }
    }
    return undefined;
  }

  /** RFC 7313 §4: not before the End-of-RIB. */
  const mayRepeat = (): boolean =>
    asked.size > 0 && repeated.size === 0 && !(negotiated.hasEnhancedRouteRefresh && fresh.size > 0);

  /** RFC 7313 §4, to a peer that knows it. */
  const marks = (subtype: number): Uint8Array[] =>
    negotiated.hasEnhancedRouteRefresh
      ? [...repeated].map((family) => encodeRouteRefresh({ afi: AFI[family], safi: SAFI.unicast, subtype }))
      : [];

  function pack(): void {
    const isBeginning = mayRepeat();
    if (isBeginning) {
      for (const family of asked) repeated.add(family);
      asked.clear();
      reader.again();
    }
    ready = packed();
    if (isBeginning) ready.unshift(...marks(ROUTE_REFRESH.beginning));
    if (!reader.isLevel()) return;
    ready.push(...marks(ROUTE_REFRESH.end));
    repeated.clear();
    if (!mayEnd()) return;
    for (const family of fresh) ready.push(endOfRib(family));
    fresh.clear();
  }

  /** By somebody else, if that was the same. */
  function packed(): Uint8Array[] {
    const mark = rib.names(settings.address) ? undefined : reader.mark();
    if (mark === undefined) return read();
    const { version } = rib;
    const same = group.take(mark, version);
    if (same !== undefined) {
      reader.follow(same.place);
      told += same.more;
      announces += same.counts.announced;
      withdraws += same.counts.withdrawn;
      for (const each of same.unsaid) leaveOut(each);
      return [...same.messages];
    }
    const before = { told, announces, withdraws };
    const messages = read();
    const counts = { announced: announces - before.announces, withdrawn: withdraws - before.withdraws };
    group.keep(mark, version, { messages, place: reader.place(), more: told - before.told, counts, unsaid });
    return [...messages];
  }

  function read(): Uint8Array[] {
    const withdrawn: Record<Family, Uint8Array[]> = { ipv4: [], ipv6: [] };
    const announced = new Map<Words, Uint8Array[]>();
    const withdraw = (family: Family, nlri: Uint8Array): void => {
      withdraws++;
      withdrawn[family].push(nlri);
    };
    const announce = (said: Words, nlri: Uint8Array): void => {
      announces++;
      const same = announced.get(said);
      if (same === undefined) announced.set(said, [nlri]);
      else same.push(nlri);
    };
    reader.read(BATCH, (entry, known, now) => {
      const { family, nlri } = entry;
      if (known === now && !repeated.has(family)) return;
      if (hasPaths[family]) {
        const before = choosePaths(entry, known);
        const after = choosePaths(entry, now);
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
          const [was, is] = [before[index], after[index]];
          if (is === was && known !== now) continue;
          if (is !== undefined) announce(is, withPathId(nlri, index + 1));
          else if (was !== undefined) withdraw(family, withPathId(nlri, index + 1));
        }
        told += Math.sign(after.length) - Math.sign(before.length);
        return;
      }
      const before = choose(entry, known);
      const after = choose(entry, now);
      if (after === undefined) {
        if (before === undefined) return;
        withdraw(family, nlri);
        told--;
      } else if (before !== after || known === now) {
        announce(after, nlri);
        if (before === undefined) told++;
      }
    });
    return updatesOf({ withdrawn, announced }, negotiated.longestMessage);
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
      const messages = slice();
      if (ready.length === 0) handedOn = reader.version();
      return messages;
    },
    isLevel: () => ready.length === 0 && reader.isLevel() && !mayRepeat() && (fresh.size === 0 || !mayEnd()),
    again: (family) => void asked.add(family),
    told: () => told,
    said: () => ({ announced: announces, withdrawn: withdraws }),
    standingOf,
    whyHeld,
    unsaid: () => unsaid,
    close() {
      group.leave();
      reader.close();
    },
  };
}

const isSaid = (said: Words | undefined): said is Words => said !== undefined;

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytes.join(' '));
