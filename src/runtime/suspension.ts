/**
 * SHELL: notices that this host was suspended, and that its wall clock was set. Timers run by CLOCK_MONOTONIC, which knows of
 * neither. Suspended is what /proc/uptime (CLOCK_BOOTTIME) counts and that clock does not, proc_uptime(5); a wall clock that
 * is set moves against both.
 */
import os from 'node:os';
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from './clock.ts';

export interface SuspensionOptions {
  readonly clock: Pick<Clock, 'now' | 'setTimer' | 'clearTimer'>;
  /** The host was suspended for so long. */
  readonly suspended: (lost: Millis) => void;
  /** What is a moment by the wall clock is another one now. */
  readonly wallMoved: () => void;
  /** Since the host was started, suspended or not, in seconds. */
  readonly uptime?: () => number;
  /** In milliseconds since 1970. */
  readonly wall?: () => number;
}

const LOOK_EVERY = 10_000;
/** Both are told to the hundredth of a second, and looked at one after the other. */
const LEAST = 1_000;
const TIMER = 'suspension';

export function watchSuspension({
  clock,
  suspended,
  wallMoved,
  uptime = os.uptime,
  wall = Date.now,
}: SuspensionOptions): { close(): void } {
  const ahead = (of: number): number => of - clock.now();
  let known = { uptime: ahead(1_000 * uptime()), wall: ahead(wall()) };

  function look(): void {
    const now = { uptime: ahead(1_000 * uptime()), wall: ahead(wall()) };
    const before = known;
    const lost = now.uptime - before.uptime;
    const moved = now.wall - before.wall;
    // What is less adds up.
    known = {
      uptime: Math.abs(lost) < LEAST ? before.uptime : now.uptime,
      wall: Math.abs(moved) < LEAST ? before.wall : now.wall,
    };
    if (lost >= LEAST) suspended(ms(Math.round(lost)));
    if (known.wall !== before.wall) wallMoved();
    plan();
  }

  function plan(): void {
    clock.setTimer(TIMER, ms(clock.now() + LOOK_EVERY), look);
  }

  plan();
  return { close: () => clock.clearTimer(TIMER) };
}
