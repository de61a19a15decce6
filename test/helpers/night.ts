/** A night as it may be, for the page: some services of each state, and what became of them in the last hours. */
import { ms } from '../../src/model/millis.ts';
import type { Stage as StageName } from '../../src/model/reason.ts';
import type { ServiceId } from '../../src/model/service.ts';
import type { ReasonView, ServiceStateName, ServiceView, Transition } from '../../src/model/view.ts';
import { createStage, instant, overrideOf, peerOf, prefixOf, type Stage, serviceOf } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const reason = (code: string, stage: StageName, sentence: string): ReasonView => ({ code, stage, sentence });
const named = (name: string, kind: ServiceView['kind'] = 'checked') => ({ name: name as ServiceId, kind });

const GONE = reason('no-listener', 'health', 'nothing that --listen-filter matches listens on 192.0.2.53');
const DELAY = reason(
  'announce-delay',
  'verdict',
  '192.0.2.80 is up, and has to stay so for 12s before it is announced',
);
const FLAPS = reason(
  'dampened',
  'verdict',
  '192.0.2.25 came and went too often: its penalty is 3120, and it is announced again at 1000, in 33s',
);
const LEAVES = reason('no-listener', 'health', 'nothing that --listen-filter matches listens on 192.0.2.22');
const CHECK = reason('check-down', 'health', 'the check of ldap fails: connection refused (2001:db8::389, port 636)');
const NO_ROOM = reason('max-routes', 'routes', 'as many routes are announced as may be (--max-routes 8)');
const OUTSIDE = reason('outside-networks', 'candidates', '10.20.30.40 is outside every --network (192.0.2.0/24)');

export function createNight(): Stage {
  const stage = createStage();
  const now = Date.now();
  const drain = {
    ...overrideOf('192.0.2.123/32', 'anna', 'kernel upgrade', ms(18 * MINUTE + 41 * SECOND)),
    at: instant(now - 11 * MINUTE),
    withdrawAt: instant(now - 10 * MINUTE),
  };
  const drained = reason('drained', 'verdict', 'drained by anna: kernel upgrade');
  const except = { to: 'rr2', state: 'no-session', detail: 'hold timer expired' } as const;
  const told = { told: 2, of: 3, except: [except] };
  const gone = { told: 0, of: 3, except: [] };
  stage.put(
    serviceOf('192.0.2.1', 'announced', 9 * HOUR, { ...named('dns'), told }),
    serviceOf('192.0.2.2', 'announced', 4 * HOUR + 12 * MINUTE, { ...named('dns'), told }),
    serviceOf('192.0.2.53', 'down', 3 * MINUTE + 12 * SECOND, { reason: GONE, told: gone }),
    serviceOf('192.0.2.80', 'rising', 2 * SECOND, { reason: DELAY, until: instant(now + 9 * SECOND), told: gone }),
    serviceOf('192.0.2.25', 'suppressed', 41 * SECOND, {
      ...{ reason: FLAPS, told: gone, ...named('mail') },
      penalty: { now: 3_120, suppress: 3_000, reuse: 1_000, reuseInMs: 33 * SECOND },
    }),
    serviceOf('192.0.2.22', 'leaving', 1 * SECOND, { reason: LEAVES, until: instant(now + 7 * SECOND), told }),
    serviceOf('192.0.2.123', 'drained', 10 * MINUTE, {
      ...{ ...named('ntp'), reason: drained, overrides: [drain], until: drain.until as never, told: gone },
    }),
    serviceOf('192.0.2.128/25', 'announced', 30 * HOUR, { kind: 'static', told }),
    serviceOf('2001:db8::1', 'announced', 9 * HOUR, { ...named('dns'), told }),
    serviceOf('2001:db8::389', 'down', 47 * MINUTE, { ...named('ldap'), reason: CHECK, told: gone }),
    serviceOf('2001:db8::80', 'held', 2 * HOUR, { reason: NO_ROOM, told: gone }),
    serviceOf('2001:db8:53::/48', 'announced', 26 * HOUR, { kind: 'declared', told }),
    serviceOf('10.20.30.40', 'down', 30 * HOUR, { reason: OUTSIDE, told: gone }),
  );
  stage.sinks = [
    {
      ...{ name: 'speaker', told: 12, leaving: 1, waiting: 0, refused: 0 },
      peers: [
        peerOf('rr1'),
        peerOf('rr2', {
          state: 'connecting',
          since: instant(now - 6 * MINUTE),
          last: 'hold timer expired',
          told: 0,
          families: [],
        }),
        peerOf('192.0.2.254', {
          as: 65_010,
          told: 6,
          unsaid: ['3 IPv6 routes: this session carries IPv4 only'],
          families: ['ipv4'],
        }),
      ],
    },
  ];
  stage.discovery = { ...stage.discovery, listeners: 41, addresses: 17 };
  stage.process = { ...stage.process, name: 'anycast', startedAt: instant(now - 30 * HOUR), uptimeMs: 30 * HOUR };
  stage.history.push(...historyOf(now));
  return stage;
}

/** What is written down as `minutes ago: state`, the oldest first. */
const COURSES: Readonly<Record<string, readonly (readonly [number, ServiceStateName])[]>> = {
  '192.0.2.2': [
    [330, 'announced'],
    [290, 'leaving'],
    [289.9, 'down'],
    [270, 'rising'],
    [269.9, 'announced'],
    [253, 'down'],
    [252, 'announced'],
  ],
  '192.0.2.53': [
    // Another day, whenever it is looked at.
    [1_500, 'announced'],
    [300, 'down'],
    [210, 'rising'],
    [209, 'announced'],
    [3.25, 'leaving'],
    [3.2, 'down'],
  ],
  '192.0.2.80': [
    [40, 'announced'],
    [12, 'leaving'],
    [11.9, 'down'],
    [0.03, 'rising'],
  ],
  '192.0.2.25': [
    [20, 'down'],
    [15, 'announced'],
    [12, 'down'],
    [9, 'announced'],
    [6, 'down'],
    [4, 'announced'],
    [2, 'down'],
    [1.5, 'announced'],
    [0.8, 'down'],
    [0.68, 'suppressed'],
  ],
  '192.0.2.22': [
    [150, 'announced'],
    [0.02, 'leaving'],
  ],
  '192.0.2.123': [
    [200, 'announced'],
    [11, 'leaving'],
    [10, 'drained'],
  ],
  '2001:db8::389': [
    [340, 'announced'],
    [180, 'down'],
    [172, 'announced'],
    [47, 'down'],
  ],
  '2001:db8::80': [[120, 'held']],
};
const REASONS: Readonly<Record<string, ReasonView>> = {
  '192.0.2.53': GONE,
  '192.0.2.25': GONE,
  '2001:db8::389': CHECK,
  '2001:db8::80': NO_ROOM,
};

function historyOf(now: number): Transition[] {
  const all = Object.entries(COURSES).flatMap(([address, course]) =>
    course.map(([minutes, to], index) => ({
      at: instant(now - minutes * MINUTE),
      prefix: prefixOf(address),
      from: course[index - 1]?.[1] ?? ('down' as const),
      to,
      ...(['down', 'held', 'leaving'].includes(to) && REASONS[address] && { reason: REASONS[address] }),
    })),
  );
  return all.sort((a, b) => (a.at < b.at ? -1 : 1)).map((each, index) => ({ ...each, number: index + 1 }));
}
