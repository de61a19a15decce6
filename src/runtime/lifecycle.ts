/**
 * The lifecycle: the only place that hears signals and ends the process.
 *
 * Loaded and started first of all: without a handler SIGUSR1 opens Node's inspector to every local user.
 *
 *     SIGTERM, SIGINT           close in order, exit 0 within 2 s; a second one exits at once
 *     SIGHUP                    reloads the settings of whoever has said so, else the same
 *     SIGUSR1                   ignored
 *     SIGUSR2                   reopens the file of the log, where there is one
 *     SIGTSTP                   Ctrl-Z: stops, once whoever has the terminal has given it back
 *     a failure                 close in order, then *linger* under ExaBGP, and exit with 1 or 2
 *
 * Lingering: ExaBGP starts a process that ended again at once, and ends *itself* after more than five starts in about a
 * minute. A typing error in one flag would drop every session. So a process that fails stays until it is 20 s old; its
 * stdin is read meanwhile, because ExaBGP stands still when that pipe is full.
 */
import { isUnderExabgp } from './descriptors.ts';
import { keepStderrBlocking } from './shared-stderr.ts';

export interface Lifecycle {
  /** `close` is called once, when the process was asked to go or failed: why, and until when it has time. */
  onClose(close: (why: string, time: AbortSignal) => Promise<void>): void;
  /** Called once, when all that is closed: what was logged has a moment to arrive. */
  onClosed(settle: () => Promise<void>): void;
  /** What SIGHUP does; `undefined`: the same as SIGTERM. One that came before this was known is made good now. */
  onHangup(reload: (() => void) | undefined): void;
  /** Called last, right before the process ends: why it was asked to go, or went. */
  onEnd(end: (why: string) => void): void;
  /**
   * Where a thread may be held by what never answers, such as a disk: Node waits for it at the end. `leave` is to end the
   * process without that; called at the very end, if it hangs then.
   */
  onHang(isHanging: () => boolean, leave: (status: number) => void): void;
  /** Called whenever Ctrl-Z is about to stop the process; what it writes has to be written when it returns. */
  onSuspend(giveBack: () => void): void;
  /** Stops this process, and those with it, as Ctrl-Z does: for a terminal that hands every key on. */
  suspend(): void;
  /** Called whenever somebody moved the files away that are written to. */
  onReopen(reopen: () => void): void;
  /** Where a failure goes that nobody foresaw. */
  onFailure(report: (error: unknown) => void): void;
  /** Whether stdin and stdout, being pipes, are ExaBGP's; true until somebody knows better. */
  servesExabgp(serves: boolean): void;
  /** Ends as after a failure, with that status. From a closer: with that status, unless the one it was to be is worse. */
  fail(status: number): void;
  /** Reports what nobody foresaw, and ends with 1. */
  failed(error: unknown): void;
  /** Ends the process now, without closing anything. `why`: where nobody asked it to go. */
  exit(status: number, why?: string): never;
}

/** Leaves room below 2 s, after which ExaBGP 5 kills. */
const CLOSE_WITHIN_MS = 1_500;
/** A disk that hangs under the log holds nobody up. */
const SETTLE_WITHIN_MS = 250;
const LINGER_UNTIL_MS = 20_000;

export function startLifecycle(): Lifecycle {
  keepStderrBlocking();
  const closers: ((why: string, time: AbortSignal) => Promise<void>)[] = [];
  const settlers: (() => Promise<void>)[] = [];
  const enders: ((why: string) => void)[] = [];
  const reopeners: (() => void)[] = [];
  const hangs: { readonly isHanging: () => boolean; readonly leave: (status: number) => void }[] = [];
  let report = (error: unknown): void => {
    process.stderr.write(`ha2bgp: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  };
  let servesExabgp = true;
  /** The status to end with, once the end has begun; a failure on the way makes it worse, never better. */
  let ending: number | undefined;
  /** Why the end has begun. */
  let cause: string | undefined;
  let isClosed = false;
  let signals = 0;
  let reload: (() => void) | 'end' | 'unknown' = 'unknown';
  let isHangupPending = false;

  function exit(status: number, why = 'failure'): never {
    let worst = Math.max(status, ending ?? 0);
    for (const end of enders) {
      try {
        end(cause ?? why);
      } catch (error) {
        // A mistake of ours must not keep a process that was asked to go.
        report(error);
        worst = Math.max(1, worst);
      }
    }
    hangs.find(({ isHanging }) => isHanging())?.leave(worst);
    process.exit(worst);
  }

  /** Calls `then` when everything is closed, or when the time for it is up. */
  function close(why: string, status: number, then: () => void): void {
    ending = status;
    cause = why;
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(), CLOSE_WITHIN_MS);
    const timeUp = new Promise<void>((resolve) => time.signal.addEventListener('abort', () => resolve()));
    const closed = Promise.all(closers.map((closer) => closer(why, time.signal)));
    Promise.race([closed, timeUp])
      .catch((error: unknown) => {
        report(error);
        ending = Math.max(1, status);
      })
      .then(() => Promise.race([Promise.all(settlers.map((settle) => settle())), within(SETTLE_WITHIN_MS)]))
      .finally(() => {
        isClosed = true;
        clearTimeout(timer);
        then();
      });
  }

  function fail(status: number): void {
    if (ending !== undefined) {
      ending = Math.max(ending, status); // it is ending already
      return;
    }
    close('failure', status, () => {
      const go = (): never => exit(status);
      if (!servesExabgp || !isUnderExabgp() || signals > 0) go();
      process.stderr.write('ha2bgp: staying until 20 s after the start, so that ExaBGP does not give up on it\n');
      process.stdin.on('end', go).on('error', go).resume();
      setTimeout(go, Math.max(0, LINGER_UNTIL_MS - process.uptime() * 1_000));
    });
  }

  function failed(error: unknown): void {
    report(error);
    fail(1);
  }

  function asked(signal: string): void {
    signals++;
    if (ending === undefined) close(signal, 0, () => exit(0));
    // The first signal while a failure is being closed lets that finish; then nothing keeps it.
    else if (isClosed || signals > 1) exit(ending);
  }

  function hungUp(): void {
    if (typeof reload === 'function') {
      // It asks for no end, nor for a sooner one.
      if (ending === undefined) reload();
    } else if (ending !== undefined || reload === 'end') asked('SIGHUP');
    else isHangupPending = true;
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked(signal));
  process.on('SIGHUP', hungUp);
  process.on('SIGUSR1', () => {});
  process.on('SIGUSR2', () => {
    for (const reopen of reopeners) reopen();
  });
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) process.on(kind, failed);

  return {
    onClose: (closer) => closers.push(closer),
    onClosed: (settle) => settlers.push(settle),
    onHangup(act) {
      reload = act ?? 'end';
      if (!isHangupPending) return;
      isHangupPending = false;
      hungUp();
    },
    onEnd: (end) => enders.push(end),
    onReopen: (reopen) => reopeners.push(reopen),
    onHang: (isHanging, leave) => hangs.push({ isHanging, leave }),
    onSuspend: hearSuspend,
    // 0 is the process group: sudo(8), or npm, stops as well, and the shell has the terminal back.
    suspend: () => void process.kill(0, 'SIGTSTP'),
    onFailure: (reporter) => {
      report = reporter;
    },
    servesExabgp: (serves) => {
      servesExabgp = serves;
    },
    fail,
    failed,
    exit,
  };
}

const within = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** The signal is sent again for the kernel to do as it does: it stops nobody whom no shell could let go on. */
function hearSuspend(giveBack: () => void): void {
  process.once('SIGTSTP', () => {
    giveBack();
    process.kill(process.pid, 'SIGTSTP');
    // Here it goes on.
    hearSuspend(giveBack);
  });
}
