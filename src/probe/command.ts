/**
 * SHELL: one command of an administrator's, run by sh(1) in a process group of its own, with a time limit.
 *
 * Its stdin is empty: ours belongs to ExaBGP. What it prints is read to the end, so that it never stands still for it,
 * and the first of it is kept; or it goes nowhere, for one that may outlive us. At the limit the whole group is killed; what left the group by itself is not ours to end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Millis } from '../model/millis.ts';
import { ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';

export type CommandEnd =
  | { readonly type: 'exited'; readonly status: number; readonly output: string }
  | { readonly type: 'killed'; readonly signal: string; readonly output: string }
  | { readonly type: 'timedOut'; readonly output: string }
  | { readonly type: 'notStarted'; readonly detail: string };

export interface Command {
  /** The whole group, at once. Nothing is told of it. */
  kill(): void;
  /** Whether the kernel has let go of it: one that waits for a dead disk outlives even SIGKILL. */
  isGone(): boolean;
}

export interface CommandOptions {
  readonly command: string;
  /** 0 for none. */
  readonly timeout: Millis;
  /** Whether anybody wants to know what it prints. */
  readonly isHeard?: boolean;
  /** Beside our own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** The name of its timer; no two commands that run together may share it. */
  readonly timer: string;
}

const MOST_OUTPUT = 4_096;
/** A process that the command left behind may hold its output open for ever. */
const OUTPUT_AFTER_EXIT = ms(100);

/** Calls `ended` once: when the command has ended and its output is read, or at its limit. */
export function runCommand(
  { command, timeout, isHeard = true, environment = {}, clock, timer }: CommandOptions,
  ended: (end: CommandEnd) => void,
): Command {
  let output = '';
  let isEnded = false;
  let isGone = false;
  let child: ChildProcess | undefined;

  function end(how: CommandEnd): void {
    if (isEnded) return;
    isEnded = true;
    clock.clearTimer(timer);
    child?.stdout?.destroy();
    child?.stderr?.destroy();
    ended(how);
  }
  /** Only while it is ours: its number may be somebody else's afterwards. */
  function kill(): void {
    if (isGone || child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  const endOf = (status: number | null, signal: NodeJS.Signals | null): CommandEnd =>
    status === null ? { type: 'killed', signal: signal ?? 'unknown', output } : { type: 'exited', status, output };
  const notStarted = (error: Error): void => {
    isGone = true;
    end({ type: 'notStarted', detail: error.message });
  };

  try {
    child = spawn('/bin/sh', ['-c', command], {
      stdio: isHeard ? ['ignore', 'pipe', 'pipe'] : 'ignore',
      detached: true,
      env: { ...process.env, ...environment },
    });
  } catch (error) {
    // Such as E2BIG: told later, as everything else is.
    setImmediate(notStarted, error as Error);
    return { kill, isGone: () => true };
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < MOST_OUTPUT) output = (output + text).slice(0, MOST_OUTPUT);
    });
    stream?.on('error', () => {});
  }
  child.on('error', notStarted);
  child.on('exit', (status, signal) => {
    isGone = true;
    if (!isEnded) {
      clock.setTimer(timer, ms(clock.now() + OUTPUT_AFTER_EXIT), () => end(endOf(status, signal)));
    }
  });
  child.on('close', (status, signal) => end(endOf(status, signal)));
  if (timeout > 0) {
    clock.setTimer(timer, ms(clock.now() + timeout), () => {
      kill();
      end({ type: 'timedOut', output });
    });
  }
  return {
    kill() {
      isEnded = true;
      clock.clearTimer(timer);
      kill();
    },
    isGone: () => isGone,
  };
}
