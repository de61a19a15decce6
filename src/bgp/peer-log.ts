/** SHELL: what people are told of a peer's sessions: who ended one and why, in a sentence, and a failure not twice. */
import type { Millis } from '../model/millis.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Log } from '../runtime/log.ts';
import type { Why } from './fsm.ts';
import { CEASE, ERROR } from './wire/codes.ts';
import { describeNotification, type Notification } from './wire/notification.ts';

export interface PeerLog {
  up(): void;
  down(why: Why): void;
  /** `again`: how long until the next attempt. */
  failed(why: Why, again: Millis | undefined): void;
  /** Why there is no session, or was none before; empty if there always was one. */
  last(): string;
}

/** Different failures in a row that are told apart; whoever has more of them makes them up. */
const MOST_REMEMBERED = 10;

export function createPeerLog(settings: PeerSettings, log: Log): PeerLog {
  const peer = peerName(settings);
  let last = '';
  /** Since a session was up. The next attempts fail for the same reasons. */
  const said = new Set<string>();
  return {
    up: () => said.clear(),
    down(why) {
      last = sentenceOf(why);
      log[isAdministrative(why) ? 'info' : 'warn']({ peer, why: last }, 'session down');
    },
    failed(why, again) {
      last = sentenceOf(why);
      const isNews = !said.has(last) && said.size < MOST_REMEMBERED;
      if (isNews) said.add(last);
      log[isNews ? 'warn' : 'debug'](
        { peer, why: last, ...(again !== undefined && { again: `${Math.round(again / 1_000)}s` }) },
        'no session',
      );
    },
    last: () => last,
  };
}

/** Somebody here has asked for it. */
const isAdministrative = (why: Why): boolean =>
  why.by === 'us' && why.notification !== undefined && isStop(why.notification);

/** RFC 4486, and the Hard Reset that stands for it (RFC 8538). */
const isStop = ({ code, subcode }: Notification): boolean =>
  code === ERROR.cease &&
  [CEASE.administrativeShutdown, CEASE.peerDeconfigured, CEASE.administrativeReset, CEASE.hardReset].some(
    (each) => each === subcode,
  );

function sentenceOf(why: Why): string {
  switch (why.by) {
    case 'us':
      return why.notification === undefined
        ? `we: ${why.detail}`
        : `we: ${why.detail}; told the peer: ${describeNotification(why.notification)}`;
    case 'peer':
      return `the peer: ${describeNotification(why.notification)}`;
    case 'network':
      return `the network: ${why.detail}`;
    default:
      return why satisfies never;
  }
}
