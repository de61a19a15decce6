import { describe, expect, it } from 'vitest';
import type { CheckView, ServiceView } from '../../../src/model/view.ts';
import { createMetrics } from '../../../src/publish/scrape.ts';
import { readMetrics } from '../../helpers/exposition.ts';
import { NOW, nameOf, prefixOf, reasonOf, serviceOf, viewerOf } from '../../helpers/viewed.ts';

const services = (count: number): ServiceView[] =>
  Array.from({ length: count }, (_, index) => serviceOf(`10.0.${index >> 8}.${index & 255}/32`));

describe('a scrape', () => {
  it('has every metric whole, in pieces', async () => {
    const { contentType, pieces } = await createMetrics({
      viewer: viewerOf(() => services(1_201)),
      mostServices: 5_000,
    }).scrape('text');
    expect(contentType).toContain('0.0.4');
    const families = readMetrics(pieces.join(''));
    expect(families.get('ha2bgp_service_announced')?.samples).toHaveLength(1_201);
    expect(families.get('ha2bgp_services')?.samples[0]).toMatchObject({ labels: { state: 'announced' }, value: 1_201 });
    // A turn is looked at between two of them: none is long.
    expect(Math.max(...pieces.map((piece) => piece.split('\n').length))).toBeLessThan(110);
  });

  it('ends with EOF in OpenMetrics, and nowhere else', async () => {
    const metrics = createMetrics({ viewer: viewerOf(() => services(2)), mostServices: 5_000 });
    expect((await metrics.scrape('openmetrics')).pieces.join('')).toMatch(/[^\n]\n# EOF\n$/);
    expect((await metrics.scrape('text')).pieces.join('')).not.toContain('EOF');
  });

  it('leaves out what is beyond the limit, but not those that are none', async () => {
    const outside = serviceOf('127.0.0.1/32', { state: 'down', reason: reasonOf('candidates') });
    const all = [outside, ...services(3), { ...outside, prefix: '127.0.0.2/32' as never }];
    const read = async (mostServices: number) => {
      const { pieces } = await createMetrics({ viewer: viewerOf(() => all), mostServices }).scrape('text');
      const families = readMetrics(pieces.join(''));
      return [
        families.get('ha2bgp_service_up')?.samples.length,
        families.get('ha2bgp_services_left_out')?.samples[0]?.value,
      ];
    };
    expect(await read(3)).toEqual([3, 0]);
    expect(await read(2)).toEqual([2, 2]);
    expect(await read(0)).toEqual([0, 4]);
  });

  it('has checks of as many services, too', async () => {
    const checks = Array.from({ length: 3 }, (_, index): CheckView => {
      return { name: nameOf(`s${index}`), state: 'up', inForce: 'up', prefixes: 1 };
    });
    const viewer = viewerOf(
      () => services(3),
      () => ({ checks }),
    );
    const { pieces } = await createMetrics({ viewer, mostServices: 2 }).scrape('text');
    const names = readMetrics(pieces.join(''))
      .get('ha2bgp_check_up')
      ?.samples.map(({ labels }) => labels['name']);
    expect(names).toEqual(['s0', 's1']);
  });

  it('is one for all who ask while it is on its way, and a new one for the next', async () => {
    let walks = 0;
    const viewer = viewerOf(() => services(1));
    const metrics = createMetrics({
      viewer: {
        ...viewer,
        *services() {
          walks++;
          yield* viewer.services();
        },
      },
      mostServices: 5,
    });
    const [one, other] = await Promise.all([metrics.scrape('text'), metrics.scrape('text')]);
    expect([walks, one === other]).toEqual([1, true]);
    await metrics.scrape('text');
    expect(walks).toBe(2);
  });

  it('that failed is not kept', async () => {
    let isBroken = true;
    const viewer = viewerOf(() => {
      if (isBroken) throw new Error('broken');
      return services(1);
    });
    const metrics = createMetrics({ viewer, mostServices: 5 });
    await expect(metrics.scrape('text')).rejects.toThrow('broken');
    isBroken = false;
    expect((await metrics.scrape('text')).pieces.join('')).toContain('ha2bgp_service_up');
  });

  it('gives others their turn while it walks', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    const viewer = viewerOf(() => services(40));
    const metrics = createMetrics({
      viewer: {
        ...viewer,
        *services() {
          for (const service of viewer.services()) {
            const until = performance.now() + 2;
            while (performance.now() < until);
            yield service;
          }
        },
      },
      mostServices: 50,
    });
    setImmediate(count);
    await metrics.scrape('text');
    isOver = true;
    // 80 ms of work, and a turn each two at least.
    expect(turns).toBeGreaterThan(30);
  });

  it('has the labels that stand on every line', async () => {
    const metrics = createMetrics({ viewer: viewerOf(() => services(1)), mostServices: 5 });
    const families = readMetrics((await metrics.scrape('text', { daemon: 'dns' })).pieces.join(''));
    const all = [...families.values()].flatMap(({ samples }) => samples);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter(({ labels }) => labels['daemon'] !== 'dns')).toEqual([]);
  });

  it('counts transitions from the first one on', async () => {
    const viewer = viewerOf(() => services(2));
    const metrics = createMetrics({ viewer, mostServices: 1 });
    expect(viewer.listening()).toBe(0);
    const read = async (): Promise<readonly (number | undefined)[]> => {
      const families = readMetrics((await metrics.scrape('text')).pieces.join(''));
      return families.get('ha2bgp_service_transitions_total')?.samples.map(({ value }) => value) ?? [];
    };
    expect(await read()).toEqual([0]);
    const moved = { type: 'transition', at: NOW, number: 1, from: 'announced', to: 'down' } as const;
    viewer.tell({ ...moved, prefix: prefixOf('10.0.0.0/32') });
    viewer.tell({ ...moved, prefix: prefixOf('10.0.0.0/32'), from: 'down', to: 'announced' });
    viewer.tell({ ...moved, prefix: prefixOf('10.0.0.0/32'), from: 'down' });
    viewer.tell({ ...moved, prefix: prefixOf('10.0.0.1/32') });
    viewer.tell({ type: 'reloaded', at: NOW, changed: [] });
    expect(await read()).toEqual([2]);
    expect(await read()).toEqual([2]);
    metrics.close();
    expect(viewer.listening()).toBe(0);
  });
});
