/** What has happened in a demo so far, PURE: what the frames and the last words are made from. */
import type { Millis } from '../../model/millis.ts';

export const SERVICE_NAMES = ['web', 'dns'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** From `at` on. */
export interface Turn {
  readonly at: Millis;
  readonly isUp: boolean;
}

/** Each in the order of time; nothing before the first. */
export interface Track {
  /** Whether it listens, as the service itself says. */
  readonly listens: Turn[];
  /** Whether its prefix is in the router's table. */
  readonly routed: Turn[];
}

export interface Step {
  readonly title: string;
  readonly detail: string;
}

/** Something was done, and what the router made of it. */
export interface Change {
  /** When it was done. */
  readonly at: Millis;
  readonly cause: string;
  readonly effect: 'session up' | 'announced' | 'withdrawn' | 'unchanged' | 'suppressed';
  /** From what was done to the change of the table; `undefined` where there was to be none. */
  readonly took: Millis | undefined;
  /** How much of that is a delay that was asked for, and which. */
  readonly delay?: { readonly name: string; readonly length: Millis };
  readonly note?: string;
  /** The same in a word or two. */
  readonly brief?: string;
}

export interface Story {
  readonly startedAt: Millis;
  readonly steps: Step[];
  readonly tracks: Readonly<Record<ServiceName, Track>>;
  readonly changes: Change[];
}

export const newStory = (startedAt: Millis): Story => ({
  startedAt,
  steps: [],
  tracks: { web: { listens: [], routed: [] }, dns: { listens: [], routed: [] } },
  changes: [],
});

export const isUpNow = (turns: readonly Turn[]): boolean => turns.at(-1)?.isUp ?? false;

/** Of a part of time: up all the time, some of it, or none. */
export function levelIn(turns: readonly Turn[], from: Millis, until: Millis): 'up' | 'mixed' | 'down' {
  const before = turns.findLast(({ at }) => at <= from)?.isUp ?? false;
  const within = turns.filter(({ at }) => at > from && at < until);
  if (within.every(({ isUp }) => isUp === before)) return before ? 'up' : 'down';
  return 'mixed';
}
