/** What is printed of BGP peers, our own and ExaBGP's, PURE. */
import type { PeerView } from '../../model/view.ts';
import { type Line, span, type Tone } from '../terminal/line.ts';
import { type Grid, gridLines } from '../terminal/table.ts';
import { lengthWords, type Now, shown, since } from './words.ts';

export type SinkPeer = PeerView & { readonly sink: string };

const STATE_TONES: Readonly<Record<PeerView['state'], Tone>> = {
  established: 'served',
  connecting: 'caution',
  idle: 'bad',
};

const RANK = { families: 5, hold: 4, received: 3, since: 2 } as const;

export function peerGrid(peers: readonly SinkPeer[], now: Now): Grid {
  return {
    columns: [
      { title: 'PEER' },
      { title: 'AS', isNumber: true },
      { title: 'STATE' },
      { title: 'SINCE', rank: RANK.since },
      { title: 'TOLD', isNumber: true },
      { title: 'RECEIVED', rank: RANK.received },
      { title: 'HOLD', rank: RANK.hold },
      { title: 'FAMILIES', rank: RANK.families },
      { title: 'REMARKS' },
    ],
    rows: peers.map((peer) => [
      { text: shown(peer.name), tone: 'strong' },
      { text: peer.as === undefined ? '' : String(peer.as) },
      { text: peer.state, tone: STATE_TONES[peer.state] },
      { text: since(peer.since, now) },
      { text: String(peer.told) },
      { text: receivedWords(peer) },
      { text: peer.holdTimeMs === undefined ? '' : lengthWords(peer.holdTimeMs) },
      { text: (peer.families ?? []).map(shown).join(' ') },
      { text: remarks(peer), tone: 'caution' },
    ]),
  };
}

/** What it sends is counted, and not used: none is as it should be. */
const receivedWords = ({ received: { ipv4, ipv6 } = { ipv4: 0, ipv6: 0 } }: PeerView): string =>
  ipv4 + ipv6 === 0 ? '' : String(ipv4 + ipv6);

function remarks({ state, last, isLevel, unsaid = [] }: PeerView): string {
  const isUp = state === 'established';
  return [
    ...(isUp && isLevel === false ? ['not everything is written yet'] : []),
    ...unsaid.map(shown),
    ...(isUp || last === '' ? [] : [shown(last)]),
  ].join('; ');
}

export const peerLines = (peers: readonly SinkPeer[], now: Now, room: number): Line[] =>
  peers.length === 0
    ? [
        [span('no peers are known: it has no BGP sessions of its own (--bgp-backend speaker)')],
        [span('ExaBGP has told of no neighbor: it tells of changes alone, and only with neighbor-changes')],
      ]
    : gridLines(peerGrid(peers, now), room);
