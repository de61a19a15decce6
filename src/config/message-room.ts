/**
 * Whether what is said of routes fits into one BGP message, and into one command of ExaBGP: of all of them, of static ones,
 * and of those to one peer, in every combination in which it is said. Nobody is asked later: the speaker has no message for
 * more, and ExaBGP answers `done` and drops it (RFC 4271 §4.1, §9.2).
 */
import type { Prefix } from '../model/address.ts';
import { gracefullyShutDown, type NextHop } from '../model/route.ts';
import { commandLength, LONGEST_COMMAND } from '../sink/exabgp/commands.ts';
import { isSpeakerAlone } from './next-hops.ts';
import type { OptionName, Settings } from './options.ts';
import { attributesGiven, type GivenAttributes, scopeFrom } from './routes.ts';

type Refuse = (name: OptionName, text: string) => void;

/** Also where a peer takes longer ones (RFC 8654): whether it does is known only when it is there. */
const LONGEST_MESSAGE = 4_096;
/**
 * Header and lengths, ORIGIN, MED, LOCAL_PREF, the headers of the lists and of AS segments, two next hops, one IPv6 prefix
 * with its path identifier: 135 octets. One community more is said of what is drained: 139; the rest is reserve.
 */
const MESSAGE_WITHOUT_LISTS = 160;
/** Of an AS number: in AS_PATH and AS4_PATH, as an old neighbor gets it (RFC 6793 §4.2.2). */
const OCTETS = { asPath: 6, community: 4, largeCommunity: 12, extendedCommunity: 8 } as const;
type ListName = keyof typeof OCTETS;
const LISTS = Object.keys(OCTETS) as ListName[];

export function checkRoom(settings: Settings, refuse: Refuse): void {
  const all = need(settings);
  if (all > LONGEST_MESSAGE) refuse(largestOf(settings), tooLong(all));
  const statics = settings.static.filter(hasLists);
  for (const { prefixes, values } of statics) {
    const octets = need(settings, values);
    if (octets > LONGEST_MESSAGE) refuse('static', `${prefixes[0]}: ${tooLong(octets)}`);
  }
  for (const { address, values } of settings.peer.filter(hasLists)) {
    const octets = statics.reduce(
      (most, group) => Math.max(most, need(settings, group.values, values)),
      need(settings, values),
    );
    if (octets > LONGEST_MESSAGE) refuse('peer', `${address}: ${tooLong(octets)}`);
  }
  if (isSpeakerAlone(settings)) return;
  const length = commandOf(settings, settings);
  if (length > LONGEST_COMMAND) {
    refuse(settings.neighbor.length > 0 ? 'neighbor' : 'community', tooLongCommand(length));
  }
  for (const { prefixes, values } of statics) {
    const own = commandOf(settings, { ...settings, ...values });
    if (own > LONGEST_COMMAND) refuse('static', `${prefixes[0]}: ${tooLongCommand(own)}`);
  }
}

/** The others say what all routes do, which has been looked at. */
const hasLists = ({ values }: { readonly values: GivenAttributes }): boolean =>
  LISTS.some((name) => values[name] !== undefined);

const octetsOf = (given: GivenAttributes, name: ListName): number => (given[name]?.length ?? 0) * OCTETS[name];
/** What is given later takes the place of what is given before. */
const need = (...layers: readonly GivenAttributes[]): number =>
  LISTS.reduce((sum, name) => {
    const said = layers.findLast((layer) => layer[name] !== undefined) ?? {};
    return sum + octetsOf(said, name);
  }, MESSAGE_WITHOUT_LISTS);
const largestOf = (given: GivenAttributes): ListName =>
  LISTS.reduce((one, other) => (octetsOf(given, other) > octetsOf(given, one) ? other : one));
const tooLong = (octets: number): string =>
  `all attributes together need ${octets} octets, and a BGP message has ${LONGEST_MESSAGE}`;

const LONGEST_PREFIX = `${'ffff:'.repeat(7)}ffff/128` as Prefix;
const LONGEST_NEXT_HOP = `${'ffff:'.repeat(7)}ffff` as NextHop;

/** What fits into a message still needs a command that ExaBGP reads in one piece. */
function commandOf(settings: Settings, said: GivenAttributes): number {
  const scope = scopeFrom(settings);
  const attributes = { nextHop: LONGEST_NEXT_HOP, ...attributesGiven(said) };
  const lengths = [attributes, gracefullyShutDown(attributes)].map((each) =>
    commandLength(
      { prefix: LONGEST_PREFIX, attributes: each, ...(scope === undefined ? {} : { scope }) },
      settings.exabgpApi,
    ),
  );
  return Math.max(...lengths);
}
const tooLongCommand = (length: number): string =>
  `all attributes and neighbors together make a command of ${length} bytes, and ExaBGP is told ${LONGEST_COMMAND} at most`;
