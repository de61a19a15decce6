/** `ha2bgp replay` from its words. */
import type { REPLAY_OPTIONS } from '../../config/options/replay.ts';
import { RecordingError } from '../../runtime/recording-reader.ts';
import type { Answer } from '../call.ts';
import { complain, printed, STATUS } from '../output.ts';
import { replay, SettingsError } from '../replay.ts';

export const answer: Answer<typeof REPLAY_OPTIONS> = async ({ flags, values: { format }, operands: [file = ''] }) => {
  try {
    for await (const text of replay({ file, format, instead: flags, warn: (problem) => complain([problem]) })) {
      if (!(await printed(text))) break;
    }
    return STATUS.ok;
  } catch (error) {
    if (error instanceof RecordingError) complain([{ place: 'replay', text: error.message }]);
    else if (error instanceof SettingsError) complain(error.problems);
    else throw error;
    return STATUS.bad;
  }
};
