/** Metrics of the daemon as a whole, PURE: its process, its reading of the kernel, whom it tells. */
import { type CheckView, type OverrideView, type PeerView, SERVICE_STATES } from '../model/view.ts';
import { type DaemonMetric, metric, oneOf, type Sample, type Seen, secondsOf, single } from './metric.ts';

const HINTS = ['tracefs', 'destroy', 'none'];
const PEER_STATES = ['idle', 'connecting', 'established'];
const OVERRIDE_KINDS = ['drain', 'up', 'down'] as const;
const PEER = ['sink', 'peer'];

const seconds = (duration: number | undefined): number | undefined =>
  duration === undefined ? undefined : duration / 1_000;

function ofPeers(read: (peer: PeerView) => readonly Sample[]): (seen: Seen) => readonly Sample[] {
  return ({ sinks }) =>
    sinks.flatMap(({ name: sink, peers = [] }) =>
      peers.flatMap((peer) =>
        read(peer).map(({ labels, value }) => ({ labels: { sink, peer: peer.name, ...labels }, value })),
      ),
    );
}

const ofSinks =
  (name: 'told' | 'leaving' | 'waiting' | 'refused') =>
  ({ sinks }: Seen): readonly Sample[] =>
    sinks.map((sink) => ({ labels: { sink: sink.name }, value: sink[name] }));

const ever =
  (name: 'announced' | 'withdrawn' | 'refused') =>
  ({ ever: { sinks } }: Seen): readonly Sample[] =>
    sinks.map((sink) => ({ labels: { sink: sink.name }, value: sink[name] }));

const ofChecks =
  (read: (check: CheckView) => number | undefined) =>
  ({ checks }: Seen): readonly Sample[] =>
    checks.flatMap((check) => {
      const value = read(check);
      return value === undefined ? [] : [{ labels: { name: check.name }, value }];
    });

const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { le }, value });

const overridesOf = ({ overrides }: Seen, kind: OverrideView['kind']): readonly OverrideView[] =>
  overrides.filter((override) => override.kind === kind);

const PROCESS_METRICS: readonly DaemonMetric[] = [
  metric(
    'ha2bgp_build_info',
    'gauge',
    'Which ha2bgp this is, on which Node.',
    ['version', 'node'],
    ({ process: own }) => [{ labels: { version: own.version, node: own.node }, value: 1 }],
  ),
  single('ha2bgp_start_time_seconds', 'gauge', 'When the process was started.', ({ process: own }) =>
    secondsOf(own.startedAt),
  ),
  single(
    'ha2bgp_cpu_seconds_total',
    'counter',
    'What it has taken of processors, on all its threads.',
    ({ beside }) => beside.processorSeconds,
  ),
  single('ha2bgp_resident_memory_bytes', 'gauge', 'Its resident memory.', ({ process: own }) => own.residentBytes),
  single(
    'ha2bgp_event_loop_lag_seconds',
    'gauge',
    'How late it was at most, in the last minute, for what was due.',
    ({ process: own }) => seconds(own.loopLagMs),
  ),
  single(
    'ha2bgp_stalls_total',
    'counter',
    'How often it stood still for half a second or longer.',
    (seen) => seen.ever.stalls,
  ),
  single('ha2bgp_stalled_seconds_total', 'counter', 'For how long it stood still then.', (seen) =>
    seconds(seen.ever.stalledMs),
  ),
  metric('ha2bgp_reloads_total', 'counter', 'Times that settings were read anew.', ['result'], ({ beside }) => [
    { labels: { result: 'done' }, value: beside.reloads.done },
    { labels: { result: 'refused' }, value: beside.reloads.refused },
  ]),
  single(
    'ha2bgp_reload_failed',
    'gauge',
    'Whether the last reload was refused, and older settings are in force.',
    ({ beside }) => (beside.reloads.isLastRefused ? 1 : 0),
  ),
  single(
    'ha2bgp_log_lines_dropped_total',
    'counter',
    'Log lines that nobody took.',
    ({ process: own }) => own.droppedLogLines,
  ),
  single(
    'ha2bgp_recording_events_missed_total',
    'counter',
    'Events that the recording lacks, where there is one.',
    ({ beside }) => beside.unrecorded,
  ),
  metric(
    'ha2bgp_file_failures_total',
    'counter',
    'Times that a file for others could not be written.',
    ['file'],
    ({ beside }) => beside.files.map(({ file, failures }) => ({ labels: { file }, value: failures })),
  ),
];

const DISCOVERY_METRICS: readonly DaemonMetric[] = [
  single(
    'ha2bgp_discovery_facts_age_seconds',
    'gauge',
    'How old the last whole reading of the kernel is.',
    ({ discovery }) => seconds(discovery.factsAgeMs),
  ),
  single('ha2bgp_discovery_failing', 'gauge', 'Whether the kernel cannot be read at present.', ({ discovery }) =>
    discovery.failingSince === undefined ? 0 : 1,
  ),
  single(
    'ha2bgp_discovery_failures_total',
    'counter',
    'Readings that failed, in part or as a whole.',
    ({ discovery }) => discovery.failures,
  ),
  metric(
    'ha2bgp_discovery_read_seconds',
    'histogram',
    'How long readings of the kernel take, each of listeners, or of devices and addresses too.',
    [],
    ({ ever: { readings } }) => [
      ...readings.buckets.map(({ upToMs, count }) => bucket(String(upToMs / 1_000), count)),
      bucket('+Inf', readings.count),
      { suffix: '_sum', labels: {}, value: readings.totalMs / 1_000 },
      { suffix: '_count', labels: {}, value: readings.count },
    ],
  ),
  single('ha2bgp_discovery_interval_seconds', 'gauge', 'How often it is asked what listens.', ({ discovery }) =>
    seconds(discovery.intervalMs),
  ),
  metric('ha2bgp_discovery_hints', 'gauge', 'Which hints arrive: 1 for that kind.', ['hints'], ({ discovery }) =>
    oneOf(HINTS, 'hints', discovery.hints),
  ),
  single(
    'ha2bgp_discovery_listeners',
    'gauge',
    'Listening sockets that are known.',
    ({ discovery }) => discovery.listeners,
  ),
  single(
    'ha2bgp_discovery_addresses',
    'gauge',
    'Addresses of this host that are known.',
    ({ discovery }) => discovery.addresses,
  ),
];

const TELLING_METRICS: readonly DaemonMetric[] = [
  metric('ha2bgp_services', 'gauge', 'Services in each state, all there are.', ['state'], ({ services }) =>
    SERVICE_STATES.map((state) => ({ labels: { state }, value: services[state] })),
  ),
  metric('ha2bgp_transitions_total', 'counter', 'How often a service came into a state.', ['state'], ({ ever }) =>
    SERVICE_STATES.map((state) => ({ labels: { state }, value: ever.transitions[state] })),
  ),
  single(
    'ha2bgp_services_left_out',
    'gauge',
    'Services without lines of their own (--metrics-max-services).',
    ({ beside }) => beside.leftOut,
  ),
  metric('ha2bgp_overrides', 'gauge', 'Drains and orders by hand that are in force.', ['kind'], (seen) =>
    OVERRIDE_KINDS.map((kind) => ({ labels: { kind }, value: overridesOf(seen, kind).length })),
  ),
  metric('ha2bgp_override_oldest_timestamp_seconds', 'gauge', 'When the oldest of them was given.', ['kind'], (seen) =>
    OVERRIDE_KINDS.flatMap((kind) => {
      const times = overridesOf(seen, kind).map(({ at }) => secondsOf(at));
      return times.length === 0 ? [] : [{ labels: { kind }, value: Math.min(...times) }];
    }),
  ),
  metric(
    'ha2bgp_sink_routes',
    'gauge',
    'Routes that the sink was given and has not refused, also while no session is up.',
    ['sink'],
    ofSinks('told'),
  ),
  metric('ha2bgp_sink_leaving', 'gauge', 'Routes whose withdraw is on its way.', ['sink'], ofSinks('leaving')),
  metric('ha2bgp_sink_waiting', 'gauge', 'What waits because nobody takes it.', ['sink'], ofSinks('waiting')),
  metric('ha2bgp_sink_refused', 'gauge', 'Routes that are refused, and tried again.', ['sink'], ofSinks('refused')),
  metric(
    'ha2bgp_sink_announces_total',
    'counter',
    'Announces handed on, each to each peer.',
    ['sink'],
    ever('announced'),
  ),
  metric(
    'ha2bgp_sink_withdraws_total',
    'counter',
    'Withdraws handed on, each to each peer.',
    ['sink'],
    ever('withdrawn'),
  ),
  metric('ha2bgp_sink_refusals_total', 'counter', 'Commands that were refused.', ['sink'], ever('refused')),
  metric(
    'ha2bgp_peer_state',
    'gauge',
    'How the session with a peer stands: 1 for that state.',
    [...PEER, 'state'],
    ofPeers(({ state }) => oneOf(PEER_STATES, 'state', state)),
  ),
  metric(
    'ha2bgp_peer_state_timestamp_seconds',
    'gauge',
    'Since when it stands so.',
    PEER,
    ofPeers(({ since }) => [{ labels: {}, value: secondsOf(since) }]),
  ),
  metric(
    'ha2bgp_peer_told',
    'gauge',
    'Routes that the peer has of us: none while no session is up.',
    PEER,
    ofPeers(({ told }) => [{ labels: {}, value: told }]),
  ),
  metric(
    'ha2bgp_peer_level',
    'gauge',
    'Whether the peer was told everything that there is for it.',
    PEER,
    ofPeers(({ isLevel }) => (isLevel === undefined ? [] : [{ labels: {}, value: isLevel ? 1 : 0 }])),
  ),
  metric(
    'ha2bgp_peer_received',
    'gauge',
    'Routes that the peer told us, less those that it withdrew; they are not kept, so that one told again counts again.',
    [...PEER, 'family'],
    ofPeers(({ received }) =>
      received === undefined
        ? []
        : (['ipv4', 'ipv6'] as const).map((family) => ({ labels: { family }, value: received[family] })),
    ),
  ),
];

const CHECK_METRICS: readonly DaemonMetric[] = [
  metric(
    'ha2bgp_check_up',
    'gauge',
    "Whether a service's check has passed as often as it has to, and not failed as often as it may since.",
    ['name'],
    ofChecks(({ inForce }) => (inForce === 'up' ? 1 : 0)),
  ),
  metric(
    'ha2bgp_check_disabled',
    'gauge',
    'Whether the service is out of use because of its disable file.',
    ['name'],
    ofChecks(({ inForce }) => (inForce === 'disabled' ? 1 : 0)),
  ),
  metric(
    'ha2bgp_check_duration_seconds',
    'gauge',
    'How long the last check took, which passed or failed.',
    ['name'],
    ofChecks(({ last }) => (last === undefined || last.result === 'disabled' ? undefined : last.tookMs / 1_000)),
  ),
  metric(
    'ha2bgp_check_timestamp_seconds',
    'gauge',
    'When the last check ended.',
    ['name'],
    ofChecks(({ last }) => last && secondsOf(last.at)),
  ),
];

export const DAEMON_METRICS: readonly DaemonMetric[] = [
  ...PROCESS_METRICS,
  ...DISCOVERY_METRICS,
  ...TELLING_METRICS,
  ...CHECK_METRICS,
];
