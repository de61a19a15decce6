/** The backend that is our own BGP speaker. */
import { hasOtherPassword } from '../bgp/peer-change.ts';
import { createSpeaker } from '../bgp/speaker.ts';
import { speakerFrom } from '../config/speaker.ts';
import { type PeerSettings, peerName, type SpeakerSettings } from '../model/peer.ts';
import type { SettingChange } from '../model/reload.ts';
import { createSpeakerSink } from '../sink/speaker.ts';
import { type Backend, type BackendPorts, NOTHING_TO_PREPARE } from './backend.ts';
import { type FirstDecisions, whenComplete } from './completeness.ts';

const TIMER = 'bgp complete';

/** `start` throws `SpeakerError` where this host cannot do what was asked for. */
export function openSpeakerBackend(
  settings: SpeakerSettings,
  { clock, log, changed }: BackendPorts,
  first: FirstDecisions,
): Backend {
  const speaker = createSpeaker({ settings, clock, log: log.child('bgp'), changed: () => changed('peers') });
  const sink = createSpeakerSink(speaker);
  let current = settings;
  return {
    sink,
    start() {
      speaker.start();
      whenComplete(TIMER, first, clock, speaker.complete);
    },
    prepare(other, warn) {
      const next = speakerFrom(other, process.env, warn);
      // Whether there is a speaker at all takes a restart to change.
      if (next === undefined) return NOTHING_TO_PREPARE;
      const changed = otherPasswords(current, next);
      const prepared = speaker.prepare(next);
      return {
        changed,
        commit() {
          current = next;
          prepared.commit();
        },
        abandon: prepared.abandon,
      };
    },
    close(time) {
      clock.clearTimer(TIMER);
      return sink.close(time);
    },
  };
}

/** Of peers that stay. What is in a file or in the environment is in no setting. */
function otherPasswords(before: SpeakerSettings, after: SpeakerSettings): SettingChange[] {
  const known = new Map(before.peers.map((peer) => [peerName(peer), peer]));
  return after.peers.flatMap((peer) => {
    const old = known.get(peerName(peer));
    if (old === undefined || !hasOtherPassword(old, peer)) return [];
    const shown = ({ password }: PeerSettings): string => (password === undefined ? '' : String(password));
    return [{ key: `peer ${peerName(peer)}: password`, before: shown(old), after: shown(peer) }];
  });
}
