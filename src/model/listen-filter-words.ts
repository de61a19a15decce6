/** The words of a listen filter, and the way out when one of them does not belong where it stands. */

export interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** Carries a problem out of the descent; never leaves the parser. */
export class Unexpected extends Error {
  readonly word: Word;
  readonly expected: string;
  constructor(word: Word, expected: string) {
    super(expected);
    this.word = word;
    this.expected = expected;
  }
}

/** All words, and an empty one at the end. Operators and parentheses need no spaces around them, unlike in `ss`. */
export function wordsOf(text: string): readonly Word[] {
  const words = [...text.matchAll(/[()]|&&?|\|\|?|!=?|[<>]=?|==?|[^\s()&|!<>=]+/g)].map((found) => ({
    text: found[0],
    column: found.index + 1,
  }));
  return [...words, { text: '', column: text.length + 1 }];
}

/** What is left of a word from its n-th character on. */
export const rest = ({ text, column }: Word, from: number): Word => ({ text: text.slice(from), column: column + from });
