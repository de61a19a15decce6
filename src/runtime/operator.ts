/**
 * The operator's side of a running daemon: what there is to see, and what can be done by hand.
 *
 * What it does: puts the view together from the core's state and the status of sinks and discovery, and turns what people
 * ask for into events. What it does not: decide, keep a copy of what others own, or speak to people (`api`, `cli`).
 */
import { standingOf } from '../core/standing.ts';
import type { DaemonState } from '../core/state.ts';
import type { SourceStatus } from '../discovery/source.ts';
import type { IpAddress, Prefix } from '../model/address.ts';
import { hostPrefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { DrainTarget } from '../model/override.ts';
import { type Reason, sentence, stageOf } from '../model/reason.ts';
import {
  type Change,
  type Explanation,
  type Instant,
  type OverrideView,
  type ReasonView,
  SERVICE_STATES,
  type ServiceStateName,
  type ServiceView,
  type Summary,
  type Transition,
} from '../model/view.ts';
import type { Sink } from '../sink/sink.ts';
import type { Clock } from './clock.ts';

export interface Viewer {
  summary(): Summary;
  /**
   * Of all services there are now; each is made when it is asked for. Whoever walks many of them gives others their turn in
   * between, and sees the later ones as they are then.
   */
  services(): Iterable<ServiceView>;
  /** Of any prefix, also one that was never a candidate. */
  service(prefix: Prefix): ServiceView;
  explain(of: IpAddress | Prefix): Promise<Explanation>;
  /** The newest first. */
  history(which: { readonly prefix?: Prefix; readonly most: number }): readonly Transition[];
  /** Returns how to stop it. What hears must not throw, and must not take long. */
  subscribe(hear: (change: Change) => void): () => void;
}

export interface DrainOrder {
  readonly target: DrainTarget;
  readonly by: string;
  readonly why: string;
  readonly for: Millis | undefined;
}

export interface SetOrder {
  readonly prefix: Prefix;
  readonly to: 'up' | 'down' | 'auto';
  readonly by: string;
  readonly why: string;
  readonly ttl: Millis | undefined;
}

export interface Done {
  /** In force now, of what was asked about. */
  readonly overrides: readonly OverrideView[];
  /** Services that it concerns at present. */
  readonly services: readonly Prefix[];
  /** What is worth knowing: that it has no effect yet, and why; that a wider drain still holds; that it is not kept over a restart. */
  readonly remarks: readonly string[];
}

export type ReloadAnswer =
  | { readonly ok: true; readonly changed: readonly string[] }
  | { readonly ok: false; readonly problems: readonly { readonly place: string; readonly text: string }[] };

/** What was asked for cannot be done; nothing was changed. */
export class OperationError extends Error {
  readonly code: 'not-found' | 'conflict' | 'not-possible';
  constructor(code: OperationError['code'], message: string) {
    super(message);
    this.name = 'OperationError';
    this.code = code;
  }
}

/** Each answers when the core has heard of it. Throws `OperationError`. */
export interface Operations {
  drain(order: DrainOrder): Promise<Done>;
  undrain(order: Pick<DrainOrder, 'target' | 'by'>): Promise<Done>;
  set(order: SetOrder): Promise<Done>;
  reload(by: string): Promise<ReloadAnswer>;
  /** `192.0.2.1`, `192.0.2.0/24` or a service's name. */
  findTarget(text: string): DrainTarget;
}

export interface Operator extends Viewer, Operations {}

export interface OperatorOptions {
  readonly state: DaemonState;
  readonly sinks: readonly Sink[];
  readonly discovery: () => SourceStatus;
  readonly clock: Clock;
  readonly version: string;
  readonly name: string;
}

export function createOperator({ state, sinks, discovery, clock, version, name }: OperatorOptions): Operator {
  const startedAt = clock.now();
  const notYet = (): never => {
    throw new OperationError('not-possible', 'not built yet');
  };

  /** The wall clock may be set at any time: what it says of a moment is asked anew. */
  const instant = (at: Millis): Instant => new Date(Date.now() + at - clock.now()).toISOString() as Instant;

  function service(prefix: Prefix): ServiceView {
    const standing = standingOf(state, prefix, clock.now());
    const reason = standing.announced ? standing.leaving : standing.reason;
    return {
      prefix,
      kind: kindOf(prefix),
      state: stateNameOf(standing),
      since: instant(startedAt),
      ...(reason && { reason: reasonView(prefix, reason) }),
      overrides: [],
      told: { told: 0, of: 0, except: [] },
    };
  }

  function kindOf(prefix: Prefix): ServiceView['kind'] {
    const { statics, checked, announce } = state.policy;
    if (statics.routes.has(prefix)) return 'static';
    if (checked.has(prefix)) return 'checked';
    return announce.has(prefix) ? 'declared' : 'discovered';
  }

  function prefixes(): Set<Prefix> {
    const { statics, checked, announce } = state.policy;
    return new Set([
      ...[...state.services.keys(), ...state.rejected.keys()],
      ...[...checked.keys(), ...announce, ...statics.routes.keys()],
    ]);
  }

  return {
    summary() {
      const services = Object.fromEntries(SERVICE_STATES.map((each) => [each, 0])) as Record<ServiceStateName, number>;
      for (const prefix of prefixes()) services[stateNameOf(standingOf(state, prefix, clock.now()))]++;
      const { interval, hints, failures } = discovery();
      return {
        at: instant(clock.now()),
        process: {
          ...{ version, node: process.version, pid: process.pid, name },
          ...{ startedAt: instant(startedAt), uptimeMs: clock.now() - startedAt },
          ...{ loopLagMs: 0, droppedLogLines: 0, residentBytes: process.memoryUsage.rss() },
        },
        discovery: {
          ...{ source: 'netlink', hints, intervalMs: interval, failures },
          ...(state.reading && { factsAgeMs: clock.now() - state.reading.at }),
          ...{ listeners: state.facts.listeners.size, addresses: state.facts.addresses.size },
        },
        sinks: sinks.map((sink) => sink.status()),
        overrides: [],
        services,
      };
    },
    *services() {
      for (const prefix of prefixes()) yield service(prefix);
    },
    service,
    async explain(of) {
      const prefix = of.includes('/') ? (of as Prefix) : hostPrefix(of as IpAddress);
      return { asked: of, prefixes: [{ service: service(prefix), stages: [], tellings: [], history: [] }] };
    },
    history: () => [],
    subscribe: () => () => {},
    drain: notYet,
    undrain: notYet,
    set: notYet,
    reload: notYet,
    findTarget: notYet,
  };
}

const reasonView = (prefix: Prefix, reason: Reason): ReasonView => ({
  code: reason.code,
  stage: stageOf(reason),
  sentence: sentence(prefix, reason),
});

function stateNameOf(standing: ReturnType<typeof standingOf>): ServiceStateName {
  if (standing.announced) return standing.leaving === undefined ? 'announced' : 'leaving';
  const { reason } = standing;
  if (reason.code === 'announce-delay') return 'rising';
  if (reason.code === 'dampened') return 'suppressed';
  return stageOf(reason) === 'routes' || reason.code === 'discovery-failing' ? 'held' : 'down';
}
