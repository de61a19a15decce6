/** SHELL: what of a reading is news to the core: what changed, what was asked for, and what could not be read. */
import type { Event } from '../model/event.ts';
import {
  type Device,
  deviceKey,
  type HostAddress,
  hostAddressKey,
  type Listener,
  listenerKey,
} from '../model/facts.ts';
import type { Millis } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import { inParts, isEmpty, track } from './delta.ts';
import type { HostFacts, Reading } from './reader.ts';

export interface News {
  /** `isAsked`: told even when nothing changed. */
  tell(reading: Reading, readAt: Millis, isAsked: boolean): void;
  /** A failure is told when it begins, and whenever the core asked. */
  tellFailure(detail: string, isAsked: boolean): void;
  /** Those told last; the same array as long as nothing changed. */
  listeners(): readonly Listener[] | undefined;
  isFailing(): boolean;
  /** All of it is told once more, when a reading is whole: until then what was told stands. */
  tellAnew(): void;
  /** Readings that failed, in part or as a whole. */
  failures(): number;
  /** What the last of them said; `undefined` while the kernel can be read. */
  failure(): string | undefined;
  /** When the last whole reading began; `undefined` before the first. */
  readAt(): Millis | undefined;
}

export function createNews(clock: Clock, push: (event: Event) => void): News {
  let tracked = trackAll();
  let lastListeners: readonly Listener[] | undefined;
  let lastHost: HostFacts | undefined;
  let isFirst = true;
  let failure: string | undefined;
  let wholeAt: Millis | undefined;
  let isToBeWhole = false;
  let failures = 0;

  /** `isWanted`: told even when nothing changed. */
  function tellFacts({ host, listeners }: Reading, readAt: Millis, isWhole: boolean, isWanted: boolean): void {
    const nothing = { added: [], removed: [] };
    const isSame = listeners === undefined || listeners === lastListeners;
    const isSameHost = host === undefined || host === lastHost;
    if (isSameHost && isSame && !isWanted) return;
    const changes = {
      listeners: isSame ? nothing : tracked.listeners.update(listeners),
      addresses: isSameHost ? nothing : tracked.addresses.update(host.addresses),
      devices: isSameHost ? nothing : tracked.devices.update(host.devices),
    };
    lastListeners = listeners ?? lastListeners;
    lastHost = host ?? lastHost;
    if (!isWanted && Object.values(changes).every(isEmpty)) return;
    for (const { isLast, ...part } of inParts(changes)) {
      push({ type: 'factsRead', at: clock.now(), readAt, resync: isFirst, isWhole, isLast, ...part });
      isFirst = false;
    }
  }

  function tellFailure(detail: string, isAsked: boolean): void {
    failures++;
    const wasFailing = failure !== undefined;
    failure = detail;
    if (isAsked || !wasFailing) push({ type: 'discoveryFailed', at: clock.now(), detail });
  }

  return {
    tellFailure,
    tell(reading, readAt, isAsked) {
      const isWhole = reading.failures.length === 0;
      // A part of it, told as all there is, would void what was told before.
      if (isWhole) isToBeWhole = false;
      if (!isToBeWhole) tellFacts(reading, readAt, isWhole, isWhole && (isAsked || isFirst || failure !== undefined));
      // After what could be read: a withdraw that is due goes by the newest facts that there are.
      if (isWhole) {
        failure = undefined;
        wholeAt = readAt;
      } else tellFailure(reading.failures.join('; '), isAsked);
    },
    listeners: () => lastListeners,
    isFailing: () => failure !== undefined,
    tellAnew() {
      tracked = trackAll();
      lastListeners = undefined;
      lastHost = undefined;
      isFirst = true;
      isToBeWhole = true;
    },
    failures: () => failures,
    failure: () => failure,
    readAt: () => wholeAt,
  };
}

const trackAll = () => ({
  listeners: track<Listener>(listenerKey),
  addresses: track<HostAddress>(hostAddressKey),
  devices: track<Device>(deviceKey),
});
