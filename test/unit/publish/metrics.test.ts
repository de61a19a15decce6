/** Each metric, from a view that a test makes up. */
import { describe, expect, it } from 'vitest';
import { type EverView, SERVICE_STATES, type ServiceView, type Summary } from '../../../src/model/view.ts';
import { DAEMON_METRICS } from '../../../src/publish/daemon-metrics.ts';
import { type Beside, NO_RELOADS, type Sample, type Seen } from '../../../src/publish/metric.ts';
import { isCounted, labelsOf, SERVICE_METRICS } from '../../../src/publish/service-metrics.ts';
import { instant, nameOf, overrideOf, peerOf, reasonOf, serviceOf, summaryOf } from '../../helpers/viewed.ts';

const THEN_S = 1_795_143_600;
const beside = (of: Partial<Beside> = {}): Beside => ({
  processorSeconds: 1.5,
  leftOut: 0,
  reloads: NO_RELOADS,
  files: [],
  ...of,
});
const sample = (value: number, labels: Record<string, string> = {}): Sample => ({ labels, value });
const BASE = summaryOf();
const process = (of: Partial<Summary['process']>): Partial<Summary> => ({ process: { ...BASE.process, ...of } });
const discovery = (of: Partial<Summary['discovery']>): Partial<Summary> => ({
  discovery: { ...BASE.discovery, ...of },
});
const ever = (of: Partial<EverView>): Partial<Summary> => ({ ever: { ...BASE.ever, ...of } });
const TOLD: Partial<EverView> = { sinks: [{ name: 'exabgp', announced: 1, withdrawn: 2, refused: 3 }] };
const PEERS: Partial<Summary> = {
  sinks: [
    { name: 'exabgp', told: 4, leaving: 3, waiting: 2, refused: 1 },
    {
      ...{ name: 'speaker', told: 5, leaving: 6, waiting: 7, refused: 8 },
      peers: [
        peerOf('10.0.0.1', { told: 11, received: { ipv4: 1, ipv6: 2 } }),
        peerOf('10.0.0.2', {
          state: 'connecting',
          told: 0,
          isLevel: false,
          since: instant('2026-11-20T03:00:01.500Z'),
        }),
      ],
    },
  ],
};
const OVERRIDES: Partial<Summary> = {
  overrides: [
    overrideOf({ at: instant('2026-11-20T03:00:05.000Z') }),
    overrideOf({ target: 'dns' }),
    overrideOf({ kind: 'up', at: instant('2026-11-20T03:00:07.000Z') }),
  ],
};
const last = (second: number, tookMs: number, result: 'passed' | 'failed' | 'disabled') => ({
  last: { ...{ tookMs, result, detail: '' }, at: instant(`2026-11-20T03:00:0${second}.000Z`) },
});
const CHECKS: Partial<Summary> = {
  checks: [
    { name: nameOf('dns'), state: 'up', inForce: 'up', prefixes: 1, ...last(1, 14, 'passed') },
    { name: nameOf('web'), state: 'falling', inForce: 'up', prefixes: 1, ...last(2, 5_003, 'failed') },
    { name: nameOf('ntp'), state: 'disabled', inForce: 'disabled', prefixes: 1, ...last(3, 0, 'disabled') },
    { name: nameOf('ldap'), state: 'init', prefixes: 1 },
  ],
};
const one = { sink: 'speaker', peer: '10.0.0.1' };
const other = { sink: 'speaker', peer: '10.0.0.2' };
const sinks = (exabgp: number, speaker: number): Sample[] => [
  sample(exabgp, { sink: 'exabgp' }),
  sample(speaker, { sink: 'speaker' }),
];
const peers = (first: number, second: number): Sample[] => [sample(first, one), sample(second, other)];

/** What is seen, and what the metric says of it. */
const CASES: Readonly<Record<string, readonly (readonly [Partial<Seen>, readonly Sample[]])[]>> = {
  ha2bgp_build_info: [[{}, [sample(1, { version: '9.9.9', node: 'v20.1.0' })]]],
  ha2bgp_start_time_seconds: [[{}, [sample(THEN_S)]]],
  ha2bgp_cpu_seconds_total: [[{}, [sample(1.5)]]],
  ha2bgp_resident_memory_bytes: [[{}, [sample(70_000_000)]]],
  ha2bgp_event_loop_lag_seconds: [[process({ loopLagMs: 12.5 }), [sample(0.0125)]]],
  ha2bgp_reloads_total: [
    [
      { beside: beside({ reloads: { done: 3, refused: 2, isLastRefused: false } }) },
      [sample(3, { result: 'done' }), sample(2, { result: 'refused' })],
    ],
  ],
  ha2bgp_reload_failed: [
    [{}, [sample(0)]],
    [{ beside: beside({ reloads: { done: 3, refused: 2, isLastRefused: true } }) }, [sample(1)]],
  ],
  ha2bgp_log_lines_dropped_total: [[process({ droppedLogLines: 3 }), [sample(3)]]],
  ha2bgp_recording_events_missed_total: [
    [{}, []],
    [{ beside: beside({ unrecorded: 0 }) }, [sample(0)]],
    [{ beside: beside({ unrecorded: 9 }) }, [sample(9)]],
  ],
  ha2bgp_file_failures_total: [
    [{}, []],
    [{ beside: beside({ files: [{ file: '/run/s', failures: 2 }] }) }, [sample(2, { file: '/run/s' })]],
  ],
  ha2bgp_discovery_facts_age_seconds: [[discovery({ factsAgeMs: 1_250 }), [sample(1.25)]]],
  ha2bgp_discovery_failing: [
    [{}, [sample(0)]],
    [discovery({ failingSince: instant('2026-11-20T03:00:00.000Z') }), [sample(1)]],
  ],
  ha2bgp_discovery_failures_total: [[discovery({ failures: 5 }), [sample(5)]]],
  ha2bgp_discovery_interval_seconds: [[discovery({ intervalMs: 250 }), [sample(0.25)]]],
  ha2bgp_discovery_hints: [
    [
      discovery({ hints: 'tracefs' }),
      [sample(1, { hints: 'tracefs' }), sample(0, { hints: 'destroy' }), sample(0, { hints: 'none' })],
    ],
  ],
  ha2bgp_discovery_listeners: [[{}, [sample(7)]]],
  ha2bgp_discovery_addresses: [[{}, [sample(9)]]],
  ha2bgp_services: [
    [
      { services: { ...BASE.services, announced: 3, down: 2, 'set-down': 1 } },
      [
        ...[sample(3, { state: 'announced' }), sample(0, { state: 'leaving' }), sample(0, { state: 'rising' })],
        ...[sample(0, { state: 'suppressed' }), sample(0, { state: 'held' }), sample(0, { state: 'drained' })],
        ...[sample(1, { state: 'set-down' }), sample(2, { state: 'down' })],
      ],
    ],
  ],
  ha2bgp_transitions_total: [
    [
      ever({ transitions: { ...BASE.services, down: 4 } }),
      SERVICE_STATES.map((state) => sample(state === 'down' ? 4 : 0, { state })),
    ],
  ],
  ha2bgp_stalls_total: [[ever({ stalls: 2 }), [sample(2)]]],
  ha2bgp_stalled_seconds_total: [[ever({ stalledMs: 1_500 }), [sample(1.5)]]],
  ha2bgp_discovery_read_seconds: [
    [
      ever({
        readings: {
          ...{ count: 9, totalMs: 250, lastMs: 3 },
          buckets: [
            { upToMs: 0.5, count: 4 },
            { upToMs: 20, count: 8 },
          ],
        },
      }),
      [
        { suffix: '_bucket', ...sample(4, { le: '0.0005' }) },
        { suffix: '_bucket', ...sample(8, { le: '0.02' }) },
        { suffix: '_bucket', ...sample(9, { le: '+Inf' }) },
        { suffix: '_sum', ...sample(0.25) },
        { suffix: '_count', ...sample(9) },
      ],
    ],
  ],
  ha2bgp_sink_announces_total: [[ever(TOLD), [sample(1, { sink: 'exabgp' })]]],
  ha2bgp_sink_withdraws_total: [[ever(TOLD), [sample(2, { sink: 'exabgp' })]]],
  ha2bgp_sink_refusals_total: [[ever(TOLD), [sample(3, { sink: 'exabgp' })]]],
  ha2bgp_services_left_out: [[{ beside: beside({ leftOut: 6 }) }, [sample(6)]]],
  ha2bgp_overrides: [
    [OVERRIDES, [sample(2, { kind: 'drain' }), sample(1, { kind: 'up' }), sample(0, { kind: 'down' })]],
  ],
  ha2bgp_override_oldest_timestamp_seconds: [
    [{}, []],
    [OVERRIDES, [sample(THEN_S, { kind: 'drain' }), sample(THEN_S + 7, { kind: 'up' })]],
  ],
  ha2bgp_check_up: [
    [{}, []],
    [
      CHECKS,
      [sample(1, { name: 'dns' }), sample(1, { name: 'web' }), sample(0, { name: 'ntp' }), sample(0, { name: 'ldap' })],
    ],
  ],
  ha2bgp_check_disabled: [
    [{}, []],
    [
      CHECKS,
      [sample(0, { name: 'dns' }), sample(0, { name: 'web' }), sample(1, { name: 'ntp' }), sample(0, { name: 'ldap' })],
    ],
  ],
  ha2bgp_check_duration_seconds: [
    [{}, []],
    [CHECKS, [sample(0.014, { name: 'dns' }), sample(5.003, { name: 'web' })]],
  ],
  ha2bgp_check_timestamp_seconds: [
    [{}, []],
    [
      CHECKS,
      [sample(THEN_S + 1, { name: 'dns' }), sample(THEN_S + 2, { name: 'web' }), sample(THEN_S + 3, { name: 'ntp' })],
    ],
  ],
  ha2bgp_sink_routes: [[PEERS, sinks(4, 5)]],
  ha2bgp_sink_leaving: [[PEERS, sinks(3, 6)]],
  ha2bgp_sink_waiting: [[PEERS, sinks(2, 7)]],
  ha2bgp_sink_refused: [[PEERS, sinks(1, 8)]],
  ha2bgp_peer_state: [
    [
      PEERS,
      [
        sample(0, { ...one, state: 'idle' }),
        sample(0, { ...one, state: 'connecting' }),
        sample(1, { ...one, state: 'established' }),
        sample(0, { ...other, state: 'idle' }),
        sample(1, { ...other, state: 'connecting' }),
        sample(0, { ...other, state: 'established' }),
      ],
    ],
  ],
  ha2bgp_peer_state_timestamp_seconds: [[PEERS, peers(THEN_S, THEN_S + 1.5)]],
  ha2bgp_peer_told: [[PEERS, peers(11, 0)]],
  ha2bgp_peer_level: [[PEERS, peers(1, 0)]],
  ha2bgp_peer_received: [
    [
      PEERS,
      [
        sample(1, { ...one, family: 'ipv4' }),
        sample(2, { ...one, family: 'ipv6' }),
        sample(0, { ...other, family: 'ipv4' }),
        sample(0, { ...other, family: 'ipv6' }),
      ],
    ],
  ],
};

const SERVICE_CASES: Readonly<Record<string, readonly (readonly [Partial<ServiceView>, number | undefined])[]>> = {
  ha2bgp_service_up: [
    [{}, 1],
    [{ state: 'down', reason: reasonOf('facts', 'facts-not-read') }, 0],
    [{ state: 'down', reason: reasonOf('candidates', 'device-not-selected') }, 0],
    [{ state: 'down', reason: reasonOf('health') }, 0],
    [{ state: 'leaving', reason: reasonOf('health') }, 0],
    [{ state: 'rising', reason: reasonOf('verdict', 'announce-delay') }, 1],
    [{ state: 'suppressed', reason: reasonOf('verdict', 'dampened') }, 1],
    [{ state: 'held', reason: reasonOf('routes', 'max-routes') }, 1],
  ],
  ha2bgp_service_announced: [
    [{}, 1],
    [{ state: 'leaving' }, 1],
    ...(['rising', 'suppressed', 'held', 'drained', 'set-down', 'down'] as const).map(
      (state) => [{ state }, 0] as const,
    ),
  ],
  ha2bgp_service_suppressed: [
    [{}, 0],
    [{ state: 'suppressed' }, 1],
  ],
  ha2bgp_service_overridden: [
    [{}, 0],
    [{ overrides: [overrideOf()] }, 1],
  ],
  ha2bgp_service_transitions_total: [[{}, 17]],
  ha2bgp_service_told: [[{ told: { told: 3, of: 4, except: [] } }, 3]],
  ha2bgp_service_receivers: [[{ told: { told: 3, of: 4, except: [] } }, 4]],
  ha2bgp_service_state_timestamp_seconds: [[{}, THEN_S]],
  ha2bgp_service_flap_penalty: [
    [{}, undefined],
    [{ penalty: { now: 812.5, suppress: 3_000, reuse: 1_000 } }, 812.5],
  ],
};

describe('metrics of the daemon', () => {
  it('have a case each', () => {
    expect(Object.keys(CASES).sort()).toEqual(DAEMON_METRICS.map(({ name }) => name).sort());
  });

  it.each(DAEMON_METRICS.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
    for (const [seen, expected] of CASES[name] ?? []) {
      const samples = metric.read({ ...summaryOf(), beside: beside(), ...seen });
      expect(samples).toEqual(expected);
      for (const { labels } of samples) {
        expect(Object.keys(labels).filter((label) => label !== 'le')).toEqual(metric.labels);
        expect('le' in labels && metric.type !== 'histogram').toBe(false);
      }
    }
  });
});

describe('metrics of a service', () => {
  it('have a case each', () => {
    expect(Object.keys(SERVICE_CASES).sort()).toEqual(SERVICE_METRICS.map(({ name }) => name).sort());
  });

  it.each(SERVICE_METRICS.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
    for (const [of, expected] of SERVICE_CASES[name] ?? []) {
      expect(metric.read(serviceOf('192.0.2.1/32', of), 17), JSON.stringify(of)).toBe(expected);
    }
  });

  it('are of its prefix, and of its name where it has one', () => {
    expect(labelsOf(serviceOf('192.0.2.1/32'))).toEqual({ prefix: '192.0.2.1/32' });
    expect(labelsOf(serviceOf('192.0.2.1/32', { name: nameOf('dns') }))).toEqual({
      prefix: '192.0.2.1/32',
      name: 'dns',
    });
    const known = new Set(SERVICE_METRICS.flatMap(({ labels }) => labels));
    expect([...known]).toEqual(['prefix', 'name']);
  });

  it('are of none that the settings do not let be one', () => {
    expect(isCounted(serviceOf('192.0.2.1/32'))).toBe(true);
    expect(isCounted(serviceOf('192.0.2.1/32', { state: 'down', reason: reasonOf('health') }))).toBe(true);
    const outside = { state: 'down', reason: reasonOf('candidates', 'outside-networks') } as const;
    expect(isCounted(serviceOf('192.0.2.1/32', outside))).toBe(false);
  });
});

describe('the names of metrics', () => {
  const all = [...DAEMON_METRICS, ...SERVICE_METRICS];

  it.each(all.map((metric) => [metric.name, metric] as const))('%s keeps the conventions', (name, { type, help }) => {
    expect(name).toMatch(/^ha2bgp_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|count|sum|bucket)(_|$)/);
    expect(help).toMatch(/^[A-Z][^"\\\n]*\.$/);
  });

  // OpenMetrics calls a counter by its name without the suffix.
  it('are each there once', () => {
    expect(new Set(all.map(({ name }) => name.replace(/_total$/, ''))).size).toBe(all.length);
  });
});
