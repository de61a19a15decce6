/**
 * Reads a listen filter, in the words of `ss`(8), iproute2 6.1.
 *
 *     filter    = term { [ and | or ] term }             two terms without a word between them: and
 *     term      = "(" filter ")" | not term
 *               | ("sport" | "dport") [operator] port
 *               | ("src" | "dst") [equal] host
 *               | "dev" [equal | unequal] device
 *     and       = "and" | "&" | "&&"                     equal   = "=" | "==" | "eq"
 *     or        = "or" | "|" | "||"                      unequal = "!=" | "ne" | "neq"
 *     not       = "not" | "!"
 *     operator  = equal | unequal | "<" | "lt" | "<=" | "le" | "leq" | ">" | "gt" | ">=" | "ge" | "geq"
 *
 * `and` and `or` bind equally, from the left: `a or b and c` is `(a or b) and c`. That is what `ss` does, though its manual
 * page says otherwise.
 */
import type { Comparison, Condition, ListenFilter } from './listen-filter.ts';
import { type PortNumbers, parseDevice, parseHost, parsePort } from './listen-filter-operands.ts';
import { Unexpected, type Word, wordsOf } from './listen-filter-words.ts';

/** `column` counts from 1; `found` is what stands there, empty at the end of the text. */
export interface FilterProblem {
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

export type FilterResult = { readonly filter: ListenFilter } | { readonly problem: FilterProblem };

/** Bounds that no filter of a person's reaches, and no stack notices. */
const MOST_DEPTH = 100;
const MOST_TERMS = 1_000;

/** `portNumbers`: the ports of a name, as in `sport = :http`; more than one is an error. */
export function parseListenFilter(text: string, portNumbers: PortNumbers = () => []): FilterResult {
  try {
    const cursor: Cursor = { words: wordsOf(text), portNumbers, next: 0, terms: 0 };
    const filter = parseChain(cursor, 0);
    const last = wordAt(cursor);
    if (last.text !== '') throw new Unexpected(last, `${CONNECTION}, or the end of the filter`);
    return { filter };
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    return { problem: { column: error.word.column, found: error.word.text, expected: error.expected } };
  }
}

const CONNECTION = '"and", "or", another condition';
const TERM = '"sport", "dport", "src", "dst", "dev", "not" or "("';
const CONDITIONS = ['sport', 'dport', 'src', 'dst', 'dev'] as const;
/** Conditions of `ss` about what the kernel doesn't say of a listener, or what we don't ask. */
const OTHER_CONDITIONS = ['autobound', 'fwmark', 'cgroup'];

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '==': '=',
  eq: '=',
  '!=': '!=',
  ne: '!=',
  neq: '!=',
  '<': '<',
  lt: '<',
  '<=': '<=',
  le: '<=',
  leq: '<=',
  '>': '>',
  gt: '>',
  '>=': '>=',
  ge: '>=',
  geq: '>=',
};
const CONNECTIVES: Readonly<Record<string, 'and' | 'or'>> = {
  and: 'and',
  '&': 'and',
  '&&': 'and',
  or: 'or',
  '|': 'or',
  '||': 'or',
};

const lookUp = <T>(table: Readonly<Record<string, T>>, text: string): T | undefined =>
  Object.hasOwn(table, text) ? table[text] : undefined;
const isCondition = (text: string): text is Condition['type'] => CONDITIONS.some((condition) => condition === text);
const isNot = (text: string): boolean => text === 'not' || text === '!';
const beginsTerm = (text: string): boolean =>
  isCondition(text) || isNot(text) || text === '(' || OTHER_CONDITIONS.includes(text);
/** No operand: `ss` knows these by their spelling, wherever they stand. */
const isReserved = (text: string): boolean =>
  beginsTerm(text) ||
  text === ')' ||
  lookUp(COMPARISONS, text) !== undefined ||
  lookUp(CONNECTIVES, text) !== undefined;

/** Where the descent stands. Its steps move it on, and throw `Unexpected`. */
interface Cursor {
  readonly words: readonly Word[];
  readonly portNumbers: PortNumbers;
  next: number;
  terms: number;
}

const wordAt = ({ words, next }: Cursor): Word => words[next] ?? words[words.length - 1] ?? { text: '', column: 1 };

function take(cursor: Cursor): Word {
  const word = wordAt(cursor);
  cursor.next++;
  return word;
}

function parseChain(cursor: Cursor, depth: number): ListenFilter {
  let left = parseTerm(cursor, depth);
  for (;;) {
    const { text } = wordAt(cursor);
    const connective = lookUp(CONNECTIVES, text);
    if (connective !== undefined) take(cursor);
    else if (!beginsTerm(text)) return left;
    left = join(connective ?? 'and', left, parseTerm(cursor, depth));
  }
}

function parseTerm(cursor: Cursor, depth: number): ListenFilter {
  const first = take(cursor);
  if (first.text === '(') return parseParentheses(cursor, first, depth);
  if (isNot(first.text)) {
    checkDepth(first, depth);
    return { type: 'not', filter: parseTerm(cursor, depth + 1) };
  }
  if (OTHER_CONDITIONS.includes(first.text)) {
    throw new Unexpected(first, `${TERM} ("${first.text}" says nothing of a socket that listens)`);
  }
  if (!isCondition(first.text)) {
    const isPort = /^(:[\w*-]+|\d+)$/.test(first.text);
    const port = first.text.replace(/^:?/, ':');
    throw new Unexpected(first, isPort ? `"sport = ${port}" or another condition` : TERM);
  }
  cursor.terms++;
  if (cursor.terms > MOST_TERMS) throw new Unexpected(first, `at most ${MOST_TERMS} conditions`);
  return parseCondition(cursor, first.text);
}

function parseParentheses(cursor: Cursor, first: Word, depth: number): ListenFilter {
  checkDepth(first, depth);
  const filter = parseChain(cursor, depth + 1);
  const last = take(cursor);
  if (last.text !== ')') throw new Unexpected(last, `${CONNECTION}, or ")"`);
  return filter;
}

function checkDepth(word: Word, depth: number): void {
  if (depth >= MOST_DEPTH) throw new Unexpected(word, `at most ${MOST_DEPTH} nested parentheses and "not"`);
}

function parseCondition(cursor: Cursor, type: Condition['type']): Condition {
  const operator = wordAt(cursor);
  const comparison = parseComparison(cursor);
  switch (type) {
    case 'sport':
    case 'dport': {
      const word = takeOperand(cursor, 'a port such as ":80", or a comparison such as "=" or "<=" and a port');
      const operand = parsePort(word, cursor.portNumbers);
      if (operand.port === 'any' && comparison !== '=') {
        throw new Unexpected(word, `a port after "${operator.text}"; only "=" takes any`);
      }
      return { type, comparison, ...operand };
    }
    case 'src':
    case 'dst':
      if (comparison !== '=') throw new Unexpected(operator, `"=" or an address; "not ${type} …" says the opposite`);
      return { type, ...parseHost(takeOperand(cursor, 'an address such as 192.0.2.0/24'), cursor.portNumbers) };
    case 'dev':
      if (comparison !== '=' && comparison !== '!=') throw new Unexpected(operator, '"=", "!=" or a device');
      return { type, comparison, device: parseDevice(takeOperand(cursor, 'the name of a network device')) };
    default:
      return type satisfies never;
  }
}

/** Left out it is "=". */
function parseComparison(cursor: Cursor): Comparison {
  const comparison = lookUp(COMPARISONS, wordAt(cursor).text);
  if (comparison !== undefined) take(cursor);
  return comparison ?? '=';
}

function takeOperand(cursor: Cursor, expected: string): Word {
  const word = take(cursor);
  if (word.text === '' || isReserved(word.text)) throw new Unexpected(word, expected);
  return word;
}

/** One list for a chain of the same connective, however its parentheses stood: it means the same, and is not deep. */
function join(type: 'and' | 'or', left: ListenFilter, right: ListenFilter): ListenFilter {
  const partsOf = (filter: ListenFilter): readonly ListenFilter[] => (filter.type === type ? filter.filters : [filter]);
  return { type, filters: [...partsOf(left), ...partsOf(right)] };
}
