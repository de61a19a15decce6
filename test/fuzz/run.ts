/** So many damaged messages, one after the other: each judged, and made a parent of others when it shows something new. */

import fc from 'fast-check';
import type { Message, WireContext } from '../../src/bgp/wire/message.ts';
import { join } from '../../src/bytes/join.ts';
import { conversations } from '../helpers/bgp-messages.ts';
import { CONTEXT, encode, hex, VECTORS } from '../unit/bgp/wire/vectors.ts';
import { createCorpus } from './corpus.ts';
import { damaged } from './damage.ts';
import { judgeStream } from './framing.ts';
import { judge } from './judge.ts';
import { createRandom } from './random.ts';
import { SESSIONS, type Seed, seedLine, sessionOf } from './seed.ts';
import { featuresOf, outcomeOf } from './signature.ts';
import { Unsound } from './unsound.ts';

export interface Plan {
  readonly messages: number;
  readonly seed: number;
  /** They are tried first, and what they show is not new. */
  readonly kept: readonly Seed[];
  /** Called with each message before it is tried. */
  readonly trying: (seed: Seed) => void;
  /** Called now and then. */
  readonly progress: (state: Progress) => void;
}

export interface Progress {
  readonly tried: number;
  /** Messages that others are made of. */
  readonly parents: number;
  /** Octets, behind a collection of garbage where that can be asked for. */
  readonly heapUsed: number;
  /** How many messages ended in which way. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Result extends Progress {
  /** The shortest messages that show what no message that was good or kept does. */
  readonly news: readonly Seed[];
}

/** Something does not hold of a message. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(seed: Seed, cause: unknown) {
    const why = cause instanceof Unsound ? cause.message : `thrown: ${cause instanceof Error ? cause.stack : cause}`;
    super(`${why}\nplay it again with this line among the seeds:\n${seedLine(seed)}`, { cause });
  }
}

/** Messages of our own encoders. */
const SAMPLES = 400;
/** So many messages on one connection, and one such connection in so many. */
const STREAM = { length: 8, oneIn: 4 } as const;
/** Words for people are made of one message in so many: they are slow, and are no part of a session. */
const FIELDS = 16;
/** Of those that are longer one in so many is a parent: each costs as much as many short ones, and shows as little. */
const LONG_PARENT = { octets: 160, oneIn: 100 } as const;
/** A message is heard in another session than the one it was said in, once in so many times. */
const OTHER_SESSION = 16;
const PROGRESS = 250_000;

export function run({ messages, seed: number, kept, trying, progress }: Plan): Result {
  const random = createRandom(number);
  const corpus = createCorpus(random);
  const outcomes: Record<string, number> = {};
  let tried = 0;
  let stream: Uint8Array[] = [];
  const state = (): Progress => ({ tried, parents: corpus.size, outcomes: { ...outcomes }, heapUsed: heapUsed() });

  const isParent = ({ bytes }: Seed): boolean =>
    bytes.length <= LONG_PARENT.octets || random.isOneIn(LONG_PARENT.oneIn);

  /** What it shows. */
  function attempt(seed: Seed, hasFields: boolean): string[] {
    trying(seed);
    try {
      const verdict = judge(seed, hasFields);
      const outcome = outcomeOf(verdict);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      return featuresOf(seed, verdict);
    } catch (error) {
      throw new Failure(seed, error);
    }
  }

  function attemptStream(last: Seed): void {
    stream.push(last.bytes);
    if (stream.length < STREAM.length) return;
    const bytes = stream;
    stream = [];
    if (!random.isOneIn(STREAM.oneIn)) return;
    try {
      judgeStream(random, bytes, last.session.context.longestMessage);
    } catch (error) {
      throw new Failure({ session: last.session, bytes: join(...bytes) }, error);
    }
  }

  for (const seed of [...kept, ...good()]) {
    const features = attempt(seed, true);
    corpus.know(seed, features, isParent(seed));
  }
  while (tried < messages) {
    tried++;
    const parent = corpus.pick();
    const session = random.isOneIn(OTHER_SESSION) ? random.pick(SESSIONS) : parent.session;
    const seed = { session, bytes: damaged(random, parent.bytes, corpus.pick().bytes) };
    const features = attempt(seed, tried % FIELDS === 0);
    corpus.add(seed, features, isParent(seed));
    attemptStream(seed);
    if (tried % PROGRESS === 0) progress(state());
  }
  return { ...state(), news: corpus.news() };
}

let said: { readonly context: WireContext; readonly message: Message }[] | undefined;

/** Messages that are good: those of the RFCs and of other speakers, and whatever our encoders can say. */
function good(): Seed[] {
  said ??= fc.sample(conversations, { seed: 1, numRuns: SAMPLES });
  return [
    ...VECTORS.map(({ context = CONTEXT, hex: digits }) => ({ session: sessionOf(context), bytes: hex(digits) })),
    ...said.map(({ context, message }) => ({ session: sessionOf(context), bytes: encode(message, context) })),
  ];
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
