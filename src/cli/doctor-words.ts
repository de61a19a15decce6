/** What `ha2bgp doctor` takes on the command line. */
import { RELEASES, type Release } from '../config/exabgp-conf/release.ts';
import { nearest } from '../config/nearest.ts';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';

export interface DoctorWords {
  readonly file: string;
  /** As given; nothing given is `undefined`. */
  readonly user: string | undefined;
  readonly exabgp: Release | undefined;
}

export const DOCTOR =
  'Reads an exabgp.conf as ExaBGP 4.2 and 5.0 would, and names, line by line, what they would refuse, what would keep ' +
  'announcements from arriving, and what to write instead. Starts nothing, changes nothing. Exits with 1 when there is an ' +
  'error; warnings alone are 0.';

/** Which does not matter to who asks for help. */
export const NO_FILE: Problem = { place: 'FILE', text: 'expected the path of an exabgp.conf' };

/** `behind` stood behind `--`, where everything is a file. */
export function doctorCall(
  options: Readonly<Record<string, string | true>>,
  words: readonly string[],
  behind: readonly string[],
): { readonly problems: readonly Problem[]; readonly doctor: DoctorWords } {
  const problems: Problem[] = [];
  const textOf = (name: 'user' | 'exabgp'): string | undefined => {
    const text = options[name];
    if (text === true || text === '') problems.push({ place: `--${name}`, text: 'needs a value' });
    return typeof text === 'string' ? text : undefined;
  };
  for (const flag of words.filter(isFlag)) {
    const place = visible(flag.replace(/=.*$/s, ''));
    const near = nearest(place.replace(/^-+/, ''), ['user', 'exabgp', 'help']);
    problems.push({ place, text: `unknown flag${near === undefined ? '' : `; did you mean --${near}?`}` });
  }
  const files = [...words.filter((word) => !isFlag(word)), ...behind];
  const [file = ''] = files;
  if (file === '') problems.push(NO_FILE);
  for (const more of files.slice(1)) problems.push({ place: quote(more), text: 'expected one file' });
  const user = textOf('user');
  const given = textOf('exabgp');
  const exabgp = RELEASES.find((release) => release === given);
  if (given !== undefined && given !== '' && exabgp === undefined) {
    problems.push({ place: '--exabgp', text: `${quote(given)}: expected ${RELEASES.join(' or ')}` });
  }
  return { problems, doctor: { file, user, exabgp } };
}

const isFlag = (word: string): boolean => word.startsWith('-') && word.length > 1;
