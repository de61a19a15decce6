import { describe, expect, it } from 'vitest';
import { restoreSnapshot, takeSnapshot } from '../../../src/core/snapshot.ts';
import { type DaemonState, initialState } from '../../../src/core/state.ts';
import type { SnapshotPart } from '../../../src/model/recording.ts';
import { added, coreOf, factsRead, policyOf } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';

const policy = policyOf(['--network', '10.0.0.0/8', '--announce-delay', '1s']);
const partsOf = (state: DaemonState): SnapshotPart[] => JSON.parse(JSON.stringify([...takeSnapshot(state)]));

describe('a snapshot', () => {
  it('has every field of the state but those that are made from the settings', () => {
    const fields = new Set(partsOf(initialState(policy)).map(({ snapshot }) => snapshot.replace(/\..*/, '')));
    expect([...fields, 'policy', 'networks'].sort()).toEqual(Object.keys(initialState(policy)).sort());
  });

  it('has a field that nobody told it of, and refuses one that cannot be written down', () => {
    const grown = { ...initialState(policy), penalties: new Map([['10.0.0.1/32', { penalty: 1_000, at: 5 }]]) };
    expect(partsOf(grown)).toContainEqual({
      snapshot: 'penalties',
      kind: 'map',
      of: [['10.0.0.1/32', { penalty: 1_000, at: 5 }]],
    });
    const odd = { ...initialState(policy), later: new Map([['x', () => {}]]) };
    expect(() => partsOf(odd)).toThrow(TypeError);
  });

  it('comes in parts that are short, however much there is', () => {
    const { hear, state } = coreOf(['--network', '10.0.0.0/8']);
    const many = Array.from({ length: 1_000 }, (_, index) => facts.listener(`10.0.${index >> 8}.${index & 255}`, 80));
    hear(factsRead(0, { resync: true, listeners: added(...many) }));
    const parts = partsOf(state);
    expect(parts.filter(({ snapshot }) => snapshot === 'facts.listeners')).toHaveLength(6);
    expect(Math.max(...parts.map(({ of }) => of.length))).toBe(200);
    expect(restoreSnapshot(state.policy, parts).facts.listeners).toEqual(state.facts.listeners);
  });

  it.each<[string, (parts: SnapshotPart[]) => SnapshotPart[]]>([
    ['a field is missing', (parts) => parts.filter(({ snapshot }) => snapshot !== 'due')],
    ['a field is one that the core does not have', (parts) => [...parts, { snapshot: 'x', kind: 'value', of: [1] }]],
    [
      'a field is of another kind',
      (parts) => parts.map((part) => (part.snapshot === 'due' ? { ...part, kind: 'map' } : part)),
    ],
    [
      'entries are no pairs',
      (parts) => parts.map((part) => (part.snapshot === 'services' ? { ...part, of: [1] } : part)),
    ],
  ])('is not restored when %s', (_name, damage) => {
    const parts = partsOf(initialState(policy));
    expect(() => restoreSnapshot(policy, damage(parts))).toThrow(TypeError);
    expect(restoreSnapshot(policy, parts)).toMatchObject({ hasFacts: false, policy });
  });
});
