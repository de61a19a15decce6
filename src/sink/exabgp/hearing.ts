/** SHELL: what ExaBGP says is heard, counted and logged; answers, and what becomes of neighbors, are passed on. */
import type { Log } from '../../runtime/log.ts';
import { createReplyReader, type Said } from './replies.ts';

export interface HearingOptions {
  readonly log: Log;
  readonly answered: (isError: boolean) => void;
  readonly neighbor: (said: Extract<Said, { type: 'neighbor' }>) => void;
  readonly shutDown: () => void;
}

/** Returns what takes the bytes, in whatever pieces they come. */
export function createHearing({ log, answered, neighbor, shutDown }: HearingOptions): (chunk: Uint8Array) => void {
  const replies = createReplyReader();
  const counts: Record<Said['type'], number> = {
    ...{ done: 0, error: 0, shutdown: 0, neighbor: 0, event: 0, unknown: 0, oversized: 0 },
  };

  function hear(said: Said): void {
    counts[said.type]++;
    switch (said.type) {
      case 'done':
      case 'error':
        answered(said.type === 'error');
        return;
      case 'neighbor':
        log.info(
          { neighbor: said.neighbor, state: said.state, ...(said.reason && { reason: said.reason }) },
          'neighbor',
        );
        neighbor(said);
        return;
      case 'shutdown':
        log.info({}, 'ExaBGP shuts down');
        shutDown();
        return;
      default:
        report(said, counts[said.type], log);
    }
  }

  return (chunk) => {
    for (const said of replies.read(chunk)) hear(said);
  };
}

/** Events are for later; of what makes no sense the first is shown, then the 10th, the 100th …: stdin may be anything. */
function report(
  said: Exclude<Said, { type: 'done' | 'error' | 'neighbor' | 'shutdown' }>,
  count: number,
  log: Log,
): void {
  if (said.type === 'event') {
    log.debug({ text: excerpt(said.text) }, 'event from ExaBGP');
  } else if (/^10*$/.test(String(count))) {
    const text = said.type === 'unknown' ? excerpt(said.text) : undefined;
    log.warn({ count, ...(text === undefined ? {} : { text }) }, `stdin: ${said.type} line passed over`);
  }
}

/** So much of a line as belongs into a log. */
export const excerpt = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
