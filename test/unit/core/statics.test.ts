import { describe, expect, it } from 'vitest';
import { policyFrom } from '../../../src/config/policy.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import { countOf } from '../../../src/core/desired.ts';
import { restoreSnapshot, takeSnapshot } from '../../../src/core/snapshot.ts';
import { standingOf } from '../../../src/core/standing.ts';
import { createTimeline } from '../../../src/core/timeline.ts';
import { createWhatIf } from '../../../src/core/what-if.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Route } from '../../../src/model/route.ts';
import { added, type Core, coreOf, factsRead, only, policyOf, said } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';

const STATIC = ['--static', '192.0.2.0/24 10.0.0.1/32,med=5', '--nexthop', '10.9.9.9'];
const SPEAKER = [
  ...['--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', '10.1.1.1'],
  ...['--peer', '10.1.1.254,as=65001'],
];
const start = (at = 0): Event => ({ type: 'started', at: ms(at) });
const failed = (at: number): Event => ({ type: 'discoveryFailed', at: ms(at), detail: 'no' });
const route = (core: Core, prefix: string): Route | undefined =>
  [...core.state.desired.routes.values()].find((each) => each.prefix === prefix);
const serve10 = (at: number) =>
  factsRead(at, {
    resync: true,
    devices: added(facts.device('lo')),
    addresses: added(facts.assigned('10.0.0.1')),
    listeners: added(facts.listener('10.0.0.1', 80)),
  });

describe('static prefixes', () => {
  it('are announced at the start, before anything is read, each with its attributes', () => {
    const core = coreOf([...STATIC, '--static', '198.51.100.0/24', '--community', '65000:1']);
    expect(core.standing('192.0.2.0/24')).toBe('not-started');
    const actions = core.hear(start());
    expect(only(actions, 'setRoutes')).toHaveLength(1);
    expect([...(only(actions, 'setRoutes')[0]?.changed ?? [])].sort()).toEqual(core.routes());
    expect(core.routes()).toEqual(['10.0.0.1/32', '192.0.2.0/24', '198.51.100.0/24']);
    expect(route(core, '192.0.2.0/24')?.attributes).toEqual({
      nextHop: '10.9.9.9',
      med: 5,
      communities: ['65000:1'],
    });
    expect(route(core, '10.0.0.1/32')?.attributes).toBe(route(core, '192.0.2.0/24')?.attributes);
    expect(route(core, '198.51.100.0/24')?.attributes).toEqual({ nextHop: '10.9.9.9', communities: ['65000:1'] });
    expect(said(actions)).toEqual(['static prefixes to be announced']);
    expect(standingOf(core.state, '192.0.2.0/24' as Prefix, ms(0))).toEqual({ announced: true, isStatic: true });
  });

  it('are told once, and nothing is waited for', () => {
    const core = coreOf(STATIC);
    core.hear(start());
    expect(core.timers.size).toBe(0);
    core.hear(start(1));
    expect([countOf(core.state.desired, 'declared'), countOf(core.state.desired, 'discovered')]).toEqual([2, 0]);
  });

  it('stay while something comes and goes on the same prefix, with their own attributes', () => {
    const core = coreOf([...STATIC, '--network', '10.0.0.0/8', '--announce-delay', '0']);
    core.hear(start());
    const before = route(core, '10.0.0.1/32');
    const actions = [
      ...core.hear(serve10(1)),
      ...core.hear(factsRead(2, { resync: true })),
      ...core.fire(100_000),
      ...core.hear(factsRead(100_001)),
    ];
    expect(only(actions, 'setRoutes')).toEqual([]);
    expect(route(core, '10.0.0.1/32')).toBe(before);
    expect(core.state.services.size).toBe(0);
  });

  it('stay through a stall, and when the kernel cannot be read for long', () => {
    const core = coreOf([...STATIC, '--on-discovery-error', 'withdraw']);
    core.hear(start());
    const actions = [
      ...core.hear(factsRead(1)),
      ...core.hear({ type: 'stalled', at: ms(50_000), lost: ms(40_000) }),
      ...core.hear(failed(60_000)),
      ...core.fire(100_000),
      ...core.hear(failed(100_000)),
    ];
    expect(only(actions, 'setRoutes')).toEqual([]);
    expect(core.standing('192.0.2.0/24')).toBe('announced');
  });

  it('are declared ones for --max-routes, in their order, and the next ones are held', () => {
    const core = coreOf([...STATIC, '--static', '198.51.100.0/24', '--max-routes', '2']);
    const actions = core.hear(start());
    expect(core.routes()).toEqual(['10.0.0.1/32', '192.0.2.0/24']);
    expect(core.standing('198.51.100.0/24')).toBe('max-routes');
    expect(said(actions, 'warn')).toEqual(['static prefixes held']);
  });

  it('are held without an IPv6 next hop, and when one is its own next hop', () => {
    const words = ['--static', '2001:db8::/32 10.9.9.9/32', '--static', '10.8.8.8/32,nexthop=10.8.8.8'];
    const core = coreOf([...words, '--nexthop', '10.9.9.9']);
    core.hear(start());
    expect(core.routes()).toEqual([]);
    expect(core.standing('2001:db8::/32')).toBe('next-hop-missing');
    expect(core.standing('10.9.9.9/32')).toBe('own-next-hop');
    expect(core.standing('10.8.8.8/32')).toBe('own-next-hop');
  });

  it('and services are held when they are any of several next hops', () => {
    const core = coreOf(
      [...SPEAKER, '--network', '10.0.0.0/8', '--nexthop', '10.0.0.2', '--nexthop', '10.0.0.1'].concat(
        ...['10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/32,nexthop=10.0.0.4,nexthop=10.0.0.3', '10.0.0.5/32'].map(
          (each) => ['--static', each],
        ),
      ),
    );
    core.hear(start());
    expect(core.routes()).toEqual(['10.0.0.5/32']);
    for (const last of [1, 2, 3]) expect(core.standing(`10.0.0.${last}/32`)).toBe('own-next-hop');
    const served = coreOf([...SPEAKER, '--network', '10.0.0.0/8', '--nexthop', '10.9.9.9', '--nexthop', '10.0.0.1']);
    served.hear(start());
    served.hear(serve10(1));
    expect(served.standing('10.0.0.1/32')).toBe('own-next-hop');
  });

  it('that are many are announced some at a time', () => {
    const prefixes = Array.from({ length: 12_000 }, (_, index) => `10.1.${index >> 8}.${index & 255}/32`).join(' ');
    const core = coreOf(['--static', prefixes]);
    const turns = [core.hear(start())];
    while (only(turns.at(-1) ?? [], 'goOn').length > 0) turns.push(core.hear({ type: 'wentOn', at: ms(turns.length) }));
    expect(turns.map((actions) => only(actions, 'setRoutes')[0]?.changed.size)).toEqual(
      Array.from({ length: 6 }, () => 2_000),
    );
    expect(core.routes()).toHaveLength(12_000);
  });

  it('that an earlier process announced are adopted as what they are now', () => {
    const core = coreOf(STATIC);
    const old = { prefix: '192.0.2.0/24' as Prefix, attributes: { nextHop: 'self' } } as const;
    const gone = { prefix: '203.0.113.0/24' as Prefix, attributes: { nextHop: 'self' } } as const;
    core.hear({ type: 'routesFound', at: ms(0), announced: [old, gone], doubtful: [] });
    const actions = core.hear(start());
    expect(only(actions, 'setRoutes')[0]?.changed).toContain('192.0.2.0/24');
    expect(route(core, '192.0.2.0/24')?.attributes).toEqual({ nextHop: '10.9.9.9', med: 5 });
    core.hear(factsRead(1));
    expect(core.routes()).toEqual(['10.0.0.1/32', '192.0.2.0/24']);
  });

  it.each([
    ['one next hop', []],
    ['several', [...SPEAKER, '--static', '198.51.100.0/24,nexthop=self,nexthop=10.8.8.8']],
  ])('come back from a snapshot as the same objects, with %s', (_name, more) => {
    const core = coreOf([...STATIC, ...more]);
    core.hear(start());
    const parts = JSON.parse(JSON.stringify([...takeSnapshot(core.state)]));
    const again = restoreSnapshot(core.state.policy, parts);
    expect(again.desired).toEqual(core.state.desired);
    expect([...again.desired.routes.values()][0]?.attributes).toBe(
      core.state.policy.statics.routes.get('192.0.2.0/24' as Prefix),
    );
  });

  it('are those of the other settings in a what-if, also where the recording begins in the middle', () => {
    const recorded = coreOf(STATIC);
    recorded.hear(start());
    recorded.hear(factsRead(1));
    const routesOf = (resumes: boolean) => {
      const timeline = createTimeline();
      const whatIf = createWhatIf(policyOf(['--static', '192.0.2.0/24', '--static', '203.0.113.0/24']), timeline);
      if (resumes) whatIf.resume(ms(2), recorded.state);
      else for (const event of [start(), factsRead(1)]) whatIf.hear(event);
      whatIf.advance(ms(10));
      return [...whatIf.state.desired.routes.keys()].sort();
    };
    expect(routesOf(false)).toEqual(['192.0.2.0/24', '203.0.113.0/24']);
    expect(routesOf(true)).toEqual(['192.0.2.0/24', '203.0.113.0/24']);
  });
});

describe('the settings of static prefixes', () => {
  const problemsOf = (...texts: string[]) =>
    resolveSettings({ static: texts }, {}).problems.map(({ place, text }) => `${place}: ${text}`);

  it.each([
    [['192.0.2.0/24,med=x'], '--static: "med=x": expected a whole number from 0 to 4294967295'],
    [['192.0.2.1/24'], '--static: "192.0.2.1/24": expected no host bits beyond the length: 192.0.2.0/24'],
    [['0.0.0.0/0'], '--static: "0.0.0.0/0": expected a prefix outside 0.0.0.0/8, of which nothing is ever announced'],
    [['fe80::/64'], '--static: "fe80::/64": expected a prefix outside fe80::/10, of which nothing is ever announced'],
    [['192.0.2.0/24,prefer=1'], /^--static: "prefer": expected a key of static prefixes: nexthop, med, /],
    [['192.0.2.0/24,mad=1'], '--static: "mad": expected a key of static prefixes; did you mean med?'],
    [
      ['192.0.2.0/24,nexthop=10.0.0.1,nexthop=10.0.0.2'],
      /^--static: 192.0.2.0\/24: nexthop: 10.0.0.1 and 10.0.0.2: expected one next hop a family; several are for /,
    ],
    [['192.0.2.0/24,nexthop=2001:db8::1'], /expected the family of one of its prefixes$/],
    [
      ['192.0.2.0/24', '192.0.2.0/24,med=1'],
      '--static: 192.0.2.0/24: is in two groups, and can be announced in one way',
    ],
    [['10.0.0.0/9'], '--static: 10.0.0.0/9: expected /16 or longer, unless --shortest-prefix says otherwise'],
  ] as [string[], string | RegExp][])('are judged: %j', (texts, problem) => {
    expect(problemsOf(...texts)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  it('leave the network to try things out alone', () => {
    const { settings, warnings } = resolveSettings({ static: ['192.0.2.0/24'] }, {});
    expect([settings.network, warnings]).toEqual([[], []]);
  });

  it('say the next hop of each family, or that of all others', () => {
    const hops = (flags: object) => {
      const { settings, problems } = resolveSettings({ static: ['10.0.0.1/32 2001:db8::1/128'], ...flags }, {});
      expect(problems).toEqual([]);
      return [...policyFrom(settings).statics.routes.values()].map((attributes) => attributes?.nextHop);
    };
    expect(hops({})).toEqual(['self', undefined]);
    expect(hops({ nexthop: ['10.9.9.9', '2001:db8::9'] })).toEqual(['10.9.9.9', '2001:db8::9']);
    const own = ['10.0.0.1/32 2001:db8::1/128,nexthop=2001:db8::7'];
    expect(hops({ static: own, nexthop: ['10.9.9.9'] })).toEqual(['10.9.9.9', '2001:db8::7']);
    const self = ['10.0.0.1/32 2001:db8::1/128,nexthop=self'];
    expect(hops({ static: self, nexthop: ['10.9.9.9', '2001:db8::9'] })).toEqual(['self', undefined]);
  });
});
