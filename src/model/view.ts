/**
 * The view: what the core and the sinks' status add up to. Status, API, metrics, status file and page read it and nothing
 * else, and it goes out as JSON just as it stands here. Times are RFC 3339 in UTC with milliseconds; lengths of time are
 * milliseconds, and their names end in `Ms`.
 */
import type { IpAddress, Prefix } from './address.ts';
import type { SaidByHand } from './override.ts';
import type { Stage } from './reason.ts';
import type { CheckState, ServiceId, ServiceState } from './service.ts';

declare const instant: unique symbol;
/** `2026-11-20T03:00:00.000Z`. */
export type Instant = string & { readonly [instant]: true };

/**
 * `announced`; `leaving`: announced, and a withdraw is on its way (withdraw delay, or a drain that has begun); `rising`: up,
 * and its announce delay runs; `suppressed`: up, and came and went too often; `held`: up, and cannot be announced (places,
 * next hop, kernel not read); `drained`, `set-down`: by hand; `down`: not fit to be announced.
 */
export const SERVICE_STATES = [
  'announced',
  'leaving',
  'rising',
  'suppressed',
  'held',
  'drained',
  'set-down',
  'down',
] as const;
export type ServiceStateName = (typeof SERVICE_STATES)[number];

export interface ReasonView {
  /** Of `model/reason`. */
  readonly code: string;
  readonly stage: Stage;
  readonly sentence: string;
}

export interface PenaltyView {
  readonly now: number;
  readonly suppress: number;
  readonly reuse: number;
  /** While it is suppressed: how long still. */
  readonly reuseInMs?: number;
}

export interface OverrideView {
  readonly kind: 'drain' | 'up' | 'down';
  /** `all`, a prefix, or a service's name. */
  readonly target: string;
  readonly by: string;
  /** Empty when none was given. */
  readonly why: string;
  readonly at: Instant;
  readonly until?: Instant;
  /** Of a drain: when what is announced is withdrawn. Left out where the drain ends before that. */
  readonly withdrawAt?: Instant;
}

/**
 * What a sink, or one of its peers, was told of a prefix.
 *
 * `told`: it has the route (of a neighbor of ExaBGP's: ExaBGP accepted it, and has a session with the neighbor); `waiting`: it is to get it, and takes nothing at present; `leaving`: it has it, and the withdraw
 * is on its way; `refused`: it took it not (ExaBGP's answer); `not-for-it`: it is not to have it (families, `only`, a
 * route too long for it), see `detail`; `no-session`: there is nobody to tell; `none`: it has nothing, and is to have nothing.
 */
export interface TellingView {
  /** A sink's name, or a peer's. */
  readonly to: string;
  readonly state: 'told' | 'waiting' | 'leaving' | 'refused' | 'not-for-it' | 'no-session' | 'none';
  /** Since when. */
  readonly at?: Instant;
  readonly detail?: string;
}

export interface ToldView {
  /** How many have it, */
  readonly told: number;
  /** of so many that are to have it when it is announced: sinks that are told directly, and peers. */
  readonly of: number;
  /**
   * The first of those that stand otherwise than they should: an announced route that is not `told`, or one that is still
   * there. Of a route that is for none of them, why.
   */
  readonly except: readonly TellingView[];
}

export interface ServiceView {
  readonly prefix: Prefix;
  /** Of a service that is declared with a name. */
  readonly name?: ServiceId;
  /** `discovered`: found on this host; `declared`: --announce, --service; `checked`: its check decides; `static`. */
  readonly kind: 'discovered' | 'declared' | 'checked' | 'static';
  readonly state: ServiceStateName;
  readonly since: Instant;
  /** Why it is not announced, or why it leaves. */
  readonly reason?: ReasonView;
  /** When what runs has run out: a delay, a drain, an override. */
  readonly until?: Instant;
  /** Left out where there is none. */
  readonly penalty?: PenaltyView;
  /** Those that are about it. */
  readonly overrides: readonly OverrideView[];
  readonly told: ToldView;
}

/** Of a prefix that was asked for: one that never was a service has no kind, and has not stood so since any moment. */
export type AskedService = Omit<ServiceView, 'kind' | 'since'> & Partial<Pick<ServiceView, 'kind' | 'since'>>;

/** A BGP peer of our own, or a neighbor of ExaBGP's of which it has told. */
export interface PeerView {
  readonly name: string;
  /** Left out where ExaBGP does not say it. */
  readonly as?: number;
  readonly state: 'idle' | 'connecting' | 'established';
  /** Since when there is a session, or none; of what ExaBGP says, since when that is known. */
  readonly since: Instant;
  /** Why there is no session, or was none before; empty for never. */
  readonly last: string;
  /** Routes: none without a session. */
  readonly told: number;
  /** Whether everything was written that there is. This, and what follows, is left out of ExaBGP's neighbors: it does not say. */
  readonly isLevel?: boolean;
  /** Why some routes are not told to it, a sentence each. */
  readonly unsaid?: readonly string[];
  readonly received?: { readonly ipv4: number; readonly ipv6: number };
  /** Of the session; left out while there is none. */
  readonly holdTimeMs?: number;
  readonly families?: readonly string[];
}

export interface SinkView {
  readonly name: string;
  readonly told: number;
  readonly leaving: number;
  readonly waiting: number;
  readonly refused: number;
  /** Of a sink that has peers of its own, and knows of some. */
  readonly peers?: readonly PeerView[];
}

/** The check of a service: its name, how it stands, and how the last one went. */
export interface CheckView {
  readonly name: ServiceId;
  readonly state: CheckState;
  /** What counts meanwhile: the state that it was in before it began to rise or fall. Left out while nothing is decided. */
  readonly inForce?: ServiceState;
  /** How many prefixes it decides about. */
  readonly prefixes: number;
  /** Of the last one that came to its end; left out before the first. */
  readonly last?: {
    readonly at: Instant;
    readonly tookMs: number;
    readonly result: 'passed' | 'failed' | 'disabled';
    /** Why it failed, or which file disables the service; may be empty. */
    readonly detail: string;
  };
}

export interface DiscoveryView {
  readonly source: 'netlink' | 'proc';
  readonly hints: 'tracefs' | 'destroy' | 'none';
  readonly intervalMs: number;
  /** Of the last whole reading; left out before the first. */
  readonly factsAgeMs?: number;
  readonly listeners: number;
  readonly addresses: number;
  /** Readings that failed, ever. */
  readonly failures: number;
  /** While the kernel cannot be read. */
  readonly failingSince?: Instant;
  readonly failure?: string;
}

export interface ProcessView {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  /** The instance's. */
  readonly name: string;
  readonly startedAt: Instant;
  readonly uptimeMs: number;
  /** The greatest of the last minute. */
  readonly loopLagMs: number;
  /** Log lines that nobody took. */
  readonly droppedLogLines: number;
  readonly residentBytes: number;
  /** Why overrides and history do not outlive this process; left out where they do. */
  readonly notKept?: string;
  /** Why something is lost that was said by hand to an earlier process: its file was damaged. */
  readonly lost?: string;
  /** The last one, done or refused; `problems`: how many there were. Left out before the first. */
  readonly lastReload?: { readonly at: Instant; readonly ok: boolean; readonly problems: number };
}

/** What has happened since the process began, in numbers that only rise. */
export interface EverView {
  /** How often services came into each state. */
  readonly transitions: Readonly<Record<ServiceStateName, number>>;
  /** How often this process stood still, and for how long all in all. */
  readonly stalls: number;
  readonly stalledMs: number;
  /** Readings of the kernel by how long they took: `count` of those that took `upToMs` or less; the rest took longer. */
  readonly readings: {
    readonly count: number;
    readonly totalMs: number;
    readonly lastMs?: number;
    readonly buckets: readonly { readonly upToMs: number; readonly count: number }[];
  };
  /** Announces and withdraws that were handed on, each to each peer, and what was refused of them. */
  readonly sinks: readonly {
    readonly name: string;
    readonly announced: number;
    readonly withdrawn: number;
    readonly refused: number;
  }[];
}

/** All but the services. */
export interface Summary {
  readonly at: Instant;
  readonly process: ProcessView;
  readonly discovery: DiscoveryView;
  readonly sinks: readonly SinkView[];
  /** Of the services that have one, in the order in which they are declared. */
  readonly checks: readonly CheckView[];
  readonly overrides: readonly OverrideView[];
  readonly services: Readonly<Record<ServiceStateName, number>>;
  readonly ever: EverView;
}

/** All of it: `GET /v1/status`. */
export interface Status extends Omit<Summary, 'services'> {
  /** How many services are in each state, also of those that were not asked for. */
  readonly counts: Summary['services'];
  readonly services: readonly ServiceView[];
  /** How many services are announced, or still are, and are told to nobody, also of those that were not asked for. */
  readonly toldToNobody: number;
}

/** Announced, or still so, though none of those that are to have it does: somebody is to. */
export const isToldToNobody = ({ state, told }: Pick<ServiceView, 'state' | 'told'>): boolean =>
  (state === 'announced' || state === 'leaving') && told.told === 0 && told.of > 0;

/** A service came into another state, or into the same one for another reason. */
export interface Transition {
  readonly at: Instant;
  /** Rises by one with each; goes on after a restart where history is kept. */
  readonly number: number;
  readonly prefix: Prefix;
  readonly from: ServiceStateName;
  readonly to: ServiceStateName;
  readonly reason?: ReasonView;
}

/**
 * What became of the daemon itself, and what people said to it: numbered with the transitions, whose cause it may be. `stopped`: with how
 * many routes were withdrawn, and how many are left announced on purpose, or because nobody took the withdraw.
 */
export type ProcessEntry = { readonly at: Instant; readonly number: number } & (
  | {
      readonly type: 'started';
      readonly version: string;
      readonly pid: number;
      /** Where nothing says how the run before ended (it was killed, or the host lost its power): of its last entry. */
      readonly lastSignOfBefore?: Instant;
    }
  | { readonly type: 'stopped'; readonly why: string; readonly withdrawn: number; readonly left: number }
  | { readonly type: 'reloaded'; readonly changed: readonly string[] }
  | { readonly type: 'reload-refused'; readonly problems: number }
  /** It concerns what is inside its target. */
  | ({ readonly type: 'by-hand' } & SaidByHand)
);

/** A session with a peer came up, or ended. Numbered with the transitions. */
export interface PeerEntry {
  readonly at: Instant;
  readonly number: number;
  readonly type: 'peer-up' | 'peer-down';
  /** Both by their names. */
  readonly sink: string;
  readonly peer: string;
  /** Of one that ended, where that is known. */
  readonly why?: string;
  /** How often it came up or ended before that without an entry, since there were too many of them. */
  readonly unnoted?: number;
}

export type HistoryEntry = Transition | ProcessEntry | PeerEntry;

/** `GET /v1/history`: each the newest first. */
export interface HistoryView {
  readonly transitions: readonly Transition[];
  readonly process: readonly ProcessEntry[];
  readonly peers: readonly PeerEntry[];
}

/** What is pushed to whoever listens for it. */
export type Change =
  | ({ readonly type: 'transition' } & Transition)
  | { readonly type: 'peer'; readonly at: Instant; readonly peer: PeerView }
  | { readonly type: 'overrides'; readonly at: Instant; readonly overrides: readonly OverrideView[] }
  | { readonly type: 'discovery'; readonly at: Instant; readonly discovery: DiscoveryView }
  /** The settings were read anew. */
  | { readonly type: 'reloaded'; readonly at: Instant; readonly changed: readonly string[] }
  | { readonly type: 'reload-refused'; readonly at: Instant; readonly problems: number }
  /** The last that anybody hears of this process. */
  | { readonly type: 'stopping'; readonly at: Instant; readonly why: string; readonly announced: number };

/** One of the five stages, for one prefix. */
export interface StageView {
  readonly stage: Stage;
  /** `waits`: a timer runs. `not-reached`: an earlier stage said no. */
  readonly answer: 'yes' | 'no' | 'waits' | 'not-reached';
  /** What it found, a sentence a line: which listener (process and pid where permitted), address, rule, timer. */
  readonly lines: readonly string[];
  /** Of `no` and `waits`. */
  readonly reason?: ReasonView;
}

export interface PrefixExplanation {
  readonly service: AskedService;
  /** In their order, all five. */
  readonly stages: readonly StageView[];
  /** All of them. */
  readonly tellings: readonly TellingView[];
  /** The newest first. */
  readonly history: readonly Transition[];
}

export interface Explanation {
  readonly asked: IpAddress | Prefix;
  /** Of an address: its host prefix, and whatever announced prefix contains it. At least one. */
  readonly prefixes: readonly PrefixExplanation[];
}
