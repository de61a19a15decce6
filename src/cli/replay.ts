/**
 * `ha2bgp replay`: plays a recording through the core, run by run. Exact: the recorded events, in their order, under the
 * recorded settings. With settings of its own it plays what-if beside it, and tells both.
 */
import type { OptionName, Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { policyFrom } from '../config/policy.ts';
import { beyondRecording, type RecordedSettings, replaySettings, unlikeRecorded } from '../config/recorded-settings.ts';
import type { GivenFlags } from '../config/settings.ts';
import { handle } from '../core/daemon.ts';
import { restoreSnapshot, takeSnapshot } from '../core/snapshot.ts';
import { type DaemonState, initialState } from '../core/state.ts';
import { createTimeline, type Timeline } from '../core/timeline.ts';
import { createWhatIf, type WhatIf } from '../core/what-if.ts';
import type { Event } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { RecordingHeader, SnapshotPart } from '../model/recording.ts';
import { RecordingError, type RecordingItem, readRecording } from '../runtime/recording-reader.ts';
import { type PlayedRun, printRun, type ReportFormat } from './replay-report.ts';

export interface ReplayOptions {
  readonly file: string;
  readonly format: ReportFormat;
  /** Settings instead of the recorded ones; none for an exact replay. */
  readonly instead: GivenFlags;
  /** What is missing in the recording, or does not agree with it. */
  readonly warn: (problem: Problem) => void;
}

/** The settings instead of the recorded ones are wrong, by themselves or together with those. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ place, text }) => `${place}: ${text}`).join('; '));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** Yields what is to be printed. Rejects with `RecordingError`, after what came before it, or with `SettingsError`. */
export async function* replay({ file, format, instead, warn }: ReplayOptions): AsyncGenerator<string> {
  let player: Player | undefined;
  function* finish(): Generator<string> {
    if (player === undefined) return;
    yield* printRun(player.finish(), format);
    player = undefined;
  }
  try {
    for await (const item of readRecording(file)) {
      if (item.type === 'section' && item.header.run !== player?.run) {
        yield* finish();
        player = createPlayer(item, instead, warn);
      } else if (item.type === 'cut') {
        warn({ place: item.place, text: `${item.what}; what was recorded before it is played` });
      } else {
        player?.play(item);
      }
    }
  } catch (error) {
    yield* finish();
    throw error;
  }
  yield* finish();
}

type Section = Extract<RecordingItem, { type: 'section' }>;

interface Player {
  readonly run: string;
  play(item: Exclude<RecordingItem, { type: 'cut' }>): void;
  finish(): PlayedRun;
}

function createPlayer(first: Section, instead: GivenFlags, warn: (problem: Problem) => void): Player {
  const { header } = first;
  const told = new Set<string>();
  let policies = policiesOf(header.settings, first.place, instead, warnOnce);
  let said = JSON.stringify(header.settings);
  const timeline = createTimeline();
  const other = policies.changed && createOther(policies.changed);
  let state = initialState(policies.recorded);
  let events = 0;
  let lastAt = header.at;
  let ending: { readonly why: string; readonly at: Millis } | undefined;
  const clock = [{ at: header.at, wall: Date.parse(header.wall) }];

  /** What holds for the recording holds after each reload. */
  function warnOnce(problem: Problem): void {
    const key = `${problem.place}: ${problem.text}`;
    if (!told.has(key)) warn(problem);
    told.add(key);
  }

  const reloads: PlayedRun['reloads'][number][] = [];
  function choose(at: Millis, settings: RecordedSettings, place: string): void {
    if (said !== JSON.stringify(settings)) reloads.push({ at, settings });
    policies = policiesOf(settings, place, instead, warnOnce);
    said = JSON.stringify(settings);
  }

  function playSection({ place, header: { events: before, at, wall, settings }, parts }: Section): void {
    pass(at, wall);
    if (before < events) {
      throw new RecordingError(
        place,
        `expected event ${events} of the run or a later one, and this is event ${before}`,
      );
    }
    if (before > events || ending !== undefined) {
      warn({ place, text: `${before - events} events of the run before this are not in the recording` });
      // They may have changed where nothing was recorded.
      const saidBefore = said;
      choose(at, settings, place);
      state = restore(policies.recorded, parts, place, header);
      events = before;
      if (policies.changed && said !== saidBefore)
        other?.whatIf.hear({ type: 'settingsChanged', at, policy: policies.changed, settings });
      timeline.begin(at, state);
      other?.whatIf.resume(at, state);
    } else if (!isSame(state, parts)) {
      warn({
        place,
        text: `what was played differs from what ha2bgp ${header.ha2bgp} remembered here: its core is another one`,
      });
    }
  }

  function playSettings({ at, settings, place }: Extract<RecordingItem, { type: 'settings' }>): void {
    choose(at, settings, place);
    const { recorded: policy, changed } = policies;
    playEvent({ type: 'settingsChanged', at, policy, settings }, place, changed);
  }

  /** `changed`: the policy that what-if hears of instead. */
  function playEvent(event: Event, place: string, changed?: Policy): void {
    events++;
    lastAt = ms(Math.max(lastAt, event.at));
    try {
      timeline.note(event.at, handle(state, event), state);
      if (event.type === 'routesFound') timeline.begin(event.at, state);
      other?.whatIf.hear(event.type === 'settingsChanged' && changed ? { ...event, policy: changed } : event);
    } catch (error) {
      throw new RecordingError(place, `cannot be played: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function pass(at: Millis, wall: string): void {
    lastAt = ms(Math.max(lastAt, at));
    clock.push({ at, wall: Date.parse(wall) });
  }

  playSection(first);
  return {
    run: header.run,
    play(item) {
      switch (item.type) {
        case 'section':
          playSection(item);
          return;
        case 'event':
          playEvent(item.event, item.place);
          return;
        case 'settings':
          playSettings(item);
          return;
        case 'clock':
          pass(item.at, item.wall);
          return;
        case 'end':
          ending = item;
          lastAt = ms(Math.max(lastAt, item.at));
          return;
        default:
          item satisfies never;
      }
    },
    finish() {
      other?.whatIf.advance(lastAt);
      return {
        header,
        ending: ending?.why,
        from: header.at,
        until: lastAt,
        wallAt: (at) => wallAt(clock, at),
        reloads,
        instead: given(instead),
        recorded: timeline.services(lastAt),
        ...(other && { whatIf: other.timeline.services(lastAt) }),
      };
    },
  };
}

function createOther(policy: Policy): { readonly timeline: Timeline; readonly whatIf: WhatIf } {
  const timeline = createTimeline();
  return { timeline, whatIf: createWhatIf(policy, timeline) };
}

/** `changed`: left out when nothing is. */
function policiesOf(
  settings: RecordedSettings,
  place: string,
  instead: GivenFlags,
  warn: (problem: Problem) => void,
): { readonly recorded: Policy; readonly changed?: Policy } {
  const { recorded, changed } = settingsOf(settings, place, instead);
  for (const problem of changed ? unlikeRecorded(recorded, changed) : []) warn(problem);
  return { recorded: policyFrom(recorded), ...(changed && { changed: policyFrom(changed) }) };
}

function settingsOf(
  settings: RecordedSettings,
  place: string,
  instead: GivenFlags,
): { readonly recorded: Settings; readonly changed?: Settings } {
  const recorded = replaySettings(settings);
  if ('problems' in recorded) throw new RecordingError(place, new SettingsError(recorded.problems).message);
  if (Object.keys(instead).length === 0) return { recorded: recorded.settings };
  const changed = replaySettings(settings, instead);
  const problems = 'problems' in changed ? changed.problems : beyondRecording(recorded.settings, changed.settings);
  if ('problems' in changed || problems.length > 0) throw new SettingsError(problems);
  return { recorded: recorded.settings, changed: changed.settings };
}

function restore(
  policy: Policy,
  parts: readonly SnapshotPart[],
  place: string,
  { ha2bgp }: RecordingHeader,
): DaemonState {
  try {
    return restoreSnapshot(policy, parts);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RecordingError(place, `the snapshot of ha2bgp ${ha2bgp} cannot be used: ${error.message}`);
  }
}

function isSame(state: DaemonState, parts: readonly SnapshotPart[]): boolean {
  let index = 0;
  for (const part of takeSnapshot(state)) {
    if (JSON.stringify(part) !== JSON.stringify(parts[index++])) return false;
  }
  return index === parts.length;
}

/** By the last time that the wall clock was told before. */
function wallAt(clock: readonly { readonly at: Millis; readonly wall: number }[], at: Millis): Date {
  const base = clock.findLast((each) => each.at <= at) ?? clock[0];
  return new Date(base === undefined ? Number.NaN : base.wall + (at - base.at));
}

const given = (flags: GivenFlags): Readonly<Partial<Record<OptionName, readonly string[]>>> =>
  Object.fromEntries(Object.entries(flags).map(([name, texts]) => [name, texts.map(String)]));
