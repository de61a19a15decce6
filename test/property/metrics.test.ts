import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expositionOf, type Format } from '../../src/publish/exposition.ts';
import { createMetrics } from '../../src/publish/scrape.ts';
import { readMetrics } from '../helpers/exposition.ts';
import { nameOf, serviceOf, viewerOf } from '../helpers/viewed.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(fc.constantFrom('\\', '"', '\n', 'n', '{', '}', ',', '=', ' ', '#', 'é', '\r', '\u2028'), { maxLength: 12 })
    .map((all) => all.join('')),
);
const format = fc.constantFrom<Format>('text', 'openmetrics');
const HEAD = { name: 'ha2bgp_x', type: 'gauge', help: 'Something.', labels: ['a', 'b'] } as const;

describe('metrics', () => {
  it('are read as they were, whatever stands in their labels', async () => {
    await fc.assert(
      fc.asyncProperty(
        format,
        fc.array(fc.record({ labels: fc.record({ a: text, b: text }), value: fc.double({ noNaN: true }) })),
        async (as, samples) => {
          const read = readMetrics(await expositionOf(as).lines(HEAD, samples, true)).get('ha2bgp_x');
          const expected = samples.map(({ labels, value }) => ({
            name: 'ha2bgp_x',
            labels,
            value: value === 0 ? 0 : value,
          }));
          expect(read?.samples.map((sample) => ({ ...sample, value: sample.value === 0 ? 0 : sample.value }))).toEqual(
            expected,
          );
        },
      ),
    );
  });

  it('have each service once, up to the limit, and count the others', async () => {
    await fc.assert(
      fc.asyncProperty(
        format,
        fc.uniqueArray(fc.tuple(fc.ipV4(), fc.option(text.filter((name) => name !== ''))), {
          selector: ([address]) => address,
          maxLength: 30,
        }),
        fc.nat(35),
        async (as, all, mostServices) => {
          const services = all.map(([address, name]) =>
            serviceOf(`${address}/32`, name === null ? {} : { name: nameOf(name) }),
          );
          const { pieces } = await createMetrics({ viewer: viewerOf(() => services), mostServices }).scrape(as);
          const families = readMetrics(pieces.join(''));
          const expected = services
            .slice(0, mostServices)
            .map(({ prefix, name }) => ({ prefix, ...(name !== undefined && { name: String(name) }) }));
          expect(families.get('ha2bgp_service_up')?.samples.map(({ labels }) => labels)).toEqual(expected);
          const left = families.get('ha2bgp_services_left_out')?.samples.map(({ value }) => value);
          expect(left).toEqual([Math.max(0, services.length - mostServices)]);
        },
      ),
    );
  });
});
