/** The last words of a demo, PURE: what stays on the terminal. */
import { type Millis, ms } from '../../model/millis.ts';
import { type Line, shellLines, span, type Tone, wrap } from '../terminal/line.ts';
import { SERVICE_NAMES, type Story, type Turn } from './story.ts';
import { axis, legend, track, whole } from './track.ts';
import { changeHeading, changeLine, seconds } from './words.ts';

export interface Ending {
  readonly story: Story;
  readonly endedAt: Millis;
  /** What was run, as a shell takes it: a flag and its value each. */
  readonly command: readonly string[];
  readonly hints: string;
}

export interface Shown {
  /** Of whatever it is read on. */
  readonly columns: number;
  /** Those that were not said one by one before. */
  readonly hasChanges: boolean;
}

/** Lines longer than that are hard to read. */
const WIDEST = 100;
const INDENT = '  ';
const BLANK: Line = [];
const EXAMPLE = ['ha2bgp', '--network 127.0.0.0/8', '--listen-filter "sport = :8000"'];
const SERVICE = ['python3 -m http.server 8000', '--bind 127.0.0.9'];

export function summary({ story, endedAt, command, hints }: Ending, { columns, hasChanges }: Shown): Line[] {
  const width = Math.min(columns, WIDEST);
  const extent = whole(story.startedAt, endedAt, width);
  const tracks = SERVICE_NAMES.flatMap((name) => {
    const { listens, routed } = story.tracks[name];
    const line = (what: string, turns: readonly Turn[], tone: Tone): Line =>
      track(`${name} ${what}`, turns, tone, extent);
    return [line('listens', listens, 'served'), line('routed', routed, 'routed')];
  });
  return [
    ...(hasChanges ? changes(story, width) : []),
    BLANK,
    ...tracks,
    axis(extent),
    legend(extent.mark),
    BLANK,
    ...paragraph(
      "The router is the demo's own: the other end of a TCP connection, and a table of what came over it. Times are from " +
        `the system call of the service to that table; ${hints}. The daemon between them was this one:`,
      width,
    ),
    BLANK,
    ...shell(command, width),
    BLANK,
    ...paragraph(
      'With a --network and a --peer of yours it announces to that. By hand, here, as commands of ExaBGP:',
      width,
    ),
    BLANK,
    ...shell(EXAMPLE, width),
    [span(`${INDENT}# and in another shell:`, 'faint')],
    ...shell(SERVICE, width),
    BLANK,
  ];
}

/** What there is of it, where a signal ended it; nothing of what our own end did to the router's table. */
export function cutShort(story: Story, endedAt: Millis, steps: number, { columns, hasChanges }: Shown): Line[] {
  const at = seconds(ms(endedAt - story.startedAt));
  const said = story.steps.length === 0 ? '' : `, in step ${story.steps.length} of ${steps}`;
  return [
    ...(hasChanges && story.changes.length > 0 ? [...changes(story, Math.min(columns, WIDEST)), BLANK] : []),
    [span(`interrupted at ${at}${said}`, 'caution')],
  ];
}

const changes = (story: Story, width: number): Line[] => [
  changeHeading(width),
  ...story.changes.map((change) => changeLine(change, story.startedAt, width)),
];

const paragraph = (text: string, width: number): Line[] => wrap(text, width - 1).map((line) => [span(line)]);

const shell = (pieces: readonly string[], width: number): Line[] =>
  shellLines(pieces, width - 2 * INDENT.length).map((text, index) => [
    span(`${INDENT}${index === 0 ? '' : INDENT}${text}`, 'routed'),
  ]);
