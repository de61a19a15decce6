/** A message as it was heard in a session, and how it is kept: a line of hex behind the session's name. */
import { FAMILIES } from '../../src/bgp/wire/capability.ts';
import { LONGEST_EXTENDED_MESSAGE, LONGEST_MESSAGE } from '../../src/bgp/wire/codes.ts';
import type { WireContext } from '../../src/bgp/wire/message.ts';

export interface Seed {
  readonly session: Session;
  readonly bytes: Uint8Array;
}

/** All that a session can be for the decoder, with a name: `as4-ebgp`, `as2-ibgp-paths46-long`. */
export interface Session {
  readonly name: string;
  readonly context: WireContext;
}

export const SESSIONS: readonly Session[] = ([4, 2] as const).flatMap((asOctets) =>
  [true, false].flatMap((isExternal) =>
    ['', '-paths4', '-paths6', '-paths46'].flatMap((paths) =>
      [LONGEST_MESSAGE, LONGEST_EXTENDED_MESSAGE].map((longestMessage) => ({
        name: `as${asOctets}-${isExternal ? 'ebgp' : 'ibgp'}${paths}${longestMessage === LONGEST_MESSAGE ? '' : '-long'}`,
        context: {
          ...{ asOctets, isExternal, longestMessage },
          addPathReceived: new Set(FAMILIES.filter((family) => paths.includes(family.slice(-1)))),
        },
      })),
    ),
  ),
);

const BY_NAME = new Map(SESSIONS.map((session) => [session.name, session]));

/** `context`: of any kind; what of it no session has is left out. */
export function sessionOf({ asOctets, isExternal, longestMessage, addPathReceived }: WireContext): Session {
  const paths = FAMILIES.filter((family) => addPathReceived.has(family)).map((family) => family.slice(-1));
  const name = [
    `as${asOctets}-${isExternal ? 'ebgp' : 'ibgp'}`,
    ...(paths.length === 0 ? [] : [`paths${paths.join('')}`]),
    ...(longestMessage > LONGEST_MESSAGE ? ['long'] : []),
  ].join('-');
  return sessionNamed(name);
}

function sessionNamed(name: string): Session {
  const session = BY_NAME.get(name);
  if (session === undefined)
    throw new Error(`${name}: no session has that name; it is one of ${[...BY_NAME.keys()].join(', ')}`);
  return session;
}

/** Lines of a file of seeds; what follows `#` is a comment. Throws when a line is none, and when there is none at all. */
export function parseSeeds(text: string): Seed[] {
  const seeds = text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', hex = '', ...more] = line.split(' ');
      if (!/^([0-9a-f]{2})*$/.test(hex) || more.length > 0) throw new Error(`no line of "session hex": ${line}`);
      return { session: sessionNamed(name), bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
    });
  if (seeds.length === 0) throw new Error('a file without a seed');
  return seeds;
}

export const seedLine = ({ session, bytes }: Seed): string =>
  `${session.name} ${Buffer.from(bytes).toString('hex')}`.trim();
