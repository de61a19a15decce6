import { describe, expect, it } from 'vitest';
import { frame, type View } from '../../../../src/cli/demo/frame.ts';
import { type Change, newStory } from '../../../../src/cli/demo/story.ts';
import { cutShort, summary } from '../../../../src/cli/demo/summary.ts';
import { textOf } from '../../../../src/cli/terminal/line.ts';
import type { Prefix } from '../../../../src/model/address.ts';
import { ms } from '../../../../src/model/millis.ts';
import { ip } from '../../../helpers/bgp.ts';

const WEB = '127.77.0.80/32' as Prefix;
const DNS = '127.77.0.53/32' as Prefix;

/** Ten seconds in: web listens from 1 s on and is routed from 1.5 s on; dns dips at 4.2 s, was closed at 8 s, and is leaving. */
function view(changes = 3): View {
  const story = newStory(ms(1_000));
  story.steps.push({ title: 'One', detail: 'first' }, { title: 'dns closes', detail: 'It is to be withdrawn.' });
  const at = (seconds: number, isUp: boolean) => ({ at: ms(1_000 + 1_000 * seconds), isUp });
  story.tracks.web.listens.push(at(1, true));
  story.tracks.web.routed.push(at(1.5, true));
  story.tracks.dns.listens.push(at(1, true), at(4.2, false), at(4.4, true), at(8, false));
  story.tracks.dns.routed.push(at(1.5, true));
  for (let index = 0; index < changes; index++) {
    const change: Change = {
      at: ms(2_000 + 1_000 * index),
      cause: `change ${index}`,
      effect: 'announced',
      took: ms(553.4),
      delay: { name: 'announce delay', length: ms(500) },
    };
    story.changes.push(change);
  }
  return {
    now: ms(11_000),
    story,
    steps: 9,
    services: [
      { name: 'web', endpoint: '127.77.0.80:8080', prefix: WEB, standing: { announced: true }, dueIn: undefined },
      {
        ...{ name: 'dns', endpoint: '127.77.0.53:5353', prefix: DNS, dueIn: ms(640) },
        standing: { announced: true, leaving: { code: 'no-listener' } },
      },
    ],
    table: new Map([[WEB, { nextHop: ip('127.0.0.1'), asPath: [65_000] }]]),
    session: ['AS 65001, a peer of AS 65000, over TCP to 127.0.0.2:1790', 'AS 65001'],
    hints: 'polled',
  };
}

const textsOf = (shown: View, columns = 80, rows = 40): string[] =>
  frame(shown, { columns, rows }).map((line) => textOf(line).trimEnd());

describe('a frame', () => {
  it('shows services, why, the table of the router, and the changes', () => {
    expect(textsOf(view(1))).toEqual([
      ' ha2bgp demo                                            10.0 s   Ctrl-C ends it',
      '',
      ' ▶ 2/9 dns closes',
      '   It is to be withdrawn.',
      '',
      ' ● web         127.77.0.80:8080  listens',
      '   listens     ▁▁▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇',
      '   routed      ▁▁▁▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇',
      '   seconds     0         5',
      '   why         announced',
      '',
      ' ○ dns         127.77.0.53:5353  closed',
      '   listens     ▁▁▇▇▇▇▇▇▄▇▇▇▇▇▇▇▁▁▁▁',
      '   routed      ▁▁▁▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇',
      '   seconds     0         5',
      '   why         to be withdrawn in 0.6 s: nothing that --listen-filter matches',
      '               listens on 127.77.0.53',
      " The router's table  AS 65001, a peer of AS 65000, over TCP to 127.0.0.2:1790",
      '   127.77.0.80/32     next hop 127.0.0.1   AS path 65000',
      '   127.77.0.53/32     not in the table',
      '',
      '     at  what was done       the router    took',
      '  1.0 s  change 0            announced   553 ms  500 ms announce delay + 53 ms',
      '',
      '   marks       ▇ all of 0.5 s   ▄ part of it   ▁ none of it',
      ' polled',
    ]);
  });

  it.each([
    [80, 24],
    [80, 10],
    [40, 24],
    [20, 5],
    [1, 1],
    [200, 60],
  ])('fits %i columns and %i rows', (columns, rows) => {
    const texts = textsOf(view(20), columns, rows);
    expect(texts.length).toBeLessThanOrEqual(rows);
    expect(texts.filter((text) => text.length > columns)).toEqual([]);
  });

  it('says in 60 columns what it says, in fewer words', () => {
    const shown = view(1);
    shown.story.steps.push({ title: 'Three', detail: `${'some words '.repeat(14)}and the last.` });
    const hints = 'listeners are looked at every 100 ms; as root, with tracefs, at once';
    const text = textsOf({ ...shown, hints }, 60).join('\n');
    expect(text).not.toContain('…');
    expect(text).toContain("\n The router's table  AS 65001\n");
    expect(text).toContain('\n 1.0 s change 0           announced   553 ms  500 + 53 ms\n');
    expect(text).toMatch(/and the\n {3}last\.\n/);
    expect(text).toContain('at once');
  });

  it('leaves out the oldest changes, then blank lines, and keeps the title and the services to the last', () => {
    const low = textsOf(view(20), 80, 24);
    expect(low.filter((text) => /change \d/.test(text)).map((text) => /change \d+/.exec(text)?.[0])).toEqual([
      'change 16',
      'change 17',
      'change 18',
      'change 19',
    ]);
    expect(textsOf(view(20), 80, 5).map((text) => text.slice(0, 12))).toEqual([
      ' ha2bgp demo',
      ' ▶ 2/9 dns c',
      '   It is to ',
      ' ● web      ',
      ' ○ dns      ',
    ]);
  });

  it('shows the end of a track that is longer than the terminal is wide', () => {
    const track = textsOf(view(), 25).filter((text) => text.startsWith('   listens'));
    expect(track).toEqual(['   listens     ▇▇▇▇▇▇▇▇▇▇', '   listens     ▇▇▇▇▇▇▁▁▁▁']);
  });

  it('says of a service why it is suppressed, and of a daemon that has stopped nothing else', () => {
    const [web, dns] = view().services;
    if (web === undefined || dns === undefined) throw new Error('no services');
    const reason = { code: 'dampened', penalty: 3_012.4, reuse: 1_000, reuseIn: ms(6_100) } as const;
    const services = [
      { ...web, standing: { announced: false, reason } as const },
      { ...dns, standing: undefined },
    ];
    const text = textsOf({ ...view(), services }, 100).join('\n');
    expect(text).toContain(
      'why         came and went too often: its penalty is 3012, and it is announced again at 1000',
    );
    expect(text).toContain('why         ha2bgp has stopped');
  });
});

describe('the last words', () => {
  const command = ['ha2bgp', '--one "a b"', `--peer ${'p'.repeat(47)}`];
  const ending = { story: view().story, endedAt: ms(41_000), command, hints: 'polled' };
  const textsFor = (columns: number, hasChanges = true) => summary(ending, { columns, hasChanges }).map(textOf);

  it.each([60, 80, 100, 200])('fit %i columns, and name the command', (columns) => {
    const texts = textsFor(columns).map((text) => text.trimEnd());
    expect(texts.filter((text) => text.length > columns)).toEqual([]);
    expect(texts.filter((text) => text.includes('change'))).toHaveLength(3);
    // What a shell makes of it: a backslash at the end of a line is no space and no word.
    const shell = texts.join('\n').replace(/ \\\n +/g, ' ');
    expect(shell).toContain(`\n  ${command.join(' ')}\n`);
    expect(shell).toContain('\n  ha2bgp --network 127.0.0.0/8 --listen-filter "sport = :8000"\n');
  });

  it('break a command before flags, and at a value that has no room', () => {
    expect(textsFor(60).filter((text) => / \\$|ppp/.test(text))).toEqual([
      '  ha2bgp --one "a b" \\',
      `    --peer ${'p'.repeat(47)}`,
      '  ha2bgp --network 127.0.0.0/8 \\',
    ]);
    expect(textsFor(56).filter((text) => / \\$|ppp/.test(text))).toEqual([
      '  ha2bgp --one "a b" --peer \\',
      `    ${'p'.repeat(47)}`,
      '  ha2bgp --network 127.0.0.0/8 \\',
    ]);
  });

  it('have all of the time on the tracks, whatever the width', () => {
    for (const columns of [60, 80]) {
      const texts = textsFor(columns);
      expect(texts.find((text) => text.includes('web listens'))).toHaveLength(columns);
      expect(texts.find((text) => text.includes('seconds'))).toContain(' 30 ');
    }
    // 40 s in 45 marks, rounded up to milliseconds.
    expect(textsFor(60)).toContain('   marks       ▇ all of 0.89 s   ▄ part of it   ▁ none of it');
  });

  it('do not repeat the changes to whoever has read them as lines', () => {
    expect(textsFor(80, false).join('\n')).not.toContain('change 0');
  });

  it('of a demo that was cut short are the changes, and when that was', () => {
    const { story } = view(1);
    expect(cutShort(story, ms(10_120), 9, { columns: 80, hasChanges: true }).map(textOf)).toEqual([
      '     at  what was done       the router    took',
      '  1.0 s  change 0            announced   553 ms  500 ms announce delay + 53 ms',
      '',
      'interrupted at 9.1 s, in step 2 of 9',
    ]);
    expect(cutShort(story, ms(10_120), 9, { columns: 80, hasChanges: false })).toHaveLength(1);
  });
});
