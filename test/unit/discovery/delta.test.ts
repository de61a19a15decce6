import { describe, expect, it } from 'vitest';
import { isEmpty, track } from '../../../src/discovery/delta.ts';

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

describe('isEmpty', () => {
  it.each([
    [{ added: [], removed: [] }, true],
    [{ added: [1], removed: [] }, false],
    [{ added: [], removed: ['a'] }, false],
  ])('of %j is %s', (delta, expected) => {
    expect(isEmpty(delta)).toBe(expected);
  });
});
