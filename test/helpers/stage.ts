/**
 * A daemon for the page to look at, as a play: what it says of itself is put together by a test, and what is asked of it by
 * hand is written down. What serves it is the real API.
 */
import { hostPrefix, type Prefix, parseAddress, parsePrefix } from '../../src/model/address.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import type { DrainTarget } from '../../src/model/override.ts';
import type { ServiceId } from '../../src/model/service.ts';
import {
  type Change,
  type DiscoveryView,
  type Instant,
  type OverrideView,
  type PeerView,
  type ProcessView,
  SERVICE_STATES,
  type ServiceStateName,
  type ServiceView,
  type SinkView,
  type Summary,
  type TellingView,
  type Transition,
} from '../../src/model/view.ts';
import { OperationError, type Operator } from '../../src/runtime/operator.ts';

export interface Stage {
  readonly operator: Operator;
  /** What was asked by hand, in its order. */
  readonly orders: readonly object[];
  readonly services: Map<Prefix, ServiceView>;
  /** All transitions, the oldest first. */
  readonly history: Transition[];
  sinks: readonly SinkView[];
  discovery: DiscoveryView;
  process: ProcessView;
  /** Puts a service there, or in place of the one of its prefix, without a word. */
  put(...services: readonly ServiceView[]): void;
  /** A service comes into another state, and everybody hears of it. */
  move(prefix: string, to: ServiceStateName, more?: Partial<ServiceView>): void;
  push(change: Change): void;
}

export const instant = (at: number): Instant => new Date(at).toISOString() as Instant;

export const prefixOf = (text: string): Prefix => {
  const address = parseAddress(text);
  const prefix = address === undefined ? parsePrefix(text) : hostPrefix(address);
  if (typeof prefix !== 'string') throw new Error(`no prefix: ${text}`);
  return prefix;
};

const NOTHING_YET: Summary['ever'] = {
  transitions: Object.fromEntries(SERVICE_STATES.map((each) => [each, 0])) as Record<ServiceStateName, number>,
  ...{ stalls: 0, stalledMs: 0, readings: { count: 0, totalMs: 0, buckets: [] }, sinks: [] },
};

export function serviceOf(
  prefix: string,
  state: ServiceStateName,
  agoMs: number,
  more: Partial<ServiceView> = {},
): ServiceView {
  const isAnnounced = state === 'announced' || state === 'leaving';
  const sinks = 2;
  return {
    prefix: prefixOf(prefix),
    kind: 'discovered',
    state,
    since: instant(Date.now() - agoMs),
    overrides: [],
    told: { told: isAnnounced ? sinks : 0, of: sinks, except: [] },
    ...more,
  };
}

export function createStage(): Stage {
  const listeners = new Set<(change: Change) => void>();
  const services = new Map<Prefix, ServiceView>();
  const history: Transition[] = [];
  const orders: object[] = [];
  let overrides: readonly OverrideView[] = [];
  const startedAt = Date.now();

  const stage: Stage = {
    operator: createOperator(),
    orders,
    services,
    history,
    sinks: [],
    discovery: {
      source: 'netlink',
      hints: 'tracefs',
      intervalMs: 250,
      factsAgeMs: 120,
      listeners: 0,
      addresses: 0,
      failures: 0,
    },
    process: {
      ...{ version: '0.1.0', node: 'v20.19.5', pid: 4711, name: 'stage', startedAt: instant(startedAt), uptimeMs: 0 },
      ...{ loopLagMs: 2.5, droppedLogLines: 0, residentBytes: 71_000_000 },
    },
    put(...all) {
      for (const each of all) services.set(each.prefix, each);
      overrides = [
        ...new Map(
          [...services.values()].flatMap((each) => each.overrides).map((each) => [each.target, each]),
        ).values(),
      ];
    },
    move(text, to, more = {}) {
      const before = services.get(prefixOf(text));
      if (before === undefined) throw new Error(`no service ${text}`);
      const at = instant(Date.now());
      const { reason: _reason, until: _until, ...rest } = before;
      const after: ServiceView = {
        ...rest,
        ...serviceOf(text, to, 0),
        ...(before.name && { name: before.name }),
        kind: before.kind,
        ...more,
      };
      services.set(after.prefix, after);
      const transition: Transition = {
        ...{ at, number: (history.at(-1)?.number ?? 0) + 1, prefix: after.prefix, from: before.state, to },
        ...(after.reason && { reason: after.reason }),
      };
      history.push(transition);
      stage.push({ type: 'transition', ...transition });
    },
    push: (change) => {
      for (const hear of listeners) hear(change);
    },
  };

  function summary(): Summary {
    const counts = Object.fromEntries(SERVICE_STATES.map((each) => [each, 0])) as Record<ServiceStateName, number>;
    for (const { state } of services.values()) counts[state]++;
    const { process, discovery, sinks } = stage;
    return {
      at: instant(Date.now()),
      process,
      discovery,
      sinks,
      checks: [],
      overrides,
      services: counts,
      ever: NOTHING_YET,
    };
  }

  const isCovered = (target: DrainTarget, service: ServiceView): boolean =>
    target.type === 'all' ||
    (target.type === 'prefix' ? service.prefix === target.prefix : service.name === target.service);
  const words = (target: DrainTarget): string =>
    target.type === 'all' ? 'all' : target.type === 'prefix' ? target.prefix : target.service;

  function createOperator(): Operator {
    const service = (prefix: Prefix): ServiceView => services.get(prefix) ?? serviceOf(prefix, 'down', 0);
    return {
      summary,
      outline: summary,
      overrides: () => overrides,
      services: () => [...services.values()],
      service,
      async explain(of) {
        const prefix = prefixOf(of);
        const view = service(prefix);
        return {
          asked: of,
          prefixes: [
            {
              service: view,
              stages: stagesOf(view),
              tellings: tellingsOf(view, stage.sinks),
              history: history.filter((each) => each.prefix === prefix).reverse(),
            },
          ],
        };
      },
      history: ({ prefix, most }) => ({
        transitions: history
          .filter((each) => prefix === undefined || each.prefix === prefix)
          .reverse()
          .slice(0, most),
        process: [],
        peers: [],
      }),
      subscribe(hear) {
        listeners.add(hear);
        return () => void listeners.delete(hear);
      },
      async drain(order) {
        orders.push({ drain: order });
        const override = overrideOf(words(order.target), order.by, order.why, order.for);
        const covered = [...services.values()].filter((each) => isCovered(order.target, each));
        for (const each of covered) {
          stage.put({ ...each, overrides: [override] });
          stage.move(each.prefix, 'drained', {
            overrides: [override],
            ...(override.until && { until: override.until }),
          });
        }
        stage.push({ type: 'overrides', at: instant(Date.now()), overrides });
        return { overrides: [override], services: covered.map(({ prefix }) => prefix), remarks: [] };
      },
      async undrain(order) {
        orders.push({ undrain: order });
        const covered = [...services.values()].filter(
          (each) => isCovered(order.target, each) && each.overrides.length > 0,
        );
        if (covered.length === 0) throw new OperationError('not-found', `there is no drain of ${words(order.target)}`);
        for (const each of covered) {
          stage.put({ ...each, overrides: [] });
          stage.move(each.prefix, 'announced', { overrides: [] });
        }
        stage.put();
        stage.push({ type: 'overrides', at: instant(Date.now()), overrides });
        return { overrides: [], services: covered.map(({ prefix }) => prefix), remarks: [] };
      },
      set: () => Promise.reject(new OperationError('not-possible', 'not in this play')),
      reload: async () => ({ ok: true, changed: [] }),
      findTarget(text) {
        if (/[:./]/.test(text)) return { type: 'prefix', prefix: prefixOf(text) };
        return { type: 'service', service: text as ServiceId };
      },
    };
  }
  return stage;
}

export const overrideOf = (target: string, by: string, why: string, length: Millis | undefined): OverrideView => ({
  ...{ kind: 'drain', target, by, why, at: instant(Date.now()) },
  ...(length !== undefined && { until: instant(Date.now() + length) }),
});

export const peerOf = (name: string, more: Partial<PeerView> = {}): PeerView => ({
  ...{ name, as: 65_000, state: 'established', since: instant(Date.now() - 9 * 3_600_000), last: '', told: 9 },
  ...{ isLevel: true, unsaid: [], received: { ipv4: 0, ipv6: 0 }, holdTimeMs: ms(90_000), families: ['ipv4', 'ipv6'] },
  ...more,
});

function stagesOf({ state, reason }: ServiceView) {
  const all = ['facts', 'candidates', 'health', 'verdict', 'routes'] as const;
  const last = reason === undefined ? all.length : all.indexOf(reason.stage);
  return all.map((stage, index) => ({
    stage,
    answer:
      index < last
        ? ('yes' as const)
        : index > last
          ? ('not-reached' as const)
          : state === 'rising'
            ? ('waits' as const)
            : ('no' as const),
    lines: index < last ? LINES[stage] : [],
    ...(index === last && reason && { reason }),
  }));
}

const LINES = {
  facts: ['the kernel was read 120 ms ago'],
  candidates: ['on device lo, label lo:anycast', 'inside --network 192.0.2.0/24'],
  health: ['nginx (pid 2143) listens on 0.0.0.0:443, TCP'],
  verdict: ['up for longer than its announce delay (6s)'],
  routes: ['next hop 198.51.100.7'],
} as const;

const tellingsOf = ({ state, since, told }: ServiceView, sinks: readonly SinkView[]): TellingView[] =>
  sinks
    .flatMap((sink) => sink.peers ?? [])
    .map(
      ({ name }) =>
        told.except.find(({ to }) => to === name) ?? {
          to: name,
          state: state === 'announced' ? 'told' : 'none',
          at: since,
        },
    );
