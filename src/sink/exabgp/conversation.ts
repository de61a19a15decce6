/**
 * Which answer belongs to which command, PURE. ExaBGP answers announces and withdraws in their order, with one line each,
 * and not at all when `exabgp.api.ack` is false; there is no number to match them by.
 *
 * So a command waits in line for its answer. Those whose answers are overdue are given up, and their answers, should they
 * come yet, are taken for nobody's. An answer that nobody waits for says that the two sides have lost count, and so does
 * one that is missing where late ones came: they were not late then, and others are never going to come.
 */

import type { Route } from '../../model/route.ts';
import type { Verb } from './commands.ts';

/** One line to ExaBGP, and the routes that it speaks of. */
export interface Command {
  readonly verb: Verb;
  readonly line: string;
  readonly routes: readonly Route[];
}

export type Answered =
  | { readonly type: 'done' | 'refused'; readonly command: Command }
  /** To a command that was given up. */
  | { readonly type: 'late'; readonly isError: boolean }
  | { readonly type: 'surplus'; readonly isError: boolean };

/** `unknown` until the first answer comes, or is overdue. */
export type Acks = 'unknown' | 'on' | 'off';

export interface Conversation {
  /** Those that are to be taken for done at once, because nobody answers. */
  said(commands: readonly Command[]): readonly Command[];
  answer(isError: boolean): Answered;
  /** Answers are overdue: the commands that waited for them, and whether the two sides had lost count before. */
  giveUp(): { readonly commands: readonly Command[]; readonly hadLostCount: boolean };
  acks(): Acks;
  /** Commands that wait for their answer. */
  waiting(): number;
}

export function createConversation(known: Acks = 'unknown'): Conversation {
  let line: Command[] = [];
  /** Those before it were answered. Taking from the front of a long array would be quadratic. */
  let next = 0;
  let givenUp = 0;
  /** Since commands were given up last. */
  let cameLate = 0;
  let acks = known;

  return {
    said(commands) {
      if (acks === 'off') return commands;
      line.push(...commands);
      return [];
    },
    answer(isError) {
      acks = 'on';
      if (givenUp > 0) {
        givenUp--;
        cameLate++;
        return { type: 'late', isError };
      }
      const command = line[next];
      if (command === undefined) return { type: 'surplus', isError };
      if (++next >= SHORT && next * 2 > line.length) {
        line = line.slice(next);
        next = 0;
      }
      return { type: isError ? 'refused' : 'done', command };
    },
    giveUp() {
      if (acks === 'unknown') acks = 'off';
      const commands = line.slice(next);
      const hadLostCount = cameLate > 0 && (givenUp === 0 || cameLate >= commands.length);
      givenUp = hadLostCount ? Math.max(0, commands.length - cameLate) : givenUp + commands.length;
      cameLate = 0;
      line = [];
      next = 0;
      return { commands, hadLostCount };
    },
    acks: () => acks,
    waiting: () => line.length - next,
  };
}

const SHORT = 1_000;
