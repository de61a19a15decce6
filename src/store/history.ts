/**
 * SHELL: the history of services, kept for the next process: a line of JSON each in a journal, and what stands there read
 * back. Where there is no such place, or another ha2bgp has it, nothing is kept, and the history is that of this process.
 */
import { parsePrefix } from '../model/address.ts';
import { type Instant, type ReasonView, SERVICE_STATES, type Transition } from '../model/view.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type DataDirectory, fileIn, isSystemError, type Lock, takeLock, whyNotWritable } from './data-directory.ts';
import { openJournal, PAUSE } from './journal.ts';

export interface HistoryStore {
  /** Never blocks, never throws. */
  append(line: string): void;
  /** What an earlier process left, the oldest first; `most` at most. */
  readLast(most: number): Promise<readonly Transition[]>;
  close(): Promise<void>;
}

export const noHistoryStore: HistoryStore = { append: () => {}, readLast: async () => [], close: async () => {} };

export function openHistoryStore(
  place: DataDirectory,
  options: { readonly clock: Pick<Clock, 'now'>; readonly log: Log },
): HistoryStore {
  const { clock } = options;
  const journal = openJournal(place, 'history', options);
  let lock: Lock | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  /** Whether the files are ours to write. That they are not, `overrides` has said. */
  function isOurs(): boolean {
    if (lock !== undefined) return true;
    if (clock.now() < askedAt + PAUSE) return false;
    askedAt = clock.now();
    try {
      if (whyNotWritable(place.directory) === undefined) lock = takeLock(fileIn(place, 'history.lock'));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
    return lock !== undefined;
  }

  return {
    append(line) {
      if (isOurs()) journal.append(line);
    },
    async readLast(most) {
      const lines = isOurs() ? await journal.readLast(most) : [];
      return lines.map(parseTransition).filter((each) => each !== undefined);
    },
    async close() {
      await journal.close();
      lock?.release();
    },
  };
}

/** `undefined` for what is none: half a line, or one that somebody else wrote. */
export function parseTransition(line: string): Transition | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { at, number, prefix, from, to, reason } = (value ?? {}) as Partial<Record<keyof Transition, unknown>>;
  const isWhole =
    isInstant(at) &&
    Number.isSafeInteger(number) &&
    Number(number) > 0 &&
    typeof prefix === 'string' &&
    parsePrefix(prefix) === prefix &&
    isState(from) &&
    isState(to) &&
    (reason === undefined || isReason(reason));
  if (!isWhole) return undefined;
  // And nothing that we know nothing of.
  return { at, number: Number(number), prefix, from, to, ...(reason !== undefined && { reason }) } as Transition;
}

const isInstant = (value: unknown): value is Instant => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isState = (value: unknown): boolean => SERVICE_STATES.some((state) => state === value);
const isReason = (value: unknown): value is ReasonView => {
  const { code, stage, sentence } = (value ?? {}) as Partial<ReasonView>;
  return [code, stage, sentence].every((each) => typeof each === 'string');
};
