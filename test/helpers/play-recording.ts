/** A recording as a scenario: what was seen then, and what this core makes of it, by its own timers. */
import { policyFrom } from '../../src/config/policy.ts';
import { replaySettings } from '../../src/config/recorded-settings.ts';
import { createTimeline } from '../../src/core/timeline.ts';
import { createWhatIf, type WhatIf } from '../../src/core/what-if.ts';
import { formatDuration, ms } from '../../src/model/millis.ts';
import { readRecording } from '../../src/runtime/recording-reader.ts';

/** A line for each thing that happened to a service, in order; one for the end. Of a recording of one whole run. */
export async function playRecording(file: string): Promise<string> {
  const timeline = createTimeline();
  let whatIf: WhatIf | undefined;
  let end = ms(0);
  for await (const item of readRecording(file)) {
    switch (item.type) {
      case 'section': {
        if (whatIf !== undefined) break;
        if (item.header.events > 0) throw new Error(`${item.place}: the beginning of the run is missing`);
        const recorded = replaySettings(item.header.settings);
        if ('problems' in recorded) throw new Error(JSON.stringify(recorded.problems));
        whatIf = createWhatIf(policyFrom(recorded.settings), timeline);
        break;
      }
      case 'event':
        whatIf?.hear(item.event);
        end = ms(Math.max(end, item.event.at));
        break;
      case 'settings': {
        const { at, settings } = item;
        const recorded = replaySettings(settings);
        if ('problems' in recorded) throw new Error(JSON.stringify(recorded.problems));
        whatIf?.hear({ type: 'settingsChanged', at, policy: policyFrom(recorded.settings), settings });
        break;
      }
      case 'end':
        end = item.at;
        break;
      case 'clock':
        break;
      case 'cut':
        throw new Error(`${item.place}: ${item.what}`);
      default:
        item satisfies never;
    }
  }
  whatIf?.advance(end);
  const lines = timeline
    .services(end)
    .flatMap(({ prefix, entries }) => entries.map((entry) => ({ prefix, ...entry })))
    .sort((one, other) => one.at - other.at)
    .map(({ at, prefix, message, fields: { reason } }) => {
      const because = reason === undefined ? '' : `: ${String(reason)}`;
      return `${formatDuration(ms(Math.round(at)))} ${prefix} ${message}${because}\n`;
    });
  return `${lines.join('')}${formatDuration(ms(Math.round(end)))} end\n`;
}
