import { describe, expect, it } from 'vitest';
import {
  ago,
  hasEffect,
  left,
  lengthWords,
  nextWords,
  overrideWords,
  penaltyWords,
  since,
  toldWords,
  whyWords,
} from '../../../../src/cli/operate/words.ts';
import * as views from '../../../helpers/views.ts';
import { DRAIN, inTime, NOW, reason, service } from '../../../helpers/views.ts';

describe('lengths of time', () => {
  it.each([
    [-5, '0.0s'],
    [0, '0.0s'],
    [449, '0.4s'],
    [9_999, '9.9s'],
    [10_000, '10s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [192_000, '3m 12s'],
    [3_600_000, '1h'],
    [7_500_000, '2h 5m'],
    [86_399_999, '23h 59m'],
    [90_000_000, '1d 1h'],
    [3_153_600_000, '36d 12h'],
  ])('%d ms is %s', (length, words) => {
    expect(lengthWords(length)).toBe(words);
  });

  it('are said of what was, and of what comes', () => {
    expect([since(views.ago(192), NOW), ago(views.ago(192), NOW)]).toEqual(['3m 12s', '3m 12s ago']);
    expect([ago(views.ago(0.9), NOW), ago(views.ago(-2), NOW), ago(views.ago(1), NOW)]).toEqual([
      ...['just now', 'just now', '1.0s ago'],
    ]);
    expect([left(inTime(7_199.997), NOW), left(inTime(9.96), NOW)]).toEqual(['in 2h', 'in 9.9s']);
    expect([left(inTime(61), NOW), left(inTime(0), NOW), left(inTime(-3), NOW)]).toEqual([
      'in 1m 1s',
      ...['at any moment', 'at any moment'],
    ]);
  });
});

describe('why', () => {
  const drained = reason('drained', 'verdict', '192.0.2.1 is drained');

  it('leaves out the name of what stands before it, and no other', () => {
    expect(whyWords(service('192.0.2.1/32', { reason: drained }), NOW)).toBe('is drained');
    expect(whyWords(service('192.0.2.1/32', { reason: reason('x', 'facts', '192.0.2.10 is up') }), NOW)).toBe(
      '192.0.2.10 is up',
    );
    expect(whyWords(service('192.0.2.0/24', { reason: reason('x', 'facts', '192.0.2.0/24 is up') }), NOW)).toBe(
      'is up',
    );
    expect(whyWords(service('192.0.2.1/32'), NOW)).toBe('');
  });

  it('says of what is announced that nobody was told, and by whose hand it is', () => {
    const told = { told: 0, of: 1, except: [{ to: 'r\x1b', state: 'no-session' as const }] };
    expect(whyWords(service('192.0.2.1/32', { told }), NOW)).toBe('nobody was told: r\\u001b no session');
    expect(whyWords(service('192.0.2.1/32', { told: { told: 0, of: 0, except: [] } }), NOW)).toBe('');
    expect(whyWords(service('192.0.2.1/32', { told, state: 'down', reason: drained }), NOW)).toBe('is drained');
    const up = { kind: 'up', target: '192.0.2.1/32', by: 'anna', why: 'check is broken', at: views.ago(1) } as const;
    const set = service('192.0.2.1/32', { overrides: [up], until: inTime(60) });
    expect(whyWords(set, NOW)).toBe('set up by anna: check is broken; ends in 1m');
    expect([hasEffect(set), hasEffect({ ...set, told }), hasEffect({ ...set, state: 'down' })]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('says what comes next, and when', () => {
    const until = inTime(4);
    const gone = reason('no-listener', 'health', 'nothing listens on 192.0.2.1');
    expect(whyWords(service('192.0.2.1/32', { state: 'leaving', until, reason: gone }), NOW)).toBe(
      'nothing listens on 192.0.2.1; withdrawn in 4.0s',
    );
    expect(whyWords(service('192.0.2.1/32', { state: 'rising', until }), NOW)).toBe('announced in 4.0s');
    const says = reason('draining', 'verdict', '192.0.2.1 is drained, and withdrawn in 4s');
    expect(whyWords(service('192.0.2.1/32', { state: 'leaving', until, reason: says }), NOW)).toBe(
      'is drained, and withdrawn in 4s',
    );
    // One that ends before it withdraws anything.
    const short = service('192.0.2.1/32', { state: 'leaving', until, reason: says, overrides: [] });
    expect(nextWords(short, NOW)).toBe('ends in 4.0s');
    expect(nextWords({ ...short, overrides: [{ ...views.DRAIN, withdrawAt: until }] }, NOW)).toBe('withdrawn in 4.0s');
  });

  it('says when it ends once, whatever somebody wrote', () => {
    const until = inTime(4);
    const drainedFor = reason('drained', 'verdict', '192.0.2.1 is drained by anna for another 4s: disks');
    expect(whyWords(service('192.0.2.1/32', { state: 'drained', until, reason: drainedFor }), NOW)).toBe(
      'is drained by anna for another 4s: disks',
    );
    const overrides = [
      { kind: 'up', target: '192.0.2.1/32', by: 'anna', why: 'new disks in 3 hosts', at: views.ago(1) } as const,
    ];
    expect(whyWords(service('192.0.2.1/32', { until, overrides }), NOW)).toBe(
      'set up by anna: new disks in 3 hosts; ends in 4.0s',
    );
  });
});

describe('other words', () => {
  it('say who was told, and name who was not', () => {
    expect(toldWords({ told: 2, of: 2, except: [] })).toBe('2/2');
    expect(
      toldWords({
        ...{ told: 0, of: 2 },
        except: [
          { to: 'r1', state: 'waiting' },
          { to: 'r2\x1b[31m', state: 'no-session' },
        ],
      }),
    ).toBe('0/2 r1 waiting, r2\\u001b[31m no-session');
  });

  it('say a penalty, and when it is low enough', () => {
    expect(penaltyWords({ now: 812.4, suppress: 3_000, reuse: 750 })).toBe('812 of 3000');
    expect(penaltyWords({ now: 3_210, suppress: 3_000, reuse: 750, reuseInMs: 61_000 })).toBe(
      '3210, down to 750 in 1m 1s',
    );
  });

  it('say what was done by hand: by whom, since when, until when and why', () => {
    expect(overrideWords(DRAIN, NOW)).toBe(
      'drain 192.0.2.4/32 by root, 30s ago, withdrawn in 30s, ends in 29m 30s, "new kernel"',
    );
    // Withdrawn long ago.
    expect(overrideWords({ ...DRAIN, withdrawAt: views.ago(3), why: '' }, NOW)).toBe(
      'drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s',
    );
    expect(
      overrideWords({ ...{ kind: 'up', target: '192.0.2.4/32', by: 'a\nb', why: '' }, at: views.ago(61) }, NOW),
    ).toBe('set 192.0.2.4/32 up by a\\u000ab, 1m 1s ago');
  });
});
