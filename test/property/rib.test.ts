/** Readers of the RIB: whatever happens between, each is told what it did not know, once, and ends with what stands. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRib } from '../../src/bgp/rib.ts';
import type { Reader, Tell } from '../../src/bgp/rib-reader.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Route } from '../../src/model/route.ts';
import { runs } from '../helpers/fuzz.ts';

const PREFIXES = [1, 2, 3, 4, 5].map((last) => `192.0.2.${last}/32` as Prefix);
const routesOf = PREFIXES.map((prefix) =>
  [1, 2].map((med): Route => ({ prefix, attributes: { nextHop: 'self', med } })),
);

type Step =
  | { readonly type: 'set'; readonly prefix: number; readonly route: number | undefined }
  | { readonly type: 'read'; readonly reader: number; readonly most: number }
  | { readonly type: 'again' | 'reopen' | 'close'; readonly reader: number };

const reader = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      prefix: fc.nat({ max: PREFIXES.length - 1 }),
      route: fc.option(fc.nat({ max: 1 }), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('read' as const), reader, most: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom('again' as const, 'reopen' as const, 'close' as const), reader }),
  },
);

/** A peer as it would see it: what it was told of each prefix. */
class Peer {
  readonly told = new Map<Prefix, readonly Route[]>();
  repeats = 0;
  readonly reader: Reader;
  constructor(of: Reader) {
    this.reader = of;
  }
  readonly tell: Tell = (entry, known, now) => {
    const had = this.told.get(entry.prefix) ?? [];
    expect(known, 'what the reader is said to know is what it was told').toEqual(known === now ? now : had);
    if (known === now) {
      // Told once more: only of what it knows.
      expect(had).toEqual(now);
      this.repeats++;
    } else expect(now, 'nothing twice').not.toEqual(had);
    if (now.length === 0) this.told.delete(entry.prefix);
    else this.told.set(entry.prefix, now);
  };
}

it('has every reader end with what stands, and tells nothing twice', () => {
  let repeats = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const rib = createRib();
      const wanted = new Map<Prefix, readonly Route[]>();
      const peers = new Map<number, Peer>();
      const peerOf = (index: number): Peer => {
        const known = peers.get(index) ?? new Peer(rib.open());
        peers.set(index, known);
        return known;
      };
      for (const each of steps) {
        switch (each.type) {
          case 'set': {
            const prefix = PREFIXES[each.prefix] as Prefix;
            const route = each.route === undefined ? undefined : routesOf[each.prefix]?.[each.route];
            const routes = route === undefined ? [] : [route];
            rib.set(prefix, routes);
            if (routes.length === 0) wanted.delete(prefix);
            else wanted.set(prefix, routes);
            break;
          }
          case 'read': {
            const { reader: of, tell } = peerOf(each.reader);
            of.read(each.most, tell);
            break;
          }
          case 'again':
            peerOf(each.reader).reader.again();
            break;
          case 'reopen':
            peers.get(each.reader)?.reader.close();
            peers.delete(each.reader);
            peerOf(each.reader);
            break;
          case 'close':
            peers.get(each.reader)?.reader.close();
            peers.delete(each.reader);
            break;
          default:
            each satisfies never;
        }
        expect(rib.size).toBe(wanted.size);
      }
      for (const peer of peers.values()) {
        for (let turns = 0; !peer.reader.isLevel(); turns++) {
          peer.reader.read(2, peer.tell);
          expect(turns).toBeLessThan(100);
        }
        expect(peer.told).toEqual(wanted);
        repeats += peer.repeats;
      }
      expect([...peers.values()].filter((peer) => !peer.reader.isLevel())).toEqual([]);
      expect(rib.remembered).toBe(wanted.size);
    }),
    runs(3_000),
  );
  expect(repeats).toBeGreaterThan(100);
});

it('tells everything once more that a reader knew when it asked, but for what has changed since', () => {
  const rib = createRib();
  const of = rib.open();
  const said: string[] = [];
  const tell: Tell = ({ prefix }, known, now) => said.push(`${prefix} ${known === now ? 'again' : now.length}`);
  for (const [index, prefix] of PREFIXES.entries()) rib.set(prefix, [routesOf[index]?.[0] as Route]);
  of.read(100, tell);
  said.length = 0;
  of.again();
  rib.set(PREFIXES[1] as Prefix, []);
  while (!of.isLevel()) of.read(100, tell);
  expect(said).toEqual([`${PREFIXES[1]} 0`, ...[0, 2, 3, 4].map((index) => `${PREFIXES[index]} again`)]);
});
