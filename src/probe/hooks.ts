/**
 * SHELL: commands that an administrator wants run when the state of a check changes. One at a time, in the order of the
 * changes, each with STATE in its environment and with a time limit: a hook that hangs holds up other hooks, and nothing
 * else.
 */
import type { Event } from '../model/event.ts';
import { formatDuration, type Millis } from '../model/millis.ts';
import type { CheckState, ServiceId } from '../model/service.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type CommandEnd, runCommand } from './command.ts';

export interface HookRun {
  readonly service: ServiceId;
  readonly state: CheckState;
  readonly commands: readonly string[];
  readonly run: number;
}

export interface Hooks {
  run(run: HookRun): void;
  /** Resolves when none runs and none waits. */
  idle(): Promise<void>;
  /** Starts no more. One that runs is left to its end: half a change is worse than a late one. */
  close(): void;
}

export interface HooksOptions {
  /** For each command; 0 for none. */
  readonly timeout: Millis;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
}

/** Changes that wait for a hook. Where hooks are slower than the service is unsteady, the oldest are passed over. */
const MOST_WAITING = 16;

export function createHooks({ timeout, clock, log, push }: HooksOptions): Hooks {
  const waiting: HookRun[] = [];
  const idlers: (() => void)[] = [];
  let current: HookRun | undefined;
  let isClosed = false;

  function next(): void {
    current = waiting.shift();
    if (current === undefined) {
      for (const idle of idlers.splice(0)) idle();
      return;
    }
    runFrom(current, 0);
  }

  function runFrom(of: HookRun, index: number): void {
    const command = of.commands[index];
    if (command === undefined || isClosed) {
      finished(of);
      next();
      return;
    }
    // In capitals, as ExaBGP's own healthcheck has it.
    const environment = { STATE: of.state.toUpperCase() };
    runCommand({ command, timeout, isHeard: false, environment, clock, timer: 'hook' }, (end) => {
      const problem = problemOf(end, timeout);
      const fields = { service: of.service, state: of.state, command };
      if (problem === undefined) log.debug(fields, 'hook done');
      else log.warn({ ...fields, detail: problem }, 'hook failed');
      runFrom(of, index + 1);
    });
  }

  const finished = ({ service, run }: HookRun): void => push({ type: 'hooksFinished', at: clock.now(), service, run });

  return {
    run(run) {
      if (isClosed) return;
      waiting.push(run);
      while (waiting.length > MOST_WAITING) {
        const passedOver = waiting.shift();
        if (passedOver === undefined) break;
        log.warn({ service: passedOver.service, state: passedOver.state }, 'hook passed over, others take too long');
        finished(passedOver);
      }
      if (current === undefined) next();
    },
    idle: () => (current === undefined ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    close() {
      isClosed = true;
      waiting.length = 0;
      clock.clearTimer('hook');
    },
  };
}

function problemOf(end: CommandEnd, timeout: Millis): string | undefined {
  switch (end.type) {
    case 'exited':
      return end.status === 0 ? undefined : `exit status ${end.status}`;
    case 'killed':
      return `ended by ${end.signal}`;
    case 'timedOut':
      return `not done within ${formatDuration(timeout)}, killed`;
    case 'notStarted':
      return `not started: ${end.detail}`;
    default:
      return end satisfies never;
  }
}
