/**
 * A peer that forgets, at the end of what it is told again, whatever it was not told in it (RFC 7313 §4): whatever changes
 * meanwhile, and however often it asks, it ends with what stands.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AdjRibOut, createAdjRibOut } from '../../src/bgp/adj-rib-out.ts';
import { createRib, type Rib } from '../../src/bgp/rib.ts';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { entriesOf, familyFrom } from '../../src/bgp/wire/nlri.ts';
import { endOfRib, type Nlri, type Update } from '../../src/bgp/wire/update.ts';
import { type Family, familyOf, type Prefix } from '../../src/model/address.ts';
import type { Route } from '../../src/model/route.ts';
import { runs } from '../helpers/fuzz.ts';
import { ip, terms } from '../helpers/sessions.ts';

const PREFIXES = [1, 2, 3, 4, 5, 6]
  .flatMap((last) => [`198.51.100.${last}/32`, `2001:db8:64::${last}/128`])
  .map((text) => text as Prefix);
/** The peer hears the MED, and no LOCAL_PREF: the first two are one to it. */
const ROUTES = PREFIXES.map((prefix) =>
  [
    { med: 1, localPreference: 1 },
    { med: 1, localPreference: 2 },
    { med: 2, localPreference: 2 },
  ].map((says): Route => ({ prefix, attributes: { nextHop: 'self', ...says } })),
);
const MED = [1, 1, 2] as const;
const FAMILIES = ['ipv4', 'ipv6'] as const;

type Step =
  | { readonly type: 'set'; readonly prefix: number; readonly route: number | undefined }
  | { readonly type: 'tell' | 'complete' }
  | { readonly type: 'again'; readonly family: Family };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      prefix: fc.nat({ max: PREFIXES.length - 1 }),
      route: fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 8, arbitrary: fc.constant<Step>({ type: 'tell' }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('again' as const), family: fc.constantFrom(...FAMILIES) }) },
  { weight: 2, arbitrary: fc.constant<Step>({ type: 'complete' }) },
);

/** So few entries at a time that telling takes many turns. */
const slowly = (rib: Rib): Rib => ({
  ...rib,
  open() {
    const reader = rib.open();
    return { ...reader, read: (most, tell) => reader.read(Math.min(most, 2), tell) };
  },
});

/** The table of a peer, with what is stale in it. */
function createPeer(isEnhanced: boolean) {
  const table = new Map<Prefix, number | undefined>();
  const stale: Record<Family, Set<Prefix> | undefined> = { ipv4: undefined, ipv6: undefined };
  const ended = new Set<Family>();
  let refreshed = 0;

  const each = (nlri: Nlri, apply: (prefix: Prefix) => void): void => {
    for (const { prefix } of entriesOf(nlri)) {
      stale[familyOf(prefix)]?.delete(prefix);
      apply(prefix);
    }
  };
  function update(said: Update): void {
    const end = endOfRib(said);
    const family = end && familyFrom(end.afi, end.safi);
    if (family !== undefined) {
      expect(ended.has(family), 'one End-of-RIB of a family').toBe(false);
      ended.add(family);
      return;
    }
    const { withdrawn, attributes, nlri } = said;
    const med = attributes.find((one) => one.type === 'med')?.med;
    each(withdrawn, (prefix) => table.delete(prefix));
    each(nlri, (prefix) => table.set(prefix, med));
    for (const one of attributes) {
      if (one.type === 'mpReach') each(one.nlri, (prefix) => table.set(prefix, med));
      if (one.type === 'mpUnreach') each(one.nlri, (prefix) => table.delete(prefix));
    }
  }
  function mark(family: Family, subtype: number): void {
    expect(isEnhanced && ended.has(family), 'a mark after the End-of-RIB').toBe(true);
    if (subtype === 1) {
      expect(stale[family], 'one beginning').toBeUndefined();
      stale[family] = new Set([...table.keys()].filter((prefix) => familyOf(prefix) === family));
      return;
    }
    expect(subtype).toBe(2);
    const left = stale[family];
    expect(left, 'an end of what has begun').toBeDefined();
    for (const prefix of left ?? []) table.delete(prefix);
    stale[family] = undefined;
    refreshed++;
  }
  return {
    table,
    hears(bytes: Uint8Array): void {
      const decoded = decodeMessage(bytes, CONTEXT);
      if ('fault' in decoded) throw new Error(decoded.why);
      const { message } = decoded;
      if (message.type === 'update') update(message.update);
      else if (message.type === 'routeRefresh') {
        const { afi, safi, subtype } = message.routeRefresh;
        mark(familyFrom(afi, safi) as Family, subtype);
      } else expect.unreachable();
    },
    refreshed: () => refreshed,
    isMidway: () => FAMILIES.some((family) => stale[family] !== undefined),
  };
}

const CONTEXT = { asOctets: 4, longestMessage: 4_096, addPathReceived: new Set<never>(), isExternal: true } as const;

it.each([true, false])('has the peer end with what stands, with marks: %s', (isEnhanced) => {
  let refreshed = 0;
  let midway = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 150 }), (steps) => {
      const rib = createRib();
      const wanted = new Map<Prefix, number>();
      let isComplete = false;
      const of = terms({
        local: '2001:db8::1',
        settings: { nextHop: { ipv4: ip('192.0.2.1') } },
        negotiated: { hasEnhancedRouteRefresh: isEnhanced },
      });
      const out: AdjRibOut = createAdjRibOut(slowly(rib), of, () => isComplete);
      const peer = createPeer(isEnhanced);
      const tell = (): void => {
        for (const message of out.next()) peer.hears(message);
        if (peer.isMidway()) midway++;
      };
      for (const one of steps) {
        switch (one.type) {
          case 'set': {
            const prefix = PREFIXES[one.prefix] as Prefix;
            const route = one.route === undefined ? undefined : ROUTES[one.prefix]?.[one.route];
            rib.set(prefix, route === undefined ? [] : [route]);
            if (one.route === undefined) wanted.delete(prefix);
            else wanted.set(prefix, MED[one.route] as number);
            break;
          }
          case 'tell':
            tell();
            break;
          case 'again':
            out.again(one.family);
            break;
          case 'complete':
            isComplete = true;
            break;
          default:
            one satisfies never;
        }
      }
      isComplete = true;
      for (let turns = 0; !out.isLevel(); turns++) {
        tell();
        expect(turns).toBeLessThan(200);
      }
      expect(out.next()).toEqual([]);
      expect(peer.isMidway()).toBe(false);
      expect(peer.table).toEqual(wanted);
      expect(out.told()).toBe(wanted.size);
      refreshed += peer.refreshed();
    }),
    runs(400),
  );
  expect(refreshed > 500).toBe(isEnhanced);
  expect(midway > 500).toBe(isEnhanced);
});
