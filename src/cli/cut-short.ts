/** How a shell calls it that a signal has ended something: with 128 and the signal's number. */
import os from 'node:os';
import type { Lifecycle } from '../runtime/lifecycle.ts';

/** `why`: of the lifecycle, a signal's name or another word. */
export function statusOfSignal(why: string): number | undefined {
  const signal = os.constants.signals[why as NodeJS.Signals] as number | undefined;
  return signal === undefined ? undefined : 128 + signal;
}

/** For what is no daemon: to be asked to go is not to be done. */
export function endAsCutShort(lifecycle: Lifecycle): void {
  lifecycle.onClose(async (why) => {
    const status = statusOfSignal(why);
    if (status !== undefined) lifecycle.fail(status);
  });
}
