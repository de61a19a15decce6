/** The status file as people read it, PURE: a line for each service, in columns, then overrides, sinks, peers and the reading. */
import { formatDuration, ms } from '../model/millis.ts';
import { type PeerView, SERVICE_STATES, type ServiceView, type Summary } from '../model/view.ts';

/** What each column has at least; a longer value pushes the rest of its line to the right. */
const WIDTHS = { prefix: 20, name: 12, state: 10, since: 20, told: 7 } as const;

/** `stopped`: what stood here is no longer so. `toldToNobody`: how many services that are announced. */
export function statusHead(
  { at, process: own, services }: Summary,
  now: 'stopped' | { readonly toldToNobody: number },
): string {
  const isStopped = now === 'stopped';
  const counts = SERVICE_STATES.filter((state) => services[state] > 0).map((state) => `${services[state]} ${state}`);
  return [
    `ha2bgp ${own.version}, ${own.name}, process ${own.pid}: ${isStopped ? 'stopped' : `runs since ${short(own.startedAt)}`}`,
    `written ${at}`,
    ...(isStopped ? [] : ['', `${counts.length === 0 ? 'no services' : counts.join(', ')}${nobodyWords(now)}`]),
    '',
  ].join('\n');
}

const nobodyWords = ({ toldToNobody }: { readonly toldToNobody: number }): string =>
  toldToNobody === 0 ? '' : `; ${toldToNobody} told to nobody`;

export const serviceHead = (): string => `\n${line('PREFIX', 'NAME', 'STATE', 'SINCE', 'TOLD', 'WHY')}`;

export function serviceLine({ prefix, name, state, since, told, reason }: ServiceView): string {
  return line(
    prefix,
    name ?? '',
    state,
    short(since),
    told.of === 0 ? '-' : `${told.told}/${told.of}`,
    reason?.sentence ?? '',
  );
}

export function statusFoot({ overrides, sinks, discovery, process: own }: Summary): string {
  const lines: string[] = [];
  for (const { kind, target, by, why, at, until } of overrides) {
    const end = until === undefined ? '' : ` until ${short(until)}`;
    lines.push(`${kind} ${target} by ${by} since ${short(at)}${end}${why === '' ? '' : `: ${why}`}`);
  }
  if (lines.length > 0) lines.push('');
  for (const { name, told, leaving, waiting, refused, peers = [] } of sinks) {
    lines.push(
      `${name}: ${told} ${told === 1 ? 'route' : 'routes'}, ${leaving} leaving, ${waiting} waiting, ${refused} refused`,
    );
    lines.push(...peers.map(peerLine));
  }
  const { source, hints, intervalMs, factsAgeMs, listeners, addresses, failingSince, failure } = discovery;
  const age = factsAgeMs === undefined ? 'not read yet' : `read ${formatDuration(ms(Math.round(factsAgeMs)))} before`;
  lines.push(
    '',
    `kernel: ${age}, from ${source}, every ${formatDuration(ms(Math.round(intervalMs)))}, hints: ${hints}; ${listeners} listeners, ${addresses} addresses`,
  );
  if (failingSince !== undefined) lines.push(`cannot be read since ${short(failingSince)}: ${failure ?? ''}`);
  if (own.notKept !== undefined) lines.push(`not kept over a restart: ${own.notKept}`);
  if (own.lost !== undefined) lines.push(`damaged, something that was said by hand is lost: ${own.lost}`);
  const { lastReload: reload } = own;
  if (reload !== undefined && !reload.ok) {
    lines.push(`reload refused at ${short(reload.at)}, what was in force stays so: ${problems(reload.problems)}`);
  }
  return `\n${lines.map(safe).join('\n')}\n`;
}

function peerLine({ name, as, state, since, told, isLevel, last }: PeerView): string {
  const detail = state === 'established' ? `${told} told${isLevel === false ? ', more to come' : ''}` : last;
  return `  ${name}${as === undefined ? '' : ` AS ${as}`}: ${state} since ${short(since)}${detail === '' ? '' : `: ${detail}`}`;
}

function line(prefix: string, name: string, state: string, since: string, told: string, why: string): string {
  const columns = [
    prefix.padEnd(WIDTHS.prefix),
    name.padEnd(WIDTHS.name),
    state.padEnd(WIDTHS.state),
    since.padEnd(WIDTHS.since),
    told.padEnd(WIDTHS.told),
  ];
  return `${safe(`${columns.join(' ')} ${why}`).trimEnd()}\n`;
}

/** What a check said, or a person, may hold anything; a file that is shown on a terminal must not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const safe = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, '?');

const problems = (count: number): string => `${count} ${count === 1 ? 'problem' : 'problems'}, which the log has`;

/** To the second. */
const short = (instant: string): string => instant.replace(/\.\d+Z$/, 'Z');
