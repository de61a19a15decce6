/**
 * What became of each service, PURE: from the actions of the core, event by event. What happened is told in the words of
 * the log; what is counted comes from the routes themselves.
 */
import type { Action } from '../model/action.ts';
import { hostPrefix, type IpAddress, insideOf, type Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Route, RouteKey } from '../model/route.ts';
import { TO_BE_ANNOUNCED } from './report.ts';
import { standingOf } from './standing.ts';
import type { DaemonState } from './state.ts';
import { whySuppressed } from './suppression.ts';

export interface TimelineEntry {
  readonly at: Millis;
  readonly message: string;
  /** Those of the log, without the prefix. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface Totals {
  readonly announced: number;
  readonly withdrawn: number;
  /** How often its state changed, as far as the log says so. */
  readonly changes: number;
  readonly announcedFor: Millis;
  /** Not announced though it was up, because it had come and gone too often. */
  readonly suppressedFor: Millis;
}

export interface ServiceTimeline {
  readonly prefix: Prefix;
  readonly entries: readonly TimelineEntry[];
  readonly totals: Totals;
}

export interface Timeline {
  /** What the core answered to an event of that time, and its state after it. */
  note(at: Millis, actions: readonly Action[], state: DaemonState): void;
  /** The state is another one from now on, as after a gap: what it announces was announced, at the latest now. */
  begin(at: Millis, state: DaemonState): void;
  /** All services up to `at`, in the order in which they were first heard of. */
  services(at: Millis): readonly ServiceTimeline[];
}

interface Course {
  readonly entries: TimelineEntry[];
  announced: number;
  withdrawn: number;
  changes: number;
  announcedFor: number;
  suppressedFor: number;
  /** The routes of the service that are announced; one prefix may have several. */
  readonly keys: Set<RouteKey>;
  standing: 'announced' | 'suppressed' | 'other';
  since: Millis;
}

export function createTimeline(): Timeline {
  const courses = new Map<Prefix, Course>();
  const prefixOf = new Map<RouteKey, Prefix>();
  /** These come and go without a word. */
  const suppressed = new Set<Prefix>();

  function courseOf(prefix: Prefix, at: Millis): Course {
    const known = courses.get(prefix);
    if (known !== undefined) return known;
    const course: Course = {
      entries: [],
      ...{ announced: 0, withdrawn: 0, changes: 0, announcedFor: 0, suppressedFor: 0 },
      keys: new Set(),
      standing: 'other',
      since: at,
    };
    courses.set(prefix, course);
    return course;
  }

  function routesChanged(at: Millis, changed: Iterable<RouteKey>, desired: ReadonlyMap<RouteKey, Route>): Prefix[] {
    const prefixes: Prefix[] = [];
    for (const key of changed) {
      const prefix = desired.get(key)?.prefix ?? prefixOf.get(key);
      if (prefix === undefined) continue; // it came and went within one turn
      const course = courseOf(prefix, at);
      const before = course.keys.size;
      if (desired.has(key)) course.keys.add(key);
      else course.keys.delete(key);
      prefixOf.set(key, prefix);
      if (before === 0 && course.keys.size > 0) course.announced++;
      if (before > 0 && course.keys.size === 0) course.withdrawn++;
      prefixes.push(prefix);
    }
    return prefixes;
  }

  function judge(prefix: Prefix, at: Millis, state: DaemonState): void {
    const course = courseOf(prefix, at);
    if (whySuppressed(state, prefix, at) === undefined) suppressed.delete(prefix);
    else suppressed.add(prefix);
    const standing = standingNow(prefix, course, state, at);
    if (standing === course.standing) return;
    settle(course, at);
    course.standing = standing;
  }

  return {
    note(at, actions, state) {
      const touched = new Set(suppressed);
      for (const action of actions) {
        if (action.type === 'setRoutes') {
          for (const prefix of routesChanged(at, action.changed, action.desired)) touched.add(prefix);
        }
        if (action.type !== 'log' || action.level === 'debug') continue;
        const { prefix: named, address, ...fields } = action.fields;
        // A recording knows of no peer: what is wanted is announced there.
        const message = action.message === TO_BE_ANNOUNCED ? 'announced' : action.message;
        const prefix = prefixIn(named, address);
        const about = prefix === undefined ? drainedBy(fields['target'], courses.keys(), state) : [prefix];
        for (const each of about) {
          const course = courseOf(each, at);
          course.entries.push({ at, message, fields });
          course.changes++;
          touched.add(each);
        }
      }
      for (const prefix of touched) judge(prefix, at, state);
    },
    begin(at, { desired: { routes } }) {
      for (const course of courses.values()) {
        for (const key of course.keys) if (!routes.has(key)) course.keys.delete(key);
        if (course.standing === 'announced' && course.keys.size === 0) {
          course.entries.push({ at, message: 'no longer announced, since when is not recorded', fields: {} });
          settle(course, at);
          course.standing = 'other';
        }
      }
      for (const [key, { prefix }] of routes) {
        const course = courseOf(prefix, at);
        prefixOf.set(key, prefix);
        course.keys.add(key);
        if (course.standing === 'announced') continue;
        settle(course, at);
        course.standing = 'announced';
        course.entries.push({ at, message: 'announced already, since when is not recorded', fields: {} });
      }
    },
    services(at) {
      return Array.from(courses, ([prefix, course]) => {
        settle(course, at);
        const { entries, announced, withdrawn, changes, announcedFor, suppressedFor } = course;
        const totals = { announced, withdrawn, changes };
        return {
          prefix,
          entries,
          totals: { ...totals, announcedFor: ms(announcedFor), suppressedFor: ms(suppressedFor) },
        };
      });
    },
  };
}

function standingNow(prefix: Prefix, course: Course, state: DaemonState, at: Millis): Course['standing'] {
  if (course.keys.size > 0) return 'announced';
  if (!state.services.has(prefix)) return 'other';
  const standing = standingOf(state, prefix, at);
  return !standing.announced && standing.reason.code === 'dampened' ? 'suppressed' : 'other';
}

/** Adds up the time since the last change. */
function settle(course: Course, at: Millis): void {
  const passed = Math.max(0, at - course.since);
  if (course.standing === 'announced') course.announcedFor += passed;
  if (course.standing === 'suppressed') course.suppressedFor += passed;
  course.since = at;
}

/** What a log line is about: `prefix=192.0.2.0/24` or `address=192.0.2.1`. */
function prefixIn(prefix: unknown, address: unknown): Prefix | undefined {
  const of = prefix ?? address;
  if (typeof of !== 'string') return undefined;
  return of.includes('/') ? (of as Prefix) : hostPrefix(of as IpAddress);
}

/** The services that a drain of that target is about, as far as anything was heard of them. */
function drainedBy(target: unknown, known: Iterable<Prefix>, { policy }: DaemonState): Prefix[] {
  if (typeof target !== 'string') return [];
  const isInside = target.includes('/')
    ? insideOf(target as Prefix)
    : (prefix: Prefix) => target === 'all' || policy.services.get(prefix)?.id === target;
  return [...known].filter(isInside);
}

export const addTotals = (one: Totals, other: Totals): Totals => ({
  announced: one.announced + other.announced,
  withdrawn: one.withdrawn + other.withdrawn,
  changes: one.changes + other.changes,
  announcedFor: ms(one.announcedFor + other.announcedFor),
  suppressedFor: ms(one.suppressedFor + other.suppressedFor),
});

export const NO_TOTALS: Totals = { announced: 0, withdrawn: 0, changes: 0, announcedFor: ms(0), suppressedFor: ms(0) };
