/** Recordings of simulated lives, as `run --record` would have written them. */
import { parseArguments } from '../../src/cli/arguments.ts';
import { recordSettings } from '../../src/config/recorded-settings.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import { createRecorder } from '../../src/runtime/recorder.ts';
import { type Simulation, silentLog, simulate } from './simulation.ts';

/** When the monotonic clock of a simulated recording was 0. */
export const MIDNIGHT = Date.parse('2026-01-01T00:00:00.000Z');

export interface RecordedLife {
  readonly simulation: Simulation;
  /** The lines of each file, the oldest first. */
  readonly files: string[][];
  /** Closes the simulation, and says in the recording that the run ended. */
  end(why: string): Promise<void>;
}

export interface RecordedAs {
  readonly size?: number;
  /** The wall clock at the start. */
  readonly wall?: number;
}

/** Starts a simulation with these words of the command line, and records it. */
export function recordLife(
  words: readonly string[],
  { size = 1_000_000, wall = MIDNIGHT }: RecordedAs = {},
): RecordedLife {
  const parsed = parseArguments(words, '0');
  if ('print' in parsed) throw new Error(parsed.print);
  const settings = recordSettings(resolveSettings(parsed.flags, {}));
  const files: string[][] = [[]];
  let close: (why: string) => Promise<void> = async () => {};
  const simulation = simulate(words, (clock) => {
    const recorder = createRecorder({
      ...{ file: 'recording', size, files: 1_000, found: 0, version: '0.0.1', settings, clock, log: silentLog },
      wall: () => wall + clock.now(),
      makeRing: () => ({
        append: (line) => void files.at(-1)?.push(line),
        turn: () => void files.push([]),
        waiting: () => 0,
        close: async () => {},
        flush: () => {},
      }),
    });
    close = recorder.close;
    return recorder;
  });
  return {
    simulation,
    files,
    async end(why) {
      await simulation.close();
      await close(why);
    },
  };
}
