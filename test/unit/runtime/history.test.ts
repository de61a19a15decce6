import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { ms } from '../../../src/model/millis.ts';
import type { HistoryEntry } from '../../../src/model/view.ts';
import type { NotedTransition } from '../../../src/runtime/executor.ts';
import { createHistory, type HistoryOptions, MOST_KEPT } from '../../../src/runtime/history.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';
import { until } from '../../helpers/until.ts';

const note = (prefix: string, to: NotedTransition['to'] = 'announced'): NotedTransition => ({
  ...{ type: 'noteTransition', at: ms(1_000), prefix: prefix as Prefix, from: 'down', to },
  reason: to === 'down' ? { code: 'no-listener' } : undefined,
});

function rig(options: Partial<HistoryOptions> = {}) {
  const lines: string[] = [];
  const heard: HistoryEntry[] = [];
  const history = createHistory({
    clock: new SteppedClock(),
    journal: { append: (line) => void lines.push(line) },
    heard: (entry) => void heard.push(entry),
    ...options,
  });
  return { history, lines, heard };
}

describe('the history', () => {
  it('is the newest first, with numbers that rise, and the sentence of its reason', () => {
    const { history } = rig();
    history.note(note('10.0.0.1/32'));
    history.note(note('10.0.0.1/32', 'down'));
    const moves = history.transitionsOf('10.0.0.1/32' as Prefix, 10);
    expect(moves.map(({ number, to, reason }) => [number, to, reason])).toEqual([
      [
        2,
        'down',
        {
          ...{ code: 'no-listener', stage: 'health' },
          sentence: 'nothing that --listen-filter matches listens on 10.0.0.1',
        },
      ],
      [1, 'announced', undefined],
    ]);
    expect(history.list({ most: 1 }).transitions).toHaveLength(1);
  });

  it('is asked for of a prefix, of what is inside it, and of what contains it', () => {
    const { history } = rig();
    for (const prefix of ['10.0.0.0/24', '10.0.0.1/32', '10.0.1.1/32', '2001:db8::/32']) history.note(note(prefix));
    const of = (prefix: string): unknown[] =>
      history.list({ prefix: prefix as Prefix, most: 10 }).transitions.map((each) => each.prefix);
    expect(of('10.0.0.1/32')).toEqual(['10.0.0.1/32', '10.0.0.0/24']);
    expect(of('10.0.0.0/16')).toEqual(['10.0.1.1/32', '10.0.0.1/32', '10.0.0.0/24']);
    expect(of('2001:db8::1/128')).toEqual(['2001:db8::/32']);
    expect(history.transitionsOf('10.0.0.1/32' as Prefix, 10).map(({ number }) => number)).toEqual([2]);
  });

  it('has what became of the daemon among all that it concerns, which is everything, and not among the transitions', () => {
    const { history, lines } = rig();
    history.noteProcess(ms(1_000), { type: 'started', version: '1', pid: 7 });
    history.note(note('10.0.0.1/32'));
    history.noteProcess(ms(3_000), { type: 'stopped', why: 'SIGTERM', withdrawn: 1, left: 0 });
    const of = (prefix: string, most = 10): readonly (readonly number[])[] => {
      const { transitions, process } = history.list({ prefix: prefix as Prefix, most });
      return [transitions, process].map((each) => each.map(({ number }) => number));
    };
    expect(of('10.0.0.1/32')).toEqual([[2], [3, 1]]);
    // As far back as these go.
    expect(of('10.0.0.1/32', 1)).toEqual([[2], [3]]);
    expect(of('192.0.2.1/32')).toEqual([[], [3, 1]]);
    expect(of('192.0.2.1/32', 1)).toEqual([[], [3]]);
    expect(history.transitionsOf('10.0.0.1/32' as Prefix, 10).map(({ number }) => number)).toEqual([2]);
    const stopped = { type: 'stopped', at: expect.any(String), number: 3, why: 'SIGTERM', withdrawn: 1, left: 0 };
    expect(history.list({ most: 10 }).process[0]).toEqual(stopped);
    history.close();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ number: 1 }, { number: 2 }, stopped]);
  });

  it('has what was said by hand where it is about what is asked for', () => {
    const { history } = rig();
    const said = { type: 'by-hand', what: 'drained', by: 'anna', why: '' } as const;
    for (const target of ['all', 'dns', '10.0.0.0/24', '10.0.0.1/32', '192.0.2.1/32']) {
      history.noteProcess(ms(1_000), { ...said, target });
    }
    const of = (prefix?: string): readonly number[] =>
      history.list({ ...(prefix && { prefix: prefix as Prefix }), most: 10 }).process.map(({ number }) => number);
    expect(of()).toEqual([5, 4, 3, 2, 1]);
    expect(of('10.0.0.1/32')).toEqual([4, 3, 2, 1]);
    expect(of('10.0.0.2/32')).toEqual([3, 2, 1]);
    expect(of('192.0.2.0/24')).toEqual([5, 2, 1]);
  });

  it('has what was said of a service by its name for the prefixes that have it now; for all where nobody knows it', () => {
    const named: Record<string, readonly string[]> = { dns: ['10.0.0.1/32', '10.0.0.2/32'], web: ['192.0.2.1/32'] };
    const { history } = rig({ prefixesNamed: (name) => (named[name] ?? []) as readonly Prefix[] });
    const said = { type: 'by-hand', what: 'drained', by: 'anna', why: '' } as const;
    for (const target of ['dns', 'web', 'gone']) history.noteProcess(ms(1_000), { ...said, target });
    const of = (prefix: string): readonly number[] =>
      history.list({ prefix: prefix as Prefix, most: 10 }).process.map(({ number }) => number);
    expect(of('10.0.0.2/32')).toEqual([3, 1]);
    expect(of('192.0.2.0/24')).toEqual([3, 2]);
    expect(of('198.51.100.1/32')).toEqual([3]);
  });

  it('has sessions of peers among all that they concern, which is everything, and numbers them with the rest', () => {
    const { history, lines } = rig();
    history.note(note('10.0.0.1/32'));
    history.notePeer(ms(2_000), { type: 'peer-down', sink: 'speaker', peer: 'r1', why: 'hold timer expired' });
    const { transitions, process: ours, peers } = history.list({ prefix: '10.0.0.1/32' as Prefix, most: 10 });
    expect([transitions.map(({ number }) => number), ours]).toEqual([[1], []]);
    expect(peers).toEqual([
      {
        ...{ at: expect.any(String), number: 2, type: 'peer-down', sink: 'speaker', peer: 'r1' },
        why: 'hold timer expired',
      },
    ]);
    history.close();
    expect(JSON.parse(lines[1] ?? '')).toEqual(peers[0]);
  });

  it('goes on where an earlier process ended', () => {
    const { history: earlier } = rig();
    for (let index = 0; index < 3; index++) earlier.note(note('10.0.0.1/32'));
    const before = [...earlier.list({ most: 10 }).transitions].reverse();
    const { history, lines } = rig({ before });
    history.note(note('10.0.0.2/32'));
    expect(history.list({ most: 10 }).transitions.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    history.close();
    // What was kept is not kept again.
    expect(lines).toHaveLength(1);
  });

  it('is bounded', () => {
    const { history } = rig();
    for (let index = 0; index < 3 * MOST_KEPT + 7; index++) history.note(note('10.0.0.1/32'));
    const all = history.list({ most: Number.POSITIVE_INFINITY }).transitions;
    expect([all.length, all[0]?.number, all.at(-1)?.number]).toEqual([MOST_KEPT, 3 * MOST_KEPT + 7, 2 * MOST_KEPT + 8]);
    history.close();
  });

  it('goes to the journal and to those who watch behind the turn, some at a time, and whole at the end', async () => {
    const { history, lines, heard } = rig();
    for (let index = 0; index < 500; index++) history.note(note('10.0.0.1/32'));
    expect([lines.length, heard.length]).toEqual([0, 0]);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect([lines.length, heard.length]).toEqual([200, 200]);
    await until('all of them', () => lines.length === 500);
    expect(heard.map(({ number }) => number)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(JSON.parse(lines[499] ?? '')).toEqual(heard[499]);
    history.note(note('10.0.0.1/32'));
    history.close();
    expect(lines).toHaveLength(501);
  });
});
