/** The ledger's file under damage: whatever stands there, reading it never throws, and nothing is made up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../src/model/address.ts';
import { type Route, routeKey } from '../../src/model/route.ts';
import { commandLine } from '../../src/sink/exabgp/commands.ts';
import { createWording, header, type Mark, parseLedger } from '../../src/sink/exabgp/ledger-format.ts';

const EXABGP = { pid: 4_711, startTime: '183002', bootId: 'b' };
const WORDS: readonly Pick<Route, 'attributes' | 'scope'>[] = [
  { attributes: { nextHop: 'self' } },
  { attributes: { nextHop: 'self', med: 5, communities: ['65000:1'], asPath: [65_001, 4_200_000_000] } },
  { attributes: { nextHop: 'self', largeCommunities: ['1:2:3'], localPreference: 0 }, scope: { pathInformation: 7 } },
];
const routes = fc
  .tuple(fc.nat({ max: 20 }), fc.constantFrom(...WORDS))
  .map(([index, words]): Route => ({ prefix: `10.0.0.${index}/32` as Prefix, ...words }));
const history = fc.array(fc.tuple(fc.constantFrom<Mark[]>('+', '=', '-', 'x'), routes), { maxLength: 60 });

function write(marks: readonly (readonly [Mark, Route])[]): string {
  const wording = createWording();
  return header(EXABGP) + marks.map(([mark, route]) => wording.lineOf(mark, route)).join('');
}

describe('the ledger’s file', () => {
  it('says what was written last of each route', () => {
    fc.assert(
      fc.property(history, (marks) => {
        const last = new Map(marks.map(([mark, route]) => [routeKey(route), { mark, route }]));
        const found = parseLedger(write(marks));
        if ('problem' in found) throw new Error(found.problem);
        expect(found.damaged).toBe(0);
        const expected = [...last].filter(([, { mark }]) => mark !== 'x').map(([key, { route }]) => [key, route]);
        expect(new Map([...found.entries].map(([key, { route }]) => [key, route]))).toEqual(new Map(expected as never));
      }),
    );
  });

  it('cut anywhere says what its whole lines say', () => {
    fc.assert(
      fc.property(history, fc.nat(), (marks, at) => {
        const text = write(marks);
        const cut = text.slice(0, at % (text.length + 1));
        const whole = cut.slice(0, cut.lastIndexOf('\n') + 1);
        expect(parseLedger(cut)).toEqual(parseLedger(whole));
        const found = parseLedger(cut);
        if ('damaged' in found) expect(found.damaged).toBe(0);
      }),
    );
  });

  it('overwritten anywhere never throws, and what it says can be said to ExaBGP in one line', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.string({ unit: 'binary', maxLength: 30 }), (marks, at, damage) => {
        const text = write(marks);
        const place = at % (text.length + 1);
        const found = parseLedger(text.slice(0, place) + damage + text.slice(place + damage.length));
        if ('problem' in found) return;
        for (const { route } of found.entries.values())
          expect(commandLine('withdraw', route)).toMatch(/^[\x20-\x7e]+\n$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('that is anything at all never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => void parseLedger(text)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => void parseLedger(header(EXABGP) + text)),
    );
  });
});
