/** What the machine of a peer hears (past tense) and says (imperative), PURE. `fsm` is the machine. */
import type { Millis } from '../model/millis.ts';
import type { Negotiated } from './negotiate.ts';
import type { MessageType } from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';
import type { Open } from './wire/open.ts';

/** Who opened the connection. */
export type Way = 'outgoing' | 'incoming';

/**
 * `connectRetry`: the next attempt; `connect`: this attempt took too long; `settled`: the session has been up for so long
 * that earlier failures are forgotten; the others are of one connection.
 */
export type FsmTimer = 'connectRetry' | 'connect' | 'settled' | `${'hold' | 'keepalive'} ${Way}`;

export type FsmEvent =
  | { readonly type: 'started' }
  /** By an administrator, or because the process ends: Cease with that subcode and text (RFC 9003). */
  | { readonly type: 'stopped'; readonly subcode: number; readonly communication: string }
  /**
   * TCP is up. An incoming connection beside an older incoming one is reported too: the answer is either `refuse`, or
   * `close` of the older one followed by `sendOpen`, which is for the new one.
   */
  | { readonly type: 'connected'; readonly way: Way }
  /** The attempt that `connect` asked for came to nothing. */
  | { readonly type: 'connectFailed'; readonly detail: string }
  /** TCP is gone without our doing. */
  | { readonly type: 'closed'; readonly way: Way; readonly detail: string }
  | { readonly type: 'timerExpired'; readonly timer: FsmTimer }
  | { readonly type: 'openReceived'; readonly way: Way; readonly open: Open }
  | { readonly type: 'notificationReceived'; readonly way: Way; readonly notification: Notification }
  /** KEEPALIVE, UPDATE, ROUTE-REFRESH. */
  | {
      readonly type: 'messageReceived';
      readonly way: Way;
      readonly message: Exclude<MessageType, 'open' | 'notification'>;
    }
  /** What came deserves this NOTIFICATION: a broken header, an OPEN or UPDATE that cannot be read. */
  | {
      readonly type: 'faultReceived';
      readonly way: Way;
      readonly notification: Notification;
      /** What is wrong with it, for people. */
      readonly detail: string;
    }
  /** RFC 9687: the peer has not read for so long that the session is given up. */
  | { readonly type: 'sendHoldExpired'; readonly way: Way };

export type FsmAction =
  /** Open a connection to the peer; answered by `connected` or `connectFailed`. */
  | { readonly type: 'connect' }
  /** Give up the attempt. */
  | { readonly type: 'abandonConnect' }
  | { readonly type: 'sendOpen'; readonly way: Way; readonly open: Open }
  | { readonly type: 'sendKeepalive'; readonly way: Way }
  /** Say why, if there is a NOTIFICATION, and close. Nothing is heard of that connection any more. */
  | { readonly type: 'close'; readonly way: Way; readonly notification: Notification | undefined }
  /** Close the incoming connection that `connected` has just reported, and only that: not one that was there before. */
  | { readonly type: 'refuse'; readonly notification: Notification }
  /** Replaces one of the same name. `jitter`: the shell takes 75 to 100 % of it (RFC 4271 §10). */
  | { readonly type: 'setTimer'; readonly timer: FsmTimer; readonly after: Millis; readonly jitter: boolean }
  | { readonly type: 'clearTimer'; readonly timer: FsmTimer }
  | { readonly type: 'sessionUp'; readonly way: Way; readonly negotiated: Negotiated }
  /** Only after `sessionUp`. */
  | { readonly type: 'sessionDown'; readonly why: Why }
  /** An attempt or a connection came to nothing before a session was there. `again`: when the next attempt is made. */
  | { readonly type: 'attemptFailed'; readonly why: Why; readonly again: Millis | undefined };

/** For people and for status: who ended it, and how. */
export type Why =
  | { readonly by: 'us'; readonly notification: Notification | undefined; readonly detail: string }
  | { readonly by: 'peer'; readonly notification: Notification }
  | { readonly by: 'network'; readonly detail: string };
