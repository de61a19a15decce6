/** That both sides of a connection are alive, PURE: its hold and keepalive timers, RFC 4271 §4.2, §4.4, §8.2.2. */
import { ms } from '../model/millis.ts';
import type { Negotiated } from './negotiate.ts';
import { type Agreed, arm, disarm, type Move, put, say, steps, still } from './peer-state.ts';
import type { Way } from './vocabulary.ts';

/**
 * While the peer's OPEN is awaited. RFC 4271 §8.2.2 suggests four minutes; a peer that is there sends it at once, and one whose
 * packets are dropped (RFC 5082) is to be told of sooner, and tried again.
 */
export const OPEN_WITHIN = ms(30_000);
const SECOND = 1_000;
/** RFC 4271 §4.4: of the hold time. */
const KEEPALIVES_PER_HOLD_TIME = 3;
/** RFC 4271 §10. */
const SHORTEST_JITTERED = 0.75;

export const awaitOpen = (way: Way): Move => arm(`hold ${way}`, OPEN_WITHIN);

/** RFC 4271 §4.2, §4.4: with a hold time of 0 there is neither timer. */
export const restartHold = (way: Way, { holdTime }: Negotiated): Move =>
  holdTime === 0 ? disarm(`hold ${way}`) : arm(`hold ${way}`, ms(holdTime * SECOND));

export const restartKeepalive = (way: Way, { holdTime }: Negotiated): Move => {
  if (holdTime === 0) return still;
  const interval = (holdTime * SECOND) / KEEPALIVES_PER_HOLD_TIME;
  // RFC 4271 §4.4: no more than one a second, which 3 s without jitter are.
  return arm(`keepalive ${way}`, ms(interval), interval * SHORTEST_JITTERED >= SECOND);
};

/** RFC 4271 §8.2.2, event 11. */
export const keepalive =
  (way: Way): Move =>
  (state) => {
    const connection = state[way];
    if (connection === undefined || connection.phase === 'openSent') return still(state);
    return steps(
      state,
      put(way, { ...connection, isProbed: false }),
      say({ type: 'sendKeepalive', way }),
      restartKeepalive(way, connection.negotiated),
    );
  };

/**
 * A KEEPALIVE out of turn; with keepalives only one between two of them (RFC 4271 §4.4: not more than one a second). Without,
 * nothing else would find out that the peer is gone.
 */
export const probe =
  (way: Way, connection: Agreed): Move =>
  (state) =>
    connection.isProbed && connection.negotiated.holdTime > 0
      ? still(state)
      : steps(state, put(way, { ...connection, isProbed: true }), say({ type: 'sendKeepalive', way }));

/** Something came on it. */
export const answered = (way: Way, connection: Agreed): Move =>
  connection.isProbed ? put(way, { ...connection, isProbed: false }) : still;
