/** Waiting for what the world does in its own time: polls, with a deadline that only a failure reaches. */
import { setTimeout as pause } from 'node:timers/promises';

/** Calls `look` until it returns something other than `undefined` or false, and returns that. `what` is for the error. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 60_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${textOf(what)}: not within ${deadlineMs} ms`);
    await pause(20);
  }
}

export const textOf = (what: string | (() => string)): string => (typeof what === 'string' ? what : what());
