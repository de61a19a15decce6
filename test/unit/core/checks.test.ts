/** Declared services with a check, through the core: events in, actions out. */
import { describe, expect, it } from 'vitest';
import { declare, healthcheckPolicy } from '../../../src/config/healthcheck/service.ts';
import { resolveHealthcheck } from '../../../src/config/healthcheck/settings.ts';
import { handle } from '../../../src/core/daemon.ts';
import { standingOf } from '../../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../../src/core/state.ts';
import type { Action } from '../../../src/model/action.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { Event, TimerName } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Policy } from '../../../src/model/policy.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import { only, policyOf, said } from '../../helpers/core.ts';
import { drain, overridden, set } from '../../helpers/overrides.ts';

const ONE = '192.0.2.1/32' as Prefix;
const service = 'web' as ServiceId;
const INSTANT = ['--rise', '1', '--fall', '1'];

interface Rig {
  readonly state: DaemonState;
  hear(event: Event): readonly Action[];
  result(at: number, result: 'passed' | 'failed' | 'disabled', startedAt?: number): readonly Action[];
  /** `PREFIX MED` of what is announced. */
  routes(): string[];
}

function rig(words: readonly string[], policy: Partial<Policy> = {}): Rig {
  const { settings, problems, unknown } = resolveHealthcheck(['--name', 'web', '--ip', '192.0.2.1', ...words]);
  expect([...problems, ...unknown]).toEqual([]);
  const { service: declared } = declare(settings, []);
  const state = initialState({ ...healthcheckPolicy(policyOf([]), declared, undefined), ...policy });
  const hear = (event: Event): readonly Action[] => handle(state, event);
  return {
    state,
    hear,
    result: (at, result, startedAt = at - 1) =>
      hear({
        ...{ type: 'probeFinished', at: ms(at), startedAt: ms(startedAt), service, result },
        detail: result === 'failed' ? 'exit status 1' : '',
      }),
    routes: () => [...state.desired.routes.values()].map(({ prefix, attributes }) => `${prefix} ${attributes.med}`),
  };
}

/** Without what is only said or noted. */
const types = (actions: readonly Action[]): string[] =>
  actions.filter(({ type }) => type !== 'log' && type !== 'noteTransition').map(({ type }) => type);

describe('the start', () => {
  it('makes one check of each service', () => {
    expect(rig([]).hear({ type: 'started', at: ms(0) })).toEqual([{ type: 'startProbe', service }]);
  });

  it('needs nothing of the kernel', () => {
    const { state, result, routes } = rig(INSTANT);
    expect(standingOf(state, ONE, ms(0))).toEqual({
      announced: false,
      reason: { code: 'check-undecided', service: 'web' },
    });
    result(10, 'passed');
    expect(state.hasFacts).toBe(false);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    expect(standingOf(state, ONE, ms(10))).toEqual({ announced: true });
  });
});

describe('the interval', () => {
  it.each([
    ['passed', '--rise=3', 'fast', 1_010],
    ['passed', '--rise=1', 'slow', 5_010],
    ['failed', '--fall=2', 'fast', 1_010],
    ['failed', '--fall=1', 'slow', 5_010],
    ['disabled', '--rise=3', 'slow', 5_010],
  ] as const)('after %s with %s is the %s one', (result, word, _which, due) => {
    const { result: tell, hear } = rig([word]);
    expect(only(tell(10, result), 'setTimer')).toEqual([{ type: 'setTimer', timer: 'check web', due }]);
    expect(hear({ type: 'timerFired', at: ms(due), timer: 'check web' as TimerName })).toEqual([
      { type: 'startProbe', service },
    ]);
  });

  it('of 0 ends it all once a state is in force', () => {
    const { result } = rig(['-i', '0', '--rise', '2', '--fall', '1']);
    expect(types(result(10, 'passed'))).toEqual(['setTimer']);
    expect(types(result(20, 'passed'))).toEqual(['finish', 'setRoutes']);
  });

  it('of 0 waits for the hooks of up', () => {
    const { result, hear } = rig(['-i', '0', ...INSTANT, '--up-execute', 'x']);
    expect(types(result(10, 'passed'))).toEqual(['runHooks']);
    expect(types(hear({ type: 'hooksFinished', at: ms(20), service, run: 1 }))).toEqual(['finish', 'setRoutes']);
  });
});

describe('what is announced', () => {
  it('takes the attributes of the state, at once and without dampening', () => {
    const { result, routes } = rig([...INSTANT, '--ip', '192.0.2.2']);
    const seen = ['passed', 'failed', 'passed', 'failed', 'passed', 'disabled'].map((each, index) => {
      result(10 * (index + 1), each as 'passed');
      return routes().join(', ');
    });
    const [up, down] = ['192.0.2.1/32 100, 192.0.2.2/32 101', '192.0.2.1/32 1000, 192.0.2.2/32 1001'];
    expect(seen).toEqual([up, down, up, down, up, '192.0.2.1/32 500, 192.0.2.2/32 501']);
  });

  it('is logged with the state that it stands for', () => {
    const { result } = rig(INSTANT);
    const lines = (['passed', 'failed', 'passed', 'disabled'] as const).flatMap((each, index) =>
      only(result(10 * (index + 1), each), 'log').filter(({ message }) => message === 'to be announced'),
    );
    expect(lines.map(({ fields }) => fields)).toEqual(
      ['up', 'down', 'up', 'disabled'].map((state) => ({ prefix: ONE, state })),
    );
  });

  it('stays as it is while the check rises or falls', () => {
    const { result, routes } = rig(['--rise', '1', '--fall', '2']);
    result(10, 'passed');
    expect(types(result(20, 'failed'))).toEqual(['setTimer']);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    result(30, 'failed');
    expect(routes()).toEqual(['192.0.2.1/32 1000']);
  });

  it('is said once', () => {
    const { result } = rig(INSTANT);
    result(10, 'passed');
    expect(types(result(20, 'passed'))).toEqual(['setTimer']);
  });

  it('is nothing while down with --withdraw-on-down, with the reason', () => {
    const { state, result, routes } = rig([...INSTANT, '--withdraw-on-down']);
    result(10, 'passed');
    result(20, 'failed');
    expect(routes()).toEqual([]);
    expect(standingOf(state, ONE, ms(20))).toEqual({
      announced: false,
      reason: { code: 'check-down', service: 'web', detail: 'exit status 1' },
    });
    result(30, 'disabled');
    expect(standingOf(state, ONE, ms(30))).toMatchObject({ reason: { code: 'service-disabled' } });
  });

  it('has the sinks look where an earlier run may have left something', () => {
    const { result } = rig([...INSTANT, '--withdraw-on-down']);
    const [told] = only(result(10, 'failed'), 'setRoutes');
    expect([...(told?.changed ?? [])]).toEqual(['192.0.2.1/32']);
    expect(told?.desired.size).toBe(0);
  });

  it('counts as declared, and not as found', () => {
    const { state, result, routes } = rig([...INSTANT, '--ip', '192.0.2.2'], {
      maxRoutes: { discovered: 1, declared: 2 },
    });
    result(10, 'passed');
    expect(routes()).toHaveLength(2);
    expect(state.desired.discovered.size).toBe(0);
    result(20, 'failed');
    result(30, 'disabled');
    expect(state.desired.discovered.size).toBe(0);
  });

  it('waits for the delays of the policy, where there are some', () => {
    const { result, routes, hear } = rig([...INSTANT, '--withdraw-on-down'], {
      announceDelay: ms(1_000),
      withdrawDelay: ms(500),
    });
    result(10, 'passed', 10);
    result(900, 'passed', 900);
    expect(routes()).toEqual([]);
    const fire = (at: number): void => {
      hear({ type: 'timerFired', at: ms(at), timer: `verdicts ${at}` as TimerName });
    };
    fire(1_010);
    expect(routes()).toEqual([]);
    result(1_011, 'passed', 1_011);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    result(2_000, 'failed', 2_000);
    fire(2_500);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    result(2_501, 'failed', 2_501);
    expect(routes()).toEqual([]);
  });

  it('outlives facts that are stale: they are not the kernel’s', () => {
    const { hear, result, routes } = rig(INSTANT, { onDiscoveryError: 'withdraw', staleAfter: ms(0) });
    result(10, 'passed');
    hear({ type: 'discoveryFailed', at: ms(20), detail: 'x' });
    expect(routes()).toEqual(['192.0.2.1/32 100']);
  });
});

describe('hooks', () => {
  const HOOKS = ['--execute', 'any', '--up-execute', 'up', '--down-execute', 'down', '--disabled-execute', 'off'];

  it('run at each change, those of the state first', () => {
    const { result } = rig([...HOOKS, '--rise', '2', '--fall', '1']);
    const runs = (['passed', 'passed', 'passed', 'failed', 'disabled', 'passed'] as const).map((each, index) =>
      only(result(10 * (index + 1), each), 'runHooks').map(({ state, commands }) => `${state}: ${commands.join(' ')}`),
    );
    expect(runs).toEqual([
      ...[['rising: any'], ['up: up any'], [], ['down: down any'], ['disabled: off any'], ['init: any']],
    ]);
  });

  it('of up come before the announce, of down not before the withdraw', () => {
    const { result, hear, routes } = rig([...INSTANT, ...HOOKS, '--withdraw-on-down']);
    // No check meanwhile: its result would have nothing to be held against.
    expect(types(result(10, 'passed'))).toEqual(['runHooks']);
    const finished = hear({ type: 'hooksFinished', at: ms(20), service, run: 1 });
    expect(types(finished)).toEqual(['setTimer', 'setRoutes']);
    expect(only(finished, 'setTimer')).toMatchObject([{ due: 5_020 }]);
    expect(types(result(30, 'failed'))).toEqual(['runHooks', 'setTimer', 'setRoutes']);
    expect(routes()).toEqual([]);
  });

  it('that end for an earlier state count for nothing', () => {
    const { result, hear, routes } = rig([...INSTANT, ...HOOKS]);
    result(10, 'passed');
    result(20, 'failed');
    result(30, 'passed');
    expect(hear({ type: 'hooksFinished', at: ms(40), service, run: 1 })).toEqual([]);
    expect(routes()).toEqual(['192.0.2.1/32 1000']);
    hear({ type: 'hooksFinished', at: ms(50), service, run: 3 });
    expect(routes()).toEqual(['192.0.2.1/32 100']);
  });
});

describe('addresses that come and go with the service', () => {
  const DYNAMIC = [...INSTANT, '--dynamic-ip-setup', '--withdraw-on-down'];
  const setUp = (at: number, run: number, problem?: string): Event => ({
    ...{ type: 'addressesSetUp', at: ms(at), service, run, problem },
  });

  it('are there before the announce, and asked for again with each check', () => {
    const { result, hear, routes } = rig(DYNAMIC);
    expect(types(result(10, 'passed'))).toEqual(['setUpAddresses']);
    expect(routes()).toEqual([]);
    expect(types(hear(setUp(20, 1)))).toEqual(['setTimer', 'setRoutes']);
    expect(types(result(30, 'passed'))).toEqual(['setUpAddresses', 'setTimer']);
    expect(hear(setUp(40, 1))).toEqual([]);
  });

  it('go after the withdraw', () => {
    const { result, hear } = rig(DYNAMIC);
    result(10, 'passed');
    hear(setUp(20, 1));
    // The executor removes when the sinks have heard, and waits for the answers to what they said.
    expect(types(result(30, 'failed'))).toEqual(['removeAddresses', 'setTimer', 'setRoutes']);
  });

  it('hold the announce up when they cannot be had, and withdraw when they are lost', () => {
    const { state, result, hear, routes } = rig(DYNAMIC);
    result(10, 'passed');
    const failed = hear(setUp(20, 1, 'Operation not permitted'));
    expect(said(failed, 'error')).toEqual(['addresses not set up']);
    expect(routes()).toEqual([]);
    expect(standingOf(state, ONE, ms(20))).toMatchObject({
      reason: { code: 'address-not-set-up', detail: 'Operation not permitted' },
    });
    expect(said(hear(setUp(30, 1, 'Operation not permitted')))).toEqual([]);
    hear(setUp(40, 1));
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    hear(setUp(50, 1, 'gone'));
    expect(routes()).toEqual([]);
  });
});

describe('our own stall', () => {
  const stall = { type: 'stalled', at: ms(5_000), lost: ms(4_000) } as const;

  it('voids a failure of a check that was under way', () => {
    const { result, hear, routes } = rig(INSTANT);
    result(10, 'passed');
    hear(stall);
    expect(result(5_001, 'failed', 1_000)).toEqual([{ type: 'startProbe', service }]);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
    result(5_100, 'failed', 5_050);
    expect(routes()).toEqual(['192.0.2.1/32 1000']);
  });

  it('does not void one that passed', () => {
    const { result, hear, routes } = rig(INSTANT);
    hear(stall);
    result(5_001, 'passed', 1_000);
    expect(routes()).toEqual(['192.0.2.1/32 100']);
  });
});

it('passes over results of a service that there is not', () => {
  const { hear, routes } = rig(INSTANT);
  const other = 'other' as ServiceId;
  const at = ms(10);
  expect(hear({ type: 'probeFinished', at, startedAt: at, service: other, result: 'passed', detail: '' })).toEqual([]);
  expect(hear({ type: 'hooksFinished', at, service: other, run: 1 })).toEqual([]);
  expect(hear({ type: 'addressesSetUp', at, service: other, run: 1, problem: undefined })).toEqual([]);
  expect(routes()).toEqual([]);
});

describe('what is said by hand', () => {
  const MEDS = [...INSTANT, '--up-metric', '10', '--down-metric', '20', '--disabled-metric', '30'];
  const wordsOf = ({ state }: Rig): readonly string[] =>
    [...state.desired.routes.values()].flatMap(({ attributes }) => attributes.communities ?? []);

  it('a drain of the service tells of the end, withdraws, and gives back what the check says then, at once', () => {
    const one = rig(MEDS);
    one.result(10, 'passed');
    one.hear(overridden(20, { added: [drain('service web', { at: 20, withdrawAt: 50 })] }));
    expect([one.routes(), wordsOf(one)]).toEqual([['192.0.2.1/32 10'], ['graceful-shutdown']]);
    one.result(30, 'failed');
    expect([one.routes(), wordsOf(one)]).toEqual([['192.0.2.1/32 20'], ['graceful-shutdown']]);
    one.hear({ type: 'timerFired', at: ms(50), timer: 'overrides' as TimerName });
    expect(one.routes()).toEqual([]);
    one.result(60, 'passed');
    expect(one.routes()).toEqual([]);
    one.hear(overridden(70, { removed: ['drain service web'] }));
    expect([one.routes(), wordsOf(one)]).toEqual([['192.0.2.1/32 10'], []]);
  });

  it('up stands in for the check, down and auto follow at once', () => {
    const one = rig([...INSTANT, '--withdraw-on-down']);
    one.result(10, 'failed');
    expect(one.routes()).toEqual([]);
    one.hear(overridden(20, { added: [set('up', ONE, { at: 20 })] }));
    expect(one.routes()).toEqual(['192.0.2.1/32 100']);
    one.result(30, 'failed');
    expect(one.routes()).toEqual(['192.0.2.1/32 100']);
    one.hear(overridden(40, { added: [set('down', ONE, { at: 40 })] }));
    expect(one.routes()).toEqual([]);
    one.hear(overridden(50, { added: [set('up', ONE, { at: 50, until: 60 })] }));
    expect(one.routes()).toEqual(['192.0.2.1/32 100']);
    one.hear({ type: 'timerFired', at: ms(60), timer: 'overrides' as TimerName });
    one.result(70, 'failed');
    expect(one.routes()).toEqual([]);
  });

  it('up stands in for no check that was disabled by hand, and before the first result as well as after', () => {
    const one = rig([...INSTANT, '--withdraw-on-down']);
    one.hear(overridden(5, { added: [set('up', ONE, { at: 5 })] }));
    expect(one.routes()).toEqual(['192.0.2.1/32 100']);
    one.result(10, 'disabled');
    expect(standingOf(one.state, ONE, ms(10))).toMatchObject({
      announced: false,
      reason: { code: 'service-disabled' },
    });
    expect(one.routes()).toEqual([]);
  });
});
