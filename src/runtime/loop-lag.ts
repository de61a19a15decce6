/**
 * How late this process is for what is due: the greatest delay of the last minute. Node measures it outside of JavaScript,
 * every tenth of a second, which costs some hundredths of a percent of a processor; what holds the loop up for less than
 * that may go unseen.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ms } from '../model/millis.ts';
import type { Clock } from './clock.ts';

export interface LoopLag {
  /** Milliseconds. */
  greatest(): number;
  close(): void;
}

const RESOLUTION = 100;
/** The minute is so many spans, each looked at when it is over. */
const SPANS = 6;
const SPAN = 10_000;
const TIMER = 'loop lag';
const NANOSECONDS = 1e6;

export function watchLoopLag(clock: Pick<Clock, 'now' | 'setTimer' | 'clearTimer'>): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  let spans: number[] = [];
  histogram.enable();
  /** What is measured is the time from one look to the next. */
  const current = (): number => (histogram.count === 0 ? 0 : Math.max(0, histogram.max / NANOSECONDS - RESOLUTION));

  function turn(): void {
    spans = [...spans, current()].slice(1 - SPANS);
    histogram.reset();
    plan();
  }

  function plan(): void {
    clock.setTimer(TIMER, ms(clock.now() + SPAN), turn);
  }

  plan();
  return {
    greatest: () => Math.round(Math.max(current(), ...spans)),
    close() {
      histogram.disable();
      clock.clearTimer(TIMER);
    },
  };
}
