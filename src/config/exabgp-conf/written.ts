/** Statements as they are to be written. */
import type { Word } from './tokens.ts';

/** A statement in one line, without its end. */
export function written(name: string, words: readonly Word[]): string {
  return [name, ...words.map(({ text, isQuoted }) => (isQuoted ? quoted(text) : text))].join(' ').trim();
}

/**
 * Quotes keep spaces, commas, brackets and braces together; escapes come before quotes. A word never has a quote in it:
 * ExaBGP has no way to write one.
 */
export const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;

/** A word of `run`, in quotes where it needs them. */
export const runWord = (text: string): string => (text === '' || /[\s,[\]{};#\\]/.test(text) ? quoted(text) : text);
