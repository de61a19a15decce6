/** The schemas of what is answered: those of `model/view`, key by key, and the compiler holds them to it. PURE. */
import { SAID_BY_HAND } from '../model/override.ts';
import { STAGES } from '../model/reason.ts';
import {
  type AskedService,
  type CheckView,
  type DiscoveryView,
  type EverView,
  type Explanation,
  type HistoryView,
  type OverrideView,
  type PeerEntry,
  type PeerView,
  type PenaltyView,
  type PrefixExplanation,
  type ProcessEntry,
  type ProcessView,
  type ReasonView,
  SERVICE_STATES,
  type ServiceView,
  type SinkView,
  type StageView,
  type Status,
  type Summary,
  type TellingView,
  type ToldView,
  type Transition,
} from '../model/view.ts';
import type { PartProblem, ProblemDocument } from './problem.ts';
import { BOOLEAN, COUNT, listOf, maybe, NUMBER, objectOf, oneOf, ref, type Schema, STRING } from './schema.ts';

const INSTANT: Schema = { type: 'string', format: 'date-time', description: 'RFC 3339, in UTC, with milliseconds' };
const LENGTH: Schema = { type: 'number', description: 'milliseconds' };
const STATE = oneOf(...SERVICE_STATES);
const CHECK_STATE = oneOf('init', 'rising', 'up', 'falling', 'down', 'disabled');
const STAGE = oneOf(...STAGES);
const counts = objectOf<Summary['services']>(
  Object.fromEntries(SERVICE_STATES.map((each) => [each, COUNT])) as Record<(typeof SERVICE_STATES)[number], Schema>,
);

const ABOUT_IT = {
  at: INSTANT,
  process: ref('Process'),
  discovery: ref('Discovery'),
  sinks: listOf(ref('Sink')),
  checks: listOf(ref('Check')),
  overrides: listOf(ref('Override')),
  ever: ref('Ever'),
};
const TRANSITION = {
  at: INSTANT,
  number: COUNT,
  prefix: STRING,
  from: STATE,
  to: STATE,
  reason: maybe(ref('Reason')),
};
const NUMBERED = { at: INSTANT, number: COUNT };
type EntryOf<T extends ProcessEntry['type']> = { type: string } & Omit<Extract<ProcessEntry, { type: T }>, 'type'>;
const PEER = {
  name: STRING,
  as: maybe(COUNT),
  state: oneOf('idle', 'connecting', 'established'),
  since: INSTANT,
  last: STRING,
  told: COUNT,
  isLevel: maybe(BOOLEAN),
  unsaid: maybe(listOf(STRING)),
  received: maybe(objectOf<NonNullable<PeerView['received']>>({ ipv4: COUNT, ipv6: COUNT })),
  holdTimeMs: maybe(LENGTH),
  families: maybe(listOf(STRING)),
};

const KIND = oneOf('discovered', 'declared', 'checked', 'static');
const SERVICE = {
  prefix: STRING,
  name: maybe(STRING),
  state: STATE,
  reason: maybe(ref('Reason')),
  until: maybe(INSTANT),
  penalty: maybe(ref('Penalty')),
  overrides: listOf(ref('Override')),
  told: ref('Told'),
};

export const SCHEMAS = {
  Reason: objectOf<ReasonView>({ code: STRING, stage: STAGE, sentence: STRING }),
  Penalty: objectOf<PenaltyView>({ now: NUMBER, suppress: NUMBER, reuse: NUMBER, reuseInMs: maybe(LENGTH) }),
  Override: objectOf<OverrideView>({
    kind: oneOf('drain', 'up', 'down'),
    target: STRING,
    by: STRING,
    why: STRING,
    at: INSTANT,
    until: maybe(INSTANT),
    withdrawAt: maybe(INSTANT),
  }),
  Telling: objectOf<TellingView>({
    to: STRING,
    state: oneOf('told', 'waiting', 'leaving', 'refused', 'not-for-it', 'no-session', 'none'),
    at: maybe(INSTANT),
    detail: maybe(STRING),
  }),
  Told: objectOf<ToldView>({ told: COUNT, of: COUNT, except: listOf(ref('Telling')) }),
  Service: objectOf<ServiceView>({ ...SERVICE, kind: KIND, since: INSTANT }),
  AskedService: objectOf<AskedService>({ ...SERVICE, kind: maybe(KIND), since: maybe(INSTANT) }),
  Peer: objectOf<PeerView>(PEER),
  SinkPeer: objectOf<PeerView & { sink: string }>({ ...PEER, sink: STRING }),
  Sink: objectOf<SinkView>({
    name: STRING,
    told: COUNT,
    leaving: COUNT,
    waiting: COUNT,
    refused: COUNT,
    peers: maybe(listOf(ref('Peer'))),
  }),
  Check: objectOf<CheckView>({
    name: STRING,
    state: CHECK_STATE,
    inForce: maybe(oneOf('up', 'down', 'disabled')),
    prefixes: COUNT,
    last: maybe(
      objectOf<NonNullable<CheckView['last']>>({
        at: INSTANT,
        tookMs: LENGTH,
        result: oneOf('passed', 'failed', 'disabled'),
        detail: STRING,
      }),
    ),
  }),
  Discovery: objectOf<DiscoveryView>({
    source: oneOf('netlink', 'proc'),
    hints: oneOf('tracefs', 'destroy', 'none'),
    intervalMs: LENGTH,
    factsAgeMs: maybe(LENGTH),
    listeners: COUNT,
    addresses: COUNT,
    failures: COUNT,
    failingSince: maybe(INSTANT),
    failure: maybe(STRING),
  }),
  Process: objectOf<ProcessView>({
    version: STRING,
    node: STRING,
    pid: COUNT,
    name: STRING,
    startedAt: INSTANT,
    uptimeMs: LENGTH,
    loopLagMs: LENGTH,
    droppedLogLines: COUNT,
    residentBytes: COUNT,
    notKept: maybe(STRING),
    lost: maybe(STRING),
    lastReload: maybe(objectOf<NonNullable<ProcessView['lastReload']>>({ at: INSTANT, ok: BOOLEAN, problems: COUNT })),
  }),
  Ever: objectOf<EverView>({
    transitions: counts,
    stalls: COUNT,
    stalledMs: LENGTH,
    readings: objectOf<EverView['readings']>({
      count: COUNT,
      totalMs: LENGTH,
      lastMs: maybe(LENGTH),
      buckets: listOf(objectOf<EverView['readings']['buckets'][number]>({ upToMs: NUMBER, count: COUNT })),
    }),
    sinks: listOf(
      objectOf<EverView['sinks'][number]>({ name: STRING, announced: COUNT, withdrawn: COUNT, refused: COUNT }),
    ),
  }),
  Summary: objectOf<Summary>({ ...ABOUT_IT, services: counts }),
  Status: objectOf<Status>({ ...ABOUT_IT, counts, services: listOf(ref('Service')), toldToNobody: COUNT }),
  Transition: objectOf<Transition>(TRANSITION),
  ProcessEntry: {
    oneOf: [
      objectOf<EntryOf<'started'>>({
        ...{ type: { const: 'started' }, ...NUMBERED, version: STRING, pid: COUNT, lastSignOfBefore: maybe(INSTANT) },
      }),
      objectOf<EntryOf<'stopped'>>({
        ...{ type: { const: 'stopped' }, ...NUMBERED, why: STRING, withdrawn: COUNT, left: COUNT },
      }),
      objectOf<EntryOf<'reloaded'>>({ type: { const: 'reloaded' }, ...NUMBERED, changed: listOf(STRING) }),
      objectOf<EntryOf<'reload-refused'>>({ type: { const: 'reload-refused' }, ...NUMBERED, problems: COUNT }),
      objectOf<EntryOf<'by-hand'>>({
        ...{ type: { const: 'by-hand' }, ...NUMBERED, what: { enum: [...SAID_BY_HAND] } },
        ...{ target: STRING, by: STRING, why: STRING },
      }),
    ],
  },
  PeerEntry: objectOf<PeerEntry>({
    type: oneOf('peer-up', 'peer-down'),
    ...NUMBERED,
    sink: STRING,
    peer: STRING,
    why: maybe(STRING),
    unnoted: maybe(COUNT),
  }),
  History: objectOf<HistoryView>({
    transitions: listOf(ref('Transition')),
    process: listOf(ref('ProcessEntry')),
    peers: listOf(ref('PeerEntry')),
  }),
  Change: {
    oneOf: [
      objectOf<{ type: string } & Transition>({ type: { const: 'transition' }, ...TRANSITION }),
      objectOf<{ type: string; at: string; peer: PeerView }>({
        type: { const: 'peer' },
        at: INSTANT,
        peer: ref('Peer'),
      }),
      objectOf<{ type: string; at: string; overrides: unknown[] }>({
        type: { const: 'overrides' },
        at: INSTANT,
        overrides: listOf(ref('Override')),
      }),
      objectOf<{ type: string; at: string; discovery: DiscoveryView }>({
        type: { const: 'discovery' },
        at: INSTANT,
        discovery: ref('Discovery'),
      }),
      objectOf<{ type: string; at: string; changed: string[] }>({
        type: { const: 'reloaded' },
        at: INSTANT,
        changed: listOf(STRING),
      }),
      objectOf<{ type: string; at: string; problems: number }>({
        type: { const: 'reload-refused' },
        at: INSTANT,
        problems: COUNT,
      }),
      objectOf<{ type: string; at: string; why: string; announced: number }>({
        type: { const: 'stopping' },
        at: INSTANT,
        why: STRING,
        announced: COUNT,
      }),
    ],
  },
  Stage: objectOf<StageView>({
    stage: STAGE,
    answer: oneOf('yes', 'no', 'waits', 'not-reached'),
    lines: listOf(STRING),
    reason: maybe(ref('Reason')),
  }),
  PrefixExplanation: objectOf<PrefixExplanation>({
    service: ref('AskedService'),
    stages: listOf(ref('Stage')),
    tellings: listOf(ref('Telling')),
    history: listOf(ref('Transition')),
  }),
  Explanation: objectOf<Explanation>({ asked: STRING, prefixes: listOf(ref('PrefixExplanation')) }),
  Done: objectOf<{ overrides: unknown[]; before?: unknown[]; services: unknown[]; remarks: unknown[] }>({
    overrides: listOf(ref('Override')),
    before: maybe(listOf(ref('Override'))),
    services: listOf(STRING),
    remarks: listOf(STRING),
  }),
  Problem: objectOf<ProblemDocument>({
    type: STRING,
    title: STRING,
    status: COUNT,
    detail: STRING,
    problems: maybe(listOf(objectOf<PartProblem>({ place: STRING, text: STRING }))),
  }),
} as const satisfies Readonly<Record<string, Schema>>;

export const schemaOf = (name: keyof typeof SCHEMAS): Schema => ref(name);
