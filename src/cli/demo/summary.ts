/** The last words of a demo, PURE: what stays on the terminal. */
import type { Millis } from '../../model/millis.ts';
import { track } from './frame.ts';
import { fill, type Line, span, type Tone, wrap } from './line.ts';
import { SERVICE_NAMES, type Story, type Turn } from './story.ts';
import { CHANGE_HEADING, changeLine } from './words.ts';

export interface Ending {
  readonly story: Story;
  readonly endedAt: Millis;
  /** What was run, as a shell takes it: a flag and its value each. */
  readonly command: readonly string[];
  readonly hints: string;
}

const WIDTH = 80;
const INDENT = '  ';
const BLANK: Line = [];

/** `hasChanges`: those that were not said one by one before. */
export function summary({ story, endedAt, command, hints }: Ending, hasChanges: boolean): Line[] {
  const changes = story.changes.map((change) => changeLine(change, story.startedAt));
  const tracks = SERVICE_NAMES.flatMap((name) => {
    const { listens, routed } = story.tracks[name];
    const line = (what: string, turns: readonly Turn[], tone: Tone): Line =>
      track(`${name} ${what}`, turns, tone, story, endedAt, WIDTH);
    return [line('listens', listens, 'served'), line('routed', routed, 'routed')];
  });
  return [
    ...(hasChanges ? [CHANGE_HEADING, ...changes] : []),
    BLANK,
    ...tracks,
    BLANK,
    ...paragraph(
      "The router is the demo's own: the other end of a TCP connection, and a table of what came over it. Times are from " +
        `the system call of the service to that table; ${hints}. The daemon between them was this one:`,
    ),
    BLANK,
    ...fill(command, WIDTH - 8).map((text, index, { length }) => [
      span(`${INDENT}${index === 0 ? '' : INDENT}${text}${index < length - 1 ? ' \\' : ''}`, 'routed'),
    ]),
    BLANK,
    ...paragraph('With a --network and a --peer of yours it announces to that. By hand, here, as commands of ExaBGP:'),
    BLANK,
    [span(`${INDENT}ha2bgp --network 127.0.0.0/8 --listen-filter "sport = :8000"`, 'routed')],
    [span(`${INDENT}python3 -m http.server 8000 --bind 127.0.0.9`, 'routed'), span('   in another shell', 'faint')],
    BLANK,
  ];
}

const paragraph = (text: string): Line[] => wrap(text, WIDTH - 1).map((line) => [span(line)]);
