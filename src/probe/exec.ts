/**
 * SHELL: a check that is a command: exit status 0 passes. One at a time, however long one takes; the answer is an event.
 * While the disable file is there nothing is run.
 */
import fs from 'node:fs';
import type { Event } from '../model/event.ts';
import { formatDuration } from '../model/millis.ts';
import type { Probe, ServiceId } from '../model/service.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type Command, type CommandEnd, runCommand } from './command.ts';

export interface ExecProbe {
  /** Makes the check once. A second call while one is under way changes nothing: its answer is to come. */
  start(): void;
  /** Ends what runs. Nothing is pushed afterwards. */
  close(): void;
}

export interface ExecProbeOptions {
  readonly service: ServiceId;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
}

export function createExecProbe({ service, probe, clock, log, push }: ExecProbeOptions): ExecProbe {
  const { command, timeout, disableFile } = probe;
  let isUnderWay = false;
  let isClosed = false;
  let last: Command | undefined;
  let lastFileError = '';

  function start(): void {
    if (isUnderWay || isClosed) return;
    isUnderWay = true;
    const startedAt = clock.now();
    const finish = (result: 'passed' | 'failed' | 'disabled', detail: string): void => {
      isUnderWay = false;
      if (!isClosed) push({ type: 'probeFinished', at: clock.now(), startedAt, service, result, detail });
    };
    isDisabled((disabled) => {
      if (isClosed) return;
      if (disabled) finish('disabled', `${disableFile} exists`);
      else if (command === undefined) finish('passed', '');
      else if (last?.isGone() === false) finish('failed', 'the command before cannot be killed, and hangs');
      else {
        last = runCommand({ command, timeout, clock, timer: `probe ${service}` }, (end) => {
          const failure = failureOf(end);
          if (failure !== undefined) log.debug({ service, detail: failure, ...printed(end) }, 'check failed');
          finish(failure === undefined ? 'passed' : 'failed', failure ?? '');
        });
      }
    });
  }

  /** A file that cannot be looked at counts as missing, and that is said. */
  function isDisabled(then: (disabled: boolean) => void): void {
    if (disableFile === undefined) {
      then(false);
      return;
    }
    fs.stat(disableFile, (error) => {
      const code = error?.code === 'ENOENT' || error?.code === 'ENOTDIR' ? '' : (error?.message ?? '');
      if (code !== lastFileError && code !== '')
        log.warn({ service, detail: code }, 'disable file cannot be looked at');
      lastFileError = code;
      then(error === null);
    });
  }

  /** What a failure is called; `undefined` for none. */
  function failureOf(end: CommandEnd): string | undefined {
    switch (end.type) {
      case 'exited':
        return end.status === 0 ? undefined : `exit status ${end.status}${said(end.output)}`;
      case 'killed':
        return `ended by ${end.signal}${said(end.output)}`;
      case 'timedOut':
        return `not done within ${formatDuration(timeout)}, killed${said(end.output)}`;
      case 'notStarted':
        return `not started: ${end.detail}`;
      default:
        return end satisfies never;
    }
  }

  return {
    start,
    close() {
      isClosed = true;
      last?.kill();
    },
  };
}

const MOST_SAID = 200;

/** The first line of what the command printed, which is mostly why. */
function said(output: string): string {
  const line = output.trim().split('\n', 1)[0] ?? '';
  if (line === '') return '';
  return `, "${line.length > MOST_SAID ? `${line.slice(0, MOST_SAID)}…` : line}"`;
}

function printed(end: CommandEnd): { readonly output?: string } {
  const output = end.type === 'notStarted' ? '' : end.output.trim();
  return output === '' ? {} : { output };
}
