/** What a status file says, in pieces: text for people, or JSON (as `GET /v1/status` has it) where the name ends in `.json`. */
import { isToldToNobody, type ServiceView } from '../model/view.ts';
import type { Viewed } from './scrape.ts';
import { serviceHead, serviceLine, statusFoot, statusHead } from './status-text.ts';
import { startTurns, type Turns } from './turns.ts';

/** `state`: of the process; its last words are `stopped`. */
export type StatusState = 'running' | 'stopped';

/** So many services make a piece. */
const AT_ONCE = 100;

export function composeStatus(file: string, viewer: Viewed, state: StatusState): Promise<readonly string[]> {
  return file.endsWith('.json') ? asJson(viewer, state) : asText(viewer, state);
}

async function asText(viewer: Viewed, state: StatusState): Promise<readonly string[]> {
  const turns = startTurns();
  const summary = viewer.summary();
  if (state === 'stopped') return [statusHead(summary, 'stopped')];
  const { pieces: lines, toldToNobody } = await collect(viewer, turns, serviceLine);
  return [
    statusHead(summary, { toldToNobody }),
    ...(lines.length > 0 ? [serviceHead(), ...lines] : []),
    statusFoot(summary),
  ];
}

/** `counts`: of services in each state. Of one that has stopped there is nothing but that: what it was is no longer so. */
async function asJson(viewer: Viewed, state: StatusState): Promise<readonly string[]> {
  const turns = startTurns();
  const { services: counts, ...summary } = viewer.summary();
  if (state === 'stopped') {
    const { at, process: own } = summary;
    return [`${JSON.stringify({ state, at, process: own, services: [] })}\n`];
  }
  const head = JSON.stringify({ state, ...summary, counts }).slice(0, -1);
  let between = '\n';
  const { pieces, toldToNobody } = await collect(viewer, turns, (service) => {
    const text = `${between}${JSON.stringify(service)}`;
    between = ',\n';
    return text;
  });
  return [`${head},"services":[`, ...pieces, `],"toldToNobody":${toldToNobody}}\n`];
}

interface Collected {
  readonly pieces: readonly string[];
  /** Services. */
  readonly toldToNobody: number;
}

async function collect(viewer: Viewed, turns: Turns, write: (service: ServiceView) => string): Promise<Collected> {
  const pieces: string[] = [];
  let piece = '';
  let count = 0;
  let toldToNobody = 0;
  for (const service of viewer.services()) {
    if (isToldToNobody(service)) toldToNobody++;
    piece += write(service);
    if (++count % AT_ONCE === 0) {
      pieces.push(piece);
      piece = '';
    }
    if (turns.isOver()) await turns.next();
  }
  return { pieces: piece === '' ? pieces : [...pieces, piece], toldToNobody };
}
