/**
 * The words of an exabgp.conf, split as ExaBGP's own parser splits them (configuration/core/format.py of 4.2.21 and
 * 5.0.15): line by line, a statement ends in `;`, `{` or `}`, and has to end on the line on which it begins. Quotes
 * hold a word together; brackets and commas are words of their own; a backslash at its end joins a line to the next.
 */
import type { Release } from './release.ts';

export interface Word {
  readonly text: string;
  readonly line: number;
  /** No space stands between it and the word before: ExaBGP took apart what was written as one. */
  readonly isGlued: boolean;
  readonly isQuoted: boolean;
}

export interface Statement {
  readonly words: readonly Word[];
  readonly end: ';' | '{' | '}';
  /** Of its first word, counted from 1. */
  readonly line: number;
}

export interface Slip {
  readonly type: 'unfinished' | 'quoteOpen' | 'wordLost' | 'badEscape';
  readonly line: number;
  /** What stands there, as far as it was understood. */
  readonly text: string;
  /** How many statements came before it. */
  readonly after: number;
  readonly isRefused: boolean;
  /** Its brace stands on the next line. */
  readonly hasBrace: boolean;
}

export interface Tokens {
  readonly statements: readonly Statement[];
  readonly slips: readonly Slip[];
}

interface Char {
  readonly char: string;
  readonly line: number;
}

export function tokenise(text: string, release: Release): Tokens {
  const statements: Statement[] = [];
  const slips: Slip[] = [];
  let left: readonly Word[] | undefined;
  for (const line of logicalLines(text)) {
    const { chars, badEscape } = withoutEscapes(line, release);
    if (badEscape !== undefined) {
      slips.push({ type: 'badEscape', ...badEscape, after: statements.length, isRefused: true, hasBrace: false });
      continue;
    }
    const before = statements.length;
    const { words, word, quote } = splitLine(chars, statements);
    if (left !== undefined && statements.length > before) {
      const [first] = statements.slice(before);
      const slip = slips.at(-1);
      // The brace on a line of its own: refused, and what was meant is plain.
      if (first?.end === '{' && first.words.length === 0 && slip !== undefined) {
        statements[before] = { ...first, words: left, line: slip.line };
        slips[slips.length - 1] = { ...slip, hasBrace: true };
      }
      left = undefined;
    }
    if (words.length === 0 && word === '') continue;
    const isUnfinished = words.length > 0;
    const at = words[0]?.line ?? chars[0]?.line ?? 1;
    left = [...words, ...(word === '' ? [] : [{ text: word, line: at, isGlued: false, isQuoted: false }])];
    slips.push({
      type: quote !== '' ? 'quoteOpen' : isUnfinished ? 'unfinished' : 'wordLost',
      line: at,
      text: left.map((one) => one.text).join(' '),
      after: statements.length,
      // 4.2 forgets a word that stands alone at the end of a line.
      isRefused: isUnfinished || release !== '4.2',
      hasBrace: false,
    });
  }
  return { statements, slips };
}

/** What Python's str.rstrip takes away, which is not quite what JavaScript's trimEnd does. */
const PYTHON_SPACES = new Set([
  ...'\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
  ...'\u2028\u2029\u202f\u205f\u3000',
]);

function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && PYTHON_SPACES.has(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

/** Lines, each joined with the next ones as long as it ends in a backslash, which stays in it. */
function logicalLines(text: string): Char[][] {
  const lines: Char[][] = [];
  let current: Char[] = [];
  text.split(/\r\n|\r|\n/).forEach((physical, index) => {
    const trimmed = stripEnd(physical);
    for (const char of trimmed) current.push({ char, line: index + 1 });
    if (trimmed.endsWith('\\')) return;
    lines.push(current);
    current = [];
  });
  if (current.length > 0) lines.push(current);
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Comes before quotes are looked at: `\"` is a quote like any other. */
function withoutEscapes(
  line: readonly Char[],
  release: Release,
): { readonly chars: readonly Char[]; readonly badEscape?: { readonly line: number; readonly text: string } } {
  const chars: Char[] = [];
  for (let index = 0; index < line.length; index++) {
    const at = line[index] as Char;
    if (at.char !== '\\') {
      chars.push(at);
      continue;
    }
    const escaped = line[++index];
    if (escaped === undefined) return { chars, badEscape: { line: at.line, text: '\\' } };
    if (escaped.char !== 'u') {
      chars.push({ char: ESCAPES[escaped.char] ?? escaped.char, line: escaped.line });
      continue;
    }
    const digits = line.slice(index + 1, index + 5).map(({ char }) => char);
    // 4.2 cannot read any of these.
    if (release === '4.2' || !/^[0-9a-fA-F]{4}$/.test(digits.join(''))) {
      return { chars, badEscape: { line: at.line, text: `\\u${digits.join('')}` } };
    }
    chars.push({ char: String.fromCharCode(Number.parseInt(digits.join(''), 16)), line: at.line });
    index += 4;
  }
  return { chars };
}

const ENDS = ';{}';
const APART = ',[]';
const SPACES = ' \t\r\n';
const QUOTES = '"\'';

/** Adds the whole statements of a line, and returns what is left over at its end. */
function splitLine(
  chars: readonly Char[],
  statements: Statement[],
): { readonly words: readonly Word[]; readonly word: string; readonly quote: string } {
  let words: Word[] = [];
  let word = '';
  let quote = '';
  let wasQuoted = false;
  let isAfterSpace = true;
  let wordIsGlued = false;
  let line = 0;
  const begin = (at: Char): void => {
    if (word !== '' || wasQuoted) return;
    line = at.line;
    wordIsGlued = !isAfterSpace;
  };
  const finish = (): void => {
    words.push({ text: word, line, isGlued: wordIsGlued && words.length > 0, isQuoted: wasQuoted });
    word = '';
    wasQuoted = false;
    isAfterSpace = false;
  };
  for (const at of chars) {
    const { char } = at;
    if (QUOTES.includes(char)) {
      begin(at);
      wasQuoted = true;
      if (quote === char) {
        quote = '';
        finish();
      } else quote = char; // the other quote inside quotes replaces it
    } else if (quote !== '') {
      word += char;
    } else if (char === '#') {
      // A comment takes the word before it along when no space stands between them.
      if (word !== '') words.push({ text: `${word}#`, line, isGlued: false, isQuoted: false });
      word = '';
      break;
    } else if (ENDS.includes(char)) {
      if (word !== '') finish();
      statements.push({ words, end: char as Statement['end'], line: words[0]?.line ?? at.line });
      words = [];
      wasQuoted = false;
      isAfterSpace = true;
    } else if (APART.includes(char)) {
      if (word !== '') finish();
      begin(at);
      words.push({ text: char, line: at.line, isGlued: !isAfterSpace && words.length > 0, isQuoted: false });
      isAfterSpace = false;
    } else if (SPACES.includes(char)) {
      if (word !== '') finish();
      isAfterSpace = true;
    } else {
      begin(at);
      word += char;
    }
  }
  return { words, word, quote };
}
