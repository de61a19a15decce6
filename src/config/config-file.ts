/** The configuration file: reads it, and gives its settings, each with its place, or all that is wrong with it. */
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { type Plain, pathOf, readFileSettings, type SchemaProblem } from './file-schema.ts';
import { OPTION_NAMES, type OptionName, type Settings } from './options.ts';
import type { FilePlace, Problem } from './place.ts';
import { visible } from './quote.ts';
import { parseYaml, type YamlNode, type YamlProblem } from './yaml.ts';

export interface FileSettings {
  readonly values: Partial<Settings>;
  readonly places: Readonly<Partial<Record<OptionName, FilePlace>>>;
  /** Where each service stands, in their order. */
  readonly servicePlaces?: readonly FilePlace[];
  readonly problems: readonly Problem[];
}

/** Of a file. A hundred thousand prefixes have three. */
const MOST_MEGABYTES = 32;

export function readConfigFile(file: string): FileSettings {
  const name = visible(file);
  const nothing = (text: string, place = name): FileSettings => ({
    values: {},
    places: {},
    problems: [{ place, text }],
  });
  let bytes: Buffer;
  try {
    const stats = fs.statSync(file);
    if (stats.isDirectory()) return nothing('is a directory: expected a file');
    if (!stats.isFile()) return nothing('expected a regular file');
    if (stats.size > MOST_MEGABYTES * 2 ** 20) {
      return nothing(`has ${Math.ceil(stats.size / 2 ** 20)} MiB: expected ${MOST_MEGABYTES} MiB at most`);
    }
    bytes = fs.readFileSync(file);
  } catch (error) {
    return nothing(`cannot be read: ${(error as Error).message}`);
  }
  if (!isUtf8(bytes)) return nothing('expected text in UTF-8', `${name}:${lineOfBadByte(bytes)}:1`);
  return parseConfig(new TextDecoder().decode(bytes), name);
}

/** `name`: how the file is called in messages. */
export function parseConfig(text: string, name: string): FileSettings {
  const { root, problems: bad, isSound } = parseYaml(text);
  const placeAt = placesIn(text, name);
  const refuse = (problems: readonly (YamlProblem & { readonly key?: string | undefined })[]): FileSettings => ({
    values: {},
    places: {},
    problems: sorted(problems).map(({ at, key, text: said }) => ({
      place: placeAt(at),
      text: key === undefined ? said : `${visible(key)}: ${said}`,
    })),
  });
  if (!isSound || (root === undefined && bad.length > 0)) return refuse(bad);
  if (root === undefined) {
    return { values: {}, places: {}, problems: [{ place: name, text: 'is empty: expected a map of settings' }] };
  }
  const read = readFileSettings(plainOf(root));
  if ('problems' in read || bad.length > 0) {
    const found = 'problems' in read ? read.problems : [];
    return refuse([...bad, ...found.map((problem) => ({ ...locate(root, problem), text: problem.text }))]);
  }
  const places: Partial<Record<OptionName, FilePlace>> = {};
  for (const option of OPTION_NAMES) {
    if (read.values[option] === undefined) continue;
    places[option] = placeAt(locate(root, { path: pathOf(option), isKey: true }).at);
  }
  const servicePlaces = read.values.service?.map((_, index) =>
    placeAt(locate(root, { path: [...pathOf('service'), index], isKey: false }).at),
  );
  return { values: read.values, places, ...(servicePlaces !== undefined && { servicePlaces }), problems: [] };
}

function plainOf(node: YamlNode): Plain {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'list':
      return node.items.map(plainOf);
    case 'map': {
      const plain: Record<string, Plain> = Object.create(null);
      for (const [key, { value }] of node.entries) plain[key] = plainOf(value);
      return plain;
    }
    default:
      return node satisfies never;
  }
}

/** The place of what the path leads to, or of the last thing on the way; and the last key, unless that is what is told. */
function locate(
  root: YamlNode,
  { path, isKey }: Pick<SchemaProblem, 'path' | 'isKey'>,
): { readonly at: number; readonly key: string | undefined } {
  let node = root;
  let { at } = root;
  let key: string | undefined;
  for (const [index, step] of path.entries()) {
    if (node.type === 'map') {
      const entry = node.entries.get(String(step));
      if (entry === undefined) break;
      const isLast = index === path.length - 1;
      key = isLast && isKey ? undefined : String(step);
      at = isLast && isKey ? entry.keyAt : entry.value.at;
      node = entry.value;
    } else if (node.type === 'list') {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      ({ at } = item);
      node = item;
    } else break;
  }
  return { at, key };
}

/** Line and column of an offset, from 1. */
function placesIn(text: string, name: string): (at: number) => FilePlace {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (at) => {
    let line = 0;
    for (let high = starts.length; high - line > 1; ) {
      const middle = (line + high) >> 1;
      if ((starts[middle] ?? 0) <= at) line = middle;
      else high = middle;
    }
    return `${name}:${line + 1}:${at - (starts[line] ?? 0) + 1}`;
  };
}

const sorted = <T extends { readonly at: number }>(problems: readonly T[]): T[] =>
  [...problems].sort((one, other) => one.at - other.at);

function lineOfBadByte(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end;
  }
  return line;
}
