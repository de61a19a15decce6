/**
 * SHELL: a source of facts, and the one that we have: this host.
 *
 * What it does: has listeners read every interval, and when a hint says that one may have come or gone; devices and
 * addresses when the kernel hints that they changed, and every `HOST_INTERVAL` because a hint may be lost; all of it when
 * the core asks. It says what changed, and keeps its own cost in bounds.
 * What it does not: believe a hint (a hint only says "look now"), take a failed reading for an empty one, or decide.
 */
import type { Event } from '../model/event.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createHinting } from './hinting.ts';
import { type HintSource, keepHints } from './hints/upkeep.ts';
import { createNews } from './news.ts';
import { adaptivePace, fixedPace } from './pace.ts';
import { isReadError } from './read-error.ts';
import type { Reader } from './reader.ts';
import { countReadings, type ReadingTimes } from './reading-times.ts';
import type { Subscription } from './subscription.ts';

export interface Source {
  start(): void;
  /** Reads everything now; `factsRead` or `discoveryFailed` follows even when nothing changed. */
  lookNow(): void;
  /** The same, and tells all of it anew, with `resync`, as soon as all of it can be read. */
  readAnew(): void;
  status(): SourceStatus;
  close(): void;
}

export interface SourceStatus {
  /** From one reading of the listeners to the next, as it is now. */
  readonly interval: Millis;
  /** Which hints arrive; `none` also while lost ones are tried anew. */
  readonly hints: HintSource['kind'] | 'none';
  /** Readings that failed, in part or as a whole. */
  readonly failures: number;
  /** What the last of them said; `undefined` while everything can be read. */
  readonly failure: string | undefined;
  /** When the last whole reading began; `undefined` before the first. */
  readonly readAt: Millis | undefined;
  /** Where facts come from. */
  readonly from: 'netlink' | 'proc';
  readonly readings: ReadingTimes;
}

export interface SourceOptions {
  readonly reader: Reader;
  /** `auto`: as is fit for what hints there are, and stretched when reading is expensive. */
  readonly interval: Millis | { readonly auto: { readonly hinted: Millis; readonly unhinted: Millis } };
  /** Hints at listeners; none when left out. */
  readonly hints?: HintSource;
  readonly clock: Clock;
  /** What this process has taken of processors so far, on all its threads. */
  readonly processorTime: () => Millis;
  readonly log: Log;
  readonly push: (event: Event) => void;
  readonly from?: SourceStatus['from'];
  /** Hears that hints come from elsewhere now, or that the kernel can be read again or not. */
  readonly changed?: () => void;
}

/** What a reading is for. */
interface Wanted {
  /** The core waits for an answer. */
  readonly asked?: boolean;
  /** Devices and addresses may have changed. */
  readonly host?: boolean;
  /** A listener may have come or gone: somebody hinted at it, or it is looked at once more after that showed nothing. */
  readonly listener?: 'hinted' | 'again';
  /** All of it is to be told, whatever was told before. */
  readonly anew?: boolean;
  /** The answer of the first try came across a stall of ours. */
  readonly isRepeated?: boolean;
}

/** How often devices and addresses are read without a hint, as long as hints can be had; otherwise every interval. */
export const HOST_INTERVAL = ms(10_000);
/** A reading that takes longer counts as one that failed, until it ends. */
export const LONGEST_READING = ms(10_000);
/** How soon a subscription that failed is tried again. */
const SUBSCRIBE_PAUSE = ms(1_000);
/** The kernel tells of a new listener a moment before it can be found (net/ipv4, inet_csk_listen_start). */
const SECOND_LOOK = ms(3);
/** An interval so many times another is worth telling. */
const FAR = 4;
const TIMER = {
  interval: 'discovery interval',
  host: 'discovery hint',
  listeners: 'discovery listener hint',
  secondLook: 'discovery second look',
} as const;

export function createSource({
  reader,
  interval,
  hints,
  clock,
  processorTime,
  log,
  push,
  ...more
}: SourceOptions): Source {
  const { from = 'netlink', changed = () => {} } = more;
  const readings = countReadings();
  const news = createNews(clock, push);
  const listenerHints = keepHints({ source: hints, clock, log, hint: () => listenerHinting.hinted() });
  const hintKind = (): SourceStatus['hints'] => listenerHints.kind() ?? 'none';
  const pace =
    typeof interval === 'number'
      ? fixedPace(interval)
      : adaptivePace(() => (hintKind() === 'none' ? interval.auto.unhinted : interval.auto.hinted));
  const hostHinting = createHinting({ timer: TIMER.host, clock, follow: () => read({ host: true }) });
  const listenerHinting = createHinting({
    timer: TIMER.listeners,
    clock,
    follow: () => read({ listener: 'hinted' }),
  });
  let hostReadAt = ms(Number.NEGATIVE_INFINITY);
  let subscription: Subscription | undefined;
  let subscribedAt = ms(Number.NEGATIVE_INFINITY);
  let isPolling = false;
  let isReading = false;
  let startedAt = ms(0);
  /** What came up while a reading was on its way: that one began too early to answer for it. */
  let next: Wanted | undefined;
  let isClosed = false;
  let saidInterval: Millis | undefined;
  /** What `changed` was told of last. */
  let noticed: string | undefined;
  /** What was said of it at info last. */
  let loud: (Pick<SourceStatus, 'interval' | 'hints'> & { readonly hasStretched: boolean }) | undefined;
  /** At the last tick; undefined once anything but its reading happened since, which would be taken for its cost. */
  let quietSince: Millis | undefined;

  function read(wanted: Wanted): void {
    if (isReading) {
      next = both(next ?? {}, wanted);
      return;
    }
    // A hint may come before the timers that are late through a stall: what is read now is after it.
    clock.noticeStall();
    const readAt = clock.now();
    // Without a subscription nobody hints; and what came before a new one was hinted at by nobody.
    const isUnhinted = subscription === undefined;
    if (isUnhinted) subscribe();
    const isHostDue =
      wanted.asked === true ||
      wanted.host === true ||
      isUnhinted ||
      news.isFailing() ||
      readAt - hostReadAt >= HOST_INTERVAL;
    if (wanted.anew === true) news.tellAnew();
    const before = news.listeners();
    isReading = true;
    startedAt = readAt;
    reader.read({ host: isHostDue }, (reading) => {
      isReading = false;
      if (isClosed) return;
      // What was read before this process stood still is as old as that. Should reading itself be what takes so long, the
      // second answer has to do.
      if (clock.noticeStall() > readAt && wanted.isRepeated !== true) {
        const repeated = { ...both(next ?? {}, wanted), isRepeated: true };
        next = undefined;
        read(repeated);
        return;
      }
      const readUntil = clock.now();
      if (reading.host !== undefined) hostReadAt = readAt;
      news.tell(reading, readAt, wanted.asked === true);
      // Of a reading that is carried out elsewhere, only what it took there counts, and what it takes here.
      const cost = ms((reading.cost ?? readUntil - readAt) + (clock.now() - readUntil));
      readings.took(cost);
      notice();
      // A reading of devices and addresses, which is rare, says nothing of what the interval costs.
      if (!isHostDue || isUnhinted) pace.spent(cost);
      if ((isHostDue && !isUnhinted) || wanted.listener !== undefined || news.listeners() !== before)
        quietSince = undefined;
      if (wanted.host === true) hostHinting.spent(cost);
      if (wanted.listener !== undefined) listenerHinting.spent(cost);
      if (wanted.listener === 'hinted' && news.listeners() === before) lookAgain();
      if (next === undefined) return;
      const again = next;
      next = undefined;
      read(again);
    });
  }

  /** Subscribes before the reading that follows: what changes in between is then hinted at. */
  function subscribe(): void {
    const now = clock.now();
    if (reader.subscribe === undefined || now - subscribedAt < SUBSCRIBE_PAUSE) return;
    subscribedAt = now;
    try {
      subscription = reader.subscribe(hostHinting.hinted, (reason) => {
        subscription = undefined;
        log.warn({ detail: reason.message }, 'address notifications lost, reading everything anew');
        hostHinting.hinted();
      });
    } catch (error) {
      if (!isReadError(error)) throw error;
      if (!isPolling) log.warn({ detail: error.message }, 'no address notifications, reading addresses every interval');
    }
    isPolling = subscription === undefined;
  }

  function lookAgain(): void {
    clock.setTimer(TIMER.secondLook, ms(clock.now() + SECOND_LOOK), () => read({ listener: 'again' }));
  }

  function tick(): void {
    const used = processorTime();
    if (quietSince !== undefined) pace.spentQuietly(ms(used - quietSince));
    quietSince = used;
    const now = pace.interval();
    clock.setTimer(TIMER.interval, ms(clock.now() + now), tick);
    if (isReading && clock.now() - startedAt >= LONGEST_READING) {
      news.tellFailure(`a reading has not ended for ${formatDuration(LONGEST_READING)}`, false);
    }
    sayInterval(now);
    notice();
    read({});
  }

  function notice(): void {
    const now = `${hintKind()} ${news.isFailing()}`;
    if (now === noticed) return;
    noticed = now;
    changed();
  }

  /** On a busy host the interval comes and goes: other hints are news, its first stretch, and what is four times another. */
  function isNews(now: Millis, hinted: SourceStatus['hints']): boolean {
    const { interval: before, hints: hintedBefore, hasStretched } = loud ?? { hasStretched: false };
    const isStretch = before !== undefined && hintedBefore === hinted && now > before && !hasStretched;
    const isOther = before === undefined || hintedBefore !== hinted || isFar(now, before);
    if (!isOther && !isStretch) return false;
    loud = { interval: now, hints: hinted, hasStretched: hasStretched || isStretch };
    return true;
  }

  /** The interval moves a little all the time; it is said anew when it is another one by half. */
  function sayInterval(now: Millis): void {
    const hinted = listenerHints.kind();
    if (hinted === undefined) return;
    if (saidInterval !== undefined && now < 1.5 * saidInterval && saidInterval < 1.5 * now) return;
    saidInterval = now;
    log[isNews(now, hinted) ? 'info' : 'debug']({ every: formatDuration(now), hints: hinted }, 'listeners are read');
  }

  return {
    start() {
      listenerHints.start();
      tick();
    },
    lookNow() {
      if (!isClosed) read({ asked: true });
    },
    readAnew() {
      if (!isClosed) read({ asked: true, anew: true });
    },
    status: () => ({
      ...{ from, interval: pace.interval(), hints: hintKind(), readings: readings.times() },
      ...{ failures: news.failures(), failure: news.failure(), readAt: news.readAt() },
    }),
    close() {
      isClosed = true;
      for (const timer of [TIMER.interval, TIMER.secondLook]) clock.clearTimer(timer);
      hostHinting.close();
      listenerHinting.close();
      listenerHints.close();
      subscription?.close();
      reader.close();
    },
  };
}

const isFar = (one: Millis, other: Millis): boolean => Math.max(one, other) >= FAR * Math.min(one, other);

/** What one reading has to do when it is to do for two. */
function both(one: Wanted, other: Wanted): Wanted {
  const listener = one.listener === 'hinted' ? one.listener : (other.listener ?? one.listener);
  return {
    asked: one.asked === true || other.asked === true,
    host: one.host === true || other.host === true,
    anew: one.anew === true || other.anew === true,
    ...(listener && { listener }),
  };
}
