/**
 * The listen filter: which listeners count, in the words of `ss`(8).
 *
 *     filter = term { or term }        or  = "or" | "|" | "||"
 *     term   = "sport" eq ":" port     eq  = "=" | "==" | "eq"
 *            | "(" filter ")"
 */
import type { Listener, Port } from './facts.ts';

export type ListenFilter =
  | { readonly type: 'sport'; readonly port: Port }
  | { readonly type: 'or'; readonly either: ListenFilter; readonly or: ListenFilter };

/** `column` counts from 1; `found` is the word that stands there, empty at the end of the text. */
export interface FilterProblem {
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

export type FilterResult = { readonly filter: ListenFilter } | { readonly problem: FilterProblem };

export function matches(filter: ListenFilter, listener: Listener): boolean {
  return filter.type === 'sport'
    ? listener.port === filter.port
    : matches(filter.either, listener) || matches(filter.or, listener);
}

/** The filter in its shortest usual form; `parseListenFilter` reads it back. */
export function formatListenFilter(filter: ListenFilter): string {
  return filter.type === 'sport'
    ? `sport = :${filter.port}`
    : `${formatListenFilter(filter.either)} or ${formatListenFilter(filter.or)}`;
}

interface Word {
  readonly text: string;
  readonly column: number;
}

export function parseListenFilter(text: string): FilterResult {
  const words: Word[] = [...text.matchAll(/[()]|\|\|?|==?|[^\s()|=]+/g)].map((found) => ({
    text: found[0],
    column: found.index + 1,
  }));
  words.push({ text: '', column: text.length + 1 });
  try {
    const oneTooMany = words.filter(({ text }) => text === 'sport')[MOST_TERMS];
    if (oneTooMany !== undefined) throw new Unexpected(oneTooMany, `at most ${MOST_TERMS} terms`);
    const [filter, next] = parseOr(words, 0);
    const rest = wordAt(words, next);
    if (rest.text !== '') throw new Unexpected(rest, '"or", or the end of the filter');
    return { filter };
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    return { problem: { column: error.word.column, found: error.word.text, expected: error.expected } };
  }
}

/** Carries a problem out of the descent; never leaves this file. */
class Unexpected extends Error {
  readonly word: Word;
  readonly expected: string;
  constructor(word: Word, expected: string) {
    super(expected);
    this.word = word;
    this.expected = expected;
  }
}

/** Bounds that no filter of a person's reaches, and no stack notices. */
const MOST_DEPTH = 100;
const MOST_TERMS = 1_000;

function parseOr(words: readonly Word[], start: number, depth = 0): [ListenFilter, number] {
  let [filter, next] = parseTerm(words, start, depth);
  while (/^(or|\|\|?)$/.test(wordAt(words, next).text)) {
    const [or, after] = parseTerm(words, next + 1, depth);
    filter = { type: 'or', either: filter, or };
    next = after;
  }
  return [filter, next];
}

function parseTerm(words: readonly Word[], start: number, depth: number): [ListenFilter, number] {
  const first = wordAt(words, start);
  if (first.text === '(') {
    if (depth >= MOST_DEPTH) throw new Unexpected(first, `at most ${MOST_DEPTH} nested parentheses`);
    const [filter, next] = parseOr(words, start + 1, depth + 1);
    if (wordAt(words, next).text !== ')') throw new Unexpected(wordAt(words, next), '"or" or ")"');
    return [filter, next + 1];
  }
  if (first.text !== 'sport') throw new Unexpected(first, '"sport" or "("');
  const operator = wordAt(words, start + 1);
  if (!/^(==?|eq)$/.test(operator.text)) throw new Unexpected(operator, '"="');
  const port = wordAt(words, start + 2);
  if (!/^:\d{1,5}$/.test(port.text) || Number(port.text.slice(1)) > 65535) {
    throw new Unexpected(port, 'a port such as ":80", from :0 to :65535');
  }
  return [{ type: 'sport', port: Number(port.text.slice(1)) as Port }, start + 3];
}

function wordAt(words: readonly Word[], index: number): Word {
  return words[index] ?? words[words.length - 1] ?? { text: '', column: 1 };
}
