/**
 * SHELL: what people are told of a peer's sessions: who ended one and why, in a sentence; a failure once, and that it goes on
 * every five minutes.
 */
import { type Millis, ms } from '../model/millis.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Why } from './fsm.ts';
import { roleWanted } from './role.ts';
import { CEASE, ERROR, OPEN_ERROR } from './wire/codes.ts';
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
/** That there is still no session is said once more. */
const STILL_EVERY = ms(300_000);

/** `settings`: as they are now. */
export function createPeerLog(settings: () => PeerSettings, clock: Pick<Clock, 'now'>, log: Log): PeerLog {
  const peer = peerName(settings());
  let last = '';
  /** Since a session was up. The next attempts fail for the same reasons. */
  const said = new Set<string>();
  let saidAt = clock.now();
  let failures = 0;
  return {
    up() {
      said.clear();
      failures = 0;
    },
    down(why) {
      last = sentenceOf(why, settings());
      log[isAdministrative(why) ? 'info' : 'warn']({ peer, why: last }, 'session down');
    },
    failed(why, again) {
      last = sentenceOf(why, settings());
      failures++;
      const isNews = (!said.has(last) && said.size < MOST_REMEMBERED) || clock.now() - saidAt >= STILL_EVERY;
      if (isNews) {
        said.add(last);
        saidAt = clock.now();
      }
      log[isNews ? 'warn' : 'debug'](
        {
          ...{ peer, why: last, failures },
          ...(again !== undefined && { again: `${Math.round(again / 1_000)}s` }),
        },
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
  [
    ...[CEASE.administrativeShutdown, CEASE.peerDeconfigured, CEASE.administrativeReset],
    ...[CEASE.otherConfigurationChange, CEASE.hardReset],
  ].some((each) => each === subcode);

function sentenceOf(why: Why, settings: PeerSettings): string {
  switch (why.by) {
    case 'us':
      return why.notification === undefined
        ? `we: ${why.detail}`
        : `we: ${why.detail}; told the peer: ${describeNotification(why.notification)}`;
    case 'peer':
      return `the peer: ${describeNotification(why.notification)}${adviceOn(why.notification, settings)}`;
    case 'network':
      return `the network: ${why.detail}`;
    default:
      return why satisfies never;
  }
}

/** What a peer that ends a session for that wants of us; empty where that is nothing of our settings. */
function adviceOn({ code, subcode }: Notification, { role, localAs }: PeerSettings): string {
  if (code !== ERROR.open) return '';
  if (subcode === OPEN_ERROR.roleMismatch) return `: ${roleWanted(role)}`;
  if (subcode === OPEN_ERROR.badPeerAs)
    return `: it does not expect AS ${localAs}: make it so there, or change local-as`;
  return '';
}
