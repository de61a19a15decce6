/** What became of facts: nothing is lost between two readings, however they are cut into events. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Changes, inParts, track } from '../../src/discovery/delta.ts';
import { type Device, deviceKey } from '../../src/model/facts.ts';
import * as facts from '../helpers/facts.ts';

const device = fc
  .record({ name: fc.nat(12), up: fc.boolean(), takesUnbound: fc.subarray(['tcp', 'udp'] as const) })
  .map(({ name, up, takesUnbound }) => facts.device(`eth${name}`, { up, takesUnbound }));
const reading = fc.uniqueArray(device, { selector: deviceKey, maxLength: 12 });

describe('track', () => {
  it('says what turns one reading into the next, and nothing that does not', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 8 }), (readings) => {
        const tracked = track<Device>(deviceKey);
        const known = new Map<string, Device>();
        for (const each of readings) {
          const { added, removed } = tracked.update(structuredClone(each));
          for (const fact of added) expect(known.get(deviceKey(fact))).not.toEqual(fact);
          for (const key of removed) expect(known.delete(key)).toBe(true);
          for (const fact of added) known.set(deviceKey(fact), fact);
          expect(new Set(known.values())).toEqual(new Set(each));
        }
      }),
    );
  });
});

const lengths = fc.array(fc.oneof(fc.nat(3), fc.constantFrom(499, 500, 501, 1_000, 1_001), fc.nat(2_000)), {
  minLength: 6,
  maxLength: 6,
});

function changes([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]): Changes {
  const list = <T>(length: number, make: (index: number) => T): T[] =>
    Array.from({ length }, (_, index) => make(index));
  return {
    listeners: { added: list(a, (port) => facts.listener('192.0.2.1', port)), removed: list(b, (key) => `l${key}`) },
    addresses: { added: list(c, (n) => facts.assigned(`10.0.0.${n}`)), removed: list(d, (key) => `a${key}`) },
    devices: { added: list(e, (n) => facts.device(`eth${n}`)), removed: list(f, (key) => `d${key}`) },
  };
}

describe('inParts', () => {
  it('loses nothing, keeps the order, tells no more than 500 at once, and says which part is the last', () => {
    fc.assert(
      fc.property(lengths, (of) => {
        const whole = changes(of);
        const parts = [...inParts(whole)];
        for (const kind of ['listeners', 'addresses', 'devices'] as const) {
          expect(parts.flatMap((part) => part[kind].added as unknown[])).toEqual(whole[kind].added);
          expect(parts.flatMap((part) => part[kind].removed)).toEqual(whole[kind].removed);
          for (const part of parts) {
            expect(Math.max(part[kind].added.length, part[kind].removed.length)).toBeLessThanOrEqual(500);
          }
        }
        expect(parts.map(({ isLast }) => isLast)).toEqual([...Array(parts.length - 1).fill(false), true]);
        expect(parts.length).toBe(Math.max(1, Math.ceil(Math.max(...of) / 500)));
      }),
      { numRuns: 60 },
    );
  });
});
