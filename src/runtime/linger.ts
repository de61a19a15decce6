/**
 * After a failure at the start, under ExaBGP: stay for a while, and only then go.
 *
 * ExaBGP starts a process that ended again at once, and ends *itself* after more than five starts in about a minute: a
 * typing error in one flag would drop every session. Its pipe is read meanwhile, so that it never waits for us.
 */
import type { Lifecycle } from './lifecycle.ts';

const LINGER_MS = 20_000;

export function linger(lifecycle: Lifecycle, status: number, input: NodeJS.ReadableStream): void {
  const go = (): never => lifecycle.exit(status);
  lifecycle.onClose(async () => go());
  input.on('end', go).on('error', go).resume();
  setTimeout(go, Math.max(0, LINGER_MS - process.uptime() * 1_000));
}
