import { describe, expect, it } from 'vitest';
import type { ServiceStateName, ServiceView, Transition } from '../../../src/model/view.ts';
import { piecesOf, wordsOf } from '../../../web/timeline.js';
import { instant, prefixOf } from '../../helpers/stage.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const HOUR = 3_600_000;
const within = { from: NOW - 6 * HOUR, to: NOW, knownSince: Number.NEGATIVE_INFINITY };
const service = (state: ServiceStateName, hoursAgo: number): ServiceView => ({
  ...{ prefix: prefixOf('192.0.2.1'), kind: 'discovered', state, since: instant(NOW - hoursAgo * HOUR) },
  ...{ overrides: [], told: { told: 0, of: 0, except: [] } },
});
const moved = (hoursAgo: number, from: ServiceStateName, to: ServiceStateName, number = 1): Transition => ({
  ...{ at: instant(NOW - hoursAgo * HOUR), number, prefix: prefixOf('192.0.2.1'), from, to },
});
/** As `word: hours ago, from and to`. */
const drawn = (...args: Parameters<typeof piecesOf>): string[] =>
  piecesOf(...args).map(({ word, from, to }) => `${word} ${(NOW - from) / HOUR} ${(NOW - to) / HOUR}`);

describe('a timeline', () => {
  it('is known as far as the last state goes back, where there is no transition', () => {
    expect(drawn(service('announced', 2), [], within)).toEqual(['announced 2 0']);
    expect(drawn(service('announced', 9), [], within)).toEqual(['announced 6 0']);
  });

  it('goes from transition to transition, and before the first one from where that came', () => {
    const all = [moved(5, 'announced', 'down', 1), moved(4, 'down', 'rising', 2), moved(3, 'rising', 'announced', 3)];
    expect(drawn(service('announced', 3), all, within)).toEqual([
      'announced 6 5',
      'down 5 4',
      'rising 4 3',
      'announced 3 0',
    ]);
  });

  it('does not call down what may not have been there yet', () => {
    expect(
      drawn(service('announced', 1), [moved(1, 'down', 'announced')], { ...within, knownSince: NOW - 2 * HOUR }),
    ).toEqual(['not announced 2 1', 'announced 1 0']);
  });

  it('knows nothing from before the oldest transition that was kept', () => {
    expect(
      drawn(service('down', 1), [moved(1, 'announced', 'down')], { ...within, knownSince: NOW - 2 * HOUR }),
    ).toEqual(['announced 2 1', 'down 1 0']);
  });

  it('draws another reason for one state as one piece, and leaves out what is before its beginning', () => {
    const all = [
      moved(9, 'announced', 'down', 1),
      moved(8, 'down', 'announced', 2),
      moved(2, 'announced', 'down', 3),
      moved(1, 'down', 'down', 4),
    ];
    expect(drawn(service('down', 2), all, within)).toEqual(['announced 6 2', 'down 2 0']);
  });

  it('takes no time that is none', () => {
    expect(drawn(service('down', 1), [{ ...moved(2, 'announced', 'down'), at: 'never' as never }], within)).toEqual([
      'down 1 0',
    ]);
  });

  it('says in words how it was', () => {
    const all = [
      moved(5, 'announced', 'down', 1),
      moved(4, 'down', 'announced', 2),
      moved(0.5, 'announced', 'down', 3),
    ];
    expect(wordsOf(piecesOf(service('down', 0.5), all, within), 6 * HOUR)).toBe(
      'last 6 hours: announced 75 %; down 2 times, 1 h 00 min at most',
    );
    expect(wordsOf([], HOUR)).toBe('last 1 hour: not known');
  });
});
