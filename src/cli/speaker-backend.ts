/** The backend that is our own BGP speaker. */
import { createSpeaker } from '../bgp/speaker.ts';
import type { SpeakerSettings } from '../model/peer.ts';
import { createSpeakerSink } from '../sink/speaker.ts';
import type { Backend, BackendPorts } from './backend.ts';

/** `start` throws `SpeakerError` where this host cannot do what was asked for. */
export function openSpeakerBackend(settings: SpeakerSettings, { clock, log }: BackendPorts): Backend {
  const speaker = createSpeaker({ settings, clock, log: log.child('bgp') });
  const sink = createSpeakerSink(speaker);
  return { sink, start: speaker.start, close: sink.close };
}
