/**
 * SHELL: the history of services, of the daemon and of its peers, kept for the next process: a line of JSON each in a journal, and what
 * stands there read back. Where there is no such place, or another ha2bgp has it, nothing is kept, and the history is that of
 * this process.
 */
import { type Prefix, parsePrefix } from '../model/address.ts';
import { SAID_BY_HAND } from '../model/override.ts';
import {
  type HistoryEntry,
  type Instant,
  type PeerEntry,
  type ProcessEntry,
  type ReasonView,
  SERVICE_STATES,
  type ServiceStateName,
  type Transition,
} from '../model/view.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type DataDirectory, fileIn, isSystemError, type Lock, takeLock, whyNotWritable } from './data-directory.ts';
import { openJournal } from './journal.ts';

export interface HistoryStore {
  /** Never blocks, never throws. */
  append(line: string): void;
  /** What an earlier process left, the oldest first; `most` at most. */
  readLast(most: number): Promise<readonly HistoryEntry[]>;
  close(): Promise<void>;
  /** What waits, at once, as far as it goes, at the end of the process. */
  flush(): void;
}

export const noHistoryStore: HistoryStore = {
  append: () => {},
  readLast: async () => [],
  close: async () => {},
  flush: () => {},
};

export function openHistoryStore(
  place: DataDirectory,
  options: { readonly clock: Pick<Clock, 'now'>; readonly log: Log },
): HistoryStore {
  const journal = openJournal(place, 'history', { ...options, isOurs });
  let lock: Lock | undefined;
  let claiming: Promise<void> | undefined;

  /** That it is not, `overrides` has said. */
  async function isOurs(): Promise<boolean> {
    claiming ??= claim().finally(() => {
      claiming = undefined;
    });
    await claiming;
    return lock !== undefined;
  }

  async function claim(): Promise<void> {
    if (lock !== undefined) return;
    try {
      if ((await whyNotWritable(place.directory)) === undefined) lock = await takeLock(fileIn(place, 'history.lock'));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  return {
    append: journal.append,
    async readLast(most) {
      const lines = (await isOurs()) ? await journal.readLast(most) : [];
      const entries = lines.map(parseEntry).filter((each) => each !== undefined);
      const lost = lines.length - entries.length;
      if (lost > 0) {
        options.log.warn(
          { file: fileIn(place, 'history'), lines: lost },
          'cannot be read: a part of the history is lost',
        );
      }
      return entries;
    },
    async close() {
      await journal.close();
      await lock?.release();
    },
    flush: journal.flush,
  };
}

/** `undefined` for what is none: half a line, or one that somebody else wrote. What we know nothing of is left out. */
export function parseEntry(line: string): HistoryEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = (value ?? {}) as Fields;
  const { at, number } = fields;
  if (!isInstant(at) || !isCount(number) || number === 0) return undefined;
  const rest = fields['type'] === undefined ? transitionOf(fields) : (peerEntryOf(fields) ?? processEntryOf(fields));
  return rest && ({ at, number, ...rest } as HistoryEntry);
}

type Fields = Readonly<Record<string, unknown>>;
type Rest<T> = T extends unknown ? Omit<T, 'at' | 'number'> : never;

function transitionOf({ prefix, from, to, reason }: Fields): Rest<Transition> | undefined {
  const isWhole =
    typeof prefix === 'string' &&
    parsePrefix(prefix) === prefix &&
    isState(from) &&
    isState(to) &&
    (reason === undefined || isReason(reason));
  return isWhole ? { prefix: prefix as Prefix, from, to, ...(reason !== undefined && { reason }) } : undefined;
}

function peerEntryOf({ type, sink, peer, why, unnoted }: Fields): Rest<PeerEntry> | undefined {
  const isWhole =
    (type === 'peer-up' || type === 'peer-down') &&
    typeof sink === 'string' &&
    typeof peer === 'string' &&
    (why === undefined || typeof why === 'string') &&
    (unnoted === undefined || isCount(unnoted));
  if (!isWhole) return undefined;
  return { type, sink, peer, ...(why !== undefined && { why }), ...(unnoted !== undefined && { unnoted }) };
}

function processEntryOf(fields: Fields): Rest<ProcessEntry> | undefined {
  const { type, version, pid, lastSignOfBefore: last, why, withdrawn, left, changed, problems, target, by } = fields;
  switch (type) {
    case 'started':
      if (typeof version !== 'string' || !isCount(pid) || (last !== undefined && !isInstant(last))) return undefined;
      return { type, version, pid, ...(last !== undefined && { lastSignOfBefore: last }) };
    case 'stopped':
      return typeof why === 'string' && isCount(withdrawn) && isCount(left)
        ? { type, why, withdrawn, left }
        : undefined;
    case 'reloaded':
      return Array.isArray(changed) && changed.every((each) => typeof each === 'string')
        ? { type, changed }
        : undefined;
    case 'reload-refused':
      return isCount(problems) ? { type, problems } : undefined;
    case 'by-hand': {
      const what = SAID_BY_HAND.find((each) => each === fields['what']);
      const isWhole = typeof target === 'string' && typeof by === 'string' && typeof why === 'string';
      return what !== undefined && isWhole ? { type, what, target, by, why } : undefined;
    }
    default:
      return undefined;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isInstant = (value: unknown): value is Instant => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isState = (value: unknown): value is ServiceStateName => SERVICE_STATES.some((state) => state === value);
const isReason = (value: unknown): value is ReasonView => {
  const { code, stage, sentence } = (value ?? {}) as Partial<ReasonView>;
  return [code, stage, sentence].every((each) => typeof each === 'string');
};
