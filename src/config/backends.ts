/**
 * Who is told, and what is said to whom: an option of a backend that is not chosen has no effect, and so is an error.
 * What the speaker and its peers need of one another is here too.
 */
import { familyOf } from '../model/address.ts';
import { comesTo, peerName } from '../model/peer.ts';
import { allNextHopsFor, isSpeakerAlone, nextHopsFor } from './next-hops.ts';
import { formatEndpoint } from './option-bgp.ts';
import type { GivenPeer } from './option-peer.ts';
import { EXABGP_OPTIONS } from './options/exabgp.ts';
import { SPEAKER_OPTIONS } from './options/speaker.ts';
import { OPTIONS, type OptionName, type Settings } from './options.ts';
import { type Origins, type Problem, sourceOf } from './place.ts';
import { peerFrom } from './speaker.ts';
import { NO_STATE } from './state.ts';

type Refuse = (name: OptionName, text: string) => void;

/** What only commands have. `name` is in the log, whoever is told. */
const OF_COMMANDS: readonly OptionName[] = [
  ...(Object.keys(EXABGP_OPTIONS) as OptionName[]).filter((name) => name !== 'name' && name !== 'onExit'),
  ...(['exabgpApi', 'nexthopSelfIpv6', 'pathInformation', 'neighbor'] as const),
];
const OF_SPEAKER = Object.keys(SPEAKER_OPTIONS) as OptionName[];

export function checkBackends(
  settings: Settings,
  origins: Origins,
  placeOf: (name: OptionName) => string,
  problems: Problem[],
): void {
  const refuse: Refuse = (name, text) => void problems.push({ place: placeOf(name), text });
  const { bgpBackend, onExit } = settings;
  const place = placeOf('bgpBackend');
  const isGiven = (name: OptionName): boolean => origins[name] !== 'default';
  if (bgpBackend.includes('exabgp') && bgpBackend.includes('test')) {
    refuse('bgpBackend', 'exabgp and test: expected one of them, for both have stdout to themselves');
  }
  if (isSpeakerAlone(settings)) {
    for (const name of OF_COMMANDS.filter(isGiven)) {
      // That nothing is to be kept is so.
      if (name === 'stateDir' && settings.stateDir === NO_STATE) continue;
      refuse(name, `has no effect with ${place} speaker alone: it is about what ExaBGP is told`);
    }
    if (onExit === 'keep') {
      refuse('onExit', `keep: cannot be with ${place} speaker alone: what is announced goes with our sessions`);
    }
  }
  if (!bgpBackend.includes('speaker')) {
    for (const name of OF_SPEAKER.filter(isGiven)) refuse(name, `has no effect without ${place} speaker`);
    return;
  }
  const missing = (name: keyof typeof KEYS, why: string): void =>
    void problems.push({ place: missingIn(origins, name), text: `is needed with ${place} speaker: ${why}` });
  for (const [name, why] of [
    ['localAs', 'the AS that the speaker is in'],
    ['routerId', 'an IPv4 address that no other BGP speaker around has, by custom one of this host'],
  ] as const) {
    if (settings[name] === undefined) missing(name, why);
  }
  if (settings.peer.length === 0) missing('peer', 'there would be nobody to tell');
  const isInternal = (given: GivenPeer): boolean => {
    const { as, localAs } = peerFrom(given, settings.localAs ?? 0);
    return as === localAs;
  };
  if (isSpeakerAlone(settings) && settings.localPreference !== undefined && !settings.peer.some(isInternal)) {
    refuse('localPreference', 'has no effect: no --peer has our own AS, and LOCAL_PREF goes to no other');
  }
  checkPeers(settings, refuse);
  checkStatics(settings, refuse);
}

/** As a file has them. */
const KEYS = { localAs: 'bgp.local-as', routerId: 'bgp.router-id', peer: 'bgp.peers' } as const;

/** Whoever asks for the speaker in a file is to write the rest there, too. */
function missingIn({ bgpBackend: origin }: Origins, name: keyof typeof KEYS): string {
  if (sourceOf(origin) !== 'file') return `--${OPTIONS[name].flag}`;
  return `${origin.replace(/:\d+:\d+$/, '')}: ${KEYS[name]}`;
}

/** Of the same rule as in `checkAttributes`. */
function checkStatics({ static: groups, peer: peers, localAs = 0 }: Settings, refuse: Refuse): void {
  for (const { prefixes, values } of groups) {
    const first = values.asPath?.[0];
    if (first === undefined) continue;
    for (const given of peers) {
      const peer = peerFrom(given, localAs);
      if (peer.as === peer.localAs || given.values.asPath !== undefined || first === peer.localAs) continue;
      const place = `${prefixes[0]}: as-path: begins with ${first}`;
      refuse('static', `${place}: expected our AS ${peer.localAs} first, for ${peerName(peer)} refuses any other`);
    }
  }
}

function checkPeers(settings: Settings, refuse: Refuse): void {
  const { peer: peers, localAs = 0, bgpListen } = settings;
  const names = new Set<string>();
  for (const given of peers) {
    const peer = peerFrom(given, localAs);
    const name = peerName(peer);
    const say = (text: string): void => refuse('peer', `${name}: ${text}`);
    if (names.has(name)) say('is given twice');
    names.add(name);
    if (peer.localAddress !== undefined && familyOf(peer.localAddress) !== familyOf(peer.address)) {
      say(`local-address ${peer.localAddress}: expected an address of the same family`);
    }
    if (peer.localAddress === peer.address && bgpListen.some(({ port }) => port === peer.port)) {
      say('local-address: is the address of the peer itself');
    }
    if (peer.passive && !bgpListen.some((endpoint) => comesTo(peer, endpoint))) {
      const at = peer.localAddress ?? `an ${familyOf(peer.address) === 'ipv4' ? 'IPv4' : 'IPv6'} address`;
      say(`passive: needs --bgp-listen at ${at}, for nobody would ever connect`);
    }
    checkNextHopsOf(given, settings, say);
    checkHops(given, peer.as === peer.localAs, say);
    checkRole(given, peer.as === peer.localAs, say);
    checkAttributes(given, settings.asPath, peer.as === peer.localAs, peer.localAs, say);
    if (given.values.passwordFile !== undefined && given.values.passwordEnv !== undefined) {
      say('password-file and password-env: expected one of them');
    }
  }
  const listening = bgpListen.map(formatEndpoint);
  for (const twice of listening.filter((each, at) => listening.indexOf(each) < at)) {
    refuse('bgpListen', `${twice}: is given twice`);
  }
  if (bgpListen.length === 0) return;
  // RFC 4271 §6.8 needs both directions to be the same peer: one that calls is told by its address alone.
  const callers = new Map<string, string>();
  for (const given of peers) {
    const key = `${given.address}%${given.device} ${given.values.localAddress ?? ''}`;
    const before = callers.get(key);
    const name = peerName(peerFrom(given, localAs));
    if (before !== undefined && before !== name) {
      refuse('peer', `${name}: cannot be told from ${before} when it connects; give each a local-address of its own`);
    }
    callers.set(key, name);
  }
}

function checkNextHopsOf({ address, values }: GivenPeer, settings: Settings, say: (text: string) => void): void {
  for (const hop of [values.nexthopIpv4, values.nexthopIpv6]) {
    // RFC 4271 §5.1.3: no route goes to a peer whose own address is its next hop.
    if (hop === address) say(`${hop}: is its own address, and no peer takes a route to itself`);
  }
  const hops = nextHopsFor(familyOf(address), settings);
  if (hops.includes(address) && hops.length === 1) say('is the --nexthop too, and no peer takes a route to itself');
  if (values.nexthopIpv4?.includes(':') === true && values.extendedNextHop === false) {
    say(`nexthop-ipv4 ${values.nexthopIpv4}: contradicts extended-next-hop false`);
  }
  const { families = ['ipv4', 'ipv6'] } = values;
  for (const [family, key, hop] of [
    ['ipv4', 'nexthop-ipv4', values.nexthopIpv4],
    ['ipv6', 'nexthop-ipv6', values.nexthopIpv6],
  ] as const) {
    if (hop === undefined) continue;
    if (!families.includes(family)) say(`${key}: has no effect without ${family} among its families`);
    // It stands for our own address of the session, which is not asked for where every route says another one.
    if (allNextHopsFor(family, settings).some((hops) => hops.length === 0 || hops.includes('self'))) continue;
    say(`${key}: has no effect beside --nexthop ${nextHopsFor(family, settings).join(' and ')}`);
  }
}

function checkHops({ values }: GivenPeer, isInternal: boolean, say: (text: string) => void): void {
  if (values.multihop !== undefined && values.ttlSecurity !== undefined) {
    say('multihop and ttl-security: expected one of them, for both say how far away it is');
  }
  if (values.multihop !== undefined && isInternal) say('multihop: has no effect on iBGP, which goes any distance');
}

/** RFC 9234 §4: roles are of external sessions. */
function checkRole(
  { values: { role, strictRole } }: GivenPeer,
  isInternal: boolean,
  say: (text: string) => void,
): void {
  if (role !== undefined && isInternal) say(`role ${role}: expected none on iBGP, where nobody has one`);
  if (strictRole === true && role === undefined) say('strict-role: needs a role, which is what we are to this peer');
}

function checkAttributes(
  { values }: GivenPeer,
  asPath: readonly number[],
  isInternal: boolean,
  localAs: number,
  say: (text: string) => void,
): void {
  // RFC 4271 §5.1.5: LOCAL_PREF goes to no external peer.
  if (values.localPreference !== undefined && !isInternal) say('local-preference: has no effect on eBGP');
  const [first] = values.asPath ?? asPath;
  // RFC 4271 §6.3: a peer may refuse a path that does not begin with the AS of its neighbor; most do.
  if (isInternal || first === undefined || first === localAs) return;
  say(`as-path: begins with ${first}: expected our AS ${localAs} first, for this peer refuses any other`);
}
