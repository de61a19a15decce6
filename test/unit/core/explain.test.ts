import { describe, expect, it } from 'vitest';
import { declare, healthcheckPolicy } from '../../../src/config/healthcheck/service.ts';
import { resolveHealthcheck } from '../../../src/config/healthcheck/settings.ts';
import { handle } from '../../../src/core/daemon.ts';
import { explain, prefixesAbout, STAGES } from '../../../src/core/explain.ts';
import { initialState } from '../../../src/core/state.ts';
import type { IpAddress, Prefix } from '../../../src/model/address.ts';
import type { Event } from '../../../src/model/event.ts';
import type { Device, HostAddress, Listener } from '../../../src/model/facts.ts';
import { type Millis, ms } from '../../../src/model/millis.ts';
import type { Override } from '../../../src/model/override.ts';
import { type Reason, stageOf } from '../../../src/model/reason.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import type { Instant } from '../../../src/model/view.ts';
import { added, type Core, coreOf, factsRead, policyOf, removed } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden, set } from '../../helpers/overrides.ts';

const instant = (at: Millis): Instant => `T+${at}` as Instant;
const P = '10.0.0.1/32';

interface Host {
  readonly devices?: readonly Device[];
  readonly addresses?: readonly HostAddress[];
  readonly listeners?: readonly Listener[];
}

const LISTENER = facts.listener('10.0.0.1', 80);
const SERVED: Host = { addresses: [facts.assigned('10.0.0.1')], listeners: [LISTENER] };
const NETWORK = ['--network', '10.0.0.0/16', '--no-dampening'];

function read(core: Core, at: number, { devices = [facts.device('lo')], addresses = [], listeners = [] }: Host): Core {
  core.hear(
    factsRead(at, { devices: added(...devices), addresses: added(...addresses), listeners: added(...listeners) }),
  );
  return core;
}
/** Everything read at 1,000. */
const hostOf = (host: Host, words: readonly string[] = NETWORK): Core => read(coreOf(words), 1_000, host);
/** Up at once. */
const AT_ONCE = [...NETWORK, '--announce-delay', '0'];

const failed = (at: number): Event => ({ type: 'discoveryFailed', at: ms(at), detail: 'ENOBUFS' });

interface Case {
  readonly code: Reason['code'];
  readonly prefix?: string;
  readonly at?: number;
  readonly answer?: 'no' | 'waits';
  readonly make: () => Core;
}

/** Each reason by the shortest way that leads to it. */
const CASES: readonly Case[] = [
  { code: 'facts-not-read', make: () => coreOf(NETWORK) },
  { code: 'not-started', prefix: '192.0.2.0/24', answer: 'waits', make: () => coreOf(['--static', '192.0.2.0/24']) },
  { code: 'never-announced', prefix: '169.254.0.1/32', make: () => hostOf({}) },
  { code: 'outside-networks', prefix: '192.0.2.1/32', make: () => hostOf({}) },
  { code: 'loopback-not-asked-for', prefix: '127.0.0.1/32', make: () => hostOf({}, ['--network', '0.0.0.0/0']) },
  { code: 'own-next-hop', make: () => hostOf(SERVED, [...NETWORK, '--nexthop', '10.0.0.1']) },
  {
    code: 'prefix-too-short',
    prefix: '10.0.0.0/8',
    make: () =>
      hostOf({ addresses: [facts.localRoute('10.0.0.0/8', { by: 'admin' })] }, [
        '--network',
        '10.0.0.0/8',
        '--anyip',
        '--no-dampening',
      ]),
  },
  { code: 'no-rule', prefix: '10.0.0.0/24', make: () => hostOf(SERVED) },
  { code: 'address-missing', make: () => hostOf({ listeners: [LISTENER] }) },
  { code: 'device-not-selected', make: () => hostOf(SERVED, [...NETWORK, '--device', 'eth0']) },
  { code: 'label-not-selected', make: () => hostOf(SERVED, [...NETWORK, '--device-label', 'lo:*']) },
  { code: 'device-down', make: () => hostOf({ ...SERVED, devices: [facts.device('lo', { up: false })] }) },
  {
    code: 'no-carrier',
    make: () =>
      hostOf({ ...SERVED, devices: [facts.device('lo', { carrier: false })] }, [...NETWORK, '--require-carrier']),
  },
  {
    code: 'address-not-usable',
    make: () => hostOf({ ...SERVED, addresses: [facts.assigned('10.0.0.1', { state: 'tentative' })] }),
  },
  { code: 'no-listener', make: () => hostOf({ addresses: [facts.assigned('10.0.0.1')] }) },
  { code: 'listener-not-matched', make: () => hostOf(SERVED, [...NETWORK, '--listen-filter', 'sport = :53']) },
  {
    code: 'required-not-listening',
    make: () => hostOf(SERVED, [...NETWORK, '--listen-filter', 'sport = :80', '--require', 'sport = :443']),
  },
  {
    code: 'wildcard-not-host-route',
    make: () =>
      hostOf({
        devices: [facts.device('eth0')],
        addresses: [facts.assigned('10.0.0.1', { device: 'eth0', length: 24 })],
        listeners: [facts.listener('0.0.0.0', 80)],
      }),
  },
  {
    code: 'wildcard-off',
    make: () => hostOf({ ...SERVED, listeners: [facts.listener('0.0.0.0', 80)] }, [...NETWORK, '--wildcard', 'off']),
  },
  {
    code: 'accept-queue-full',
    at: 4_000,
    make: () => {
      const full = { ...SERVED, listeners: [facts.listener('10.0.0.1', 80, { queueFull: true })] };
      const core = hostOf(full, [...AT_ONCE, '--accept-queue-full', '1s', '--withdraw-delay', '0']);
      core.fire(2_000);
      core.hear(factsRead(4_000));
      return core;
    },
  },
  {
    code: 'listener-device-unreachable',
    make: () => hostOf({ ...SERVED, listeners: [facts.listener('10.0.0.1', 80, { device: 'eth9' })] }),
  },
  { code: 'announce-delay', answer: 'waits', make: () => hostOf(SERVED, [...NETWORK, '--announce-delay', '5s']) },
  {
    code: 'dampened',
    at: 3_000,
    answer: 'waits',
    make: () => {
      const words = ['--network', '10.0.0.0/16', '--announce-delay', '0', '--withdraw-delay', '0'];
      const core = hostOf(SERVED, [
        ...words,
        '--dampening-suppress',
        '900',
        '--dampening-reuse',
        '300',
        '--dampening-half-life',
        '20s',
      ]);
      core.hear(factsRead(2_000, { listeners: removed('tcp/ipv4 10.0.0.1:80') }));
      return read(core, 3_000, SERVED);
    },
  },
  {
    code: 'discovery-failing',
    at: 4_000,
    make: () => {
      const core = hostOf(SERVED, [...NETWORK, '--announce-delay', '2s']);
      core.hear(failed(2_000));
      core.fire(3_000);
      return core;
    },
  },
  {
    code: 'facts-stale',
    at: 9_000,
    make: () => {
      const core = hostOf(SERVED, [...AT_ONCE, '--on-discovery-error', 'withdraw', '--stale-after', '5s']);
      core.hear(failed(2_000));
      core.hear(failed(9_000));
      return core;
    },
  },
  {
    code: 'next-hop-missing',
    prefix: '2001:db8::1/128',
    make: () =>
      hostOf({ addresses: [facts.assigned('2001:db8::1')], listeners: [facts.listener('2001:db8::1', 80)] }, [
        '--network',
        '2001:db8::/32',
        '--announce-delay',
        '0',
        '--no-dampening',
      ]),
  },
  {
    code: 'max-routes',
    prefix: '10.0.0.2/32',
    make: () =>
      hostOf(
        {
          addresses: [facts.assigned('10.0.0.1'), facts.assigned('10.0.0.2')],
          listeners: [LISTENER, facts.listener('10.0.0.2', 80)],
        },
        [...AT_ONCE, '--max-routes', '1'],
      ),
  },
  {
    code: 'draining',
    answer: 'waits',
    make: () => byHand(drain('all', { at: 1_200, why: 'new kernel' })),
  },
  {
    code: 'drained',
    at: 70_000,
    make: () => {
      const core = byHand(drain('all', { at: 1_200 }));
      core.fire(61_200);
      return core;
    },
  },
  { code: 'set-down', make: () => byHand(set('down', P, { at: 1_200 })) },
  { code: 'check-undecided', prefix: '192.0.2.1/32', make: () => checked([]) },
  { code: 'check-down', prefix: '192.0.2.1/32', make: () => checked([['failed', 3]]) },
  { code: 'service-disabled', prefix: '192.0.2.1/32', make: () => checked([['disabled', 1]], ['--withdraw-on-down']) },
  { code: 'check-undecided', make: () => local([]) },
  { code: 'check-down', make: () => local(['failed', 'failed']) },
  { code: 'service-disabled', make: () => local(['disabled']) },
  { code: 'no-listener', make: () => local(['failed', 'failed'], []) },
  { code: 'address-not-set-up', prefix: '192.0.2.1/32', make: () => withoutAddress() },
];

/** A service that was announced. */
function byHand(override: Override): Core {
  const core = hostOf(SERVED, AT_ONCE);
  core.hear(overridden(1_200, { added: [override] }));
  return core;
}

/** A service with a check, and its results. */
function checked(
  results: readonly (readonly ['failed' | 'disabled' | 'passed', number])[],
  more: readonly string[] = [],
): Core {
  const { settings, problems, unknown } = resolveHealthcheck([
    '--name',
    'web',
    '--ip',
    '192.0.2.1',
    '--withdraw-on-down',
    ...more,
  ]);
  expect([...problems, ...unknown]).toEqual([]);
  const { service: declared } = declare(settings, []);
  const core = coreOf([]);
  const state = initialState(healthcheckPolicy(policyOf([]), declared, undefined));
  let at = 0;
  const hear = (event: Event) => handle(state, event);
  hear({ type: 'started', at: ms(0) });
  for (const [result, times] of results) {
    for (let time = 0; time < times; time++) {
      at += 10;
      hear({
        ...{ type: 'probeFinished', at: ms(at), startedAt: ms(at - 1), service: 'web' as ServiceId, result },
        detail: result === 'failed' ? 'exit status 1' : '',
      });
    }
  }
  return { ...core, state, hear };
}

/** A service of `run`, served on this host unless told otherwise, and the results of its check, 10 ms apart. */
function local(
  results: readonly ('failed' | 'disabled' | 'passed')[],
  listeners: readonly Listener[] = [LISTENER],
): Core {
  const service = ['--service', `web,prefixes=${P},command=x,rise=2,fall=2`];
  const core = hostOf({ ...SERVED, listeners }, [...service, '--no-dampening', '--announce-delay', '0']);
  for (const [index, result] of results.entries()) tell(core, 1_010 + 10 * index, result);
  return core;
}

const tell = (core: Core, at: number, result: 'failed' | 'disabled' | 'passed'): unknown =>
  core.hear({
    ...{ type: 'probeFinished', at: ms(at), startedAt: ms(at - 1), service: 'web' as ServiceId, result },
    detail: result === 'failed' ? 'exit status 1' : '',
  });

function withoutAddress(): Core {
  const core = checked([['passed', 3]], ['--dynamic-ip-setup']);
  core.hear({
    type: 'addressesSetUp',
    at: ms(90),
    service: 'web' as ServiceId,
    run: core.state.checks.get('web' as ServiceId)?.run ?? 0,
    problem: 'no device',
  });
  return core;
}

describe('every reason', () => {
  /** By the compiler: one that is new has to have a case. */
  const all: Readonly<Record<Reason['code'], true>> = {
    ...{ 'facts-not-read': true, 'not-started': true, 'never-announced': true, 'outside-networks': true },
    ...{ 'loopback-not-asked-for': true, 'own-next-hop': true, 'prefix-too-short': true, 'address-missing': true },
    'no-rule': true,
    ...{ 'device-not-selected': true, 'label-not-selected': true, 'device-down': true, 'no-carrier': true },
    ...{ 'address-not-usable': true, 'no-listener': true, 'listener-not-matched': true },
    ...{ 'required-not-listening': true, 'wildcard-not-host-route': true, 'wildcard-off': true },
    ...{ 'accept-queue-full': true, 'listener-device-unreachable': true, 'check-undecided': true, 'check-down': true },
    ...{ 'service-disabled': true, 'address-not-set-up': true, 'announce-delay': true, dampened: true },
    ...{ 'discovery-failing': true, 'facts-stale': true, 'next-hop-missing': true, 'max-routes': true },
    ...{ draining: true, drained: true, 'set-down': true },
  };

  it('has a case', () => {
    expect(new Set(CASES.map(({ code }) => code))).toEqual(new Set(Object.keys(all)));
  });

  it.each(CASES)(
    '$code is that of its stage, with its sentence',
    ({ code, prefix = P, at = 1_500, answer = 'no', make }) => {
      const { state } = make();
      const stages = explain(state, prefix as Prefix, { now: ms(at), instant });
      expect(stages.map(({ stage }) => stage)).toEqual(STAGES);
      const decided = stages.find(({ reason }) => reason?.code === code);
      if (decided === undefined) throw new Error(JSON.stringify(stages, null, 1));
      expect(decided.stage).toBe(stageOf({ code } as Reason));
      expect(decided.answer).toBe(answer);
      expect(decided.lines.map(({ text }) => text)).toContain(decided.reason?.sentence);
      const index = STAGES.indexOf(decided.stage);
      expect(stages.slice(0, index).map((each) => each.answer)).toEqual(STAGES.slice(0, index).map(() => 'yes'));
      const after = stages.slice(index + 1);
      // What is drained is announced still.
      if (code === 'draining') expect(after.map((each) => each.answer)).toEqual(['yes']);
      else expect(after.map((each) => [each.answer, each.lines])).toEqual(after.map(() => ['not-reached', []]));
    },
  );
});

/** What a stage says, a line each, by its name. */
const linesOf = ({ state }: Core, prefix: string, at: number): Record<string, readonly string[]> =>
  Object.fromEntries(
    explain(state, prefix as Prefix, { now: ms(at), instant }).map(({ stage, answer, lines }) => [
      `${stage}: ${answer}`,
      lines.map(({ text }) => text),
    ]),
  );

describe('an explanation', () => {
  it('says of what is announced why that is', () => {
    const core = hostOf(SERVED, [...AT_ONCE, '--med', '7']);
    expect(linesOf(core, P, 1_500)).toEqual({
      'facts: yes': ['the kernel was read 500ms ago', '10.0.0.1/32 is on device lo', 'tcp 10.0.0.1:80 listens'],
      'candidates: yes': ['rule: an address of this host inside --network (10.0.0.0/16)'],
      'health: yes': ['device lo is up', 'tcp 10.0.0.1:80 counts: --listen-filter sport = :80 or sport = :443'],
      'verdict: yes': ['up'],
      'routes: yes': ['announced with next hop self, MED 7', '1 discovered routes are announced, of 1000 that may be'],
    });
  });

  it('says of a service what its check says, beside what is found', () => {
    const core = local(['passed', 'passed']);
    core.hear(factsRead(1_100));
    const [rule, counts] = [
      'rule: of the service web, while something inside it is served (--service)',
      'tcp 10.0.0.1:80 counts: --listen-filter sport = :80 or sport = :443',
    ];
    const said = linesOf(core, P, 1_500);
    expect(said['candidates: yes']).toEqual([rule]);
    expect(said['health: yes']).toEqual([
      'device lo is up',
      counts,
      'its check is up',
      'made 480ms ago, took 1ms: passed',
    ]);
    tell(core, 2_000, 'failed');
    expect(linesOf(core, P, 2_100)['health: yes']?.slice(2)).toEqual([
      'its check is falling: 1 of 2 failures',
      'made 100ms ago, took 1ms: exit status 1',
    ]);
    tell(core, 2_500, 'failed');
    const leaving = linesOf(core, P, 2_600);
    expect(leaving['health: no']?.slice(2)).toEqual([
      ...['its check is down', 'made 100ms ago, took 1ms: exit status 1', 'the check of web fails: exit status 1'],
    ]);
    expect(leaving['verdict: waits']?.[0]).toBe('not up by its check since T+2500 (--withdraw-delay 3s)');
    core.hear(overridden(2_700, { added: [set('up', P, { at: 2_700 })] }));
    core.hear(factsRead(2_701));
    expect(linesOf(core, P, 2_800)['health: yes']?.at(-1)).toBe('set up by anna, in the place of listeners and checks');
  });

  it('says of what leaves why, since when, and until when', () => {
    const core = hostOf(SERVED, [...AT_ONCE, '--withdraw-delay', '3s']);
    core.hear(factsRead(2_000, { listeners: removed('tcp/ipv4 10.0.0.1:80') }));
    const said = linesOf(core, P, 2_500);
    const why = 'nothing that --listen-filter matches listens on 10.0.0.1';
    expect(Object.keys(said)).toEqual(['facts: yes', 'candidates: yes', 'health: no', 'verdict: waits', 'routes: yes']);
    expect(said['facts: yes']?.at(-1)).toBe('nothing listens there, on the ports and protocols that are looked at');
    expect(said['health: no']?.at(-1)).toBe(why);
    expect(said['verdict: waits']).toEqual([
      'nothing listens since T+2000 (--withdraw-delay 3s)',
      'withdrawn at T+5000, unless it comes back before',
      why,
    ]);
  });

  it('says whose word stands in the place of a listener', () => {
    const core = hostOf({ addresses: [facts.assigned('10.0.0.1')] });
    core.hear(overridden(1_200, { added: [set('up', P, { at: 1_200 })] }));
    core.hear(factsRead(1_300, {}));
    expect(linesOf(core, P, 1_500)['health: yes']).toEqual([
      'device lo is up',
      'no listener matches --listen-filter sport = :80 or sport = :443',
      'set up by anna, in the place of listeners and checks',
    ]);
  });

  it('names what listens and does not count, with why', () => {
    const core = hostOf({
      devices: [facts.device('eth0')],
      addresses: [facts.assigned('10.0.0.1', { device: 'eth0', length: 24, label: 'eth0:1' })],
      listeners: [facts.listener('0.0.0.0', 80), facts.listener('10.0.0.1', 443, { device: 'eth9' })],
    });
    const said = linesOf(core, P, 1_000);
    expect(said['facts: yes']).toEqual([
      'the kernel was read 0s ago',
      '10.0.0.1/24 is on device eth0, label eth0:1',
      'tcp 10.0.0.1%eth9:443 listens',
      'tcp 0.0.0.0:80 listens, on every address',
    ]);
    expect(said['health: no']?.slice(1, 3)).toEqual([
      'tcp 10.0.0.1%eth9:443 does not count: 10.0.0.1%eth9:443 does not serve 10.0.0.1: it is bound to a device, or it is in another VRF',
      'tcp 0.0.0.0:80 does not count: 0.0.0.0:80 listens on every address, and stands for host routes only: 10.0.0.1 has length /24',
    ]);
  });

  it('says what a penalty stands at, and when it is over', () => {
    const core = CASES.find(({ code }) => code === 'dampened')?.make();
    if (core === undefined) throw new Error('no such case');
    const said = linesOf(core, P, 3_000)['verdict: waits'] ?? [];
    // 1000 at 2 s: a second later 1000 * 2 ** (-1 / 20), and 300 after 20 s * log2(1000 / 300).
    expect(said[1]).toBe('penalty 966: suppressed above 900, announced again at 300');
    expect(said[2]).toMatch(/^suppressed until T\+/);
    expect(Number(said[2]?.split('+')[1])).toBeCloseTo(2_000 + 20_000 * Math.log2(1_000 / 300), 0);
  });

  it('says where a check stands', () => {
    const core = checked([
      ['failed', 3],
      ['passed', 1],
    ]);
    expect(linesOf(core, '192.0.2.1/32', 100)['health: no']).toEqual([
      'its check is rising: 1 of 3 passes',
      'made 60ms ago, took 1ms: passed',
      'failed last 70ms ago: exit status 1',
      'the check of web fails: exit status 1',
    ]);
  });

  it('says when the kernel was read, told or not', () => {
    const { state } = hostOf(SERVED);
    const [facts1] = explain(state, P as Prefix, { now: ms(9_000), instant, readAt: ms(8_750) });
    expect(facts1?.lines[0]?.text).toBe('the kernel was read 250ms ago');
  });

  it('is short about very many', () => {
    const listeners = Array.from({ length: 40 }, (_, index) => facts.listener('10.0.0.1', 1_000 + index));
    const said = linesOf(hostOf({ ...SERVED, listeners }), P, 1_000)['facts: yes'] ?? [];
    expect(said).toHaveLength(2 + 12 + 1);
    expect(said.at(-1)).toBe('and 28 more');
  });
});

describe('an address', () => {
  it('is about its host prefix, and about all that contain it, the longest first', () => {
    const words = [
      '--network',
      '10.0.0.0/16',
      '--announce',
      '10.0.0.0/24',
      '--static',
      '10.0.0.0/20',
      '--static',
      '10.1.0.0/24',
    ];
    const { state } = hostOf(SERVED, words);
    expect(prefixesAbout(state, '10.0.0.1' as IpAddress)).toEqual(['10.0.0.1/32', '10.0.0.0/24', '10.0.0.0/20']);
    expect(prefixesAbout(state, '192.0.2.1' as IpAddress)).toEqual(['192.0.2.1/32']);
    expect(prefixesAbout(state, '10.0.0.0/25' as Prefix)).toEqual(['10.0.0.0/25']);
    expect(prefixesAbout(state, '2001:db8::1' as IpAddress)).toEqual(['2001:db8::1/128']);
  });

  it('that nobody ever heard of has five stages too', () => {
    expect(explain(hostOf(SERVED).state, '2001:db8::1/128' as Prefix, { now: ms(1_000), instant })).toHaveLength(5);
  });
});

it('says of what is drained also that nothing serves it, and no longer when something does', () => {
  const core = hostOf(SERVED, [...AT_ONCE, '--drain-time', '0', '--withdraw-delay', '0']);
  core.hear(overridden(1_100, { added: [drain('all', { at: 1_100, withdrawAt: 1_100 })] }));
  const stages = () =>
    explain(core.state, P as Prefix, { now: ms(9_000), instant }).map(({ answer, reason }) => [answer, reason?.code]);
  const fit = [
    ['yes', undefined],
    ['yes', undefined],
    ['yes', undefined],
    ['no', 'drained'],
    ['not-reached', undefined],
  ];
  expect(stages()).toEqual(fit);
  core.hear(factsRead(2_000, { listeners: removed('tcp/ipv4 10.0.0.1:80') }));
  expect(stages()).toEqual([...fit.slice(0, 2), ['no', 'no-listener'], ...fit.slice(3)]);
  core.hear(factsRead(3_000, { listeners: added(LISTENER) }));
  expect(stages()).toEqual(fit);
});
