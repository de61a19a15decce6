/** SHELL: an explanation for people: what the core says of each prefix, with the processes that the host is asked for. */
import { explain, prefixesAbout } from '../core/explain.ts';
import type { ExplainedLine } from '../core/explain-lines.ts';
import type { DaemonState } from '../core/state.ts';
import { type InstantOf, tellingView } from '../core/view.ts';
import type { IpAddress, Prefix } from '../model/address.ts';
import { type Listener, listenerKey } from '../model/facts.ts';
import type { Millis } from '../model/millis.ts';
import type { Owner } from '../model/owner.ts';
import type { Telling } from '../model/telling.ts';
import type { AskedService, Explanation } from '../model/view.ts';
import type { Clock } from './clock.ts';
import type { History } from './history.ts';

/** By `listenerKey`. Never blocks for long. */
export type FindOwners = (listeners: readonly Listener[]) => Promise<ReadonlyMap<string, Owner>>;

export interface ExplainingOptions {
  readonly state: DaemonState;
  readonly clock: Pick<Clock, 'now'>;
  readonly instant: InstantOf;
  readonly history: Pick<History, 'transitionsOf'>;
  readonly service: (prefix: Prefix) => AskedService;
  readonly tellings: (prefix: Prefix) => readonly Telling[];
  readonly findOwners: FindOwners;
  /** When the kernel was last read; `undefined` before. */
  readonly readAt: Millis | undefined;
}

const MOST_TRANSITIONS = 20;
/** Processes are asked for of as many listeners. */
const MOST_OWNED = 50;

export async function explainAll(of: IpAddress | Prefix, options: ExplainingOptions): Promise<Explanation> {
  const { state, clock, instant, history, service, tellings, findOwners, readAt } = options;
  // All of one moment; processes come to it later.
  const found = prefixesAbout(state, of).map((prefix) => ({
    service: service(prefix),
    stages: explain(state, prefix, { now: clock.now(), instant, ...(readAt !== undefined && { readAt }) }),
    tellings: tellings(prefix).map((telling) => tellingView(telling, instant)),
    history: history.transitionsOf(prefix, MOST_TRANSITIONS),
  }));
  const listeners = found.flatMap(({ stages }) =>
    stages.flatMap(({ lines }) => lines.flatMap(({ listener }) => listener ?? [])),
  );
  const distinct = new Map(listeners.map((listener) => [listenerKey(listener), listener]));
  const owners = await findOwners([...distinct.values()].slice(0, MOST_OWNED));
  return {
    asked: of,
    prefixes: found.map(({ stages, ...rest }) => ({
      ...rest,
      stages: stages.map((stage) => ({ ...stage, lines: stage.lines.map((line) => lineOf(line, owners)) })),
    })),
  };
}

function lineOf({ text, listener }: ExplainedLine, owners: ReadonlyMap<string, Owner>): string {
  const owner = listener && owners.get(listenerKey(listener));
  return owner === undefined ? text : `${text}: ${ownerWords(owner)}`;
}

/** `nginx (pid 812)`, `nginx (pid 812), nginx (pid 813) and 2 more`. */
function ownerWords({ processes, more, why }: Owner): string {
  if (processes.length === 0) return why;
  const named = processes.map(({ pid, name }) => `${name} (pid ${pid})`).join(', ');
  return more === 0 ? named : `${named} and ${more} more`;
}
