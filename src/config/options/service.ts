/**
 * What is said of a service that has a name: the keys of `--service NAME,key=value,…` besides its prefixes, and those of an
 * entry of `services` in a file. Without a command, and without a file that disables it, there is nothing to say.
 */
import { LONGEST_DURATION, type Millis, ms } from '../../model/millis.ts';
import { type Option, value } from '../option.ts';
import { duration, filePath, integer } from '../option-plain.ts';

/** Characters of a script: a longer one belongs in a file. */
const LONGEST_COMMAND = 4_096;
const RESULTS = { least: 1, most: 1_000 };

/** For the shell. It is shown, and what is shown must not move a terminal's cursor. */
const command: Option<string> = value(
  {
    flag: 'command',
    environment: '',
    default: '',
    argument: 'command',
    help: 'the check, for the shell: it passes with exit status 0. Not given: it always passes',
  },
  String,
  (text) => {
    const trimmed = text.trim();
    const isPlain = !/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(trimmed);
    return trimmed !== '' && trimmed.length <= LONGEST_COMMAND && isPlain
      ? { value: trimmed }
      : {
          expected: `a command of 1 to ${LONGEST_COMMAND} characters, and no control characters but tabs and new lines`,
        };
  },
);

const file = filePath({
  flag: 'disable-file',
  environment: '',
  default: '',
  help: 'while this file exists the service is out of use, and no command is run',
});

const time = (flag: string, preset: Millis, least: Millis, help: string): Option<Millis> =>
  duration({ flag, environment: '', default: preset, help }, { least, most: LONGEST_DURATION });

export const SERVICE_KEYS = {
  command,
  interval: time('interval', ms(5_000), ms(100), 'from the end of a check to the beginning of the next. Not given: 5s'),
  fastInterval: time('fast-interval', ms(1_000), ms(100), 'the same while a change is under way. Not given: 1s'),
  timeout: time('timeout', ms(5_000), ms(10), 'how long a check may take: then it has failed. Not given: 5s'),
  rise: integer(
    { flag: 'rise', environment: '', default: 3, help: 'so many passes in a row make it up. Not given: 3' },
    RESULTS,
  ),
  fall: integer(
    { flag: 'fall', environment: '', default: 3, help: 'so many failures in a row make it down. Not given: 3' },
    RESULTS,
  ),
  disableFile: {
    ...file,
    parse: (texts: readonly string[]) => {
      const bad = texts.find((text) => !text.startsWith('/'));
      return bad === undefined
        ? file.parse(texts)
        : { problems: [{ text: bad, expected: 'a path that begins with "/"' }] };
    },
  },
} as const;
