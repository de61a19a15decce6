/**
 * SHELL: this host's facts without AF_NETLINK, which seccomp or systemd's RestrictAddressFamilies= may deny: from /proc.
 *
 * What it does: has a thread read and parse the files, starts a new one when that has died, and answers in order.
 * What it does not: give the same facts as netlink. What /proc does not know, and what stands for it, is said at the head of
 * `listeners.ts` and `addresses.ts`; which settings therefore need netlink, in `refused.ts`. Nothing hints at a change
 * either, so there is no `subscribe`. `os.networkInterfaces()` is no way out: getifaddrs(3) asks netlink itself.
 */
import { Worker } from 'node:worker_threads';
import type { Listener } from '../../model/facts.ts';
import { ms } from '../../model/millis.ts';
import type { Reader, Reading } from '../reader.ts';
import type { ProcOptions } from './reading.ts';
import type { ProcAnswer } from './worker.ts';

/** As much of a worker thread as is needed. */
export interface ProcThread {
  on(event: 'message', listener: (answer: ProcAnswer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (status: number) => void): unknown;
  postMessage(wanted: { readonly host: boolean }): void;
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

/** `startThread`: a test puts its own in; sources that are not compiled cannot run in a thread of Node 20. */
export function openProc(
  options: ProcOptions,
  startThread: (options: ProcOptions) => ProcThread = startWorker,
): Reader {
  const waiting: ((reading: Reading) => void)[] = [];
  let current: ProcThread | undefined;
  let listeners: readonly Listener[] = [];
  let isClosed = false;

  function start(): ProcThread {
    const thread = startThread(options);
    const gone = (why: string): void => {
      if (thread !== current) return;
      current = undefined;
      for (const answer of waiting.splice(0)) answer({ failures: [`the thread that reads /proc: ${why}`] });
    };
    thread.on('message', (answer) => {
      if (thread !== current) return;
      take(answer);
      if (waiting.length === 0) thread.unref();
    });
    thread.on('error', (error) => gone(error.message));
    thread.on('exit', (status) => gone(`ended with status ${status}`));
    return thread;
  }

  function take({ listeners: found, cost, host, failures }: ProcAnswer): void {
    if (found !== undefined && found !== 'same') listeners = found;
    waiting.shift()?.({
      ...(host && { host }),
      ...(found && { listeners }),
      ...{ failures, cost: ms(cost) },
    });
  }

  return {
    read(wanted, answer) {
      if (isClosed) return;
      try {
        current ??= start();
      } catch (error) {
        // ERR_WORKER_INIT_FAILED: no more threads for us (RLIMIT_NPROC, cgroup's pids.max).
        answer({ failures: [`the thread that reads /proc: ${(error as Error).message}`] });
        return;
      }
      waiting.push(answer);
      // The thread as such keeps no process alive, but an answer that somebody waits for does.
      current.ref();
      current.postMessage({ host: wanted.host });
    },
    close() {
      isClosed = true;
      waiting.length = 0;
      const thread = current;
      current = undefined;
      thread?.terminate();
    },
  };
}

/**
 * What a thread inherits by default is not for this one: options of Node that name another script, and our stdout. Texts
 * are garbage once they are parsed: a small young generation keeps 45 MB for 5,000 sockets instead of 116, in the same time.
 */
function startWorker(options: ProcOptions): ProcThread {
  const script = new URL('./worker.js', import.meta.url);
  const resourceLimits = { maxYoungGenerationSizeMb: 2 };
  return new Worker(script, { workerData: options, execArgv: [], stdout: true, stderr: true, resourceLimits });
}
