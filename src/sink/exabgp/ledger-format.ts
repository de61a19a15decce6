/**
 * The ledger's file, PURE: which routes ExaBGP was told to announce, by whom, and how far that got. A line each, appended;
 * the last word on a route counts. ASCII.
 *
 *     ha2bgp ledger 1
 *     exabgp 4711 183002 5b1c…        its process id, start time in clock ticks, and the boot it lives in
 *     say 0 {"attributes":{"nextHop":"self"}}
 *     + 0 192.0.2.1/32                is going to be announced with the words of 0
 *     = 0 192.0.2.1/32                was accepted
 *     - 0 192.0.2.1/32                is going to be withdrawn
 *     x 0 192.0.2.1/32                was withdrawn
 */
import { type IpAddress, type Prefix, parseAddress, parsePrefix } from '../../model/address.ts';
import type { Millis } from '../../model/millis.ts';
import { type Route, type RouteAttributes, type RouteKey, type RouteScope, routeKey } from '../../model/route.ts';

/** Which ExaBGP: a process id alone comes back. */
export interface ExabgpIdentity {
  readonly pid: number;
  /** Clock ticks since the boot: field 22 of proc_pid_stat(5). */
  readonly startTime: string;
  readonly bootId: string;
}

/** `entered`: it may have been told or not. `leaving`: its withdraw may have been, or not. */
export type Standing = 'entered' | 'told' | 'leaving';

export interface Entry {
  readonly route: Route;
  readonly standing: Standing;
  /** Since when it is so; left out of what an earlier process left. */
  readonly at?: Millis;
}

export interface LedgerContents {
  readonly exabgp: ExabgpIdentity;
  readonly entries: ReadonlyMap<RouteKey, Entry>;
  /** Lines that say nothing, counted; the first of them. A line that was cut short at the end of the file is none. */
  readonly damaged: number;
  readonly firstDamaged: number | undefined;
}

export type Mark = '+' | '=' | '-' | 'x';

const MAGIC = 'ha2bgp ledger 1';
const STANDINGS = { '+': 'entered', '=': 'told', '-': 'leaving' } as const;

/** Words that routes share, by their number: so that a line is short. */
export interface Wording {
  lineOf(mark: Mark, route: Route): string;
}

/** `say` lines come out before the first line that needs them. */
export function createWording(): Wording {
  const numbers = new Map<RouteAttributes, Map<RouteScope | undefined, number>>();
  let next = 0;
  return {
    lineOf(mark, { prefix, attributes, scope }) {
      let byScope = numbers.get(attributes);
      if (byScope === undefined) {
        byScope = new Map();
        numbers.set(attributes, byScope);
      }
      const number = byScope.get(scope);
      if (number !== undefined) return `${mark} ${number} ${prefix}\n`;
      byScope.set(scope, next);
      return `say ${next} ${JSON.stringify({ attributes, scope })}\n${mark} ${next++} ${prefix}\n`;
    },
  };
}

export const header = ({ pid, startTime, bootId }: ExabgpIdentity): string =>
  `${MAGIC}\nexabgp ${pid} ${startTime} ${bootId}\n`;

/** What stands there, or what is wrong with the file as a whole. */
export function parseLedger(text: string): LedgerContents | { readonly problem: string } {
  const lines = text.split('\n');
  // What stands behind the last line feed was being written when its writer died.
  lines.pop();
  if (lines[0] !== MAGIC) return { problem: `line 1: expected "${MAGIC}"` };
  const [, pid = '', startTime = '', bootId = ''] =
    /^exabgp (\d{1,10}) (\d{1,20}) (\S{1,64})$/.exec(lines[1] ?? '') ?? [];
  if (bootId === '') return { problem: 'line 2: expected "exabgp", a process id, a start time and a boot' };
  const entries = new Map<RouteKey, Entry>();
  const words = new Map<string, Pick<Route, 'attributes' | 'scope'>>();
  let damaged = 0;
  let firstDamaged: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (index < 2 || take(line, words, entries)) continue;
    damaged++;
    firstDamaged ??= index + 1;
  }
  return { exabgp: { pid: Number(pid), startTime, bootId }, entries, damaged, firstDamaged };
}

/** Whether the line says something. */
function take(
  line: string,
  words: Map<string, Pick<Route, 'attributes' | 'scope'>>,
  entries: Map<RouteKey, Entry>,
): boolean {
  const [, mark = '', number = '', rest = ''] = /^(say|[-+=x]) (\d{1,9}) (\S+)$/.exec(line) ?? [];
  if (mark === 'say') {
    const said = parseWords(rest);
    if (said !== undefined) words.set(number, said);
    return said !== undefined;
  }
  const said = words.get(number);
  const prefix = parsePrefix(rest);
  if (said === undefined || prefix !== rest) return false;
  const route: Route = { prefix: prefix as Prefix, ...said };
  if (mark === 'x') return entries.delete(routeKey(route)) || true;
  entries.set(routeKey(route), { route, standing: STANDINGS[mark as keyof typeof STANDINGS] });
  return true;
}

function parseWords(text: string): Pick<Route, 'attributes' | 'scope'> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed) || !hasOnly(parsed, ['attributes', 'scope'])) return undefined;
  const { attributes, scope } = parsed;
  if (!isAttributes(attributes) || !(scope === undefined || isScope(scope))) return undefined;
  return { attributes, ...(scope && { scope }) };
}

type Fields = Readonly<Record<string, (value: unknown) => boolean>>;

const isNumber = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isAddress = (value: unknown): value is IpAddress => typeof value === 'string' && parseAddress(value) === value;
const isList =
  (isOne: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isOne);
/** One word: of a name, numbers and colons, as a community is written. */
const isWord = (value: unknown): boolean => typeof value === 'string' && /^[\w.:-]{1,80}$/.test(value);

const ATTRIBUTES: { readonly [Name in keyof RouteAttributes]-?: (value: unknown) => boolean } = {
  nextHop: (value) => value === 'self' || isAddress(value),
  // No command has several.
  otherNextHops: () => false,
  med: isNumber,
  localPreference: isNumber,
  asPath: isList(isNumber),
  communities: isList(isWord),
  largeCommunities: isList(isWord),
  extendedCommunities: isList(isWord),
};
const SCOPE: { readonly [Name in keyof RouteScope]-?: (value: unknown) => boolean } = {
  pathInformation: isNumber,
  neighbors: (value) => Array.isArray(value) && value.length > 0 && value.every(isAddress),
};

const isAttributes = (value: unknown): value is RouteAttributes =>
  isRecord(value) && 'nextHop' in value && fits(value, ATTRIBUTES);
const isScope = (value: unknown): value is RouteScope => isRecord(value) && fits(value, SCOPE);

const fits = (value: Readonly<Record<string, unknown>>, fields: Fields): boolean =>
  Object.entries(value).every(([name, field]) => Object.hasOwn(fields, name) && fields[name]?.(field) === true);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name));
