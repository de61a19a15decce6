/** How a peer stands, as people see it. */
import type { PeerStanding } from '../model/telling.ts';
import { FAMILY_NAME } from './audience.ts';
import { heldSentence } from './held-words.ts';
import type { PeerStatus } from './peer-session.ts';

export const peerStanding = ({ negotiated, unsaid, ...peer }: PeerStatus): PeerStanding => ({
  ...peer,
  unsaid: unsaid.map(({ family, why }) => `${FAMILY_NAME[family]}: ${heldSentence(why, family)}`),
  ...(negotiated && { holdTimeMs: 1_000 * negotiated.holdTime, families: [...negotiated.families] }),
});
