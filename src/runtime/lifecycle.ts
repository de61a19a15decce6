/**
 * The lifecycle: the only place that hears signals and ends the process.
 *
 * Loaded and started first of all: without a handler SIGUSR1 opens Node's inspector to every local user.
 *
 *     SIGTERM, SIGINT, SIGHUP   close in order, exit 0 within `CLOSE_WITHIN`; a second one exits at once
 *     SIGUSR1                   ignored
 *     SIGUSR2                   would reopen log files; there are none, so that it is ignored too
 */
import { keepStderrBlocking } from './shared-stderr.ts';

export interface Lifecycle {
  /** `close` is called once, when the process was asked to go or failed. It has until the signal aborts. */
  onClose(close: (signal: AbortSignal) => Promise<void>): void;
  /** Called last, right before the process ends. */
  onEnd(end: () => void): void;
  /** Asks to go in order, as a signal does. */
  close(status: number): void;
  /** Ends the process now, without closing anything. */
  exit(status: number): never;
  /** Where a failure goes that nobody foresaw. */
  onFailure(failed: (error: unknown) => void): void;
}

/** A bound with room to spare below 2 s, after which ExaBGP 5 kills. */
const CLOSE_WITHIN_MS = 1_500;

export function startLifecycle(): Lifecycle {
  keepStderrBlocking();
  const closers: ((signal: AbortSignal) => Promise<void>)[] = [];
  const enders: (() => void)[] = [];
  let failed = (error: unknown): void => {
    process.stderr.write(`ha2bgp: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  };
  let isClosing = false;

  function exit(status: number): never {
    for (const end of enders) end();
    process.exit(status);
  }

  function close(status: number): void {
    if (isClosing) exit(status);
    isClosing = true;
    const time = new AbortController();
    setTimeout(() => time.abort(), CLOSE_WITHIN_MS);
    const timeUp = new Promise<void>((resolve) => time.signal.addEventListener('abort', () => resolve()));
    const closed = Promise.all(closers.map((closer) => closer(time.signal)));
    Promise.race([closed, timeUp]).then(
      () => exit(status),
      (error: unknown) => {
        failed(error);
        exit(1);
      },
    );
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => close(0));
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      failed(error);
      close(1);
    });
  }

  return {
    onClose: (closer) => closers.push(closer),
    onEnd: (end) => enders.push(end),
    onFailure: (listener) => {
      failed = listener;
    },
    close,
    exit,
  };
}
