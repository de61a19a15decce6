/** The scenario with a stage that answers at once: what it says of what came, and what it makes of what does not come. */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { play, STEPS, type Stage } from '../../../../src/cli/demo/scenario.ts';
import type { Change, ServiceName, Step } from '../../../../src/cli/demo/story.ts';
import { type Millis, ms } from '../../../../src/model/millis.ts';

const DELAYS = { announce: ms(500), withdraw: ms(1_000), halfLife: ms(4_000) };
const DETECTION = 50;

/** A daemon and a router on a clock that only pauses move; a dip costs 500. */
function stage(changed: Partial<Stage> = {}): Stage & { readonly steps: Step[]; readonly changes: Change[] } {
  const steps: Step[] = [];
  const changes: Change[] = [];
  let now = 0;
  let penalty = 0;
  const last = new Map<ServiceName, Millis>();
  return {
    steps,
    changes,
    delays: DELAYS,
    dampening: { suppress: 3_000, reuse: 1_000 },
    begin: (step) => void steps.push(step),
    happened: (change) => void changes.push(change),
    async act(service, what) {
      if (service === 'web' && what === 'close' && steps.at(-1)?.title === 'web flaps') penalty += 500;
      return ms(now);
    },
    session: async () => ({ startedAt: ms(now), at: ms(now + 20) }),
    async routed(service, isUp, since) {
      const isFlapping = since === 0;
      const at = isFlapping ? ms(now) : ms(since + DETECTION + (isUp ? DELAYS.announce : DELAYS.withdraw));
      now = Math.max(now, at);
      last.set(service, at);
      return at;
    },
    lastChange: (service) => last.get(service),
    suppression: () => (penalty > 3_000 ? { penalty, reuseAt: ms(now + 6_000) } : undefined),
    routes: () => 0,
    stop: async () => ms(now),
    pause: async (length) => {
      now += length;
    },
    ...changed,
  };
}

describe('the scenario', () => {
  it('says of each change what was done, what the router made of it, and how long that took', async () => {
    const played = stage();
    await play(played);
    expect(played.steps).toHaveLength(STEPS);
    expect(played.changes.map(({ cause, effect, took }) => [cause, effect, took])).toEqual([
      ['ha2bgp starts', 'session up', 20],
      ['web opens', 'announced', 550],
      ['dns opens', 'announced', 550],
      ['web closes', 'withdrawn', 1_050],
      ['web opens', 'announced', 550],
      ['dns restarts', 'unchanged', undefined],
      ['web flaps 7 times', 'suppressed', 300],
      ['dns is killed -9', 'withdrawn', 1_050],
      ['web is steady', 'announced', 550],
      ['ha2bgp stops', 'withdrawn', 1_050],
    ]);
  });

  it('is what the picture shows: node scripts/demo-svg.js', async () => {
    const picture = fs.readFileSync(new URL('../../../../docs/demo.svg', import.meta.url), 'utf8');
    const played = stage();
    await play(played);
    for (const { title } of played.steps) expect(picture).toContain(`>${title}<`);
    // How often web flapped before it was suppressed is another number each time.
    for (const { cause } of played.changes) expect(picture).toContain(`>${cause.replace(/\d+ times$/, '')}`);
  });

  it('ends when a change does not come', async () => {
    const missing = new Error('127.77.0.80/32 in the router did not come');
    await expect(play(stage({ routed: async () => Promise.reject(missing) }))).rejects.toBe(missing);
  });

  it('ends when the router hears of what was to be hidden', async () => {
    const played = stage({ lastChange: () => ms(Number.MAX_SAFE_INTEGER) });
    await expect(play(played)).rejects.toThrow('the router heard of a restart of dns: down for 400 ms, below 1000 ms');
  });

  it('does not call hidden what took longer than the delay because the host stood still', async () => {
    const played = stage({ lastChange: () => ms(Number.MAX_SAFE_INTEGER) });
    const { act } = played;
    let isClosed = false;
    await play({
      ...played,
      async act(service, what) {
        const at = await act(service, what);
        const isLate = service === 'dns' && what === 'open' && isClosed;
        isClosed = service === 'dns' && what === 'close';
        return isLate ? ms(at + 1_000) : at;
      },
    });
    expect(played.changes.find(({ cause }) => cause === 'dns restarts')).toMatchObject({ effect: 'withdrawn' });
  });

  it('ends when flapping has no consequence, and when routes are left', async () => {
    await expect(play(stage({ suppression: () => undefined }))).rejects.toThrow('web flapped 24 times');
    await expect(play(stage({ routes: () => 1 }))).rejects.toThrow("1 routes are left in the router's table");
  });
});
