/** What the commands print for people. */
import { describe, expect, it } from 'vitest';
import { doneLines } from '../../../../src/cli/operate/done-text.ts';
import { ASCII_MARKS, explanationLines } from '../../../../src/cli/operate/explain-text.ts';
import { changeLine, historyLines } from '../../../../src/cli/operate/history-text.ts';
import { peerLines } from '../../../../src/cli/operate/peers-text.ts';
import { serviceLines, surroundingLines } from '../../../../src/cli/operate/status-text.ts';
import { type Line, render, textOf, widthOf } from '../../../../src/cli/terminal/line.ts';
import type { Prefix } from '../../../../src/model/address.ts';
import type { Change, Explanation, PeerEntry, ProcessEntry, ServiceView } from '../../../../src/model/view.ts';
import {
  ago,
  DRAIN,
  EXPLANATION,
  NOW,
  PEERS,
  PROCESS,
  SERVICES,
  STATUS,
  service,
  TRANSITIONS,
} from '../../../helpers/views.ts';

const ANY = Number.POSITIVE_INFINITY;
const texts = (lines: readonly Line[]): string[] => lines.map((line) => textOf(line).trimEnd());
/** Of a hostile name, or sentence. */
const HOSTILE = 'x\x1b]0;owned\x07\x1b[2J\r\n\u202e\u2028';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ACTS = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]/;

describe('services', () => {
  it('stand in lines of columns, in the order of their numbers', () => {
    expect(texts(serviceLines(SERVICES, NOW, ANY))).toEqual([
      'PREFIX           NAME  STATE       SINCE   PENALTY                       TOLD            WHY',
      '192.0.2.2/32           down        12s                                   0/2             nothing that --listen-filter matches listens on 192.0.2.2',
      '192.0.2.3/32           rising      2.0s                                  0/2             is up, and has to stay so for 6s before it is announced; announced in 4.0s',
      '192.0.2.4/32           leaving     30s                                   2/2             is drained by root, and withdrawn in 30s: new kernel',
      '192.0.2.5/32     dns   suppressed  6m 40s  3210, down to 750 in 31m 30s  0/2             came and went too often',
      '192.0.2.10/32          announced   3m 12s                                1/2 r2 waiting',
      '2001:db8::1/128        announced   3m 12s                                2/2',
    ]);
  });

  it('leave out columns that say nothing', () => {
    expect(texts(serviceLines([service('192.0.2.1/32')], NOW, ANY))).toEqual([
      'PREFIX        STATE      SINCE   TOLD',
      '192.0.2.1/32  announced  3m 12s  2/2',
    ]);
    expect(serviceLines([], NOW, ANY)).toEqual([]);
  });

  it.each([120, 80, 60, 40, 20, 5])('fit %d columns, and keep the prefix', (room) => {
    const lines = serviceLines(SERVICES, NOW, room);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(room);
    expect(lines).toHaveLength(1 + SERVICES.length);
    if (room >= 40) for (const { prefix } of SERVICES) expect(texts(lines).join('\n')).toContain(prefix);
  });

  it('keep their reason as long as there is any room for it', () => {
    const [, line] = texts(serviceLines([SERVICES[2] as ServiceView], NOW, 50));
    expect(line).toBe('192.0.2.2/32  down   nothing that --listen-filter…');
  });
});

describe('what stands around the services', () => {
  it('are numbers, what was done by hand, peers, sinks, discovery and the process', () => {
    expect(texts(surroundingLines(STATUS, NOW, ANY))).toEqual([
      '',
      '6 services: 2 announced, 1 leaving, 1 rising, 1 suppressed, 1 down',
      '',
      'By hand',
      '  drain 192.0.2.4/32 by root, 30s ago, withdrawn in 30s, ends in 29m 30s, "new kernel"',
      '',
      'Peers',
      '  PEER     AS  STATE        SINCE  TOLD  HOLD    FAMILIES   REMARKS',
      '  r1    65001  established  2h 5m     3  1m 30s  ipv4 ipv6',
      '  r2    65002  idle         1m 1s     0                     2 routes of IPv6: the session has no such family; connect: ECONNREFUSED',
      '',
      'Sinks',
      '  exabgp  3 routes, 1 waiting',
      '',
      'Checks',
      '  CHECK  STATE     LAST        TOOK  WHY',
      '  dns    up        2.0s ago    14ms',
      '  web    falling   4.0s ago    5.0s  it took longer than 5s',
      '  ntp    disabled  1m 30s ago        /etc/ha2bgp/ntp.off exists',
      '  ldap   init      never',
      '',
      'Discovery  netlink, every 1000 ms and when tracefs hints, read 0.3s ago: 12 listeners, 8 addresses',
      'Process    ha2bgp 0.1.0 web, pid 4711, up for 1d',
    ]);
  });

  it('are no checks where no service has one', () => {
    expect(texts(surroundingLines({ ...STATUS, checks: [] }, NOW, ANY))).not.toContain('Checks');
  });

  it('are not all that is set by hand, where a program sets thousands', () => {
    const overrides = Array.from({ length: 3_000 }, (_, number) => ({ ...DRAIN, target: `10.0.0.${number}` }));
    const lines = texts(surroundingLines({ ...STATUS, overrides }, NOW, ANY));
    const from = lines.indexOf('By hand');
    expect(lines.slice(from + 20, from + 23)).toEqual([
      expect.stringContaining('drain 10.0.0.19 by root'),
      '  and 2980 more',
      '',
    ]);
    const event = textOf(changeLine({ type: 'overrides', at: ago(0), overrides }, NOW));
    expect(event).toMatch(/drain 10\.0\.0\.4 by root[^;]*; and 2995 more$/);
  });

  it('tell what is wrong', () => {
    const said = texts(
      surroundingLines(
        {
          ...STATUS,
          ...{ services: SERVICES.slice(0, 2), toldToNobody: 2 },
          discovery: { ...STATUS.discovery, failures: 3, failingSince: ago(90), failure: 'ENOBUFS' },
          process: {
            ...{ ...STATUS.process, loopLagMs: 730.4, droppedLogLines: 1, notKept: 'no --data-dir', lost: 'line 3' },
            lastReload: { at: ago(90), ok: false, problems: 2 },
          },
        },
        NOW,
        ANY,
      ),
    ).join('\n');
    for (const text of [
      '2 of 6 services: ',
      ', 1 down; 2 told to nobody',
      '; 3 failures so far; failing for 1m 30s: ENOBUFS',
      ', loop up to 730 ms late, 1 log line dropped',
      'What is done by hand, and history, end with this process: no --data-dir',
      'Something that was done by hand before is lost: line 3',
      'The last reload, 1m 30s ago, was refused: 2 problems, see the log',
    ]) {
      expect(said).toContain(text);
    }
  });
});

describe('an explanation', () => {
  it('of what never was a service has no kind, and no moment; what is not announced is not withdrawn', () => {
    const [down] = EXPLANATION.prefixes;
    const { kind: _, since: __, ...asked } = down?.service ?? service('192.0.2.2/32');
    const lines = texts(
      explanationLines(
        {
          ...EXPLANATION,
          prefixes: [{ ...EXPLANATION.prefixes[0], service: { ...asked, overrides: [DRAIN] } } as never],
        },
        NOW,
        ANY,
      ),
    );
    expect(lines[0]).toBe('192.0.2.2/32  down');
    expect(lines).toContain('  drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s, "new kernel"');
  });

  it('has the five stages with their marks, then what was told and what happened', () => {
    expect(texts(explanationLines(EXPLANATION, NOW, ANY))).toEqual([
      '192.0.2.2/32  down  for 12s, discovered',
      '',
      '  ✓ facts       192.0.2.2 is on lo, as /32',
      '  ✓ candidates  it is inside --network 192.0.2.0/24',
      '  ✗ health      nothing that --listen-filter matches listens on 192.0.2.2',
      '  · verdict     not reached',
      '  · routes      not reached',
      '',
      'Told',
      '  exabgp  nothing',
      '  r1      told, and being withdrawn: not written yet, since 2026-11-20 02:59:51.000Z, 9.0s ago',
      '',
      'Last changes',
      '  2026-11-20 02:59:48.000Z  12s ago      192.0.2.2/32  announced → down        nothing that --listen-filter matches listens on 192.0.2.2',
    ]);
  });

  it('breaks sentences where the terminal ends, and has marks of ASCII where it has no others', () => {
    const lines = texts(explanationLines(EXPLANATION, NOW, 60, ASCII_MARKS));
    expect(lines.slice(4, 6)).toEqual([
      '  x health      nothing that --listen-filter matches listens',
      '                on 192.0.2.2',
    ]);
  });
});

const SESSIONS: readonly PeerEntry[] = [
  {
    ...{ type: 'peer-down', at: ago(120), number: 7, sink: 'speaker', peer: '192.0.2.9' },
    why: 'the network: hold timer expired',
  },
  { type: 'peer-up', at: ago(60), number: 8, sink: 'speaker', peer: '192.0.2.9', unnoted: 12 },
];

describe('history', () => {
  it('has the newest change last', () => {
    expect(texts(historyLines({ transitions: TRANSITIONS, process: [], peers: [] }, ANY, NOW))).toEqual([
      '2026-11-20 02:56:48.000Z  3m 12s ago   2001:db8::1/128  rising → announced',
      '2026-11-20 02:59:48.000Z  12s ago      192.0.2.2/32     announced → down        nothing that --listen-filter matches listens on 192.0.2.2',
    ]);
  });

  it('has a reason below its change, where there is no room beside it', () => {
    const narrow = [
      '2026-11-20 02:56:48.000Z  3m 12s ago   2001:db8::1/128  rising → announced',
      '2026-11-20 02:59:48.000Z  12s ago      192.0.2.2/32     announced → down',
      '    nothing that --listen-filter matches listens on 192.0.2.2',
    ];
    expect(texts(historyLines({ transitions: TRANSITIONS, process: [], peers: [] }, 80, NOW))).toEqual(narrow);
    const of = EXPLANATION.prefixes.map((each) => ({ ...each, history: TRANSITIONS }));
    const [, below = ''] = texts(explanationLines({ ...EXPLANATION, prefixes: of }, NOW, 82))
      .join('\n')
      .split('Last changes\n');
    const [first = '', ...rest] = narrow.map((line) => `  ${line}`);
    expect(below.split('\n')).toEqual([...rest, first]);
  });

  it('has what became of the daemon between the changes, and what was said by hand', () => {
    expect(texts(historyLines({ transitions: TRANSITIONS, process: PROCESS, peers: [] }, ANY, NOW))).toEqual([
      '2026-11-20 02:52:00.000Z  8m ago       192.0.2.4/32     drained by anna: "new disk"',
      '2026-11-20 02:53:00.000Z  7m ago       192.0.2.4/32     undrained by root',
      '2026-11-20 02:54:00.000Z  6m ago       ha2bgp           stopped (SIGTERM): nothing was announced',
      '2026-11-20 02:55:00.000Z  5m ago       ha2bgp           started, version 0.1.0, pid 4710',
      '2026-11-20 02:56:48.000Z  3m 12s ago   2001:db8::1/128  rising → announced',
      '2026-11-20 02:59:48.000Z  12s ago      192.0.2.2/32     announced → down        nothing that --listen-filter matches listens on 192.0.2.2',
      '2026-11-20 02:59:50.000Z  10s ago      ha2bgp           settings read again: network: +10.9.0.0/24',
      '2026-11-20 02:59:51.000Z  9.0s ago     ha2bgp           reload refused: 2 problems, see the log',
      '2026-11-20 02:59:52.000Z  8.0s ago     ha2bgp           stopped (SIGTERM): 1 route withdrawn, 2 routes not withdrawn',
      '2026-11-20 02:59:55.000Z  5.0s ago     ha2bgp           started, version 0.1.0, pid 4711; the run before ended without a word after 2026-11-20 02:59:52.000Z: killed, or the power failed',
    ]);
  });

  it('has sessions that came up and ended, and why', () => {
    expect(texts(historyLines({ transitions: [], process: [], peers: SESSIONS }, ANY, NOW))).toEqual([
      '2026-11-20 02:58:00.000Z  2m ago       192.0.2.9  session down: the network: hold timer expired',
      '2026-11-20 02:59:00.000Z  1m ago       192.0.2.9  session up, after 12 changes that had no line of their own',
    ]);
  });

  it.each<[Change, string]>([
    [{ type: 'transition', ...TRANSITIONS[1] } as Change, '2001:db8::1/128  rising → announced'],
    [{ type: 'peer', at: ago(0), peer: PEERS[0] } as Change, 'peer r1 AS 65001  established, told 3'],
    [{ type: 'peer', at: ago(0), peer: PEERS[1] } as Change, 'peer r2 AS 65002  idle, told 0  connect: ECONNREFUSED'],
    [{ type: 'overrides', at: ago(0), overrides: [] }, 'by hand  nothing is in force'],
    [
      { type: 'overrides', at: ago(0), overrides: [DRAIN] },
      'by hand  drain 192.0.2.4/32 by root, 30s ago, withdrawn in 30s, ends in 29m 30s, "new kernel"',
    ],
    [{ type: 'discovery', at: ago(0), discovery: STATUS.discovery }, 'discovery  netlink, hints tracefs'],
    [
      { type: 'discovery', at: ago(0), discovery: { ...STATUS.discovery, failingSince: ago(1), failure: 'ENOBUFS' } },
      'discovery  the kernel cannot be read: ENOBUFS',
    ],
    [{ type: 'reloaded', at: ago(0), changed: [] }, 'settings read again: nothing changed'],
    [{ type: 'reloaded', at: ago(0), changed: ['network', 'peer'] }, 'settings read again: network, peer'],
    [{ type: 'reload-refused', at: ago(0), problems: 1 }, 'reload refused: 1 problem, see the log'],
    [{ type: 'stopping', at: ago(0), why: 'SIGTERM', announced: 3 }, 'stopping (SIGTERM), 3 routes announced'],
  ])('of events is a line each: %j', (change, text) => {
    expect(textOf(changeLine(change, NOW))).toMatch(/^2026-11-20 0[23]:\d\d:\d\d\.000Z {2}/);
    expect(textOf(changeLine(change, NOW)).slice(26)).toBe(text);
  });
});

describe('peers', () => {
  it('are none without a speaker, while ExaBGP has told of none, and that is said', () => {
    expect(texts(peerLines([], NOW, ANY))).toEqual([
      expect.stringContaining('--bgp-backend speaker'),
      expect.stringContaining('neighbor-changes'),
    ]);
  });

  it('of ExaBGP have no more columns than it tells of', () => {
    const neighbor = { sink: 'exabgp', name: '192.0.2.9', since: ago(61) };
    const lines = texts(
      peerLines(
        [
          { ...neighbor, state: 'established', last: 'closing connection', told: 3 },
          { ...neighbor, state: 'idle', last: 'closing connection', told: 0 },
        ],
        NOW,
        ANY,
      ),
    );
    expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['192.0.2.9', 'established', '1m 1s', '3'],
      ['192.0.2.9', 'idle', '1m 1s', '0', 'closing connection'],
    ]);
  });

  it.each([100, 60, 30])('fit %d columns', (room) => {
    const lines = peerLines(
      PEERS.map((peer) => ({ ...peer, sink: 'speaker' })),
      NOW,
      room,
    );
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(room);
    expect(texts(lines)[1]).toContain('r1');
  });
});

describe('what was done', () => {
  it('is what is in force, whom it concerns and what is worth knowing', () => {
    const done = {
      overrides: [DRAIN],
      services: Array.from({ length: 25 }, (_, index) => `192.0.2.${index}/32` as Prefix),
      remarks: ['not kept over a restart: no --data-dir'],
    };
    const lines = texts(doneLines('drain of all begun', done, NOW, ANY));
    expect(lines.slice(0, 2)).toEqual([
      'drain of all begun',
      '  in force: drain 192.0.2.4/32 by root, 30s ago, withdrawn in 30s, ends in 29m 30s, "new kernel"',
    ]);
    expect(lines[2]).toMatch(/^ {2}concerns 25 services: 192\.0\.2\.0\/32 .* 192\.0\.2\.19\/32 and 5 more$/);
    expect(lines[3]).toBe('  not kept over a restart: no --data-dir');
    const before = { ...DRAIN, by: 'anna', why: 'disk', withdrawAt: ago(1), until: ago(-60) };
    expect(texts(doneLines('x', { ...done, before: [before], services: [], remarks: [] }, NOW, ANY))).toEqual([
      'x',
      '  in force: drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s, "new kernel"',
      '  before: drain 192.0.2.4/32 by anna, 30s ago, ends in 1m, "disk"',
      '  concerns no service at present',
    ]);
    const over = texts(doneLines('x', { ...done, overrides: [], before: [DRAIN] }, NOW, ANY));
    expect(over[1]).toBe('  before: drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s, "new kernel"');
    const none = {
      overrides: [DRAIN],
      services: [],
      remarks: ['no service is known: the drain holds for when there is one'],
    };
    expect(texts(doneLines('x', none, NOW, 80))).toEqual([
      'x',
      '  in force: drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s, "new kernel"',
      '  no service is known: the drain holds for when there is one',
    ]);
    const down = { overrides: [DRAIN], services: ['192.0.2.4/32' as Prefix], remarks: ['it is not announced now'] };
    expect(texts(doneLines('x', down, NOW, 80)).slice(1)).toEqual([
      '  in force: drain 192.0.2.4/32 by root, 30s ago, ends in 29m 30s, "new kernel"',
      '  concerns 1 service: 192.0.2.4/32',
      '  it is not announced now',
    ]);
    expect(texts(doneLines('x', { overrides: [], services: [], remarks: [] }, NOW, 80))[1]).toBe(
      '  concerns no service at present',
    );
  });
});

describe('texts of others', () => {
  /** Every text of a view, replaced by one that would act upon a terminal. */
  const spoilt = <T>(of: T): T =>
    JSON.parse(JSON.stringify(of), (key, value: unknown) =>
      [
        'sentence',
        'why',
        'by',
        'target',
        'name',
        'to',
        'detail',
        'last',
        'version',
        'failure',
        'notKept',
        'lost',
      ].includes(key) && typeof value === 'string'
        ? `${value}${HOSTILE}`
        : key === 'lines' || key === 'unsaid' || key === 'families'
          ? [HOSTILE]
          : value,
    ) as T;

  it('act upon no terminal', () => {
    const status = {
      ...STATUS,
      discovery: { ...STATUS.discovery, failure: 'x', failingSince: ago(3) },
      process: { ...STATUS.process, notKept: 'x', lost: 'x' },
    };
    const lines = [
      ...serviceLines(
        spoilt(SERVICES).map((each) => ({ ...each, state: each.state })),
        NOW,
        ANY,
      ),
      ...surroundingLines(spoilt(status), NOW, ANY),
      ...explanationLines(fixed(spoilt(EXPLANATION)), NOW, ANY),
      ...historyLines(
        {
          transitions: spoilt(TRANSITIONS).map((each) => ({ ...each, to: 'down' as const })),
          process: PROCESS.map((each) => ({ ...spoilt(each), type: each.type }) as ProcessEntry),
          peers: spoilt(SESSIONS),
        },
        ANY,
        NOW,
      ),
      ...doneLines(HOSTILE, { overrides: [spoilt(DRAIN)], services: [], remarks: [HOSTILE] }, NOW, ANY),
    ];
    expect(texts(lines).filter((text) => ACTS.test(text))).toEqual([]);
    expect(texts(lines).filter((text) => text.includes('owned')).length).toBeGreaterThan(15);
    // Colours of our own, and nothing else.
    for (const line of lines) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours begin with
      expect(render(line, true).replace(/\x1b\[\d*m/g, '')).not.toMatch(ACTS);
    }
  });

  /** States are words of ours: there is a table for them. */
  const fixed = (of: Explanation): Explanation => ({
    ...of,
    prefixes: of.prefixes.map((each) => ({
      ...each,
      history: each.history.map((one) => ({ ...one, to: 'down' as const })),
    })),
  });
});
