/**
 * Reads the files of a recording, the oldest first, as a stream. What a crash or a full disk left behind, a line that was
 * cut where nothing follows but another header, is passed over and told; whatever else is no recording is an error.
 */
import fs from 'node:fs/promises';
import type { RecordedEvent } from '../model/event.ts';
import type { Millis } from '../model/millis.ts';
import {
  LONGEST_LINE,
  memberOf,
  parseRecordingLine,
  RECORDING_START,
  type RecordingHeader,
  type RecordingLine,
  type SnapshotPart,
} from '../model/recording.ts';

/** Its message names the file and the line. */
export class RecordingError extends Error {
  constructor(place: string, what: string) {
    super(`${place}: ${what}`);
    this.name = 'RecordingError';
  }
}

/** `place`: `FILE:LINE`. */
export type RecordingItem = { readonly place: string } & (
  | { readonly type: 'section'; readonly header: RecordingHeader; readonly parts: readonly SnapshotPart[] }
  | { readonly type: 'event'; readonly event: RecordedEvent }
  /** The event `settingsChanged`, whose policy is to be made of them. */
  | { readonly type: 'settings'; readonly at: Millis; readonly settings: RecordingHeader['settings'] }
  | { readonly type: 'clock'; readonly wall: string; readonly at: Millis }
  | { readonly type: 'end'; readonly why: string; readonly at: Millis }
  /** Something is missing here. */
  | { readonly type: 'cut'; readonly what: string }
);

/** Rejects with `RecordingError`. */
export async function* readRecording(file: string): AsyncGenerator<RecordingItem> {
  const members = await openMembers(file);
  try {
    const order = createOrder();
    for (const { name, handle } of members) {
      let number = 0;
      for await (const text of linesOf(name, handle)) {
        yield* order.take(text, `${name}:${++number}`);
      }
      if (number === 0 && members.length === 1) throw new RecordingError(name, 'is empty');
      yield* order.endFile();
    }
  } finally {
    for (const { handle } of members) await handle.close();
  }
}

interface Member {
  readonly name: string;
  readonly handle: fs.FileHandle;
}

/** Opens all of them before the first is read: the ring may move on meanwhile. */
async function openMembers(file: string): Promise<Member[]> {
  const members: Member[] = [];
  try {
    for (let number = 0; ; number++) {
      const name = memberOf(file, number);
      try {
        const handle = await fs.open(name, 'r');
        members.unshift({ name, handle });
        if (!(await handle.stat()).isFile()) throw new RecordingError(name, 'is no regular file');
      } catch (error) {
        if (number > 0 && (error as NodeJS.ErrnoException).code === 'ENOENT') return members;
        if (error instanceof RecordingError) throw error;
        throw new RecordingError(name, (error as Error).message);
      }
    }
  } catch (error) {
    for (const { handle } of members) await handle.close();
    throw error;
  }
}

async function* linesOf(name: string, handle: fs.FileHandle): AsyncGenerator<string> {
  let rest = '';
  let number = 0;
  const stream = handle.createReadStream({ encoding: 'utf8', autoClose: false, highWaterMark: 1_048_576 });
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = chunk.split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number++;
      yield line;
    }
    if (rest.length > LONGEST_LINE)
      throw new RecordingError(`${name}:${number + 1}`, 'a line too long for a recording');
  }
  if (rest !== '') yield rest;
}

/** Which line may follow which. */
function createOrder() {
  let expected: 'header' | 'snapshot' | 'events' = 'header';
  let section: { readonly header: RecordingHeader; readonly parts: SnapshotPart[]; readonly place: string } | undefined;
  let cut: { readonly place: string; readonly expected: string } | undefined;

  function* take(text: string, place: string): Generator<RecordingItem> {
    const line: RecordingLine = parseRecordingLine(text);
    if (line.type === 'header') {
      yield* leave();
      section = { header: line.header, parts: [], place };
      expected = 'snapshot';
      return;
    }
    // A line that is damaged in the middle of others was damaged by somebody else.
    if (cut !== undefined) throw new RecordingError(cut.place, `expected ${cut.expected}`);
    if (line.type === 'damaged') {
      if (expected === 'header' && !isStart(text)) throw new RecordingError(place, NO_HEADER);
      if (!line.isCut) throw new RecordingError(place, `expected ${line.expected}`);
      cut = { place, expected: line.expected };
      return;
    }
    if (expected === 'header') throw new RecordingError(place, NO_HEADER);
    if (section !== undefined) {
      if (line.type === 'part') section.parts.push(line.part);
      else if (line.type !== 'snapshotEnd') throw new RecordingError(place, 'expected the rest of a snapshot');
      else {
        yield { type: 'section', ...section };
        section = undefined;
        expected = 'events';
      }
      return;
    }
    if (line.type === 'part' || line.type === 'snapshotEnd') {
      throw new RecordingError(place, 'expected an event: this is a part of a snapshot');
    }
    yield { ...line, place };
  }

  /** Where a header follows, or nothing. */
  function* leave(): Generator<RecordingItem> {
    if (cut !== undefined) yield { type: 'cut', place: cut.place, what: 'the line was cut' };
    else if (section !== undefined) yield { type: 'cut', place: section.place, what: 'the snapshot was cut' };
    cut = undefined;
    section = undefined;
  }

  return {
    take,
    *endFile(): Generator<RecordingItem> {
      yield* leave();
      expected = 'header';
    },
  };
}

const NO_HEADER = 'expected a header: is this a recording?';

/** Whether the line began, as far as it goes, as a header does. */
const isStart = (text: string): boolean =>
  text.startsWith(RECORDING_START) || (text !== '' && RECORDING_START.startsWith(text));
