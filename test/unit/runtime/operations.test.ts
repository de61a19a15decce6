/** What people do by hand, on a core that hears it at once. */
import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import { setKey } from '../../../src/model/override.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import type { OverrideView } from '../../../src/model/view.ts';
import { createOperations, MOST_OVERRIDES, type OperationsOptions } from '../../../src/runtime/operations.ts';
import { added, coreOf, factsRead, policyOf, said } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden, set, targetOf } from '../../helpers/overrides.ts';

const ONE = '10.0.0.1/32' as Prefix;
/** On this host, and nothing serves it. */
const TWO = '10.0.0.2/32' as Prefix;
const ALL = targetOf('all');
const ANNA = { by: 'anna', why: '' };

const KEPT = { settled: async () => {}, notKept: (): string | undefined => undefined, isNamed: true };

function rig(options: Partial<OperationsOptions> = {}, words: readonly string[] = []) {
  const core = coreOf(['--network', '10.0.0.0/8', '--announce-delay', '0', ...words]);
  core.hear({ type: 'started', at: ms(0) });
  core.hear(
    factsRead(0, {
      devices: added(facts.device('lo')),
      addresses: added(facts.assigned('10.0.0.1'), facts.assigned('10.0.0.2')),
      listeners: added(facts.listener('10.0.0.1', 80)),
    }),
  );
  const events: Event[] = [];
  const operations = createOperations({
    state: core.state,
    push: (event) => {
      events.push(event);
      core.hear(event);
    },
    whenHandled: async () => true,
    clock: { now: () => ms(1_000) },
    drainTime: () => ms(60_000),
    keeper: KEPT,
    ...options,
  });
  return { core, events, operations };
}

const nothing = (where: string): string => `no service${where} is known: the drain holds for when there is one`;

describe('a drain', () => {
  it('is an event, with its moments, and answers what is in force and whom it concerns', async () => {
    const { events, operations } = rig();
    const done = await operations.drain({ target: ALL, by: 'anna', why: 'new kernel', for: ms(1_800_000) });
    expect(events).toEqual([
      {
        ...{ type: 'overridden', at: 1_000, by: 'anna', removed: [], isKept: false },
        added: [
          {
            ...{ kind: 'drain', by: 'anna', why: 'new kernel', at: 1_000, until: 1_801_000, target: { type: 'all' } },
            withdrawAt: 61_000,
          },
        ],
      },
    ]);
    const [override, ...others] = done.overrides;
    expect(others).toEqual([]);
    expect(override).toMatchObject({ kind: 'drain', target: 'all', by: 'anna', why: 'new kernel' });
    const span = (to: string | undefined): number => Date.parse(to ?? '') - Date.parse(override?.at ?? '');
    expect([span(override?.until), span(override?.withdrawAt)]).toEqual([1_800_000, 60_000]);
    expect([done.services, done.remarks]).toEqual([[ONE, TWO], []]);
  });

  it.each([
    ['that concerns nothing', '10.9.0.0/16', undefined, [nothing(' inside 10.9.0.0/16')]],
    ['of a typing error', '10.0.0.3/32', undefined, [nothing(' of the address 10.0.0.3')]],
    ['of what is down', '10.0.0.2/32', undefined, ['it is not announced now']],
    ['that is short', 'all', 60_000, ['it ends before anything is withdrawn']],
  ])('%s says so', async (_, target, length, remarks) => {
    const { operations } = rig();
    const done = await operations.drain({
      ...{ ...ANNA, target: targetOf(target) },
      for: length === undefined ? undefined : ms(length),
    });
    expect(done.remarks).toEqual(remarks);
  });

  it('that takes the place of another one ends before or after what that was to withdraw', async () => {
    let now = 1_000;
    const { operations } = rig({ clock: { now: () => ms(now) } });
    const order = (length: number) => operations.drain({ ...ANNA, target: ALL, for: ms(length) });
    expect((await order(600_000)).remarks).toEqual([]);
    now = 51_000;
    const second = await order(20_000);
    expect(second.remarks).toEqual([]);
    const [override] = second.overrides;
    expect(Date.parse(override?.until ?? '') - Date.parse(override?.withdrawAt ?? '')).toBe(10_000);
    const third = await order(5_000);
    expect(third.remarks).toEqual(['it ends before anything is withdrawn']);
    expect(third.overrides[0]).not.toHaveProperty('withdrawAt');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 367 * 86_400_000])('for %d ms is none', async (length) => {
    const { events, operations } = rig();
    await expect(operations.drain({ ...ANNA, target: ALL, for: ms(length) })).rejects.toMatchObject({
      code: 'not-possible',
    });
    expect(events).toEqual([]);
  });

  it('has a name and a reason of one line, without what moves a cursor or turns the text round', async () => {
    const { core, operations } = rig();
    const why = `one\n\ttwo \u001b[31mred \u202etxt ${'x'.repeat(600)}`;
    await operations.drain({ target: ALL, by: ' an\u0000na\r\n ', why, for: undefined });
    const [said] = core.state.overrides.said.values();
    expect(said?.by).toBe('an na');
    expect(said?.why).toMatch(/^one two \[31mred {1,2}txt x+$/);
    expect(said?.why).toHaveLength(500);
  });
});

describe('undrain', () => {
  it('of what is not drained is refused, and says which drain holds it', async () => {
    const { events, operations } = rig();
    await expect(operations.undrain({ target: ALL, by: 'anna' })).rejects.toMatchObject({
      ...{ code: 'not-found', message: 'nothing is drained' },
    });
    await operations.drain({ ...ANNA, target: ALL, for: undefined });
    events.length = 0;
    await expect(operations.undrain({ target: targetOf(ONE), by: 'anna' })).rejects.toMatchObject({
      ...{ code: 'not-found', message: `${ONE} is drained by way of all: undrain that` },
    });
    expect(events).toEqual([]);
  });

  it('names what is drained elsewhere', async () => {
    const { operations } = rig();
    await operations.drain({ ...ANNA, target: targetOf('10.9.0.0/16'), for: undefined });
    await expect(operations.undrain({ target: targetOf(ONE), by: 'anna' })).rejects.toMatchObject({
      message: `${ONE} is not drained; drained: 10.9.0.0/16`,
    });
  });

  it.each([
    ['all', ['10.0.0.0/8', ONE, '192.0.2.0/24'], 0, ['10.0.0.0/8', ONE, '192.0.2.0/24'], []],
    ['all', [ONE], 0, [ONE], []],
    ['10.0.0.0/8', [ONE, '192.0.2.0/24'], 1, [ONE], []],
    ['10.0.0.0/8', [ONE, 'all'], 1, [ONE], ['another drain still holds: all']],
  ])('of %s ends what is inside of %j, and says what that was', async (target, drains, left, ended, remarks) => {
    const { core, operations } = rig();
    for (const each of drains) await operations.drain({ ...ANNA, target: targetOf(each), for: undefined });
    const done = await operations.undrain({ target: targetOf(target), by: 'berta' });
    expect(done.before?.map(({ kind, target: of, by }) => `${kind} ${of} ${by}`)).toEqual(
      ended.map((of) => `drain ${of} anna`),
    );
    expect(done.remarks).toEqual(remarks);
    expect(core.state.overrides.said.size).toBe(left);
  });

  it('of all counts what was drained', async () => {
    const { operations } = rig();
    await operations.drain({ ...ANNA, target: targetOf(TWO), for: undefined });
    expect((await operations.undrain({ target: ALL, by: 'anna' })).services).toEqual([TWO]);
  });

  it('says that a wider one still holds', async () => {
    const { core, operations } = rig();
    for (const target of [ALL, targetOf('10.0.0.0/8'), targetOf(ONE)])
      await operations.drain({ ...ANNA, target, for: undefined });
    const one = await operations.undrain({ target: targetOf(ONE), by: 'anna' });
    expect(one).toEqual({
      ...{ overrides: [], before: [expect.objectContaining({ kind: 'drain', target: ONE })], services: [ONE] },
      remarks: ['another drain still holds: all, 10.0.0.0/8'],
    });
    expect((await operations.undrain({ target: targetOf('10.0.0.0/8'), by: 'anna' })).remarks).toEqual([
      'another drain still holds: all',
    ]);
    expect((await operations.undrain({ target: ALL, by: 'anna' })).remarks).toEqual([]);
    expect(core.state.overrides.said.size).toBe(0);
  });

  it('of many names the first, and says how many there were', async () => {
    const { operations } = rig();
    for (let number = 0; number < 30; number++)
      await operations.drain({ ...ANNA, target: targetOf(`10.0.0.${number}/32`), for: undefined });
    const { before, remarks } = await operations.undrain({ target: ALL, by: 'anna' });
    expect([before?.length, remarks]).toEqual([20, ['30 drains ended']]);
  });
});

describe('the answer', () => {
  const kinds = (all: readonly OverrideView[] = []): string[] =>
    all.map(({ kind, target, by, why }) => `${kind} ${target} by ${by}: ${why}`);

  it('to a second drain says what the first was', async () => {
    const { operations } = rig();
    const target = targetOf(ONE);
    const first = await operations.drain({ target, by: 'anna', why: 'disk', for: ms(600_000) });
    expect(first).not.toHaveProperty('before');
    const second = await operations.drain({ target, by: 'berta', why: 'kernel', for: undefined });
    expect([kinds(second.before), kinds(second.overrides)]).toEqual([
      [`drain ${ONE} by anna: disk`],
      [`drain ${ONE} by berta: kernel`],
    ]);
    const [before] = second.before ?? [];
    expect(Date.parse(before?.until ?? '') - Date.parse(before?.at ?? '')).toBe(600_000);
  });

  it('to set says what was set before, and which drains go over it', async () => {
    const { operations } = rig();
    await operations.drain({ target: ALL, by: 'anna', why: '', for: undefined });
    const set = (to: 'up' | 'down' | 'auto', why: string) =>
      operations.set({ prefix: ONE, to, by: 'berta', why, ttl: undefined });
    const down = await set('down', 'a');
    expect(down).not.toHaveProperty('before');
    expect(kinds(down.overrides)).toEqual([`down ${ONE} by berta: a`, 'drain all by anna: ']);
    const up = await set('up', 'b');
    expect([kinds(up.before), kinds(up.overrides)]).toEqual([
      [`down ${ONE} by berta: a`],
      [`up ${ONE} by berta: b`, 'drain all by anna: '],
    ]);
    const auto = await set('auto', '');
    expect([kinds(auto.before), kinds(auto.overrides)]).toEqual([[`up ${ONE} by berta: b`], ['drain all by anna: ']]);
  });

  it('to a drain says what is set by hand inside it', async () => {
    const { operations } = rig();
    await operations.set({ ...ANNA, prefix: ONE, to: 'down', ttl: undefined });
    await operations.set({ ...ANNA, prefix: '192.0.2.1/32' as Prefix, to: 'down', ttl: undefined });
    const { overrides } = await operations.drain({ ...ANNA, target: targetOf('10.0.0.0/8'), for: undefined });
    expect(kinds(overrides)).toEqual(['drain 10.0.0.0/8 by anna: ', `down ${ONE} by anna: `]);
  });
});

describe('set', () => {
  it('down, up and auto', async () => {
    const { core, operations } = rig();
    const set = (to: 'up' | 'down' | 'auto', prefix: string = ONE) =>
      operations.set({ ...ANNA, prefix: prefix as Prefix, to, ttl: to === 'up' ? ms(600_000) : undefined });
    expect(await set('down')).toMatchObject({ overrides: [{ kind: 'down', target: ONE }], remarks: [] });
    expect(core.routes()).toEqual([]);
    expect(await set('up')).toMatchObject({ overrides: [{ kind: 'up', target: ONE }], remarks: [] });
    expect(await set('auto')).toMatchObject({ overrides: [], services: [ONE], remarks: [] });
    expect((await set('auto')).remarks).toEqual(['nothing was set by hand']);
    expect((await set('up', '10.0.0.9/32')).remarks).toEqual([
      'no effect at present: 10.0.0.9 is not an address of this host',
    ]);
    expect((await set('up', '192.0.2.1/32')).remarks).toEqual([
      'no effect at present: 192.0.2.1 is outside every --network (10.0.0.0/8)',
    ]);
    await operations.drain({ ...ANNA, target: ALL, for: undefined });
    expect((await set('up', '10.0.0.2/32')).remarks).toEqual([
      'no effect at present: 10.0.0.2 is drained by anna (all)',
    ]);
  });

  it.each([
    ['0.0.0.0/0', 'up', 'no effect: default routes are never announced'],
    ['::/0', 'down', 'no effect: default routes are never announced'],
    ['10.0.0.0/24', 'up', 'no effect at present: no rule covers 10.0.0.0/24: '],
    ['10.0.0.0/24', 'down', 'no effect at present: no rule covers 10.0.0.0/24: '],
    ['192.0.2.1/32', 'down', 'no effect at present: 192.0.2.1 is outside every --network'],
  ] as const)('of %s %s, which nothing covers, says so', async (prefix, to, remark) => {
    const { operations } = rig();
    const done = await operations.set({ ...ANNA, prefix: prefix as Prefix, to, ttl: undefined });
    expect(done.remarks).toEqual([expect.stringContaining(remark)]);
  });

  it('up where there is no place says so, before anybody has looked for one', async () => {
    const { operations } = rig({}, ['--max-routes', '1']);
    expect((await operations.set({ ...ANNA, prefix: TWO, to: 'up', ttl: undefined })).remarks).toEqual([
      'no effect at present: as many routes are announced as may be (--max-routes 1)',
    ]);
    expect((await operations.set({ ...ANNA, prefix: ONE, to: 'up', ttl: undefined })).remarks).toEqual([]);
  });

  it('up of what leaves because its service is disabled says that it leaves all the same, and nothing where it stays', async () => {
    const service = 'web,prefixes=10.0.0.1/32,command=x,disable-file=/off,rise=1,fall=1';
    const { core, operations } = rig({}, ['--withdraw-delay', '60s', '--service', service]);
    const found = (at: number, result: 'passed' | 'failed' | 'disabled'): void => {
      const of = { startedAt: ms(at - 1), service: 'web' as ServiceId, result, detail: '' };
      core.hear({ type: 'probeFinished', at: ms(at), ...of });
      core.hear(factsRead(at + 10));
    };
    const setUp = async () => (await operations.set({ ...ANNA, prefix: ONE, to: 'up', ttl: undefined })).remarks;
    found(100, 'passed');
    expect(core.standing(ONE)).toBe('announced');
    found(300, 'failed');
    expect(core.standing(ONE)).toBe('leaving check-down');
    expect(await setUp()).toEqual([]);
    core.hear(factsRead(1_010));
    expect(core.standing(ONE)).toBe('announced');
    found(1_100, 'disabled');
    expect(core.standing(ONE)).toBe('leaving service-disabled');
    const remarks = [expect.stringMatching(/^no effect at present: .*web.*\/off/)];
    expect(await setUp()).toEqual(remarks);
    // Withdrawn by now.
    core.fire(61_200);
    core.hear(factsRead(61_300));
    expect(core.standing(ONE)).toBe('service-disabled');
    expect(await setUp()).toEqual(remarks);
  });

  it('up of a static prefix says that it is announced anyhow', async () => {
    const { operations } = rig({}, ['--static', '192.0.2.0/24']);
    const done = await operations.set({ ...ANNA, prefix: '192.0.2.0/24' as Prefix, to: 'up', ttl: undefined });
    expect(done.remarks).toEqual(['192.0.2.0/24 is static, and announced anyhow']);
  });
});

describe('what is asked for', () => {
  it('by the name of a service is found, and by one that an earlier process knew and drained', async () => {
    const service = ['--service', 'web,prefixes=10.0.0.1/32'];
    const { core, operations } = rig({}, service);
    const target = targetOf('service web');
    expect(operations.findTarget('web')).toEqual(target);
    expect((await operations.drain({ target, ...ANNA, for: undefined })).services).toEqual([ONE]);
    // Its prefix stays drained, by itself.
    core.hear({ type: 'settingsChanged', at: ms(1_000), policy: policyOf(['--network', '10.0.0.0/8']), settings: {} });
    expect([...core.state.overrides.said.keys()]).toEqual(['drain 10.0.0.1/32']);
    await expect(operations.drain({ target, ...ANNA, for: undefined })).rejects.toMatchObject({ code: 'not-found' });
    expect(() => operations.findTarget('web')).toThrow(expect.objectContaining({ code: 'not-found' }));
    const kept = core.hear(overridden(2_000, { added: [drain('service web')], isKept: true }));
    expect(said(kept, 'warn')).toEqual(['no service has the name of a drain']);
    expect(operations.findTarget('web')).toEqual(target);
    await operations.undrain({ target, by: 'anna' });
    expect(() => operations.findTarget('web')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it.each([
    ['all', 'all'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:DB8:0::1', '2001:db8::1/128'],
    ['192.0.2.0/24', '192.0.2.0/24'],
  ])('by the name of %s is found', (text, target) => {
    expect(rig().operations.findTarget(text)).toEqual(targetOf(target));
  });

  it.each([
    ['dns', 'not-found', "dns is no address, no prefix and no service's name"],
    ['192.0.2.1/24', 'not-possible', '192.0.2.1/24: expected no host bits beyond the length: 192.0.2.0/24'],
    ['a/b', 'not-possible', 'a/b: expected a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
    ['\u001b[2J', 'not-found', "[2J is no address, no prefix and no service's name"],
  ])('by the name of %j is not', (text, code, message) => {
    expect(() => rig().operations.findTarget(text)).toThrow(expect.objectContaining({ code, message }));
  });

  it('is done also where it is not kept, and the answer says so', async () => {
    const keeper = { ...KEPT, notKept: () => 'EROFS: read-only file system', isNamed: false };
    const { core, operations } = rig({ keeper });
    const done = await operations.set({ ...ANNA, prefix: ONE, to: 'down', ttl: undefined });
    expect(done.remarks).toEqual(['not kept over a restart: EROFS: read-only file system']);
    expect(core.routes()).toEqual([]);
  });

  it('is kept under a name that may change, where none was given, and the answer says so', async () => {
    const { operations } = rig({ keeper: { ...KEPT, isNamed: false } });
    const remark = 'kept under a name that other settings change: give --name';
    expect((await operations.drain({ ...ANNA, target: ALL, for: undefined })).remarks).toEqual([remark]);
    expect((await operations.undrain({ target: ALL, by: 'anna' })).remarks).toEqual([]);
    expect((await operations.set({ ...ANNA, prefix: ONE, to: 'down', ttl: undefined })).remarks).toEqual([remark]);
  });

  it('of a process that ends is refused', async () => {
    const { operations } = rig({ whenHandled: async () => false });
    await expect(operations.drain({ ...ANNA, target: ALL, for: undefined })).rejects.toMatchObject({
      ...{ code: 'not-possible', message: 'this ha2bgp is about to end' },
    });
  });
});

it('takes no more than the next process could read', async () => {
  const { core, operations } = rig();
  const { said } = core.state.overrides;
  for (let number = 0; said.size < MOST_OVERRIDES; number++) {
    const prefix = `172.${number >> 16}.${(number >> 8) & 255}.${number & 255}/32` as Prefix;
    said.set(setKey(prefix), set('up', prefix));
  }
  await expect(operations.set({ ...ANNA, prefix: ONE, to: 'down', ttl: undefined })).rejects.toThrow(
    /no more are taken/,
  );
  const [known] = [...said.values()];
  if (known?.kind !== 'up') throw new Error('none');
  await operations.set({ ...ANNA, prefix: known.prefix, to: 'down', ttl: undefined });
  expect([said.size, said.get(setKey(known.prefix))?.kind]).toEqual([MOST_OVERRIDES, 'down']);
});
