/** What `ha2bgp explain` prints, PURE. */
import type { Explanation, PrefixExplanation, StageView, TellingView } from '../../model/view.ts';
import { fill, type Line, span, type Tone } from '../terminal/line.ts';
import { historyEntries } from './history-text.ts';
import {
  ago,
  isAnnounced,
  moment,
  type Now,
  nextWords,
  ofUnannounced,
  overrideWords,
  penaltyWords,
  shown,
  since,
  stateTone,
  tellingTone,
  tellingWords,
} from './words.ts';

/** What stands before a stage. */
export type Marks = Readonly<Record<StageView['answer'], string>>;
export const MARKS: Marks = { yes: '✓', no: '✗', waits: '…', 'not-reached': '·' };
/** For terminals whose characters are not Unicode's. */
export const ASCII_MARKS: Marks = { yes: '+', no: 'x', waits: '~', 'not-reached': '.' };

const TONES: Readonly<Record<StageView['answer'], Tone>> = {
  yes: 'served',
  no: 'bad',
  waits: 'caution',
  'not-reached': 'faint',
};
const STAGE = 'candidates'.length;
const MARGIN = 2 + 2 + STAGE + 2;

/** `room`: columns of the terminal; Infinity where there is none. */
export function explanationLines({ prefixes }: Explanation, now: Now, room: number, marks: Marks = MARKS): Line[] {
  return prefixes.flatMap((each, index) => [...(index === 0 ? [] : [[]]), ...prefixLines(each, now, room, marks)]);
}

function prefixLines(
  { service, stages, tellings, history }: PrefixExplanation,
  now: Now,
  room: number,
  marks: Marks,
): Line[] {
  const { prefix, name, kind, state, since: at, penalty } = service;
  const next = nextWords(service, now);
  const overrides = isAnnounced(state) ? service.overrides : service.overrides.map(ofUnannounced);
  const called = name === undefined ? '' : ` (${shown(name)})`;
  return [
    [
      span(`${prefix}${called}`, 'strong'),
      span('  '),
      span(state, stateTone(state)),
      span(at === undefined ? '' : `  for ${since(at, now)}`),
      span(kind === undefined ? '' : `, ${kind}`),
      span(next === '' ? '' : `; ${next}`, 'caution'),
    ],
    [],
    ...stages.flatMap((stage) => stageLines(stage, room, marks)),
    ...(penalty === undefined ? [] : [[span(`  penalty     ${penaltyWords(penalty)}`, 'caution')]]),
    ...section(
      'By hand',
      overrides.map((each) => [span(overrideWords(each, now), 'routed')]),
    ),
    ...section('Told', tellingLines(tellings, now)),
    ...section(
      'Last changes',
      historyEntries({ transitions: history, process: [], peers: [] }, room - INDENT, now)
        .toReversed()
        .flat(),
    ),
  ];
}

function stageLines({ stage, answer, lines, reason }: StageView, room: number, marks: Marks): Line[] {
  const said = lines.length > 0 ? lines : reason === undefined ? [] : [reason.sentence];
  const texts = said.flatMap((text) => wrapped(shown(text), room - MARGIN));
  const rest = answer === 'not-reached' && texts.length === 0 ? ['not reached'] : texts;
  const tone: Tone = answer === 'not-reached' ? 'faint' : 'plain';
  const [first = '', ...others] = rest;
  return [
    [span(`  ${marks[answer]} `, TONES[answer]), span(`${stage.padEnd(STAGE)}  `, 'strong'), span(first, tone)],
    ...others.map((text) => [span(' '.repeat(MARGIN)), span(text, tone)]),
  ];
}

/** What is too narrow to be broken is left as it is. */
const wrapped = (text: string, columns: number): string[] => (columns < 20 ? [text] : fill(text.split(' '), columns));

function tellingLines(tellings: readonly TellingView[], now: Now): Line[] {
  const widest = Math.max(0, ...tellings.map(({ to }) => shown(to).length));
  return tellings.map((telling) => [
    span(`${shown(telling.to).padEnd(widest)}  `),
    span(tellingWords(telling), tellingTone(telling.state)),
    ...(telling.at === undefined ? [] : [span(`, since ${moment(telling.at)}, ${ago(telling.at, now)}`, 'faint')]),
  ]);
}

const INDENT = 2;
function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0
    ? []
    : [[], [span(title, 'strong')], ...lines.map((line) => [span(' '.repeat(INDENT)), ...line])];
}
