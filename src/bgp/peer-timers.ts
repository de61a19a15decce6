/** SHELL: the timers of a peer's state machine, by name, and that a hold timer does not expire unheard. */
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FsmTimer } from './fsm.ts';

export interface PeerTimers {
  set(timer: FsmTimer, after: Millis): void;
  clear(timer: FsmTimer): void;
}

/** Of the hold time, for a peer that could not be heard. A KEEPALIVE comes in less. */
const GRACE = 1 / 3;

/** One setting of a timer: no other one is the same object. `wakesAt`: when the clock's own fires, then or before it is due. */
interface Setting {
  readonly armedAt: Millis;
  readonly after: Millis;
  readonly wakesAt: Millis;
}

/** `name`: of the peer, unique among all that use the clock. */
export function createPeerTimers(name: string, clock: Clock, expired: (timer: FsmTimer) => void): PeerTimers {
  const set = new Map<FsmTimer, Setting>();
  const nameOf = (timer: FsmTimer): string => `bgp ${name} ${timer}`;

  function expire(timer: FsmTimer): void {
    set.delete(timer);
    expired(timer);
  }

  /**
   * What the peer has sent may wait in the kernel: timers run before sockets are read. And in time that this process lost
   * (SIGSTOP, a paused machine) it heard nobody.
   */
  function holdExpired(timer: FsmTimer, armedAt: Millis, after: Millis): void {
    if (clock.noticeStall() > armedAt) {
      arm(timer, ms(after * GRACE));
      return;
    }
    const setting = set.get(timer);
    setImmediate(() => {
      if (setting !== undefined && set.get(timer) === setting) expire(timer);
    });
  }

  function arm(timer: FsmTimer, after: Millis): void {
    const armedAt = clock.now();
    const due = ms(armedAt + after);
    const wakesAt = set.get(timer)?.wakesAt;
    // A peer that sends a table restarts its hold timer with every UPDATE: the clock's own stays, and is put off once it fires.
    const isWoken = wakesAt !== undefined && wakesAt > armedAt && wakesAt <= due;
    set.set(timer, { armedAt, after, wakesAt: isWoken ? wakesAt : due });
    if (!isWoken) wake(timer, due);
  }

  function wake(timer: FsmTimer, at: Millis): void {
    clock.setTimer(nameOf(timer), at, () => {
      const setting = set.get(timer);
      if (setting === undefined) return;
      const { armedAt, after } = setting;
      const due = ms(armedAt + after);
      if (due > at) {
        set.set(timer, { armedAt, after, wakesAt: due });
        wake(timer, due);
      } else if (timer === 'hold outgoing' || timer === 'hold incoming') holdExpired(timer, armedAt, after);
      else expire(timer);
    });
  }

  return {
    set: arm,
    clear(timer) {
      set.delete(timer);
      clock.clearTimer(nameOf(timer));
    },
  };
}
