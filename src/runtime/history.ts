/**
 * The last transitions of all services, and what became of the daemon itself and of its peers between them, in memory; and in a journal, where
 * there is one, so that they outlive the process.
 *
 * Noting a transition costs next to nothing: its words are made when somebody asks for them, and for the journal and those
 * who watch behind the turn in which it came, some at a time.
 */
import { reasonView } from '../core/view.ts';
import { insideOf, type Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { HistoryEntry, HistoryView, PeerEntry, ProcessEntry, Transition } from '../model/view.ts';
import type { Clock } from './clock.ts';
import type { NotedTransition } from './executor.ts';
import { instantBy } from './wall-clock.ts';

export interface History {
  note(transition: NotedTransition): void;
  noteProcess(at: Millis, news: ProcessNews): void;
  notePeer(at: Millis, news: PeerNews): void;
  /**
   * `prefix`: of it, of those inside it, and of those that contain it; so with what was said by hand. What became of the
   * daemon and of peers concerns all of them: as far back as the transitions go. `most`: of each.
   */
  list(which: { readonly prefix?: Prefix; readonly most: number }): HistoryView;
  /** Of this prefix alone, the newest first. */
  transitionsOf(prefix: Prefix, most: number): readonly Transition[];
  /** What is not in the journal yet goes there. */
  close(): void;
}

type News<T> = T extends unknown ? Omit<T, 'at' | 'number'> : never;
/** When it was, and its number, are given to it here. */
export type ProcessNews = News<ProcessEntry>;
export type PeerNews = News<PeerEntry>;

/** Where it is kept. Never blocks, never throws. */
export interface Journal {
  append(line: string): void;
}

export interface HistoryOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly journal?: Journal;
  /** What an earlier process kept, the oldest first. */
  readonly before?: readonly HistoryEntry[];
  /** What a service of that name has; nothing where nobody has declared one. */
  readonly prefixesNamed?: (name: string) => readonly Prefix[];
  /** Hears each, soon after it was noted. */
  readonly heard?: (entry: HistoryEntry) => void;
}

interface Kept {
  readonly number: number;
  /** Put into words once. */
  it: NotedTransition | HistoryEntry;
}

export const MOST_KEPT = 10_000;
/** So many are put into words before others have their turn. */
const MOST_AT_ONCE = 200;

export function createHistory({
  clock,
  journal,
  before = [],
  prefixesNamed = () => [],
  heard = () => {},
}: HistoryOptions): History {
  let kept: Kept[] = before.slice(-MOST_KEPT).map((it) => ({ number: it.number, it }));
  let number = kept.at(-1)?.number ?? 0;
  const waiting: Kept[] = [];
  let rest: NodeJS.Immediate | undefined;
  const instant = instantBy(clock);

  function wordsOf({ number: own, it }: Kept): HistoryEntry {
    if ('number' in it) return it;
    const { at, prefix, from, to, reason } = it;
    return {
      ...{ at: instant(at), number: own, prefix, from, to },
      ...(reason && { reason: reasonView(prefix, reason) }),
    };
  }

  function tell(most: number): void {
    const some = waiting.splice(0, most);
    for (const each of some) {
      const entry = wordsOf(each);
      each.it = entry;
      journal?.append(JSON.stringify(entry));
      heard(entry);
    }
  }

  function tellSome(): void {
    tell(MOST_AT_ONCE);
    rest = waiting.length > 0 ? setImmediate(tellSome) : undefined;
  }

  function keep(own: Kept): void {
    kept.push(own);
    // Not with each: to move ten thousand costs more than to keep them.
    if (kept.length > 2 * MOST_KEPT) kept = kept.slice(-MOST_KEPT);
    waiting.push(own);
    rest ??= setImmediate(tellSome);
  }

  function newest(most: number, isAskedFor: (prefix: Prefix) => boolean): HistoryView {
    const transitions: Transition[] = [];
    const process: ProcessEntry[] = [];
    const peers: PeerEntry[] = [];
    const oldest = Math.max(0, kept.length - MOST_KEPT);
    for (let index = kept.length - 1; index >= oldest && transitions.length < most; index--) {
      const each = kept[index];
      if (each === undefined || ('prefix' in each.it && !isAskedFor(each.it.prefix))) continue;
      const entry = wordsOf(each);
      if ('prefix' in entry) transitions.push(entry);
      else if ('peer' in entry) push(peers, entry, most);
      else if (isAbout(entry, isAskedFor, prefixesNamed)) push(process, entry, most);
    }
    return { transitions, process, peers };
  }

  function noteNews(at: Millis, news: ProcessNews | PeerNews): void {
    const own = ++number;
    keep({ number: own, it: { at: instant(at), number: own, ...news } });
  }

  return {
    note: (it) => keep({ number: ++number, it }),
    noteProcess: noteNews,
    notePeer: noteNews,
    list: ({ prefix, most }) => newest(most, prefix === undefined ? () => true : aboutOf(prefix)),
    transitionsOf: (prefix, most) => newest(most, (each) => each === prefix).transitions,
    close() {
      clearImmediate(rest);
      tell(waiting.length);
    },
  };
}

/** What was said of everything concerns all, and so does the name of a service that nobody knows any more. */
function isAbout(
  entry: ProcessEntry,
  isAskedFor: (prefix: Prefix) => boolean,
  prefixesNamed: (name: string) => readonly Prefix[],
): boolean {
  if (entry.type !== 'by-hand' || entry.target === 'all') return true;
  if (entry.target.includes('/')) return isAskedFor(entry.target as Prefix);
  const prefixes = prefixesNamed(entry.target);
  return prefixes.length === 0 || prefixes.some(isAskedFor);
}

function push<T>(list: T[], item: T, most: number): void {
  if (list.length < most) list.push(item);
}

/** Whether one of the two lies inside the other. */
function aboutOf(asked: Prefix): (prefix: Prefix) => boolean {
  const isInside = insideOf(asked);
  const known = new Map<Prefix, boolean>();
  return (prefix) => {
    const before = known.get(prefix);
    if (before !== undefined) return before;
    const is = isInside(prefix) || insideOf(prefix)(asked);
    known.set(prefix, is);
    return is;
  };
}
