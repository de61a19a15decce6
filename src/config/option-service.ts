/** The kind of value that a service with a name is: `NAME,prefixes=PREFIX,key=value,…`, its keys those of `config/options/service`. */
import type { Prefix } from '../model/address.ts';
import type { ServiceId } from '../model/service.ts';
import { formatKeys, type GivenKeys, type KeyProblem, type KeyTable, readKeys, splitKeys } from './keyed.ts';
import { type Description, type Option, value } from './option.ts';
import { announcedPrefixes } from './option-network.ts';
import { SERVICE_KEYS } from './options/service.ts';
import { quotedIfNeeded, splitUnquoted, unquoted } from './quoted.ts';

type ValueOf<T> = T extends Option<infer V> ? V : never;

/** A service as it was given; what is left out of `values` is the default of its key. */
export interface GivenService {
  readonly name: ServiceId;
  /** At least one. */
  readonly prefixes: readonly Prefix[];
  readonly values: { readonly [Key in keyof typeof SERVICE_KEYS]?: ValueOf<(typeof SERVICE_KEYS)[Key]> };
}

/** As `--name`; and a drain must not take it for an address or prefix, however badly written. */
const NAME = /^(?![\d.]*$)[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** In a file it is a key like the others; on the command line it comes first. */
export const SERVICE_NAME: Option<ServiceId | undefined> = value<ServiceId | undefined>(
  {
    flag: 'name',
    environment: '',
    default: undefined,
    argument: 'name',
    help: 'what "drain", "status" and the history know it by, up to 64 letters, digits, ".", "_" and "-". Needed',
  },
  (name) => name ?? '',
  (text) =>
    NAME.test(text) && text.toLowerCase() !== 'all'
      ? { value: text as ServiceId }
      : {
          expected:
            'a name: up to 64 letters, digits, "_", "." and "-", the last two not at the beginning; no number and not "all"',
        },
);

export const SERVICE_PREFIXES = announcedPrefixes({
  flag: 'prefixes',
  environment: '',
  default: [],
  help: 'announced as they are, while something that counts listens inside them and the check passes. Needed',
});

const PREFIXES = SERVICE_PREFIXES.flag;
const TABLE = { prefixes: SERVICE_PREFIXES, ...SERVICE_KEYS } as unknown as KeyTable;

export function services(of: Description<readonly GivenService[]>): Option<readonly GivenService[]> {
  return {
    ...of,
    kind: 'list',
    separator: ';',
    isQuotable: true,
    argument: 'name,prefixes=prefix,key=value…',
    format: (given) => given.map(formatService).join(';'),
    parse: (texts) => {
      const all: GivenService[] = [];
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const { head, given } = splitKeys(text, TABLE, (whole) => splitUnquoted(whole, ','));
        const read = readService(head, given);
        if ('value' in read) all.push(read.value);
        else {
          for (const { key, text: bad, expected } of read.problems) {
            const part = key === SERVICE_NAME.flag ? '' : bad === undefined ? `,${key}` : `,${key}=${bad}`;
            problems.push({ text: `${head}${part}`, expected });
          }
        }
      }
      return problems.length > 0 ? { problems } : { value: all };
    },
  };
}

function readService(
  head: string,
  raw: GivenKeys,
): { readonly value: GivenService } | { readonly problems: readonly KeyProblem[] } {
  const problems: KeyProblem[] = [];
  const given = new Map<string, readonly string[]>();
  for (const [key, texts] of raw) {
    const read = texts.map((text) => ({ text, ...unquoted(text) }));
    const bad = read.filter((each) => 'expected' in each);
    for (const { text, expected } of bad) problems.push({ key, text, expected });
    if (bad.length > 0) continue;
    const values = read.map((each) => ('value' in each ? each.value : ''));
    // As those of --static in one text.
    given.set(key, key === PREFIXES ? values.flatMap((each) => each.split(/\s+/)) : values);
  }
  const { values: all, problems: others } = readKeys(TABLE, given, 'a service', { isPart: false });
  problems.push(...others);
  const parsed = SERVICE_NAME.parse([head]);
  if ('problems' in parsed)
    for (const { expected } of parsed.problems) problems.push({ key: SERVICE_NAME.flag, expected });
  if (!raw.has(PREFIXES)) {
    problems.push({ key: SERVICE_NAME.flag, expected: `the prefixes of this service too, as "${PREFIXES}"` });
  }
  const { prefixes, ...values } = all as GivenService['values'] & Pick<GivenService, 'prefixes'>;
  problems.push(...whyBadService({ values }));
  const name = 'value' in parsed ? parsed.value : undefined;
  return name === undefined || problems.length > 0 ? { problems } : { value: { name, prefixes, values } };
}

/** What says how a check is made where there is none, or none that could be so. */
export function whyBadService({ values }: Pick<GivenService, 'values'>): KeyProblem[] {
  if (values.command !== undefined) return [];
  const { command, disableFile } = SERVICE_KEYS;
  return Object.entries(SERVICE_KEYS as unknown as KeyTable).flatMap(([name, { flag, format }]) => {
    const given = values[name as keyof typeof SERVICE_KEYS];
    if (given === undefined) return [];
    const refuse = (expected: string): KeyProblem[] => [{ key: flag, text: format(given), expected }];
    if (values.disableFile === undefined) {
      return refuse(`a ${command.flag} or a ${disableFile.flag} beside it: nothing is checked`);
    }
    const why = OF_A_COMMAND[name];
    return why === undefined ? [] : refuse(`a ${command.flag} beside it: ${why}`);
  });
}

/** What has no effect on the look for a file. */
const OF_A_COMMAND: Readonly<Partial<Record<string, string>>> = {
  timeout: 'nothing else takes time',
  fall: 'nothing else fails',
} satisfies Partial<Record<keyof typeof SERVICE_KEYS, string>>;

const formatService = ({ name, prefixes, values }: GivenService): string =>
  [name, ...formatKeys(TABLE, { prefixes, ...values }, quotedIfNeeded)].join(',');
