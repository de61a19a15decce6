/**
 * ExaBGP's text API, PURE: what we say. One line a command, ASCII, no quoting: a control character or a space inside a
 * value would be another command or another attribute, so that every value is looked at once more.
 *
 * A withdraw says everything that the announce said. ExaBGP 4.2 and 5.0 sort what waits for a neighbor by attributes: of a
 * withdraw and an announce of one prefix that wait together the later one counts only where their attributes are the same.
 */
import { familyOf } from '../../model/address.ts';
import { communityNumbers, extendedCommunityHex } from '../../model/community.ts';
import type { Route, RouteAttributes, RouteScope } from '../../model/route.ts';

export type Verb = 'announce' | 'withdraw';
/** `4`: ExaBGP 4.2 to 5.x. `6`: ExaBGP 6, where the neighbors come first of all. */
export type ExabgpApi = '4' | '6';

/** Bytes with the line feed. */
export const LONGEST_COMMAND = 4_096;
/** So many routes are still said one by one, which reads better and is refused one by one. */
const MOST_SINGLE = 16;
const MOST_GROUPED = 100;

/** A command, and the routes that it speaks of. */
export interface Group {
  readonly line: string;
  readonly routes: readonly Route[];
}

/** `announce route 192.0.2.1/32 next-hop self` and its line feed. Throws `RangeError` rather than print anything else. */
export const commandLine = (verb: Verb, route: Route, api: ExabgpApi = '4'): string =>
  checked(textOf(verb, route, api));

/** Of either verb, with the line feed. More than `LONGEST_COMMAND` cannot be said. */
export const commandLength = (route: Route, api: ExabgpApi): number => `${textOf('withdraw', route, api)}\n`.length;

/**
 * The same for all the routes of a flush, which differ from one another: a few as single lines, many of the same
 * attributes, neighbors and family as `announce attributes … nlri …`. Whoever is refused a group says its routes one by
 * one. A route with a path identifier is always alone: ExaBGP 4.2 forgets the identifier in a group.
 */
export function groupLines(verb: Verb, routes: readonly Route[], api: ExabgpApi = '4'): Group[] {
  if (routes.length <= MOST_SINGLE) return routes.map((route) => single(verb, route, api));
  const lines: Group[] = [];
  const open = new Map<string, { readonly head: string; length: number; routes: Route[] }>();
  const heads = createHeads(verb, api);
  for (const route of routes) {
    if (route.scope?.pathInformation !== undefined) {
      lines.push(single(verb, route, api));
      continue;
    }
    const family = familyOf(route.prefix);
    const head = heads(route);
    const key = `${family} ${head}`;
    const size = route.prefix.length + 1;
    let group = open.get(key);
    if (group !== undefined && (group.routes.length === MOST_GROUPED || group.length + size > LONGEST_COMMAND)) {
      lines.push(closed(verb, group, api));
      group = undefined;
    }
    if (group === undefined) {
      group = { head, length: head.length + '\n'.length, routes: [] };
      open.set(key, group);
    }
    group.length += size;
    group.routes.push(route);
  }
  return [...lines, ...[...open.values()].map((group) => closed(verb, group, api))];
}

function textOf(verb: Verb, { prefix, attributes, scope }: Route, api: ExabgpApi): string {
  const path = scope?.pathInformation === undefined ? '' : ` path-information ${scope.pathInformation}`;
  return `${targetOf(scope, api)}${verb} route ${value(prefix)} ${attributesOf(attributes)}${path}`;
}

const single = (verb: Verb, route: Route, api: ExabgpApi): Group => ({
  line: commandLine(verb, route, api),
  routes: [route],
});

function closed(
  verb: Verb,
  { head, routes }: { readonly head: string; readonly routes: readonly Route[] },
  api: ExabgpApi,
) {
  const [first] = routes;
  if (routes.length === 1 && first !== undefined) return single(verb, first, api);
  return { line: checked(`${head} ${routes.map(({ prefix }) => value(prefix)).join(' ')}`), routes };
}

/** What stands before the prefixes of a group. Most routes share their attributes and scope, so that few are written. */
function createHeads(verb: Verb, api: ExabgpApi): (route: Route) => string {
  const written = new Map<RouteAttributes, Map<RouteScope | undefined, string>>();
  return ({ attributes, scope }) => {
    const ofScopes = written.get(attributes) ?? new Map<RouteScope | undefined, string>();
    const known = ofScopes.get(scope);
    if (known !== undefined) return known;
    const head = `${targetOf(scope, api)}${verb} attributes ${attributesOf(attributes)} nlri`;
    written.set(attributes, ofScopes.set(scope, head));
    return head;
  };
}

/** To whom. Without neighbors: to each that lists this process. */
function targetOf(scope: RouteScope | undefined, api: ExabgpApi): string {
  const addresses = (scope?.neighbors ?? []).map(value);
  switch (api) {
    case '4':
      return addresses.length === 0 ? '' : `${addresses.map((address) => `neighbor ${address}`).join(', ')} `;
    case '6':
      if (addresses.length === 0) return 'peer * ';
      return addresses.length === 1 ? `peer ${addresses[0]} ` : `peer [ ${addresses.join(', ')} ] `;
    default:
      return api satisfies never;
  }
}

function attributesOf(attributes: RouteAttributes): string {
  const { nextHop, med, localPreference, asPath, communities, largeCommunities, extendedCommunities } = attributes;
  return [
    `next-hop ${value(nextHop)}`,
    ...(med === undefined ? [] : [`med ${med}`]),
    ...(localPreference === undefined ? [] : [`local-preference ${localPreference}`]),
    ...several('as-path', asPath?.map(String)),
    ...several('community', communities?.map(communityWord)),
    ...several('large-community', largeCommunities),
    ...several('extended-community', extendedCommunities?.map(extendedCommunityWord)),
  ].join(' ');
}

const several = (name: string, values: readonly string[] = []): string[] =>
  values.length === 0 ? [] : [`${name} [ ${values.map(value).join(' ')} ]`];

const KNOWN_WORDS = ['blackhole', 'no-export', 'no-advertise', 'no-export-subconfed', 'nopeer'];

/** ExaBGP has no word for the others, among them `graceful-shutdown`. */
const communityWord = (community: string): string =>
  KNOWN_WORDS.includes(community) ? community : communityNumbers(community);

/**
 * In words only where both releases mean the same: 4.2 sends `target:192.0.2.1:5` with the type of a small AS number, and
 * 5.0 sends `target:4200000000:7` with that of an IPv4 address. The octets leave no doubt.
 */
function extendedCommunityWord(community: string): string {
  const hex = extendedCommunityHex(community);
  const isSmallAs = hex?.startsWith('0002') === true || hex?.startsWith('0003') === true;
  return hex === undefined || isSmallAs ? community : `0x${hex}`;
}

function value(text: string): string {
  if (!/^[0-9A-Za-z.:/-]+$/.test(text)) throw new RangeError(`not fit for ExaBGP: ${JSON.stringify(text)}`);
  return text;
}

function checked(line: string): string {
  if (!/^[\x20-\x7e]+$/.test(line)) throw new RangeError(`not fit for ExaBGP: ${JSON.stringify(line)}`);
  if (line.length >= LONGEST_COMMAND) {
    throw new RangeError(
      `a command of ${line.length} bytes, of ${LONGEST_COMMAND - 1} at most: ${line.slice(0, 100)}…`,
    );
  }
  return `${line}\n`;
}
