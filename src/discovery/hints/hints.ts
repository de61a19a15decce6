/**
 * SHELL: hints that a listener may have come or gone. The truth is a dump; a hint only says "look now".
 *
 * What it does: opens one of two kinds of hints, and proves at the start that they arrive, with a socket of its own that
 * comes and goes: a canary. Mounted, permitted and enabled is not yet heard.
 * What it does not: say what happened, or make up for hints that were lost.
 *
 * | kind    | hints of                             | needs                 |
 * | tracefs | births and deaths, TCP only          | root, mounted tracefs |
 * | destroy | deaths only, and some of them late   | nothing               |
 */
import { ms } from '../../model/millis.ts';
import type { PortRange } from '../../model/port-ranges.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Subscription } from '../subscription.ts';
import { openCanary } from './canary.ts';
import { openDestroy } from './destroy.ts';
import { HintsError } from './hints-error.ts';
import { openTracefs } from './tracefs.ts';

export interface HintOptions {
  readonly kind: 'tracefs' | 'destroy';
  readonly protocols: readonly ('tcp' | 'udp')[];
  /** Local ports that matter. Hints of others may come all the same: of many ranges none is filtered. */
  readonly ports: readonly PortRange[];
  readonly hint: () => void;
  /** No more hints come, for this reason. Called once, and only after the proof. */
  readonly lost: (reason: Error) => void;
  readonly clock: Clock;
  /** Tells the timers of several hints apart that are open at once. */
  readonly name?: string;
}

/** What opens hints, and what lets the canary be seen: the parts that a test replaces. */
export interface ProofParts {
  readonly open: (hint: () => void, lost: (reason: Error) => void) => Subscription;
  readonly show: () => void;
}

/** The kernel bounds the length of a filter, and some hints too many do no harm. */
const MOST_RANGES = 16;
/** How soon the canary has to be heard of. */
export const PROOF_TIME = ms(2_000);
const TIMER = 'hints canary';

/**
 * Throws `HintsError` when there can be no hints. `proven` is called once, unless it is closed before: with nothing as
 * soon as a hint came, with the reason when none came in time; the subscription is closed by then.
 */
export function openHints(options: HintOptions, proven: (error?: Error) => void): Subscription {
  const { kind, protocols } = options;
  const heard = protocols.filter((protocol) => protocol === 'tcp' || kind !== 'tracefs');
  if (heard.length === 0) throw new HintsError(`${kind} has no hints of ${protocols.join(', ') || 'no protocol'}`);
  const canary = openCanary(heard.includes('tcp') ? 'tcp' : 'udp');
  try {
    const isFiltered =
      options.ports.length <= MOST_RANGES && !options.ports.some(({ from, to }) => to - from === 65_535);
    const ports = isFiltered ? [...options.ports, { from: canary.port, to: canary.port }] : [];
    const open: ProofParts['open'] = (hint, lost) =>
      kind === 'tracefs' ? openTracefs({ ports, hint, lost }) : openDestroy({ protocols, ports, hint, lost });
    return prove({ open, show: canary.show }, options, proven);
  } finally {
    canary.close();
  }
}

/** Exported for its test. */
export function prove(parts: ProofParts, options: HintOptions, proven: (error?: Error) => void): Subscription {
  const { kind, clock, hint, lost, name = '' } = options;
  const timer = `${TIMER} ${kind} ${name}`.trimEnd();
  let isSettled = false;
  let isClosed = false;
  const settle = (error?: Error): void => {
    isSettled = true;
    clock.clearTimer(timer);
    proven(error);
  };
  const subscription = parts.open(
    () => {
      if (!isSettled) settle();
      if (!isClosed) hint(); // whoever hears of the proof may close
    },
    (reason) => {
      if (isSettled) lost(reason);
      else settle(reason);
    },
  );
  const giveUp = (): void => {
    subscription.close();
    settle(new HintsError(`${kind} hints do not arrive: the first was not heard within ${PROOF_TIME} ms`));
  };
  // Due timers come before what is there to read: after a stall of ours the hint may wait behind this one.
  clock.setTimer(timer, ms(clock.now() + PROOF_TIME), () => clock.setTimer(timer, ms(clock.now() + 1), giveUp));
  const close = (): void => {
    isClosed = true;
    clock.clearTimer(timer);
    subscription.close();
  };
  try {
    parts.show();
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
