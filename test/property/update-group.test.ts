/**
 * Sessions of one update group beside sessions that pack for themselves, with the same routes and asked at the same moments: each
 * says the same, octet for octet, whatever changes, whoever lags, comes late or leaves.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AdjRibOut, createAdjRibOut } from '../../src/bgp/adj-rib-out.ts';
import { createRib, type Rib } from '../../src/bgp/rib.ts';
import type { Reader } from '../../src/bgp/rib-reader.ts';
import { createUpdateGroups } from '../../src/bgp/update-group.ts';
import type { Family, Prefix } from '../../src/model/address.ts';
import type { Route, RouteAttributes } from '../../src/model/route.ts';
import { runs } from '../helpers/fuzz.ts';
import { ip, terms } from '../helpers/sessions.ts';

const PREFIXES = [
  '198.51.100.1/32',
  '198.51.100.2/32',
  '203.0.113.0/24',
  '203.0.113.7/32',
  '2001:db8:a::/48',
] as Prefix[];
/** The first is a next hop of some of the routes, so that its session has no part in any group. */
const PEERS = ['192.0.2.9', '192.0.2.10', '192.0.2.11', '192.0.2.12', '192.0.2.13'].map(ip);
const ATTRIBUTES: readonly RouteAttributes[] = [
  { nextHop: 'self' },
  { nextHop: 'self', med: 7 },
  { nextHop: ip('192.0.2.77'), otherNextHops: ['self'] },
  { nextHop: ip('192.0.2.9') },
];

const peer = fc.nat({ max: PEERS.length - 1 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      prefix: fc.constantFrom(...PREFIXES),
      attributes: fc.option(fc.constantFrom(...ATTRIBUTES), { nil: undefined }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('read' as const), peer }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('readAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('again' as const), peer }) },
  // Comes, or goes.
  { weight: 2, arbitrary: fc.record({ type: fc.constant('turn' as const), peer }) },
);

it('says what each session would say by itself', () => {
  let shared = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), (steps, most) => {
      // Each has a RIB of its own, so that the last reader of an entry is one of its own too.
      const [wholeOfGroups, wholeAlone] = [createRib(), createRib()];
      const groups = createUpdateGroups();
      /** A few entries at a time, so that sessions stand in the middle; what is packed is counted. */
      const counting = (whole: Rib, packed: () => void): Rib => ({
        ...whole,
        get version() {
          return whole.version;
        },
        open() {
          const reader = whole.open();
          return {
            ...reader,
            read(atMost, tell) {
              packed();
              return reader.read(Math.min(atMost, most), tell);
            },
          } satisfies Reader;
        },
      });
      const sessions = new Map<number, { readonly shared: AdjRibOut; readonly alone: AdjRibOut }>();
      let [together, apart] = [0, 0];
      const come = (index: number): void => {
        // Two of them take several paths, and are a group of their own.
        const addPathSent = new Set<Family>(index > 2 ? ['ipv4'] : []);
        const of = terms({
          settings: { address: PEERS[index] as (typeof PEERS)[number], nextHop: { ipv6: ip('2001:db8::1') } },
          negotiated: { addPathSent },
        });
        sessions.set(index, {
          shared: createAdjRibOut(
            counting(wholeOfGroups, () => together++),
            of,
            undefined,
            groups,
          ),
          alone: createAdjRibOut(
            counting(wholeAlone, () => apart++),
            of,
          ),
        });
      };
      const read = (index: number): void => {
        const both = sessions.get(index);
        if (both === undefined) return;
        const [ours, theirs] = [both.shared, both.alone].map((out) =>
          out.next().map((message) => Buffer.from(message).toString('hex')),
        );
        expect(ours).toEqual(theirs);
        expect([both.shared.isLevel(), both.shared.told()]).toEqual([both.alone.isLevel(), both.alone.told()]);
      };
      for (const index of PEERS.keys()) come(index);
      for (const each of steps) {
        if (each.type === 'set') {
          const { prefix, attributes } = each;
          const routes: readonly Route[] = attributes === undefined ? [] : [{ prefix, attributes }];
          for (const rib of [wholeOfGroups, wholeAlone]) rib.set(prefix, routes);
        } else if (each.type === 'read') read(each.peer);
        else if (each.type === 'readAll') for (const index of sessions.keys()) read(index);
        else if (each.type === 'again') {
          const both = sessions.get(each.peer);
          for (const out of [both?.shared, both?.alone]) out?.again('ipv4');
        } else if (sessions.has(each.peer)) {
          for (const out of Object.values(sessions.get(each.peer) ?? {})) out.close();
          sessions.delete(each.peer);
        } else come(each.peer);
      }
      for (const index of sessions.keys()) {
        for (let left = 100; !(sessions.get(index)?.shared.isLevel() ?? true) && left > 0; left--) read(index);
        expect(sessions.get(index)?.shared.isLevel()).toBe(true);
      }
      shared += apart - together;
      // Nothing is remembered for readers that are all level.
      expect(wholeOfGroups.remembered).toBe(wholeOfGroups.size);
    }),
    runs(1_000),
  );
  // Or it would prove nothing.
  expect(shared).toBeGreaterThan(500);
});
