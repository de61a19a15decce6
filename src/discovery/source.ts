/**
 * SHELL: a source of facts, and the one that we have: the kernel.
 *
 * What it does: reads listeners every interval; reads devices and addresses when the kernel hints that they changed, and
 * every `HOST_INTERVAL` because a hint may be lost; reads all of it when the core asks. It says what changed.
 * What it does not: believe a hint (a hint only says "look now"), take a failed reading for an empty one, or decide.
 */
import type { Event } from '../model/event.ts';
import { deviceKey, type HostAddress, hostAddressKey, type Listener, listenerKey } from '../model/facts.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { isEmpty, track } from './delta.ts';
import { type HostFacts, isReadError, type Kernel, type Subscription } from './kernel.ts';

export interface Source {
  start(): void;
  /** Reads everything now; `factsRead` or `discoveryFailed` follows even when nothing changed. */
  lookNow(): void;
  close(): void;
}

export interface SourceOptions {
  readonly kernel: Kernel;
  readonly interval: Millis;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
}

interface Reading {
  readonly readAt: Millis;
  /** `undefined`: not read, or not to be read. */
  readonly listeners: readonly Listener[] | undefined;
  readonly host: HostFacts | undefined;
  readonly isWhole: boolean;
  /** Told even when nothing changed. */
  readonly isWanted: boolean;
}

/** How often devices and addresses are read without a hint, as long as hints can be had; otherwise every interval. */
export const HOST_INTERVAL = ms(10_000);
/** How soon a subscription that failed is tried again. */
const SUBSCRIBE_PAUSE = ms(1_000);
/** Hints of one change come in groups; the rest of a group is answered by one reading. */
const HINT_PAUSE = ms(10);
const INTERVAL_TIMER = 'discovery interval';
const HINT_TIMER = 'discovery hint';

export function createSource({ kernel, interval, clock, log, push }: SourceOptions): Source {
  const tracked = {
    listeners: track<Listener>(listenerKey),
    addresses: track<HostAddress>(hostAddressKey),
    devices: track<HostFacts['devices'][number]>(deviceKey),
  };
  let hostReadAt = ms(Number.NEGATIVE_INFINITY);
  let lastListeners: readonly Listener[] | undefined;
  let subscription: Subscription | undefined;
  let subscribedAt = ms(Number.NEGATIVE_INFINITY);
  let hintedAt = ms(Number.NEGATIVE_INFINITY);
  let hintPause = HINT_PAUSE;
  let isHintWaiting = false;
  let isPolling = false;
  let isFirst = true;
  let isFailing = false;
  let isClosed = false;

  /** `isAsked`: the core waits for an answer. */
  function read(isAsked: boolean, isHinted: boolean): void {
    // A hint may come before the timers that are late through a stall: what is read now is after it.
    clock.noticeStall();
    const readAt = clock.now();
    // Without a subscription nobody hints; and what came before a new one was hinted at by nobody.
    const isUnhinted = subscription === undefined;
    const failures: string[] = [];
    if (isUnhinted) subscribe();
    const isHostDue = isAsked || isHinted || isUnhinted || isFailing || readAt - hostReadAt >= HOST_INTERVAL;
    const host = isHostDue ? attempt(() => kernel.readHost(), failures) : undefined;
    if (host !== undefined) hostReadAt = readAt;
    // One that cannot be read does not keep the other from being seen: a listener that is gone is gone.
    const listeners = attempt(() => kernel.readListeners(), failures);
    const isWhole = failures.length === 0;
    tell({ readAt, listeners, host, isWhole, isWanted: isWhole && (isAsked || isFirst || isFailing) });
    // After what could be read: a withdraw that is due goes by the newest facts that there are.
    if (!isWhole && (isAsked || !isFailing)) {
      push({ type: 'discoveryFailed', at: clock.now(), detail: failures.join('; ') });
    }
    isFailing = !isWhole;
  }

  /** `undefined`, and a line among the failures, for what cannot be read; what is no such failure goes on its way. */
  function attempt<T>(act: () => T, failures: string[]): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!isReadError(error)) throw error;
      failures.push(error.message);
      return undefined;
    }
  }

  function tell({ readAt, listeners, host, isWhole, isWanted }: Reading): void {
    const nothing = { added: [], removed: [] };
    const isSame = listeners === undefined || listeners === lastListeners;
    if (host === undefined && isSame && !isWanted) return;
    const changes = {
      listeners: isSame ? nothing : tracked.listeners.update(listeners),
      addresses: host === undefined ? nothing : tracked.addresses.update(host.addresses),
      devices: host === undefined ? nothing : tracked.devices.update(host.devices),
    };
    lastListeners = listeners ?? lastListeners;
    if (!isWanted && Object.values(changes).every(isEmpty)) return;
    push({ type: 'factsRead', at: clock.now(), readAt, resync: isFirst, isWhole, ...changes });
    isFirst = false;
  }

  /** Subscribes before the reading that follows: what changes in between is then hinted at. */
  function subscribe(): void {
    const now = clock.now();
    if (now - subscribedAt < SUBSCRIBE_PAUSE) return;
    subscribedAt = now;
    try {
      subscription = kernel.subscribe(hinted, (reason) => {
        subscription = undefined;
        log.warn({ detail: reason.message }, 'address notifications lost, reading everything anew');
        hinted();
      });
    } catch (error) {
      if (!isReadError(error)) throw error;
      if (!isPolling) log.warn({ detail: error.message }, 'no address notifications, reading addresses every interval');
    }
    isPolling = subscription === undefined;
  }

  function hinted(): void {
    if (isClosed || isHintWaiting) return;
    const due = ms(hintedAt + hintPause);
    if (clock.now() >= due) {
      followHint();
      return;
    }
    isHintWaiting = true;
    clock.setTimer(HINT_TIMER, due, followHint);
  }

  function followHint(): void {
    isHintWaiting = false;
    const startedAt = clock.now();
    read(false, true);
    hintedAt = clock.now();
    // On a host with thousands of addresses a reading takes its time: it must not become all that is done.
    hintPause = ms(Math.max(HINT_PAUSE, 4 * (hintedAt - startedAt)));
  }

  function tick(): void {
    clock.setTimer(INTERVAL_TIMER, ms(clock.now() + interval), tick);
    read(false, false);
  }

  return {
    start: tick,
    lookNow() {
      if (!isClosed) read(true, false);
    },
    close() {
      isClosed = true;
      clock.clearTimer(INTERVAL_TIMER);
      clock.clearTimer(HINT_TIMER);
      subscription?.close();
      kernel.close();
    },
  };
}
