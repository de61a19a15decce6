/** What `ha2bgp status` prints, PURE. */
import {
  type AskedService,
  type CheckView,
  type DiscoveryView,
  type ProcessView,
  SERVICE_STATES,
  type SinkView,
  type Status,
} from '../../model/view.ts';
import { type Line, span, type Tone } from '../terminal/line.ts';
import { type Cell, type Grid, gridLines } from '../terminal/table.ts';
import { inOrder } from './order.ts';
import { peerGrid } from './peers-text.ts';
import {
  ago,
  isAnnounced,
  lengthWords,
  type Now,
  ofUnannounced,
  overrideTexts,
  penaltyWords,
  plural,
  shown,
  since,
  stateTone,
  toldWords,
  whyWords,
} from './words.ts';

/** What is left out where there is little room, the highest first. */
const RANK = { told: 1, since: 2, penalty: 3, name: 4 } as const;

export const SERVICE_COLUMNS: Grid['columns'] = [
  { title: 'PREFIX' },
  { title: 'NAME', rank: RANK.name },
  { title: 'STATE' },
  { title: 'SINCE', rank: RANK.since },
  { title: 'PENALTY', rank: RANK.penalty },
  { title: 'TOLD', rank: RANK.told },
  { title: 'WHY' },
];

export function serviceRow(service: AskedService, now: Now): Cell[] {
  const { prefix, name, state, since: at, penalty, told } = service;
  const isShort = told.except.length > 0 || (state === 'announced' && told.told < told.of);
  return [
    { text: prefix, tone: 'strong' },
    { text: name === undefined ? '' : shown(name) },
    { text: state, tone: stateTone(state) },
    { text: at === undefined ? '' : since(at, now) },
    { text: penalty === undefined ? '' : penaltyWords(penalty), tone: 'caution' },
    { text: toldWords(told), tone: isShort ? 'caution' : 'plain' },
    { text: whyWords(service, now) },
  ];
}

/** `room`: columns of the terminal; Infinity where there is none. Lines in which a service stands, below a heading. */
export function serviceLines(services: readonly AskedService[], now: Now, room: number): Line[] {
  if (services.length === 0) return [];
  const rows = inOrder(services).map((service) => serviceRow(service, now));
  return gridLines({ columns: SERVICE_COLUMNS, rows }, room);
}

/** Of more, what each is stands with its service. */
const MOST_BY_HAND = 20;

/** All but the services. */
export function surroundingLines(status: Status, now: Now, room: number): Line[] {
  const { sinks, checks = [], overrides, discovery, process: daemon } = status;
  const peers = sinks.flatMap((sink) => (sink.peers ?? []).map((peer) => ({ ...peer, sink: sink.name })));
  return [
    [],
    countLine(status, status.services.length),
    ...section(
      'By hand',
      overrideTexts(
        overrides.map((each) => {
          const isAway = status.services.some(({ prefix, state }) => prefix === each.target && !isAnnounced(state));
          return isAway ? ofUnannounced(each) : each;
        }),
        MOST_BY_HAND,
        now,
      ).map((text) => [span(text, 'routed')]),
    ),
    ...section('Peers', peers.length === 0 ? [] : gridLines(peerGrid(peers, now), room - INDENT)),
    ...section('Sinks', sinks.filter(isOfNote).map(sinkLine)),
    ...section('Checks', checks.length === 0 ? [] : gridLines(checkGrid(checks, now), room - INDENT)),
    [],
    discoveryLine(discovery, now),
    processLine(daemon),
    ...troublesOf(daemon, now).map((text) => [span(text, 'caution')]),
  ];
}

/** What somebody ought to know of the process, a sentence each. */
function troublesOf({ notKept, lost, lastReload }: Status['process'], now: Now): string[] {
  const isRefused = lastReload?.ok === false;
  return [
    ...(notKept === undefined ? [] : [`What is done by hand, and history, end with this process: ${shown(notKept)}`]),
    ...(lost === undefined ? [] : [`Something that was done by hand before is lost: ${shown(lost)}`]),
    ...(isRefused
      ? [
          `The last reload, ${ago(lastReload.at, now)}, was refused: ${plural(lastReload.problems, 'problem')}, see the log`,
        ]
      : []),
  ];
}

const INDENT = 2;
function section(title: string, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return [];
  return [[], [span(title, 'strong')], ...lines.map((line) => [span(' '.repeat(INDENT)), ...line])];
}

/** `listed`: how many of them stand above it. */
export function countLine({ counts, toldToNobody }: Pick<Status, 'counts' | 'toldToNobody'>, listed?: number): Line {
  const all = SERVICE_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const parts = SERVICE_STATES.filter((state) => (counts[state] ?? 0) > 0).flatMap((state, index) => [
    span(index === 0 ? '' : ', '),
    span(`${counts[state]} ${state}`, stateTone(state)),
  ]);
  const some = listed === undefined || listed === all ? '' : `${listed} of `;
  return [
    span(`${some}${plural(all, 'service')}${parts.length > 0 ? ': ' : ''}`, 'strong'),
    ...parts,
    ...(toldToNobody > 0 ? [span('; '), span(`${toldToNobody} told to nobody`, 'bad')] : []),
  ];
}

/** Of one whose peers are shown, what these do not show. */
const isOfNote = ({ peers, leaving, waiting, refused }: SinkView): boolean =>
  peers === undefined || leaving + waiting + refused > 0;

function sinkLine({ name, told, leaving, waiting, refused }: SinkView): Line {
  const others: readonly (readonly [number, string, Tone])[] = [
    [leaving, 'being withdrawn', 'caution'],
    [waiting, 'waiting', 'caution'],
    [refused, 'refused', 'bad'],
  ];
  return [
    span(`${shown(name)}  `),
    span(plural(told, 'route')),
    ...others.flatMap(([count, what, tone]) => (count === 0 ? [] : [span(', '), span(`${count} ${what}`, tone)])),
  ];
}

const CHECK_TONES: Readonly<Record<CheckView['state'], Tone>> = {
  ...{ init: 'caution', rising: 'caution', up: 'served', falling: 'caution', down: 'bad', disabled: 'routed' },
};

/** `LAST`: when the last one ended. `WHY`: of one that failed, or was not made because of a file. */
function checkGrid(checks: readonly CheckView[], now: Now): Grid {
  return {
    columns: [
      { title: 'CHECK' },
      { title: 'STATE' },
      { title: 'LAST', rank: RANK.since },
      { title: 'TOOK', rank: RANK.told },
      { title: 'WHY' },
    ],
    rows: checks.map(({ name, state, last }) => [
      { text: shown(name), tone: 'strong' },
      { text: shown(state), tone: CHECK_TONES[state] ?? 'plain' },
      { text: last === undefined ? 'never' : ago(last.at, now) },
      { text: last === undefined || last.result === 'disabled' ? '' : tookWords(last.tookMs) },
      { text: last === undefined || last.result === 'passed' ? '' : shown(last.detail) },
    ]),
  };
}

const tookWords = (tookMs: number): string => (tookMs < 1_000 ? `${tookMs}ms` : lengthWords(tookMs));

function discoveryLine(view: DiscoveryView, now: Now): Line {
  const { source, hints, intervalMs, factsAgeMs, listeners, addresses, failures, failingSince, failure } = view;
  const age = factsAgeMs === undefined ? 'not read yet' : `read ${lengthWords(factsAgeMs)} ago`;
  const hinted = hints === 'none' ? '' : ` and when ${hints} hints`;
  const failed = failures === 0 ? '' : `; ${plural(failures, 'failure')} so far`;
  const what = `${source}, every ${intervalMs} ms${hinted}, ${age}: ${plural(listeners, 'listener')}, ${plural(addresses, 'address', 'addresses')}${failed}`;
  return [
    span('Discovery  ', 'strong'),
    span(what),
    ...(failingSince === undefined
      ? []
      : [span(`; failing for ${since(failingSince, now)}: ${shown(failure ?? 'unknown')}`, 'bad')]),
  ];
}

function processLine({ version, name, pid, uptimeMs, loopLagMs, droppedLogLines }: ProcessView): Line {
  const lag = loopLagMs < SLOW_LOOP_MS ? '' : `, loop up to ${Math.round(loopLagMs)} ms late`;
  const dropped = droppedLogLines === 0 ? '' : `, ${plural(droppedLogLines, 'log line')} dropped`;
  return [
    span('Process    ', 'strong'),
    span(`ha2bgp ${shown(version)} ${shown(name)}, pid ${pid}, up for ${lengthWords(uptimeMs)}`),
    span(`${lag}${dropped}`, 'caution'),
  ];
}

/** From there on it is worth a word. */
const SLOW_LOOP_MS = 50;
