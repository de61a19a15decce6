/**
 * YAML (1.2) as a tree of texts with their places. The only file that knows the `yaml` package.
 *
 * Every scalar is the text that stands there: `65000.10` is no number here, `3s`, `on` and `0x1` are what they are. What a
 * file of settings has no use for is refused: aliases and anchors (a few lines of them are a gigabyte), tags, several
 * documents, keys that are no words, a key twice.
 */
import { Composer, type CST, isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, Parser } from 'yaml';
import { plain, quote, visible } from './quote.ts';
import { cutRuns, type Shortened } from './yaml-runs.ts';

/** Offsets are in UTF-16 code units of the text. */
export type YamlNode =
  | { readonly type: 'text'; readonly at: number; readonly text: string }
  | { readonly type: 'list'; readonly at: number; readonly items: readonly YamlNode[] }
  | { readonly type: 'map'; readonly at: number; readonly entries: ReadonlyMap<string, YamlEntry> };

export interface YamlEntry {
  readonly keyAt: number;
  readonly value: YamlNode;
}

export interface YamlProblem {
  readonly at: number;
  readonly text: string;
}

/** `root` is left out where nothing stands in the text, or nothing can be made of it. Never throws. */
export function parseYaml(text: string, shortestRun: number = SHORTEST_RUN): ParsedYaml {
  const short = cutRuns(text, shortestRun);
  if (short.runs.size > 0) {
    const { runs, ...parsed } = parse(short);
    // With a mistake in it, or with lines that are no list, it is read as it stands.
    if (parsed.problems.length === 0 && runs === short.runs.size) return parsed;
  }
  const { runs: _none, ...parsed } = parse({ text, runs: new Map(), placeOf: (at) => at });
  return parsed;
}

/** So many lines in a row: fewer are not worth it. */
const SHORTEST_RUN = 100;

export interface ParsedYaml {
  readonly root?: YamlNode;
  readonly problems: readonly YamlProblem[];
  /** Whether it is YAML as such, so that the rest of it is worth a look too. */
  readonly isSound: boolean;
}

/** `runs`: how many were put back. */
function parse({ text, runs, placeOf }: Shortened): ParsedYaml & { readonly runs: number } {
  const tokens = [...new Parser().parse(text)];
  const deep = tokens.map(tooDeep).find((at) => at !== undefined);
  if (deep !== undefined) return { problems: [{ at: deep, text: 'is nested too deeply' }], isSound: false, runs: 0 };
  const [document, another] = new Composer({
    ...{ schema: 'failsafe', prettyErrors: false, uniqueKeys: false, keepSourceTokens: false, merge: false },
  }).compose(tokens, true, text.length);
  if (document === undefined) return { problems: [], isSound: true, runs: 0 };
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    at: pos[0],
    text: sentenceOf(message),
  }));
  const isSound = problems.length === 0;
  if (another !== undefined) problems.push({ at: another.range[0], text: 'a second document: expected one alone' });
  const contents = document.contents as ParsedNode | null;
  const context: Context = { problems, runs, placeOf, put: 0 };
  const root = contents === null ? undefined : convert(contents, context);
  return { ...(root === undefined ? {} : { root }), problems, isSound, runs: context.put };
}

/** More than any settings have. What comes next calls itself, and some thousand levels are the end of the process. */
const DEEPEST = 100;

/** Where the token is nested too deeply. */
function tooDeep(token: CST.Token): number | undefined {
  const waiting: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token: of, depth } = next;
    if (depth > DEEPEST) return of.offset;
    if (of.type === 'document' && of.value !== undefined) waiting.push({ token: of.value, depth });
    if (!('items' in of)) continue;
    for (const { key, value } of of.items) {
      for (const inner of [key, value]) if (inner) waiting.push({ token: inner, depth: depth + 1 });
    }
  }
  return undefined;
}

interface Context {
  readonly problems: YamlProblem[];
  readonly runs: Shortened['runs'];
  readonly placeOf: (at: number) => number;
  /** How many of the runs were put back. */
  put: number;
}

function convert(node: ParsedNode | null, context: Context, before = 0): YamlNode | undefined {
  if (node === null) return { type: 'text', at: context.placeOf(before), text: '' };
  const at = context.placeOf(node.range[0]);
  const refuse = (text: string): undefined => void context.problems.push({ at, text });
  if (isAlias(node)) return refuse(`*${visible(node.source)}: aliases are not taken: write it out`);
  if (node.anchor !== undefined) refuse(`&${visible(node.anchor)}: anchors are not taken: write it out`);
  if (node.tag !== undefined && !PLAIN_TAGS.includes(node.tag)) refuse(`${quote(node.tag)}: tags are not taken`);
  if (isScalar(node)) return { type: 'text', at, text: typeof node.value === 'string' ? node.value : '' };
  if (isSeq(node)) return { type: 'list', at, items: itemsOf(node.items as ParsedNode[], context, node.range[0]) };
  if (!isMap(node)) return refuse('is nothing that is known here');
  return { type: 'map', at, entries: entriesOf(node.items as Pair<ParsedNode, ParsedNode | null>[], context, at) };
}

function itemsOf(nodes: readonly (ParsedNode | null)[], context: Context, before: number): YamlNode[] {
  const items: YamlNode[] = [];
  for (const [index, node] of nodes.entries()) {
    const item = convert(node, context, before);
    if (item !== undefined) items.push(item);
    const run = node === null ? undefined : context.runs.get(node.range[0]);
    if (run === undefined || nodes[index + 1]?.range[0] !== run.last) continue;
    for (const { at, text } of run.items) items.push({ type: 'text', at, text });
    context.put++;
  }
  return items;
}

function entriesOf(
  pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
  context: Context,
  before: number,
): ReadonlyMap<string, YamlEntry> {
  const entries = new Map<string, YamlEntry>();
  for (const { key, value } of pairs) {
    const keyAt = key?.range ? context.placeOf(key.range[0]) : before;
    const refuse = (text: string): void => void context.problems.push({ at: keyAt, text });
    if (!isScalar(key) || typeof key.value !== 'string') {
      refuse('expected a word as the key');
      continue;
    }
    if (key.anchor !== undefined) refuse('anchors are not taken: write it out');
    const converted = convert(value, context, key.range[0]);
    if (entries.has(key.value)) refuse(`${quote(key.value)} stands here twice`);
    else if (converted !== undefined) entries.set(key.value, { keyAt, value: converted });
  }
  return entries;
}

/** What every text, list and map is anyway. */
const PLAIN_TAGS = ['tag:yaml.org,2002:str', 'tag:yaml.org,2002:seq', 'tag:yaml.org,2002:map'];

/** The parser's own words as the end of a line of ours. */
const sentenceOf = (message: string): string => plain(message).replace(/\.$/, '');
