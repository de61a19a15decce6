import { describe, expect, it } from 'vitest';
import { frame, HELP } from '../../../../../src/cli/operate/watch/frame.ts';
import { NEW_WATCH, type WatchState, withStatus } from '../../../../../src/cli/operate/watch/state.ts';
import { type Line, type Size, span, textOf, widthOf } from '../../../../../src/cli/terminal/line.ts';
import { NOW, STATUS, service } from '../../../../helpers/views.ts';

const START = withStatus(NEW_WATCH, STATUS);
const texts = (lines: readonly Line[]): string[] => lines.map((line) => textOf(line).trimEnd());
const draw = (state: WatchState, size: Size, explained: readonly Line[] = []): string[] =>
  texts(frame(state, NOW, size, explained));

describe('a frame', () => {
  it('has title, surroundings, the rows with the selected one marked, and the keys', () => {
    expect(draw(START, { columns: 110, rows: 12 })).toEqual([
      ' ha2bgp web  6 services: 2 announced, 1 leaving, 1 rising, 1 suppressed, 1 down',
      ' peers 1/2 up · 12 listeners · 1 by hand · without r2',
      '',
      '  PREFIX           STATE       SINCE    PENALTY                       TOLD            WHY',
      '> 192.0.2.2/32     down        12s                                    0/2             nothing that --listen-f…',
      '  192.0.2.3/32     rising      2.0s                                   0/2             is up, and has to stay …',
      '  192.0.2.4/32     leaving     30s                                    2/2             is drained by root, and…',
      '  192.0.2.5/32     suppressed  6m 40s   3210, down to 750 in 31m 30s  0/2             came and went too often',
      '  192.0.2.10/32    announced   3m 12s                                 1/2 r2 waiting',
      '  2001:db8::1/128  announced   3m 12s                                 2/2',
      '',
      ' q quit  Enter explain  d drain  u undrain  / filter  o only down  s sort (prefix)  ? help',
    ]);
  });

  const sizes = [200, 100, 80, 40, 20, 3, 1].flatMap((columns) => [50, 24, 6, 3, 1].map((rows) => ({ columns, rows })));
  it.each(sizes)('fits $columns columns and $rows rows', (size) => {
    const modes: WatchState['mode'][] = [
      { type: 'table' },
      { type: 'filter', before: '' },
      { type: 'confirm', order: { command: 'drain', target: '192.0.2.2/32' } },
      { type: 'help' },
      { type: 'explain', top: 3 },
    ];
    for (const mode of modes) {
      const lines = frame({ ...START, mode }, NOW, size, [[span('a'.repeat(300))], [], [], [span('b')]]);
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(size.columns);
    }
  });

  it('asks its question in however few rows', () => {
    const state: WatchState = { ...START, mode: { type: 'confirm', order: { command: 'undrain', target: 'all' } } };
    for (const rows of [24, 4, 2, 1]) {
      expect(draw(state, { columns: 80, rows }).at(-1)).toBe(' end the drain of everything? y: yes, any other key: no');
    }
  });

  it.each([
    ['drain', 100, ' drain 2001:db8:64::10/128: tell the routers, then withdraw it? y: yes, any other key: no'],
    ['drain', 80, ' drain 2001:db8:64::10/128? y: yes, any other key: no'],
    ['drain', 40, ' drain 2001:db8:64::10/128? y: yes'],
    ['undrain', 40, ' undrain 2001:db8:64::10/128? y: yes'],
  ] as const)('asks before a %s which key says yes in %d columns', (command, columns, asks) => {
    const order = { command, target: '2001:db8:64::10/128' };
    expect(draw({ ...START, mode: { type: 'confirm', order } }, { columns, rows: 10 }).at(-1)).toBe(asks);
  });

  it('says where it is about all that have a name', () => {
    const order = { command: 'drain', target: 'dns' } as const;
    const asks = draw({ ...START, mode: { type: 'confirm', order } }, { columns: 80, rows: 10 }).at(-1);
    expect(asks).toBe(' drain all of dns: tell the routers, then withdraw it? y: yes, any other key: no');
  });

  it('shows the selected row of many', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => service(`10.0.${index >> 8}.${index & 255}/32`));
    const state = { ...withStatus(NEW_WATCH, { ...STATUS, services: many }), selected: '10.0.10.5/32' as never };
    expect(draw(state, { columns: 80, rows: 10 }).filter((line) => line.startsWith('> '))).toEqual([
      expect.stringMatching(/^> 10\.0\.10\.5\/32/),
    ]);
  });

  it('tells that there is no daemon, for how long, why, and what was seen last', () => {
    const state: WatchState = { ...START, link: { type: 'lost', since: NOW - 3_000, why: 'it is\x1b[2J gone' } };
    const size = { columns: 120, rows: 12 };
    const [title, , alarm, , ...rows] = frame(state, NOW, size);
    expect(texts([title ?? [], alarm ?? []])).toEqual([
      ` ha2bgp web  last seen 03:00:00Z  6 services: 2 announced, 1 leaving, 1 rising, 1 suppressed, 1 down`,
      ' NO ANSWER for 3.0s, trying again: it is\\u001b[2J gone',
    ]);
    const spans = [...(title ?? []), ...rows.slice(0, -1).flat()].filter(({ text }) => text.trim() !== '');
    const tones = new Set(spans.map(({ tone }) => tone));
    expect([...tones].sort()).toEqual(['alarm', 'faint', 'selected', 'strong']);
    // Nothing counts on.
    expect(frame(state, NOW + 60_000, size).slice(3)).toEqual(frame(state, NOW, size).slice(3));
  });

  it('tells what it leaves out, and when nothing is left', () => {
    const state: WatchState = { ...START, rows: [], filter: 'x', isDownOnly: true };
    const [title, , , body] = draw(state, { columns: 120, rows: 8 });
    expect(title).toMatch(/ {2}\/x, only what is not announced$/);
    expect(body).toBe('  no service, or none that fits the filter');
  });

  it('has help, explanations, messages and the filter as it is typed', () => {
    const size = { columns: 100, rows: 20 };
    const help = draw({ ...START, mode: { type: 'help' } }, size).join('\n');
    for (const [keys, does] of HELP)
      expect(help).toMatch(new RegExp(`${keys.replace(/[/?]/g, '\\$&')} +${does.slice(0, 20)}`));
    const explain: WatchState = { ...START, mode: { type: 'explain', top: 1 } };
    expect(draw(explain, size, [[span('first')], [span('second')]])[3]).toBe('second');
    expect(draw({ ...START, message: { text: 'done', isBad: false } }, size).at(-1)).toBe(' done');
    expect(draw({ ...START, mode: { type: 'filter', before: '' }, filter: 'dn' }, size).at(-1)).toBe(
      ' filter: dn_   Enter keeps it, Esc takes it back',
    );
  });
});
