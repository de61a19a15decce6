/** SHELL: between a scenario and what it plays with: acts, waits for the router, and writes down what happened. */
import type { DaemonState } from '../../core/state.ts';
import type { Prefix } from '../../model/address.ts';
import { formatDuration, type Millis, ms } from '../../model/millis.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DemoError } from './demo-error.ts';
import type { Stage } from './scenario.ts';
import type { Service } from './services.ts';
import { type Change, SERVICE_NAMES, type ServiceName, type Step, type Story } from './story.ts';
import type { TableChange } from './table.ts';

export interface StageParts {
  readonly story: Story;
  readonly clock: Clock;
  readonly state: DaemonState;
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly prefixes: Readonly<Record<ServiceName, Prefix>>;
  /** In the router's table. */
  readonly routes: () => number;
  /** Opens the daemon, and says when. */
  readonly startDaemon: () => Millis;
  /** Resolves when it is closed. */
  readonly stopDaemon: () => Promise<void>;
  /** The story has grown by it. */
  readonly told: (news: { readonly step: Step } | { readonly change: Change }) => void;
}

export interface RouterNews {
  up(at: Millis): void;
  changed(change: TableChange, at: Millis): void;
}

/** What does not come within that on a busy host does not come. */
const PATIENCE = ms(8_000);

export function createStage({
  story,
  clock,
  state,
  services,
  prefixes,
  routes,
  startDaemon,
  stopDaemon,
  told,
}: StageParts): Stage & {
  readonly news: RouterNews;
} {
  const { policy } = state;
  const { dampening } = policy;
  if (dampening === undefined) throw new Error('a demo of flap dampening without it');
  const waiting = new Set<() => void>();
  let upAt: Millis | undefined;
  let timers = 0;

  /** Looks now, and whenever there is news of the router's. */
  function until<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = `demo wait ${timers++}`;
      const attempt = (): void => {
        const found = look();
        if (found === undefined) return;
        waiting.delete(attempt);
        clock.clearTimer(timer);
        resolve(found);
      };
      const startedAt = clock.now();
      const giveUp = (): void => {
        waiting.delete(attempt);
        reject(new DemoError(`${what} did not come within ${formatDuration(PATIENCE)}`));
      };
      // Nothing comes while we stand still, and what is there afterwards is yet to be read.
      setPatient(clock, timer, { startedAt, length: PATIENCE }, giveUp);
      waiting.add(attempt);
      attempt();
    });
  }
  const lookAgain = (): void => {
    for (const attempt of [...waiting]) attempt();
  };

  return {
    delays: { announce: policy.announceDelay, withdraw: policy.withdrawDelay, halfLife: dampening.halfLife },
    dampening,
    begin(step) {
      story.steps.push(step);
      told({ step });
    },
    happened(given) {
      const isMeasured = given.took === undefined || clock.noticeStall() < given.at;
      const change = isMeasured ? given : unmeasured(given);
      story.changes.push(change);
      told({ change });
    },
    async act(service, what) {
      const at = await services[service][what]();
      story.tracks[service].listens.push({ at, isUp: what === 'open' });
      return at;
    },
    async session() {
      const startedAt = startDaemon();
      return { startedAt, at: await until(() => upAt, 'the session of ha2bgp with the router') };
    },
    routed: (service, isUp, since) =>
      until(
        () => {
          const last = story.tracks[service].routed.at(-1);
          return last?.isUp === isUp && last.at >= since ? last.at : undefined;
        },
        `${prefixes[service]} ${isUp ? 'in' : 'out of'} the router's table`,
      ),
    lastChange: (service) => story.tracks[service].routed.at(-1)?.at,
    suppression(service) {
      const { penalty, reuseAt } = state.dampening.services.get(prefixes[service]) ?? {};
      return penalty === undefined || reuseAt === undefined ? undefined : { penalty, reuseAt };
    },
    routes,
    async stop() {
      const at = clock.now();
      await stopDaemon();
      return at;
    },
    pause: (length) =>
      new Promise((resolve) => clock.setTimer(`demo pause ${timers++}`, ms(clock.now() + length), resolve)),
    news: {
      up(at) {
        upAt = at;
        lookAgain();
      },
      changed({ type, prefix }, at) {
        const service = SERVICE_NAMES.find((name) => prefixes[name] === prefix);
        if (service !== undefined) story.tracks[service].routed.push({ at, isUp: type === 'announced' });
        lookAgain();
      },
    },
  };
}

/** The time that the demo itself was stopped (Ctrl-Z), or got no processor, is nobody's figure. */
const unmeasured = ({ at, cause, effect }: Change): Change => ({
  ...{ at, cause, effect, took: undefined },
  ...{ note: 'the demo stood still meanwhile', brief: 'stood still' },
});

export interface Wait {
  readonly startedAt: Millis;
  readonly length: Millis;
}

/** Calls `fire` when so much time is over since `startedAt`, or since this process last stood still. */
export function setPatient(clock: Clock, timer: string, { startedAt, length }: Wait, fire: () => void): void {
  clock.setTimer(timer, ms(startedAt + length), () => {
    const stalledUntil = clock.noticeStall();
    if (stalledUntil > startedAt) setPatient(clock, timer, { startedAt: stalledUntil, length }, fire);
    else fire();
  });
}
