/**
 * What systemd is told of this process, sd_notify(3): ready with the first facts, one line of status, reloads, the end, and
 * that it is alive.
 *
 * **The watchdog.** Twice in its time the core is told that a timer has fired, which is nothing to it, and the kernel is read.
 * systemd hears of it only when events have gone through the queue since, and the core has heard of a reading lately, or
 * knows that the kernel cannot be read: then what is to happen without facts (`--on-discovery-error`) happens, and nothing is
 * won by ending that. So what ends the process, and starts another one, is:
 * - an event loop that stands still: an endless loop, a system call that does not return, SIGSTOP;
 * - a queue that nobody empties;
 * - a reading that was asked for, and neither ended nor failed.
 *
 * It proves nothing of what is written to ExaBGP or to peers: those have timers of their own (a hold time, answers that are
 * waited for), and a restart is no cure for a peer that does not read.
 */
import type { Event, TimerName } from '../../model/event.ts';
import { type Millis, ms } from '../../model/millis.ts';
import type { Clock } from '../clock.ts';
import type { NotifySocket } from './notify-socket.ts';

/** What the line of status is made of. */
export interface ServiceSummary {
  /** Whether the kernel was read. */
  readonly hasFacts: boolean;
  /** Whether it cannot be read now. */
  readonly isFailing: boolean;
  readonly announced: number;
  /** Whether nobody has any of it: there is no session. */
  readonly isToldToNobody: boolean;
  /** Those that are announced, and those that wait for their delays, for a place, or for their penalty to decay. */
  readonly wanted: number;
  /** BGP sessions, our own and those of which ExaBGP has told; `undefined` while none are known. */
  readonly peers: { readonly up: number; readonly all: number } | undefined;
}

export interface ServiceManager {
  start(): void;
  /** Every event that the core is about to hear. */
  hear(event: Event): void;
  reloading(): void;
  /** `isRefused`: the old settings stay in force. */
  reloaded(isRefused?: boolean): void;
  stopping(why: string): void;
}

export interface ServiceManagerOptions {
  readonly socket: NotifySocket;
  /** How long the service manager bears to hear nothing; `undefined` for ever. */
  readonly watchdog: Millis | undefined;
  readonly clock: Clock;
  readonly push: (event: Event) => void;
  /** Has the kernel read, which the core hears of. */
  readonly lookNow: () => void;
  readonly summary: () => ServiceSummary;
  /** CLOCK_MONOTONIC in microseconds, as the service manager's own. */
  readonly monotonic?: () => bigint;
}

const TIMER = { tick: 'service manager', watchdog: 'service manager watchdog', soon: 'service manager soon' } as const;
/** No line of status follows another sooner. */
const TICK = ms(1_000);
/** A start takes as long as the kernel, or the namespace of --netns, is waited for: while we live it is not too long. */
const EXTEND_EVERY = ms(10_000);
const EXTEND_BY = ms(30_000);
/** A reading that has not ended for 10 s is told as one that failed at the next interval, which is 10 s at most. */
const LONGEST_SILENCE = ms(25_000);

export function createServiceManager({
  socket,
  watchdog,
  clock,
  push,
  lookNow,
  summary,
  monotonic = () => process.hrtime.bigint() / 1_000n,
}: ServiceManagerOptions): ServiceManager {
  let state: 'starting' | 'ready' | 'reloading' | 'stopping' = 'starting';
  let said = '';
  let isRefused = false;
  let extendedAt = ms(Number.NEGATIVE_INFINITY);
  /** When the core last heard that the kernel was read, or could not be. */
  let answeredAt = clock.now();
  let isFeedDue = false;
  /** It was ready, and nobody took that: whoever waits for it would end a start, or a reload, that went well. */
  let isReadyDue = false;
  let isLookingBack = false;

  const half = watchdog === undefined ? undefined : ms(watchdog / 2);

  function status(): string {
    const now = summary();
    if (state === 'starting' && !now.hasFacts)
      return now.isFailing ? 'the kernel cannot be read' : 'waiting for the first facts';
    const words = [`${now.announced} of ${now.wanted} services announced`];
    if (now.isToldToNobody) words.push('told to nobody');
    if (now.peers !== undefined) words.push(`${now.peers.up} of ${now.peers.all} peers up`);
    if (now.isFailing) words.push('the kernel cannot be read');
    if (isRefused) words.push('the last reload was refused');
    return words.join(', ');
  }

  function tick(): void {
    clock.setTimer(TIMER.tick, ms(clock.now() + TICK), tick);
    if (state === 'starting' && clock.now() - extendedAt >= EXTEND_EVERY) {
      extendedAt = clock.now();
      socket.send(`EXTEND_TIMEOUT_USEC=${EXTEND_BY * 1_000}`);
    }
    if (isReadyDue) ready();
    const text = status();
    if (text !== said && socket.send(`STATUS=${text}`)) said = text;
  }

  function ready(): void {
    state = 'ready';
    const text = status();
    isReadyDue = !socket.send('READY=1', `STATUS=${text}`);
    if (!isReadyDue) said = text;
  }

  function ask(after: Millis): void {
    clock.setTimer(TIMER.watchdog, ms(clock.now() + after), () => {
      isFeedDue = true;
      lookNow();
      push({ type: 'timerFired', at: clock.now(), timer: TIMER.watchdog as TimerName });
      ask(after);
    });
  }

  /** When the core has done with the event. */
  function lookBack(): void {
    isLookingBack = false;
    const { hasFacts, isFailing } = summary();
    if (state === 'starting' && hasFacts) ready();
    const isSilent = !isFailing && clock.now() - answeredAt > (half ?? 0) + LONGEST_SILENCE;
    if (!isFeedDue || isSilent) return;
    isFeedDue = !socket.send('WATCHDOG=1');
  }

  return {
    start() {
      tick();
      if (half !== undefined) ask(half);
    },
    hear(event) {
      const isAnswer = (event.type === 'factsRead' && event.isLast) || event.type === 'discoveryFailed';
      if (isAnswer) answeredAt = clock.now();
      if (isLookingBack || state === 'stopping' || !(isFeedDue || (isAnswer && state === 'starting'))) return;
      isLookingBack = true;
      clock.setTimer(TIMER.soon, clock.now(), lookBack);
    },
    reloading() {
      if (state !== 'ready') return;
      state = 'reloading';
      isReadyDue = false;
      socket.send('RELOADING=1', `MONOTONIC_USEC=${monotonic()}`);
    },
    reloaded(wasRefused = false) {
      isRefused = wasRefused;
      if (state === 'reloading') ready();
    },
    stopping(why) {
      if (state === 'stopping') return;
      state = 'stopping';
      for (const timer of Object.values(TIMER)) clock.clearTimer(timer);
      socket.send('STOPPING=1', `STATUS=stopping: ${why}`);
    },
  };
}
