/** What a drain is of: a word, or --all; never both, and never by accident. PURE. */
import type { Problem } from '../../config/place.ts';
import { quote } from '../../config/quote.ts';
import { readAsked } from './asked.ts';

export type Target = { readonly target: string; readonly shown: string } | { readonly problem: Problem };

export function targetOf([word]: readonly string[], isAll: boolean): Target {
  if (isAll && word !== undefined)
    return { problem: { place: quote(word), text: 'is one of all: leave it out, or --all' } };
  if (isAll) return { target: 'all', shown: 'everything' };
  if (word === undefined) {
    return {
      problem: {
        place: 'SERVICE|PREFIX|ADDRESS',
        text: 'expected a prefix, an address, the name of a service, or --all',
      },
    };
  }
  // It would be everything there is, and a slip of the hand is enough to write it.
  if (word === 'all') return { problem: { place: '"all"', text: 'write --all, if that is meant' } };
  const asked = readAsked(word);
  if (asked.type === 'wrong') return { problem: { place: quote(word), text: `expected ${asked.expected}` } };
  return { target: word, shown: word };
}
