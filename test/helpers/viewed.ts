/** A view of a daemon that a test makes up. */
import type { Prefix } from '../../src/model/address.ts';
import type { ServiceId } from '../../src/model/service.ts';
import type {
  Change,
  Instant,
  OverrideView,
  PeerView,
  ReasonView,
  ServiceStateName,
  ServiceView,
  Summary,
} from '../../src/model/view.ts';
import { SERVICE_STATES } from '../../src/model/view.ts';

export const instant = (text: string): Instant => text as Instant;
export const THEN = instant('2026-11-20T03:00:00.000Z');
export const NOW = instant('2026-11-20T03:01:00.250Z');

export const prefixOf = (text: string): Prefix => text as Prefix;
export const nameOf = (text: string): ServiceId => text as unknown as ServiceId;

export const serviceOf = (prefix: string, of: Partial<ServiceView> = {}): ServiceView => ({
  ...{ prefix: prefixOf(prefix), kind: 'discovered', state: 'announced', since: THEN, overrides: [] },
  told: { told: 1, of: 1, except: [] },
  ...of,
});

export const reasonOf = (
  stage: ReasonView['stage'],
  code = 'no-listener',
  sentence = 'nothing listens',
): ReasonView => ({
  ...{ code, stage, sentence },
});

export const peerOf = (name: string, of: Partial<PeerView> = {}): PeerView => ({
  ...{ name, as: 65_001, state: 'established', since: THEN, last: '', told: 3, isLevel: true, unsaid: [] },
  received: { ipv4: 0, ipv6: 0 },
  ...of,
});

export const overrideOf = (of: Partial<OverrideView> = {}): OverrideView => ({
  ...{ kind: 'drain', target: 'all', by: 'root', why: '', at: THEN },
  ...of,
});

export const countsOf = (services: readonly ServiceView[]): Readonly<Record<ServiceStateName, number>> =>
  Object.fromEntries(
    SERVICE_STATES.map((state) => [state, services.filter((service) => service.state === state).length]),
  ) as Record<ServiceStateName, number>;

export const summaryOf = (of: Partial<Summary> = {}): Summary => ({
  at: NOW,
  process: {
    ...{ version: '9.9.9', node: 'v20.1.0', pid: 4_711, name: 'dns', startedAt: THEN, uptimeMs: 60_250 },
    ...{ loopLagMs: 0, droppedLogLines: 0, residentBytes: 70_000_000 },
  },
  discovery: {
    source: 'netlink',
    hints: 'none',
    intervalMs: 100,
    factsAgeMs: 40,
    listeners: 7,
    addresses: 9,
    failures: 0,
  },
  sinks: [],
  checks: [],
  overrides: [],
  services: countsOf([]),
  ever: {
    transitions: countsOf([]),
    ...{ stalls: 0, stalledMs: 0, readings: { count: 0, totalMs: 0, buckets: [] }, sinks: [] },
  },
  ...of,
});

export interface MadeUp {
  services(): Iterable<ServiceView>;
  summary(): Summary;
  subscribe(hear: (change: Change) => void): () => void;
  /** Tells whoever subscribed. */
  tell(change: Change): void;
  /** How many have subscribed and not left. */
  listening(): number;
}

/** `services` are asked for anew each time. */
export function viewerOf(services: () => readonly ServiceView[], of: () => Partial<Summary> = () => ({})): MadeUp {
  const hearers = new Set<(change: Change) => void>();
  return {
    services,
    summary: () => summaryOf({ services: countsOf(services()), ...of() }),
    subscribe(hear) {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
    tell: (change) => {
      for (const hear of hearers) hear(change);
    },
    listening: () => hearers.size,
  };
}
