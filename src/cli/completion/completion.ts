/** `ha2bgp completion`: what a shell needs to complete our words; and what such a shell asks for while somebody types. */
import { nearest } from '../../config/nearest.ts';
import { quote } from '../../config/quote.ts';
import type { Prefix } from '../../model/address.ts';
import type { Status } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { createClient } from '../operate/client.ts';
import { findDaemon, runningDaemons, socketDirectories } from '../operate/find-daemon.ts';
import { brief } from '../operate/words.ts';
import { complain, print, STATUS } from '../output.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { commandWords } from './words.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
/** For completions alone, and named in no help. */
const SERVICES = 'services';
const PREFIXES = 'prefixes';
const DRAINED = 'drained';
const DAEMONS = 'daemons';
/** Whoever types does not wait longer for a daemon that is stopped. */
const WITHIN_MS = 1_000;

export const answer: Answer = async ({ operands: [word = ''], environment }) => {
  const read = { [SERVICES]: serviceNames, [PREFIXES]: prefixNames, [DRAINED]: drainedNames }[word];
  if (read !== undefined) {
    const names = await namesOf(read, environment);
    print(names.map((name) => `${name}\n`).join(''));
    return STATUS.ok;
  }
  if (word === DAEMONS) {
    const names = await runningDaemons(socketDirectories(environment));
    print(names.map((name) => `${name}\n`).join(''));
    return STATUS.ok;
  }
  const shell = (Object.keys(SHELLS) as (keyof typeof SHELLS)[]).find((name) => name === word);
  if (shell === undefined) {
    const near = nearest(word, Object.keys(SHELLS));
    const text = `expected bash, zsh or fish${near === undefined ? '' : `; did you mean ${near}?`}`;
    complain([{ place: quote(word), text }]);
    return STATUS.unknown;
  }
  print(SHELLS[shell](commandWords()));
  return STATUS.ok;
};

/** Prefixes, addresses and names; none where there is no daemon, or none for us: nothing disturbs who types. */
async function namesOf(
  read: (status: Status) => readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  try {
    const wish = { controlSocket: environment['HA2BGP_CONTROL_SOCKET'] ?? '', name: environment['HA2BGP_NAME'] ?? '' };
    const { file } = await findDaemon(wish, socketDirectories(environment));
    const body = await createClient(file).get('/v1/status', AbortSignal.timeout(WITHIN_MS));
    // One a line, and a word each, of which a shell makes nothing else.
    return [...new Set(read(JSON.parse(body.toString()) as Status))].filter((name) =>
      /^[\p{L}\p{N}._:/@%+-]+$/u.test(name),
    );
  } catch {
    return [];
  }
}

const serviceNames = ({ services }: Status): readonly string[] =>
  services.flatMap(({ prefix, name }) => [brief(prefix), prefix, ...(name === undefined ? [] : [name])]);

const prefixNames = ({ services }: Status): readonly string[] =>
  services.flatMap(({ prefix }) => [brief(prefix), prefix]);

/** With the words that undrain takes; for all of it there is --all. */
const drainedNames = ({ overrides }: Status): readonly string[] =>
  overrides
    .filter(({ kind, target }) => kind === 'drain' && target !== 'all')
    .flatMap(({ target }) => (isPrefix(target) ? [brief(target), target] : [target]));

const isPrefix = (target: string): target is Prefix => target.includes('/');
