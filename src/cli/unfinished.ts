/** What the last line of the log says of a sink. */
import type { SinkStatus } from '../sink/sink.ts';

/** `unsaid`: commands that nobody took. `unconfirmed`: withdraws that were not answered; a successor says them again. */
export const unfinished = ({ told, waiting, leaving }: SinkStatus) => ({
  announced: told,
  unsaid: waiting,
  unconfirmed: leaving,
});
