/** The backend that is our own BGP speaker. */
import { createSpeaker } from '../bgp/speaker.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { SpeakerSettings } from '../model/peer.ts';
import { createSpeakerSink } from '../sink/speaker.ts';
import { type Backend, type BackendPorts, NOTHING_TO_PREPARE } from './backend.ts';

/** From the start to the first facts, which take some tenths of a second, and what follows from them. */
const FIRST_FACTS_WITHIN = 2_000;
const TIMER = 'bgp complete';

/** `start` throws `SpeakerError` where this host cannot do what was asked for. `announceDelay`: that of services. */
export function openSpeakerBackend(
  settings: SpeakerSettings,
  { clock, log }: BackendPorts,
  announceDelay: Millis,
): Backend {
  const speaker = createSpeaker({ settings, clock, log: log.child('bgp') });
  const sink = createSpeakerSink(speaker);
  return {
    sink,
    start() {
      speaker.start();
      clock.setTimer(TIMER, ms(clock.now() + announceDelay + FIRST_FACTS_WITHIN), speaker.complete);
    },
    prepare: () => NOTHING_TO_PREPARE,
    close(time) {
      clock.clearTimer(TIMER);
      return sink.close(time);
    },
  };
}
