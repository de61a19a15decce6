/** What the demo runs: a command line that anybody could give, and its settings. */
import { type Resolved, resolveSettings } from '../../config/settings.ts';
import type { IpAddress, Prefix } from '../../model/address.ts';
import { parseArguments } from '../arguments.ts';
import type { RouterIdentity } from './router.ts';
import type { ServiceName } from './story.ts';

/** Where the services of a demo are: every address of 127.0.0.0/8 is local without being assigned. */
export interface Place {
  readonly network: Prefix;
  readonly addresses: Readonly<Record<ServiceName, IpAddress>>;
}

/** Where they listen, or beyond where that is taken: ports that need no privilege. */
export const FIRST_PORTS: Readonly<Record<ServiceName, number>> = { web: 8080, dns: 5353 };
/** RFC 6996: AS numbers for private use. */
export const ROUTER: RouterIdentity = { address: '127.0.0.2' as IpAddress, as: 65_001, peerAs: 65_000 };
const LOCAL = '127.0.0.1' as IpAddress;
/** 1790 and some more, for demos beside each other. A demo has its router's port to itself from beginning to end. */
export const ROUTER_PORTS: readonly number[] = Array.from({ length: 20 }, (_, index) => 1790 + index);

export type Ports = Readonly<Record<ServiceName | 'router', number>>;

/** Each router's port has addresses of its own, in a part of loopback that hardly anybody uses. */
export function placeOf(routerPort: number): Place {
  const start = `127.77.${ROUTER_PORTS.indexOf(routerPort)}`;
  return {
    network: `${start}.0/24` as Prefix,
    addresses: { web: `${start}.80` as IpAddress, dns: `${start}.53` as IpAddress },
  };
}

/** The words behind `ha2bgp`. Delays are short, and penalties decay soon, for want of time. */
export const wordsFor = ({ web, dns, router }: Ports): string[] => [
  ...['--network', placeOf(router).network, '--listen-filter', `sport = :${web} or sport = :${dns}`],
  ...['--interval', '100ms', '--announce-delay', '500ms', '--withdraw-delay', '1s', '--dampening-half-life', '4s'],
  ...['--bgp-backend', 'speaker', '--local-as', String(ROUTER.peerAs), '--router-id', LOCAL],
  ...['--peer', `${ROUTER.address},as=${ROUTER.as},port=${router},local-address=${LOCAL}`],
];

/** The words as a shell takes them, a flag and its value in one. */
export function commandPieces(words: readonly string[]): string[] {
  const quoted = words.map((word) => (word.includes(' ') ? `"${word}"` : word));
  const pieces: string[] = ['ha2bgp'];
  for (const word of quoted) {
    if (word.startsWith('--')) pieces.push(word);
    else pieces.push(`${pieces.pop()} ${word}`);
  }
  return pieces;
}

/** What the environment sets has no part in it. */
export function settingsFrom(words: readonly string[]): Resolved {
  const parsed = parseArguments(words, '');
  if ('print' in parsed) throw new Error(parsed.print);
  const resolved = resolveSettings(parsed.flags, {});
  const problems = [...parsed.problems, ...resolved.problems];
  if (problems.length > 0) throw new Error(problems.map(({ place, text }) => `${place}: ${text}`).join('; '));
  return resolved;
}
