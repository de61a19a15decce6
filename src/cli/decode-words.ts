/** What `ha2bgp decode` takes on the command line. */
import { nearest } from '../config/nearest.ts';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';

export interface DecodeWords {
  /** As given: hexadecimal digits, or a file; none or `-` for stdin. */
  readonly words: readonly string[];
  readonly asOctets: 2 | 4;
  readonly isExternal: boolean;
  /** Whether a path identifier stands before each prefix. */
  readonly hasPathIds: boolean;
  readonly isJson: boolean;
}

export const DECODE = {
  summary: 'print BGP messages field by field, and what is wrong with them',
  description:
    'Prints BGP messages, one after the other: each field with its offset, and what is wrong, with what RFC 4271 and RFC 7606 ' +
    'make of it. They are given as hexadecimal digits (spaces and colons between them do not count), as a file of such ' +
    'digits or of the octets themselves, or on stdin. A message may lack its marker. Exits with 1 when something is wrong.',
  usage: '[options] [HEX|FILE|-]',
} as const;

const VALUED = ['as-octets'] as const;
const SWITCHES = ['external', 'add-path', 'json'] as const;

/** `behind` stood behind `--`. */
export function decodeCall(
  options: Readonly<Record<string, string | true>>,
  words: readonly string[],
  behind: readonly string[],
): { readonly problems: readonly Problem[]; readonly decode: DecodeWords } {
  const problems: Problem[] = words.filter(isFlag).map((flag) => {
    const place = visible(flag.replace(/=.*$/s, ''));
    const near = nearest(place.replace(/^-+/, ''), [...VALUED, ...SWITCHES, 'help']);
    return { place, text: `unknown flag${near === undefined ? '' : `; did you mean --${near}?`}` };
  });
  const given = options['asOctets'];
  if (given !== undefined && given !== '2' && given !== '4') {
    const text = given === true ? 'needs a value: 2 or 4' : `${quote(given)}: expected 2 or 4`;
    problems.push({ place: '--as-octets', text });
  }
  return {
    problems,
    decode: {
      words: [...words.filter((word) => !isFlag(word)), ...behind],
      asOctets: given === '2' ? 2 : 4,
      isExternal: options['external'] === true,
      hasPathIds: options['addPath'] === true,
      isJson: options['json'] === true,
    },
  };
}

const isFlag = (word: string): boolean => word.startsWith('-') && word.length > 1;
