/**
 * What people do by hand, as events: drain, undrain, set. Each answers when the core has heard of it, and when it is kept or
 * cannot be. What it does not: decide what follows.
 */
import { isRouted, whyNoRoom } from '../core/desired.ts';
import { prefixesNamed } from '../core/overrides.ts';
import { healthNow, standingOf } from '../core/standing.ts';
import type { DaemonState } from '../core/state.ts';
import { overrideView } from '../core/view.ts';
import { hostPrefix, lengthOf, type Prefix, parseAddress, parsePrefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type Drain, drainKey, type Override, type OverrideKey, overrideKeyOf, setKey } from '../model/override.ts';
import { type Reason, sentence, stageOf } from '../model/reason.ts';
import type { ServiceId } from '../model/service.ts';
import type { Clock } from './clock.ts';
import {
  drainedBy,
  drainsInside,
  drainsOver,
  MOST_NAMED,
  namesOf,
  othersOver,
  servicesIn,
  setsInside,
  whatIsDrained,
  whyNotDrained,
} from './drains.ts';
import { type Done, OperationError, type Operations } from './operator.ts';
import { instantBy } from './wall-clock.ts';

/** What keeps overrides for the next process. */
export interface Keeper {
  /** Resolves when what was said before is kept, or cannot be. */
  settled(): Promise<void>;
  /** Why it is not; `undefined` when it is. */
  notKept(): string | undefined;
  /** Whether the next process finds it whatever its other settings are: the instance has a name that was given to it. */
  readonly isNamed: boolean;
}

export interface OperationsOptions {
  readonly state: DaemonState;
  readonly push: (event: Event) => void;
  /** Resolves when the core has heard what was pushed before; false when it never will. */
  readonly whenHandled: () => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
  /** At present. */
  readonly drainTime: () => Millis;
  readonly keeper: Keeper;
}

/** Characters of a name, and of a reason. */
const LONGEST_NAME = 100;
const LONGEST_WHY = 500;
/** A longer one is a slip of the hand. */
const LONGEST_FOR = ms(366 * 86_400_000);
/** A disk that takes longer is not waited for. */
const KEPT_WITHIN = 2_000;
/** What is kept of so many can be read again by the next process. */
export const MOST_OVERRIDES = 100_000;
const UNNAMED = 'kept under a name that other settings change: give --name';

export function createOperations(options: OperationsOptions): Omit<Operations, 'reload'> {
  const { state, push, whenHandled, clock, drainTime, keeper } = options;
  const instant = instantBy(clock);
  const isNamed = (id: ServiceId): boolean => prefixesNamed(state.policy, id).length > 0;

  async function say(
    at: Millis,
    by: string,
    added: readonly Override[],
    removed: readonly OverrideKey[],
  ): Promise<void> {
    const { said } = state.overrides;
    if (said.size >= MOST_OVERRIDES && added.some((each) => !said.has(overrideKeyOf(each)))) {
      throw new OperationError(
        'not-possible',
        `${said.size} drains and settings by hand are in force: no more are taken`,
      );
    }
    push({ type: 'overridden', at, by, added, removed, isKept: false });
    if (!(await whenHandled())) throw new OperationError('not-possible', 'this ha2bgp is about to end');
  }

  const viewOf = (of: Override) => overrideView(of, instant);
  /** As it is in force at that moment. */
  const known = (keys: readonly OverrideKey[]): Override[] =>
    keys.map((key) => state.overrides.said.get(key)).filter((each) => each !== undefined);

  /** `before`: what was in force in the place of `keys`, or was ended. `beside`: what is, and was before, too. */
  async function done(
    keys: readonly OverrideKey[],
    before: readonly Override[],
    beside: readonly Override[],
    services: readonly Prefix[],
    remarks: readonly string[],
  ): Promise<Done> {
    const isSettled = await within(KEPT_WITHIN, keeper.settled());
    const why = isSettled ? keeper.notKept() : 'the disk takes its time';
    const inForce = known(keys);
    const kept = inForce.length > 0 && !keeper.isNamed ? [UNNAMED] : [];
    return {
      overrides: [...inForce, ...beside].map(viewOf),
      ...(before.length > 0 && { before: before.slice(0, MOST_NAMED).map(viewOf) }),
      services,
      remarks: [...remarks, ...(why === undefined ? kept : [`not kept over a restart: ${why}`])],
    };
  }

  /** Why what is set stands as it stood for all that. */
  function remarksOn(prefix: Prefix, to: 'up' | 'down'): string[] {
    if (lengthOf(prefix) === 0) return ['no effect: default routes are never announced'];
    return to === 'up' ? remarksOnUp(prefix) : remarksOnDown(prefix);
  }

  function remarksOnDown(prefix: Prefix): string[] {
    const standing = standingOf(state, prefix, clock.now());
    if (standing.announced || stageOf(standing.reason) !== 'candidates') return [];
    return [`no effect at present: ${sentence(prefix, standing.reason)}`];
  }

  function remarksOnUp(prefix: Prefix): string[] {
    if (state.policy.statics.routes.has(prefix)) return [`${prefix} is static, and announced anyhow`];
    const standing = standingOf(state, prefix, clock.now());
    if (standing.announced) {
      const why = standing.leaving && whyItLeavesStill(prefix, standing.leaving);
      return why === undefined ? [] : [`no effect at present: ${sentence(prefix, why)}`];
    }
    const { reason } = standing;
    const isLasting = stageOf(reason) !== 'verdict' || reason.code === 'drained';
    const why = isLasting ? reason : whyNoRoom(state.desired, prefix, state.policy);
    return why === undefined ? [] : [`no effect at present: ${sentence(prefix, why)}`];
  }

  /** What it began to leave for may count no more, now that it is set up. */
  function whyItLeavesStill(prefix: Prefix, leaving: Reason): Reason | undefined {
    // Without facts what a check found is all that there is.
    if (!state.hasFacts) return leaving.code === 'service-disabled' ? leaving : undefined;
    const health = healthNow(state, prefix, clock.now());
    return health.up ? undefined : health.reason;
  }

  return {
    async drain({ target, by: who, why, for: length }) {
      if (target.type === 'service' && !isNamed(target.service)) throw unknownService(target.service);
      // As it stands before: with no drain time it is withdrawn by the time of the answer.
      const services = await servicesIn(state, target);
      const isAnnounced = services.some((prefix) => isRouted(state.desired, prefix, state.policy));
      const at = clock.now();
      const [by, until] = [oneLine(who, LONGEST_NAME), endOf(at, length)];
      const withdrawAt = ms(at + drainTime());
      const drain: Drain = { kind: 'drain', by, why: oneLine(why, LONGEST_WHY), at, until, target, withdrawAt };
      const key = overrideKeyOf(drain);
      const before = known([key]);
      await say(at, by, [drain], []);
      // Said again it withdraws when it was to before.
      const [inForce = drain] = known([key]);
      const remarks = whatIsDrained(inForce, target, services.length, isAnnounced);
      return done([key], before, setsInside(state, target, services), services, remarks);
    },
    async undrain({ target, by: who }) {
      const by = oneLine(who, LONGEST_NAME);
      const ended = drainsInside(state, target);
      const keys = ended.map(overrideKeyOf);
      const inside = await servicesIn(state, target);
      const [ends, others] = [new Set(keys), othersOver(state, target, inside, new Set(keys))];
      if (ended.length === 0) throw new OperationError('not-found', whyNotDrained(state, target, others));
      const services = await drainedBy(state, inside, ends);
      await say(clock.now(), by, [], keys);
      const more = ended.length > MOST_NAMED ? [`${ended.length} drains ended`] : [];
      const rest = others.length === 0 ? [] : [`another drain still holds: ${namesOf(others)}`];
      return done([], ended, [], services, [...more, ...rest]);
    },
    async set({ prefix, to, by: who, why, ttl }) {
      const at = clock.now();
      const [by, until] = [oneLine(who, LONGEST_NAME), endOf(at, ttl)];
      const key = setKey(prefix);
      const before = known([key]);
      if (to === 'auto') {
        await say(at, by, [], [key]);
        return done(
          [],
          before,
          drainsOver(state, prefix),
          [prefix],
          before.length > 0 ? [] : ['nothing was set by hand'],
        );
      }
      await say(at, by, [{ kind: to, by, why: oneLine(why, LONGEST_WHY), at, until, prefix }], []);
      return done([key], before, drainsOver(state, prefix), [prefix], remarksOn(prefix, to));
    },
    findTarget(text) {
      if (text === 'all') return { type: 'all' };
      const address = parseAddress(text);
      if (address !== undefined) return { type: 'prefix', prefix: hostPrefix(address) };
      const service = text as ServiceId;
      // Other settings may have taken the name away since, and who ends the drain knows no other.
      const isDrained = state.overrides.said.has(drainKey({ type: 'service', service }));
      if (isNamed(service) || isDrained) return { type: 'service', service };
      if (!text.includes('/')) throw unknownService(text);
      const prefix = parsePrefix(text);
      if (typeof prefix !== 'string') {
        throw new OperationError('not-possible', `${oneLine(text, LONGEST_NAME)}: expected ${prefix.expected}`);
      }
      return { type: 'prefix', prefix };
    },
  };
}

const unknownService = (name: string): OperationError =>
  new OperationError('not-found', `${oneLine(name, LONGEST_NAME)} is no address, no prefix and no service's name`);

function endOf(at: Millis, length: Millis | undefined): Millis | undefined {
  if (length === undefined) return undefined;
  if (length > 0 && length <= LONGEST_FOR) return ms(at + length);
  throw new OperationError('not-possible', 'expected a length of time above 0, of 366 days at most');
}

/** It stands in logs, on terminals and in a file of lines. */
const oneLine = (text: string, longest: number): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, longest)
    // Half of a character is none.
    .replace(/[\ud800-\udbff]$/, '');

/** Whether it resolved in time. */
async function within(time: number, settled: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), time);
  });
  try {
    return await Promise.race([settled.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
