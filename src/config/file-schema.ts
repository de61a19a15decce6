/**
 * The schema of the configuration file: made from the option table, it checks what stands in a file and is the JSON Schema
 * that `ha2bgp config-schema` prints. The only file that knows the `zod` package.
 *
 * A leaf takes texts, as YAML has them (`config/yaml`), and gives the option's value: the option's own `parse` judges, once
 * for all texts of a list, so that a hundred thousand prefixes cost what parsing them costs.
 */
import * as z from 'zod';
import { readTexts, unknownKey } from './keyed.ts';
import type { JsonShape, Option } from './option.ts';
import { type GivenPeer, PEER_ADDRESS, whyBadPeer } from './option-peer.ts';
import { type GivenService, SERVICE_NAME, SERVICE_PREFIXES, whyBadService } from './option-service.ts';
import { STATIC_PREFIXES, type StaticGroup, whyBadGroup } from './option-static.ts';
import { PEER_OPTIONS } from './options/peer.ts';
import { SERVICE_KEYS } from './options/service.ts';
import { STATIC_OPTIONS } from './options/static.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from './options.ts';
import { quote } from './quote.ts';

/** What stands in a file: texts, lists, maps. */
export type Plain = string | readonly Plain[] | { readonly [key: string]: Plain };

export interface SchemaProblem {
  /** Keys and indices from the root; the last may be a key that is missing, or unknown. */
  readonly path: readonly PropertyKey[];
  /** Whether it is about the key, not about what stands there. */
  readonly isKey: boolean;
  readonly text: string;
}

/** Where an option stands in a file: under its flag, or here. */
const BELOW = {
  localAs: ['bgp', 'local-as'],
  routerId: ['bgp', 'router-id'],
  bgpListen: ['bgp', 'bgp-listen'],
  peer: ['bgp', 'peers'],
  service: ['services'],
  apiListen: ['api', 'api-listen'],
  apiTokenFile: ['api', 'token-file'],
  apiTlsCert: ['api', 'tls', 'cert'],
  apiTlsKey: ['api', 'tls', 'key'],
  apiTlsClientCa: ['api', 'tls', 'client-ca'],
} as const satisfies Partial<Record<OptionName, readonly string[]>>;
const BELOW_NAMES = Object.keys(BELOW) as (keyof typeof BELOW)[];

/** A file cannot name itself. */
const NOT_IN_FILE: readonly OptionName[] = ['config'];

export const pathOf = (name: OptionName): readonly string[] =>
  name in BELOW ? BELOW[name as keyof typeof BELOW] : [OPTIONS[name].flag];

const TOP = OPTION_NAMES.filter((name) => !(name in BELOW) && name !== 'static' && !NOT_IN_FILE.includes(name));

type Reads = Omit<Option<unknown>, 'format' | 'default'>;

/** `isPart`: inside a value that can also be written in one text, where some characters have a meaning. */
function leaf(option: Reads, isPart: boolean): z.ZodType {
  const shape = option.shape ?? { type: 'string' };
  const written = option.kind === 'list' ? { anyOf: [shape, { type: 'array', minItems: 1, items: shape }] } : shape;
  return z
    .unknown()
    .transform((given, context) => {
      const refuse = (text: string, path: PropertyKey[] = []): void => {
        context.issues.push({ code: 'custom', message: text, input: given, path });
      };
      if (given === undefined) {
        refuse(`needs ${quote(option.flag)}: ${option.argument}`);
        return z.NEVER;
      }
      const texts = typeof given === 'string' ? [given] : given;
      if (option.kind !== 'list' && typeof given !== 'string') {
        refuse(`expected ${option.argument || 'true or false'}`);
        return z.NEVER;
      }
      if (!isTexts(texts)) {
        const index = Array.isArray(texts) ? texts.findIndex((each) => typeof each !== 'string') : -1;
        refuse(`expected ${option.argument}, one or a list of them`, index < 0 ? [] : [index]);
        return z.NEVER;
      }
      if (texts.length === 0 || texts.includes('')) {
        refuse(`needs a value: ${option.argument || 'true or false'}`, texts.length > 1 ? [texts.indexOf('')] : []);
        return z.NEVER;
      }
      const parsed = isPart ? readTexts(option, texts) : option.parse(texts);
      if ('value' in parsed) return parsed.value;
      for (const { text, expected } of parsed.problems) {
        // Of a text with several words each may be judged by itself.
        const index = typeof given === 'string' ? -1 : texts.findIndex((each) => each === text || each.includes(text));
        refuse(`${quote(text)}: expected ${expected}`, index < 0 ? [] : [index]);
      }
      return z.NEVER;
    })
    .meta({ description: option.help, shape: written });
}

const isTexts = (given: unknown): given is readonly string[] =>
  Array.isArray(given) && given.every((each) => typeof each === 'string');

type Table = Readonly<Record<string, Option<unknown>>>;
type Values = Readonly<Record<string, unknown>>;
const leaves = (table: Table, isPart = true): Record<string, z.ZodType> =>
  Object.fromEntries(Object.values(table).map((option) => [option.flag, leaf(option, isPart).optional()]));

/** The values by the names of the table, from those by keys. */
const named = (table: Table, values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(table).flatMap(([name, { flag }]) => (values[flag] === undefined ? [] : [[name, values[flag]]])),
  );

const PEER_TABLE = PEER_OPTIONS as unknown as Table;
const PEER = z
  .strictObject({
    [PEER_ADDRESS.flag]: leaf(PEER_ADDRESS, true),
    ...leaves(PEER_TABLE),
    as: leaf(PEER_OPTIONS.as, true),
  })
  .transform((given, context): GivenPeer => {
    const zoned = (given as Values)[PEER_ADDRESS.flag] as Pick<GivenPeer, 'address' | 'device'>;
    const peer = { ...zoned, values: named(PEER_TABLE, given) as GivenPeer['values'] };
    for (const { key, text = '', expected } of whyBadPeer(peer)) {
      context.issues.push({
        code: 'custom',
        message: `${quote(text)}: expected ${expected}`,
        input: given,
        path: [key],
      });
    }
    return peer;
  });

const STATIC_TABLE = STATIC_OPTIONS as unknown as Table;
const STATIC = z
  .strictObject({ [STATIC_PREFIXES.flag]: leaf(STATIC_PREFIXES, true), ...leaves(STATIC_TABLE) })
  .transform((given, context): StaticGroup => {
    const prefixes = (given as Values)[STATIC_PREFIXES.flag] as StaticGroup['prefixes'];
    const group = { prefixes, values: named(STATIC_TABLE, given) as StaticGroup['values'] };
    for (const { key, text = '', expected } of whyBadGroup(group)) {
      context.issues.push({
        code: 'custom',
        message: `${quote(text)}: expected ${expected}`,
        input: given,
        path: [key],
      });
    }
    return group;
  });

const SERVICE_TABLE = SERVICE_KEYS as unknown as Table;
/** No text in it is a part: in one text such a value has quotation marks around it. */
const SERVICE = z
  .strictObject({
    [SERVICE_NAME.flag]: leaf(SERVICE_NAME, false),
    [SERVICE_PREFIXES.flag]: leaf(SERVICE_PREFIXES, false),
    ...leaves(SERVICE_TABLE, false),
  })
  .transform((given, context): GivenService => {
    const { [SERVICE_NAME.flag]: name, [SERVICE_PREFIXES.flag]: prefixes } = given as Values;
    const values = named(SERVICE_TABLE, given) as GivenService['values'];
    for (const { key, text = '', expected } of whyBadService({ values })) {
      context.issues.push({
        code: 'custom',
        message: `${quote(text)}: expected ${expected}`,
        input: given,
        path: [key],
      });
    }
    return { ...({ name, prefixes } as Pick<GivenService, 'name' | 'prefixes'>), values };
  });

const optional = (name: OptionName): z.ZodType => leaf(OPTIONS[name], false).optional();

const keyOf = (name: keyof typeof BELOW): string => BELOW[name].at(-1) ?? '';
const under = (...names: readonly (keyof typeof BELOW)[]): Record<string, z.ZodType> =>
  Object.fromEntries(names.map((name) => [keyOf(name), optional(name)]));

const SCHEMA = z.strictObject({
  ...Object.fromEntries(TOP.map((name) => [OPTIONS[name].flag, optional(name)])),
  bgp: z
    .strictObject({
      ...under('localAs', 'routerId', 'bgpListen'),
      [keyOf('peer')]: z.array(PEER).meta({ description: OPTIONS.peer.help, shape: {} }).optional(),
    })
    .optional(),
  api: z
    .strictObject({
      ...under('apiListen', 'apiTokenFile'),
      tls: z.strictObject(under('apiTlsCert', 'apiTlsKey', 'apiTlsClientCa')).optional(),
    })
    .optional(),
  [keyOf('service')]: z.array(SERVICE).meta({ description: OPTIONS.service.help, shape: {} }).optional(),
  static: z.array(STATIC).meta({ description: OPTIONS.static.help, shape: {} }).optional(),
});

/** The values of the options that stand in the file, or all that is wrong with it. Does not change `file`. */
export function readFileSettings(
  file: Plain,
): { readonly values: Partial<Settings> } | { readonly problems: readonly SchemaProblem[] } {
  const result = SCHEMA.safeParse(file);
  if (!result.success) return { problems: result.error.issues.flatMap(problemsOf) };
  const data = result.data as Readonly<Record<string, unknown>>;
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const name of OPTION_NAMES) {
    let value: unknown = data;
    for (const key of pathOf(name)) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (value !== undefined) values[name] = value;
  }
  return { values: values as Partial<Settings> };
}

function problemsOf(issue: z.core.$ZodIssue): SchemaProblem[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        isKey: true,
        text: `${quote(key)}: expected ${expectedKey(path, key)}`,
      }));
    case 'invalid_type': {
      if (issue.expected === 'object')
        return [{ path, isKey: false, text: `expected a map: ${mapAt(path).what} each` }];
      if (issue.expected === 'array') return [{ path, isKey: false, text: 'expected a list' }];
      return [{ path: path.slice(0, -1), isKey: false, text: `needs ${quote(String(path.at(-1)))}` }];
    }
    default:
      return [{ path, isKey: false, text: issue.message }];
  }
}

const keysOf = (table: Table): string[] => Object.values(table).map(({ flag }) => flag);

function mapAt(path: readonly PropertyKey[]): { readonly what: string; readonly keys: readonly string[] } {
  if (path.length === 0)
    return { what: 'a setting', keys: [...TOP.map((name) => OPTIONS[name].flag), 'bgp', 'api', 'static', 'services'] };
  if (path[0] === 'static') {
    return { what: 'a key of static prefixes', keys: [STATIC_PREFIXES.flag, ...keysOf(STATIC_TABLE)] };
  }
  if (path[0] === keyOf('service')) {
    return { what: 'a key of a service', keys: [SERVICE_NAME.flag, SERVICE_PREFIXES.flag, ...keysOf(SERVICE_TABLE)] };
  }
  if (path.length === 1 || path[0] === 'api') {
    const above = path.map(String);
    const below = BELOW_NAMES.map((name): readonly string[] => BELOW[name]).filter((keys) =>
      above.every((key, at) => keys[at] === key),
    );
    return {
      what: `a key of ${above.join('.')}`,
      keys: [...new Set(below.map((keys) => keys[above.length] ?? ''))],
    };
  }
  return { what: 'a key of a peer', keys: [PEER_ADDRESS.flag, ...keysOf(PEER_TABLE)] };
}

function expectedKey(path: readonly PropertyKey[], key: string): string {
  const { what, keys } = mapAt(path);
  if (path.length === 0) {
    const name = BELOW_NAMES.find((each) => keyOf(each) === key || OPTIONS[each].flag === key);
    const above = name === undefined ? [] : BELOW[name].slice(0, -1);
    if (name !== undefined) return `it as ${keyOf(name)}${above.length === 0 ? '' : ` under ${above.join('.')}`}`;
    if (key === OPTIONS.config.flag) return 'it as a flag or in the environment: a file cannot name itself';
  }
  const near = unknownKey(key, keys, what);
  return near.length > LONGEST_LIST ? `${what}: ha2bgp config-schema names all` : near;
}

const LONGEST_LIST = 200;

/** JSON Schema (draft 2020-12) of the file, for editors. */
export function jsonSchema(): JsonShape {
  return z.toJSONSchema(SCHEMA, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: made }) {
      const { shape } = (z.globalRegistry.get(zodSchema) ?? {}) as { readonly shape?: JsonShape };
      if (shape !== undefined) Object.assign(made, shape);
      delete made['shape'];
    },
  }) as JsonShape;
}
