/** What the last line of the log says of a sink. */
import type { Sink, SinkStatus } from '../sink/sink.ts';

/** Each sink is told of all routes. */
export const mostTold = (sinks: readonly Sink[]): number => Math.max(0, ...sinks.map((sink) => sink.status().told));

/** `unsaid`: commands that nobody took. `unconfirmed`: withdraws that were not answered; a successor says them again. */
export const unfinished = ({ told, waiting, leaving }: SinkStatus) => ({
  announced: told,
  unsaid: waiting,
  unconfirmed: leaving,
});
