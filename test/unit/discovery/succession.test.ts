import { expect, it } from 'vitest';
import type { DiscoveryWish } from '../../../src/discovery/discovery.ts';
import { createSuccession } from '../../../src/discovery/succession.ts';
import { ms } from '../../../src/model/millis.ts';

const wish = (port: number): DiscoveryWish => ({
  ...{ source: 'auto', hints: 'auto', interval: 'auto', protocols: ['tcp'], netns: '', needNetlink: [] },
  ports: [{ from: port, to: port }],
});

/** What is done to the sources, in order. */
function rig() {
  const did: string[] = [];
  const source = createSuccession(wish(80), (of, isFirst) => {
    const name = `${of.ports[0]?.from}${isFirst ? ' first' : ''}`;
    const does = (what: string) => () => void did.push(`${what} ${name}`);
    did.push(`open ${name}`);
    return {
      start: does('start'),
      lookNow: does('look'),
      readAnew: does('read anew'),
      close: does('close'),
      status: () => ({
        ...{ interval: ms(of.ports[0]?.from ?? 0), hints: 'none', failures: 2, failure: undefined },
        ...{ readAt: isFirst ? ms(7) : undefined, from: 'netlink' },
        readings: { count: 3, total: 5, last: isFirst ? ms(1) : undefined, buckets: [{ upTo: 1, count: 2 }] },
      }),
    };
  });
  return { source, did: () => did.splice(0) };
}

it('is one source after another, of which two are never at work together', () => {
  const { source, did } = rig();
  source.start();
  expect(did()).toEqual(['open 80 first', 'start 80 first']);
  expect(source.isAsked(wish(443))).toBe(false);
  const follow = source.prepare(wish(443));
  // Whatever cannot be had fails here, while nothing has changed.
  expect(did()).toEqual(['open 443']);
  expect(source.isAsked(wish(80))).toBe(true);
  follow();
  expect(did()).toEqual(['close 80 first', 'read anew 443', 'start 443']);
  source.lookNow();
  expect(source.status().interval).toBe(443);
  source.close();
  expect(did()).toEqual(['look 443', 'close 443']);
});

it('is the same source where the same is asked, which reads all of it anew', () => {
  const { source, did } = rig();
  source.start();
  did();
  expect(source.isAsked(wish(80))).toBe(true);
  source.prepare(wish(80))();
  expect(did()).toEqual(['read anew 80 first']);
});

it('goes on counting, and has read last what the one before read, until the next one has', () => {
  const { source } = rig();
  source.prepare(wish(443))();
  source.prepare(wish(8443))();
  expect(source.status()).toMatchObject({
    ...{ interval: 8443, failures: 6, readAt: 7 },
    readings: { count: 9, total: 15, last: 1, buckets: [{ upTo: 1, count: 6 }] },
  });
});
