/** The last words of a demo, PURE: what stays on the terminal. */
import { type Millis, ms } from '../../model/millis.ts';
import { track } from './frame.ts';
import { type Line, span, wrap } from './line.ts';
import { SERVICE_NAMES, type Story } from './story.ts';
import { CHANGE_HEADING, changeLine, seconds } from './words.ts';

export interface Ending {
  readonly story: Story;
  readonly endedAt: Millis;
  /** What was run, as a shell takes it. */
  readonly command: string;
  readonly hints: string;
}

const WIDTH = 80;
const BLANK: Line = [];

/** `hasChanges`: those that were not said one by one before. */
export function summary({ story, endedAt, command, hints }: Ending, hasChanges: boolean): Line[] {
  const changes = story.changes.map((change) => changeLine(change, story.startedAt));
  const tracks = SERVICE_NAMES.flatMap((name) => {
    const { listens, routed } = story.tracks[name];
    return [
      track(`${name} listens`, listens, 'served', story, endedAt, WIDTH),
      track('routed', routed, 'routed', story, endedAt, WIDTH),
    ];
  });
  return [
    ...(hasChanges ? [CHANGE_HEADING, ...changes, BLANK] : []),
    ...tracks,
    BLANK,
    ...paragraph(
      `${seconds(ms(endedAt - story.startedAt))}, everything as it came over BGP to the router. "after" is from the system call ` +
        `of the service to the router's table; ${hints}. The daemon was that of`,
    ),
    BLANK,
    ...wrap(command, WIDTH - 6).map((text, index, all) => [
      span(`${index === 0 ? '  ' : '      '}${text}${index < all.length - 1 ? ' \\' : ''}`, 'routed'),
    ]),
    BLANK,
    ...paragraph(
      'which announces to a router of yours by its --peer. Next, on this host alone, as commands of ExaBGP:',
    ),
    BLANK,
    [span('  ha2bgp --network 127.0.0.0/8', 'routed'), span('     and in another shell', 'faint')],
    [span('  python3 -m http.server 8080 --bind 127.0.0.9', 'routed')],
    BLANK,
  ];
}

const paragraph = (text: string): Line[] => wrap(text, WIDTH - 1).map((line) => [span(line)]);
