/** Views of a daemon, as the API gives them: one of each kind that there is something to say about. */
import type { Prefix } from '../../src/model/address.ts';
import type { ServiceId } from '../../src/model/service.ts';
import type {
  CheckView,
  Explanation,
  Instant,
  OverrideView,
  PeerView,
  ProcessEntry,
  ReasonView,
  ServiceView,
  Status,
  Transition,
} from '../../src/model/view.ts';

export const NOW = Date.parse('2026-11-20T03:00:00.000Z');
/** So many seconds ago. */
export const ago = (seconds: number): Instant => new Date(NOW - seconds * 1_000).toISOString() as Instant;
export const inTime = (seconds: number): Instant => ago(-seconds);

export const reason = (code: string, stage: ReasonView['stage'], sentence: string): ReasonView => ({
  ...{ code, stage, sentence },
});

export const service = (prefix: string, of: Partial<ServiceView> = {}): ServiceView => ({
  prefix: prefix as Prefix,
  kind: 'discovered',
  state: 'announced',
  since: ago(192),
  overrides: [],
  told: { told: 2, of: 2, except: [] },
  ...of,
});

export const DRAIN: OverrideView = {
  ...{ kind: 'drain', target: '192.0.2.4/32', by: 'root', why: 'new kernel' },
  ...{ at: ago(30), until: inTime(1_770), withdrawAt: inTime(30) },
};

export const SERVICES: readonly ServiceView[] = [
  service('2001:db8::1/128'),
  service('192.0.2.10/32', { told: { told: 1, of: 2, except: [{ to: 'r2', state: 'waiting' }] } }),
  service('192.0.2.2/32', {
    ...{ state: 'down', since: ago(12), told: { told: 0, of: 2, except: [] } },
    reason: reason('no-listener', 'health', 'nothing that --listen-filter matches listens on 192.0.2.2'),
  }),
  service('192.0.2.3/32', {
    ...{ state: 'rising', since: ago(2), until: inTime(4), told: { told: 0, of: 2, except: [] } },
    reason: reason('announce-delay', 'verdict', '192.0.2.3 is up, and has to stay so for 6s before it is announced'),
  }),
  service('192.0.2.4/32', {
    ...{ state: 'leaving', since: ago(30), until: inTime(30), overrides: [DRAIN] },
    reason: reason('draining', 'verdict', '192.0.2.4 is drained by root, and withdrawn in 30s: new kernel'),
  }),
  service('192.0.2.5/32', {
    ...{ state: 'suppressed', since: ago(400), told: { told: 0, of: 2, except: [] } },
    ...{ name: 'dns' as ServiceId, kind: 'checked' },
    penalty: { now: 3_210.4, suppress: 3_000, reuse: 750, reuseInMs: 1_890_000 },
    reason: reason('dampened', 'verdict', '192.0.2.5 came and went too often'),
  }),
];

export const PEERS: readonly PeerView[] = [
  {
    ...{ name: 'r1', as: 65_001, state: 'established', since: ago(7_500), last: '', told: 3, isLevel: true },
    ...{ unsaid: [], received: { ipv4: 0, ipv6: 0 }, holdTimeMs: 90_000, families: ['ipv4', 'ipv6'] },
  },
  {
    ...{ name: 'r2', as: 65_002, state: 'idle', since: ago(61), last: 'connect: ECONNREFUSED', told: 0, isLevel: true },
    ...{ unsaid: ['2 routes of IPv6: the session has no such family'], received: { ipv4: 0, ipv6: 0 } },
  },
];

export const CHECKS: readonly CheckView[] = [
  {
    ...{ name: 'dns' as ServiceId, state: 'up', inForce: 'up', prefixes: 2 },
    last: { at: ago(2), tookMs: 14, result: 'passed', detail: '' },
  },
  {
    ...{ name: 'web' as ServiceId, state: 'falling', inForce: 'up', prefixes: 1 },
    last: { at: ago(4), tookMs: 5_003, result: 'failed', detail: 'it took longer than 5s' },
  },
  {
    ...{ name: 'ntp' as ServiceId, state: 'disabled', inForce: 'disabled', prefixes: 1 },
    last: { at: ago(90), tookMs: 0, result: 'disabled', detail: '/etc/ha2bgp/ntp.off exists' },
  },
  { name: 'ldap' as ServiceId, state: 'init', prefixes: 1 },
];

export const STATUS: Status = {
  at: ago(0),
  process: {
    ...{ version: '0.1.0', node: 'v20.20.2', pid: 4_711, name: 'web', startedAt: ago(86_520), uptimeMs: 86_520_000 },
    ...{ loopLagMs: 3, droppedLogLines: 0, residentBytes: 70_000_000 },
  },
  discovery: {
    ...{ source: 'netlink', hints: 'tracefs', intervalMs: 1_000, factsAgeMs: 340, listeners: 12, addresses: 8 },
    failures: 0,
  },
  sinks: [
    { name: 'exabgp', told: 3, leaving: 0, waiting: 1, refused: 0 },
    { name: 'speaker', told: 3, leaving: 0, waiting: 0, refused: 0, peers: PEERS },
  ],
  checks: CHECKS,
  overrides: [DRAIN],
  counts: { announced: 2, leaving: 1, rising: 1, suppressed: 1, held: 0, drained: 0, 'set-down': 0, down: 1 },
  services: SERVICES,
  toldToNobody: 0,
  ever: {
    transitions: { announced: 2, leaving: 1, rising: 3, suppressed: 1, held: 0, drained: 0, 'set-down': 0, down: 1 },
    ...{ stalls: 1, stalledMs: 700, readings: { count: 0, totalMs: 0, buckets: [] }, sinks: [] },
  },
};

export const TRANSITIONS: readonly Transition[] = [
  {
    ...{ at: ago(12), number: 8, prefix: '192.0.2.2/32' as Prefix, from: 'announced', to: 'down' },
    reason: reason('no-listener', 'health', 'nothing that --listen-filter matches listens on 192.0.2.2'),
  },
  { at: ago(192), number: 7, prefix: '2001:db8::1/128' as Prefix, from: 'rising', to: 'announced' },
];

/** The newest first. */
export const PROCESS: readonly ProcessEntry[] = [
  { type: 'started', at: ago(5), number: 12, version: '0.1.0', pid: 4_711, lastSignOfBefore: ago(8) },
  { type: 'stopped', at: ago(8), number: 11, why: 'SIGTERM', withdrawn: 1, left: 2 },
  { type: 'reload-refused', at: ago(9), number: 10, problems: 2 },
  { type: 'reloaded', at: ago(10), number: 9, changed: ['network: +10.9.0.0/24'] },
  { type: 'started', at: ago(300), number: 6, version: '0.1.0', pid: 4_710 },
  { type: 'stopped', at: ago(360), number: 5, why: 'SIGTERM', withdrawn: 0, left: 0 },
  { type: 'by-hand', at: ago(420), number: 4, what: 'undrained', target: '192.0.2.4/32', by: 'root', why: '' },
  { type: 'by-hand', at: ago(480), number: 3, what: 'drained', target: '192.0.2.4/32', by: 'anna', why: 'new disk' },
];

export const EXPLANATION: Explanation = {
  asked: '192.0.2.2' as Prefix,
  prefixes: [
    {
      service: SERVICES[2] as ServiceView,
      stages: [
        { stage: 'facts', answer: 'yes', lines: ['192.0.2.2 is on lo, as /32'] },
        { stage: 'candidates', answer: 'yes', lines: ['it is inside --network 192.0.2.0/24'] },
        {
          ...{ stage: 'health', answer: 'no', lines: [] },
          reason: reason('no-listener', 'health', 'nothing that --listen-filter matches listens on 192.0.2.2'),
        },
        { stage: 'verdict', answer: 'not-reached', lines: [] },
        { stage: 'routes', answer: 'not-reached', lines: [] },
      ],
      tellings: [
        { to: 'exabgp', state: 'none' },
        { to: 'r1', state: 'leaving', at: ago(9), detail: 'not written yet' },
      ],
      history: TRANSITIONS.slice(0, 1),
    },
  ],
};
