/** SHELL: why nothing can be kept or opened in the places that somebody gave. Changes nothing. */
import fs from 'node:fs';
import path from 'node:path';
import type { Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { NO_STATE } from '../config/state.ts';

/** What `run` would go on without, of --data-dir and --control-socket. */
export function warningsOfPlaces(
  { dataDir, controlSocket }: Pick<Settings, 'dataDir' | 'controlSocket'>,
  placeOf: (name: 'dataDir' | 'controlSocket') => string,
): readonly Problem[] {
  const whys = [
    ['dataDir', dataDir, whyNoDirectory],
    ['controlSocket', controlSocket, whyNoSocket],
  ] as const;
  return whys.flatMap(([name, given, whyNot]) => {
    const why = given === '' || given === NO_STATE ? undefined : whyNot(given);
    return why === undefined ? [] : [{ place: placeOf(name), text: `cannot be used now: ${why}` }];
  });
}

/** One that is not there is made, in a parent that is. */
function whyNoDirectory(directory: string): string | undefined {
  try {
    const found = fs.statSync(directory, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) return `${directory} is not a directory`;
    fs.accessSync(found === undefined ? path.dirname(directory) : directory, fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function whyNoSocket(file: string): string | undefined {
  try {
    const found = fs.lstatSync(file, { throwIfNoEntry: false });
    return found === undefined || found.isSocket() ? whyNoDirectory(path.dirname(file)) : `${file} is not a socket`;
  } catch (error) {
    return (error as Error).message;
  }
}
