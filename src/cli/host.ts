/** What this host makes of settings: what `run` asks of it, and which of that it would refuse. */
import { tryListening } from '../bgp/listening.ts';
import { SpeakerError } from '../bgp/speaker-error.ts';
import { needNetlink } from '../config/contradictions.ts';
import { OPTIONS, type Settings } from '../config/options.ts';
import { type Problem, placeIn } from '../config/place.ts';
import type { Resolved } from '../config/settings.ts';
import { PasswordError, speakerFrom } from '../config/speaker.ts';
import { DiscoveryError, type DiscoveryWish, tryDiscovery } from '../discovery/discovery.ts';
import { HintsError } from '../discovery/hints/hints-error.ts';
import { anyOf } from '../model/listen-filter.ts';
import { portRanges } from '../model/port-ranges.ts';
import { whyNotKept } from '../publish/place-of-file.ts';
import { realClock } from '../runtime/clock.ts';
import { inspectFile, RingError } from '../runtime/ring.ts';
import { LedgerError } from '../sink/exabgp/ledger.ts';
import { ApiKeysError, tryApiKeys } from './api-keys.ts';
import { warningsOfPlaces } from './given-places.ts';
import { whyNoLog } from './log.ts';

export function discoveryWish(settings: Settings): DiscoveryWish {
  return {
    source: settings.discoverySource,
    hints: settings.hints,
    interval: settings.interval,
    protocols: settings.protocol,
    ports: portRanges(anyOf([settings.listenFilter, ...settings.require]) ?? settings.listenFilter),
    netns: settings.netns,
    needNetlink: needNetlink(settings).map(({ name, why }) => `--${OPTIONS[name].flag}: ${why}`),
  };
}

/** Several refusals. */
export class RefusalsError extends Error {
  readonly refusals: readonly Error[];
  constructor(refusals: readonly Error[]) {
    super(refusals.map(({ message }) => message).join('; '));
    this.name = 'RefusalsError';
    this.refusals = refusals;
  }
}

/** What this host does not permit: said in one line, where a mistake of ours has a stack to tell. */
export const isRefusal = (error: unknown): error is Error =>
  [ApiKeysError, DiscoveryError, HintsError, LedgerError, PasswordError, RefusalsError, RingError, SpeakerError].some(
    (known) => error instanceof known,
  );

/** Carries all of them out, also behind one that is refused. Throws `RefusalsError`, or at once what is no refusal. */
export function refuseTogether(acts: readonly (() => void)[]): void {
  const refusals: Error[] = [];
  for (const act of acts) {
    try {
      act();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.push(error);
    }
  }
  if (refusals.length > 0) throw new RefusalsError(refusals);
}

/** What `run` would be refused here at its start, as this user. Changes nothing. */
export async function tryHost({ settings, origins }: Resolved): Promise<{
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const placeOf = placeIn(origins);
  const attempt = (place: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problems.push({ place: error instanceof HintsError ? placeOf('hints') : place, text: error.message });
    }
  };
  const warn = (fields: { readonly detail?: unknown }, message: string): void =>
    void warnings.push({ place: 'discovery', text: `${message}: ${String(fields.detail)}` });
  attempt('discovery', () => tryDiscovery({ ...discoveryWish(settings), clock: realClock(), log: { warn } }));
  if (settings.record !== '') attempt(placeOf('record'), () => void inspectFile(settings.record));
  attempt(placeOf('peer'), () => {
    const speaker = speakerFrom(settings, process.env, (problem) => warnings.push(problem));
    if (speaker !== undefined) tryListening(speaker);
  });
  for (const name of ['statusFile', 'metricsFile'] as const) {
    for (const file of [settings[name]].flat()) {
      const why = file === '' ? undefined : whyNotKept(file);
      if (why !== undefined) warnings.push({ place: placeOf(name), text: `cannot be written now: ${why}` });
    }
  }
  warnings.push(...warningsOfPlaces(settings, placeOf));
  const keys = await tryApiKeys(settings, placeOf);
  const log = whyNoLog(settings);
  if (log !== undefined) warnings.push({ place: placeOf('logTo'), text: log });
  return { problems: [...problems, ...keys.problems], warnings: [...warnings, ...keys.warnings] };
}
