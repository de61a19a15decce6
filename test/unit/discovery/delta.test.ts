import { describe, expect, it } from 'vitest';
import { type Changes, inParts, isEmpty, track } from '../../../src/discovery/delta.ts';
import { type Device, deviceKey, type Listener, listenerKey } from '../../../src/model/facts.ts';
import * as facts from '../../helpers/facts.ts';

interface Fact {
  readonly name: string;
  readonly value: number;
}
const fact = (name: string, value = 1): Fact => ({ name, value });
const tracked = () => track<Fact>(({ name }) => name);

describe('track', () => {
  it('calls everything added at first', () => {
    expect(tracked().update([fact('a'), fact('b')])).toEqual({ added: [fact('a'), fact('b')], removed: [] });
  });

  it('says nothing of what stays, in whatever order', () => {
    const facts = tracked();
    facts.update([fact('a'), fact('b')]);
    expect(facts.update([fact('b'), fact('a')])).toEqual({ added: [], removed: [] });
  });

  it('names what is new, what changed and what is gone', () => {
    const facts = tracked();
    facts.update([fact('stays'), fact('changes', 1), fact('goes')]);
    expect(facts.update([fact('stays'), fact('changes', 2), fact('comes')])).toEqual({
      added: [fact('changes', 2), fact('comes')],
      removed: ['goes'],
    });
  });

  it('names what is gone once', () => {
    const facts = tracked();
    facts.update([fact('a')]);
    expect(facts.update([])).toEqual({ added: [], removed: ['a'] });
    expect(facts.update([])).toEqual({ added: [], removed: [] });
  });

  it('lets the first of two with one key count, each time', () => {
    const facts = tracked();
    expect(facts.update([fact('a', 1), fact('a', 2)])).toEqual({ added: [fact('a', 1)], removed: [] });
    expect(facts.update([fact('a', 1), fact('a', 2)])).toEqual({ added: [], removed: [] });
    expect(facts.update([fact('a', 2)])).toEqual({ added: [fact('a', 2)], removed: [] });
  });

  it('calls what comes back added', () => {
    const facts = tracked();
    facts.update([fact('a')]);
    facts.update([]);
    expect(facts.update([fact('a')])).toEqual({ added: [fact('a')], removed: [] });
  });

  it('takes equal facts for one', () => {
    const facts = tracked();
    expect(facts.update([fact('a'), fact('a')])).toEqual({ added: [fact('a')], removed: [] });
    expect(facts.update([fact('a')])).toEqual({ added: [], removed: [] });
  });

  it('keeps what it tracks apart from what another one tracks', () => {
    const [one, other] = [tracked(), tracked()];
    one.update([fact('a')]);
    expect(other.update([fact('a')])).toEqual({ added: [fact('a')], removed: [] });
  });
});

describe('what counts as a change', () => {
  it.each<[string, Partial<Device>]>([
    ['up', { up: false }],
    ['carrier', { carrier: false }],
    ['kind', { kind: 'vrf' }],
    ['vrf', { vrf: 'red' }],
    ['a list that grows', { takesUnbound: ['tcp', 'udp'] }],
    ['a list that shrinks', { takesUnbound: [] }],
    ['a list with another value', { takesUnbound: ['udp'] }],
  ])('of a device: %s', (_name, of) => {
    const tracked = track<Device>(deviceKey);
    const before = facts.device('red', { takesUnbound: ['tcp'] });
    tracked.update([before]);
    const now = { ...before, ...of };
    expect(tracked.update([now])).toEqual({ added: [now], removed: [] });
  });

  it.each<[string, Partial<Listener>]>([
    ['v6only', { v6only: true }],
    ['queueFull', { queueFull: true }],
  ])('of a listener: %s', (_name, of) => {
    const tracked = track<Listener>(listenerKey);
    tracked.update([facts.listener('::', 80)]);
    const now = facts.listener('::', 80, of);
    expect(tracked.update([now])).toEqual({ added: [now], removed: [] });
    expect(tracked.update([{ ...now }])).toEqual({ added: [], removed: [] });
  });

  it('is not another list of the same', () => {
    const tracked = track<Device>(deviceKey);
    tracked.update([facts.device('red', { takesUnbound: ['tcp', 'udp'] })]);
    expect(tracked.update([facts.device('red', { takesUnbound: ['tcp', 'udp'] })])).toEqual({ added: [], removed: [] });
  });
});

describe('inParts', () => {
  const none = { added: [], removed: [] };
  const nothing: Changes = { listeners: none, addresses: none, devices: none };
  const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key ${index}`);

  it('gives one part of nothing: whoever asked is to have an answer', () => {
    expect([...inParts(nothing)]).toEqual([{ ...nothing, isLast: true }]);
  });

  it.each([
    [1, 1],
    [500, 1],
    [501, 2],
    [1_000, 2],
    [1_001, 3],
  ])('cuts %i facts into %i', (count, expected) => {
    for (const kind of ['listeners', 'addresses', 'devices'] as const) {
      expect([...inParts({ ...nothing, [kind]: { added: [], removed: keys(count) } })].length).toBe(expected);
    }
    const added = keys(count).map((name) => facts.device(name));
    expect([...inParts({ ...nothing, devices: { added, removed: [] } })].length).toBe(expected);
  });

  it('tells kinds beside each other', () => {
    const listeners = { added: [], removed: keys(800) };
    const addresses = { added: [facts.assigned('192.0.2.1')], removed: [] };
    expect([...inParts({ ...nothing, listeners, addresses })]).toEqual([
      { listeners: { added: [], removed: keys(500) }, addresses, devices: none, isLast: false },
      { listeners: { added: [], removed: keys(800).slice(500) }, addresses: none, devices: none, isLast: true },
    ]);
  });
});

describe('isEmpty', () => {
  it.each([
    [{ added: [], removed: [] }, true],
    [{ added: [1], removed: [] }, false],
    [{ added: [], removed: ['a'] }, false],
  ])('of %j is %s', (delta, expected) => {
    expect(isEmpty(delta)).toBe(expected);
  });
});
