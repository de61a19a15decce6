import { describe, expect, it } from 'vitest';
import { composeStatus } from '../../../src/publish/status-file.ts';
import { instant, nameOf, overrideOf, peerOf, reasonOf, serviceOf, summaryOf, viewerOf } from '../../helpers/viewed.ts';

const SERVICES = [
  serviceOf('192.0.2.1/32', { name: nameOf('dns'), told: { told: 1, of: 2, except: [] } }),
  serviceOf('2001:db8:1111:2222:3333:4444:5555:6666/128', {
    ...{ state: 'down', reason: reasonOf('health'), told: { told: 0, of: 0, except: [] } },
  }),
];
const SURROUNDINGS = {
  sinks: [
    {
      ...{ name: 'speaker', told: 5, leaving: 0, waiting: 1, refused: 0 },
      peers: [
        peerOf('10.0.0.1', { told: 5 }),
        peerOf('10.0.0.2', { isLevel: false }),
        peerOf('10.0.0.3', { as: 7, state: 'connecting', last: 'connection refused' }),
      ],
    },
  ],
  overrides: [overrideOf({ target: 'dns', why: 'kernel', until: instant('2026-11-20T04:00:00.000Z') })],
};
const viewer = viewerOf(
  () => SERVICES,
  () => SURROUNDINGS,
);
const compose = async (...words: Parameters<typeof composeStatus>): Promise<string> =>
  (await composeStatus(...words)).join('');

describe('the status file', () => {
  it('is text for people', async () => {
    expect(await compose('/run/status', viewer, 'running')).toBe(`\
ha2bgp 9.9.9, dns, process 4711: runs since 2026-11-20T03:00:00Z
written 2026-11-20T03:01:00.250Z

1 announced, 1 down

PREFIX               NAME         STATE      SINCE                TOLD    WHY
192.0.2.1/32         dns          announced  2026-11-20T03:00:00Z 1/2
2001:db8:1111:2222:3333:4444:5555:6666/128              down       2026-11-20T03:00:00Z -       nothing listens

drain dns by root since 2026-11-20T03:00:00Z until 2026-11-20T04:00:00Z: kernel

speaker: 5 routes, 0 leaving, 1 waiting, 0 refused
  10.0.0.1 AS 65001: established since 2026-11-20T03:00:00Z: 5 told
  10.0.0.2 AS 65001: established since 2026-11-20T03:00:00Z: 3 told, more to come
  10.0.0.3 AS 7: connecting since 2026-11-20T03:00:00Z: connection refused

kernel: read 40ms before, from netlink, every 100ms, hints: none; 7 listeners, 9 addresses
`);
  });

  it('says what is wrong', async () => {
    const { discovery, process } = summaryOf();
    const troubled = viewerOf(
      () => [],
      () => ({
        discovery: { ...discovery, failingSince: instant('2026-11-20T03:00:30.000Z'), failure: 'EPERM' },
        process: {
          ...{ ...process, notKept: 'the disk is full', lost: 'line 2 says nothing' },
          lastReload: { at: instant('2026-11-20T03:00:40.000Z'), ok: false, problems: 2 },
        },
      }),
    );
    const text = await compose('/run/status', troubled, 'running');
    expect(text).toContain('\nno services\n');
    expect(text).toContain('\ncannot be read since 2026-11-20T03:00:30Z: EPERM\n');
    expect(text).toContain('\nnot kept over a restart: the disk is full\n');
    expect(text).toContain('\ndamaged, something that was said by hand is lost: line 2 says nothing\n');
    expect(text).toContain(
      '\nreload refused at 2026-11-20T03:00:40Z, what was in force stays so: 2 problems, which the log has\n',
    );
  });

  it('says how many are announced and told to nobody, in either form', async () => {
    const told = { told: 0, of: 2, except: [] };
    const services = [
      serviceOf('192.0.2.1/32', { told }),
      serviceOf('192.0.2.2/32', { told, state: 'leaving' }),
      serviceOf('192.0.2.3/32', { told, state: 'down' }),
      serviceOf('192.0.2.4/32', { told: { ...told, of: 0 } }),
      serviceOf('192.0.2.5/32'),
    ];
    const untold = viewerOf(() => services);
    expect(await compose('/run/status', untold, 'running')).toContain(
      '\n3 announced, 1 leaving, 1 down; 2 told to nobody\n',
    );
    expect(JSON.parse(await compose('/run/status.json', untold, 'running'))).toMatchObject({ toldToNobody: 2 });
  });

  it('shows no control characters', async () => {
    const evil = viewerOf(
      () => [
        serviceOf('192.0.2.1/32', {
          state: 'down',
          reason: reasonOf('health', 'check-down', 'a\x1b[2Jb\nc\u009bd\u2028e'),
        }),
      ],
      () => ({ overrides: [overrideOf({ by: 'x\ny', why: '\x07' })] }),
    );
    const text = await compose('/run/status', evil, 'running');
    expect(text).toContain('a?[2Jb?c?d?e\n');
    expect(text).toContain('drain all by x?y since 2026-11-20T03:00:00Z: ?\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]/);
  });

  it('is JSON where it is called so', async () => {
    const { services: counts, ...summary } = viewer.summary();
    const text = await compose('/run/status.json', viewer, 'running');
    expect(JSON.parse(text)).toEqual({ state: 'running', ...summary, counts, services: SERVICES, toldToNobody: 0 });
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is one JSON document however many there are', async () => {
    for (const count of [0, 1, 99, 100, 101, 250]) {
      const services = Array.from({ length: count }, (_, index) => serviceOf(`10.0.0.${index}/32`));
      const parsed = JSON.parse(
        await compose(
          's.json',
          viewerOf(() => services),
          'running',
        ),
      );
      expect(parsed.services).toEqual(services);
    }
  });

  it('says at the end that it is over, and nothing that no longer holds', async () => {
    expect(await compose('/run/status', viewer, 'stopped')).toBe(
      'ha2bgp 9.9.9, dns, process 4711: stopped\nwritten 2026-11-20T03:01:00.250Z\n',
    );
    const { at, process } = viewer.summary();
    expect(JSON.parse(await compose('/run/status.json', viewer, 'stopped'))).toEqual({
      ...{ state: 'stopped', at, process, services: [] },
    });
  });
});
