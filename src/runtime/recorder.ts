/**
 * The recorder: taps the queue, and writes every event down before the core hears it. Each run and each file begins with a
 * header and a snapshot of the core's state, so that a file can be read without those before it.
 *
 * It never holds the core up for a disk. When the disk is too slow, full or gone, it says so once and stops, between two
 * events; later it begins anew with a header, which tells how many events are missing, and a snapshot.
 */
import { takeSnapshot } from '../core/snapshot.ts';
import type { DaemonState } from '../core/state.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { RecordedSetting } from '../model/recorded-setting.ts';
import {
  RECORDING_FORMAT,
  type RecordingHeader,
  recordedAs,
  SNAPSHOT_END,
  type SnapshotPart,
} from '../model/recording.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Tap } from './loop.ts';
import { createRing, type Ring } from './ring.ts';

export interface Recorder extends Tap {
  /** Events of this run that the recording lacks. */
  readonly missed: () => number;
  /** Writes what waits, and that the run ended in order. */
  close(why: string): Promise<void>;
  /** The same as far as it goes at once, at the end of the process. */
  flush(): void;
}

export interface RecorderOptions {
  readonly file: string;
  /** Bytes after which a file is full. It may be longer by its snapshot, and is at least twice as long as that. */
  readonly size: number;
  /** How many there are, FILE among them. */
  readonly files: number;
  /** Bytes that are in FILE already. */
  readonly found: number;
  readonly version: string;
  /** At the start. */
  readonly settings: Readonly<Record<string, RecordedSetting>>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The wall clock, in milliseconds since 1970. */
  readonly wall?: () => number;
  readonly makeRing?: typeof createRing;
}

/** Bytes that may wait for the disk: the snapshot of a hundred thousand services, and some. */
export const MOST_WAITING = 64 * 1_048_576;
/** A wall clock that moved by more against the monotonic one was set, or this machine slept. */
const CLOCK_STEP_MS = 500;
/** How long it rests after it had to stop: a snapshot is expensive where the disk is slow. */
export const PAUSE = ms(30_000);

export function createRecorder(options: RecorderOptions): Recorder {
  const { file, size, files, found, version, clock, log, wall = Date.now, makeRing = createRing } = options;
  const run = `${new Date(wall()).toISOString()} ${process.pid}`;
  const ring: Ring = makeRing({ file, files, failed: (error) => stop(error.message), drained });
  let { settings } = options;
  let events = 0;
  /** Of FILE, whoever wrote them. */
  let bytes = found;
  let beganAt = 0;
  let snapshotBytes = 0;
  let snapshot: Generator<SnapshotPart> | undefined;
  let state: 'new' | 'recording' | 'stopped' = 'new';
  let resumeAt = clock.now();
  let missed = 0;
  let missedEver = 0;
  /** Wall clock less monotonic clock, as the file says it. */
  let offset = 0;
  let isTroubled = false;
  let isEnded = false;

  function append(line: object): void {
    const text = JSON.stringify(line);
    bytes += text.length + 1;
    ring.append(text);
    if (ring.waiting() > MOST_WAITING) stop(`the disk is too slow, ${MOST_WAITING} bytes wait for it`);
  }

  function begin(core: DaemonState): void {
    state = 'recording';
    if (isFull()) {
      ring.turn();
      bytes = 0;
    }
    beganAt = bytes;
    offset = wall() - clock.now();
    const header: RecordingHeader = {
      ha2bgp: version,
      format: RECORDING_FORMAT,
      run,
      events,
      wall: new Date(wall()).toISOString(),
      at: clock.now(),
      settings,
    };
    append(header);
    snapshot = takeSnapshot(core);
  }

  /** One part more of the snapshot. */
  function proceed(): void {
    let next: IteratorResult<SnapshotPart> | undefined;
    try {
      next = snapshot?.next();
    } catch (error) {
      // A mistake of ours in what the core remembers must not end what it decides.
      if (!(error instanceof TypeError)) throw error;
      stop(`no snapshot can be taken: ${error.message}`);
      return;
    }
    if (next?.done === false) {
      append(next.value);
      return;
    }
    snapshot = undefined;
    append(SNAPSHOT_END);
    snapshotBytes = bytes - beganAt;
  }

  function stop(detail: string): void {
    snapshot = undefined;
    state = 'stopped';
    resumeAt = ms(clock.now() + PAUSE);
    if (!isTroubled) log.error({ file, detail }, 'recording stopped, tried again later');
    isTroubled = true;
  }

  function drained(): void {
    if (!isTroubled || state !== 'recording' || snapshot !== undefined) return;
    isTroubled = false;
    log.info({ file, missedEvents: missed }, 'recording again');
    missed = 0;
  }

  function sayClock(): void {
    const [now, at] = [wall(), clock.now()];
    if (Math.abs(now - at - offset) < CLOCK_STEP_MS) return;
    offset = now - at;
    append({ clock: new Date(now).toISOString(), at });
  }

  const isFull = (): boolean => bytes >= Math.max(size, 2 * snapshotBytes);

  function end(why: string): void {
    const at: Millis = clock.now();
    if (state === 'recording' && snapshot === undefined && !isEnded) append({ end: why, at });
    isEnded = true;
  }

  return {
    missed: () => missedEver,
    prepare(core, until) {
      if (state === 'stopped' && clock.now() >= resumeAt && ring.waiting() === 0) begin(core);
      if (state === 'new' || (state === 'recording' && snapshot === undefined && isFull())) begin(core);
      while (snapshot !== undefined) {
        proceed();
        if (performance.now() >= until) break;
      }
      return snapshot === undefined;
    },
    hear(event) {
      events++;
      if (state === 'stopped') {
        missed++;
        missedEver++;
      } else {
        sayClock();
        append(recordedAs(event));
      }
      if (event.type === 'settingsChanged') ({ settings } = event);
    },
    async close(why) {
      end(why);
      await ring.close();
    },
    flush() {
      end('left at once');
      ring.flush();
    },
  };
}
