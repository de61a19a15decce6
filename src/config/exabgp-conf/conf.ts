/** The tree of an exabgp.conf: sections, and the commands in them. */

import type { Release } from './release.ts';
import { type Slip, tokenise, type Word } from './tokens.ts';

export interface Command {
  readonly type: 'command';
  readonly name: string;
  /** Without its name. */
  readonly words: readonly Word[];
  readonly line: number;
}

export interface Section {
  readonly type: 'section';
  readonly name: string;
  readonly words: readonly Word[];
  readonly line: number;
  readonly children: readonly (Command | Section)[];
}

export interface Conf {
  readonly root: Section;
  readonly slips: readonly Slip[];
  /** Not one statement: ExaBGP does not even begin. */
  readonly isEmpty: boolean;
  /** Sections that the end of the file closes. */
  readonly unclosed: readonly Section[];
  /** Commands that a `}` ends in the place of a `;`: ExaBGP passes over them. */
  readonly unended: readonly Command[];
  /** A `}` that closes nothing: ExaBGP reads no further. */
  readonly stray: { readonly line: number; readonly hasMore: boolean } | undefined;
}

interface Open {
  readonly section: Section;
  readonly children: (Command | Section)[];
}

export function parseConf(text: string, release: Release): Conf {
  const { statements, slips } = tokenise(text, release);
  const isEmpty = statements.length === 0;
  const root = open('', [], 1);
  const stack: Open[] = [root];
  const unended: Command[] = [];
  for (const [index, { words, end, line }] of statements.entries()) {
    const name = words[0]?.text ?? '';
    const command: Command = { type: 'command', name, words: words.slice(1), line };
    const top = stack.at(-1) ?? root;
    if (end === ';') top.children.push(command);
    else if (end === '{') {
      const opened = open(name, words.slice(1), line);
      top.children.push(opened.section);
      stack.push(opened);
    } else {
      if (words.length > 0) unended.push(command);
      stack.pop();
      if (stack.length > 0) continue;
      // One statement is always read ahead.
      const seen = slips.filter(({ after }) => after <= index + 1);
      const stray = { line, hasMore: index + 1 < statements.length || seen.length < slips.length };
      return { root: root.section, slips: seen, isEmpty, unclosed: [], unended, stray };
    }
  }
  const unclosed = stack.slice(1).map(({ section }) => section);
  return { root: root.section, slips, isEmpty, unclosed, unended, stray: undefined };
}

function open(name: string, words: readonly Word[], line: number): Open {
  const children: (Command | Section)[] = [];
  return { section: { type: 'section', name, words, line, children }, children };
}

export const sectionsOf = (of: Section, name: string): readonly Section[] =>
  of.children.filter((child): child is Section => child.type === 'section' && child.name === name);

export const commandsOf = (of: Section, name: string): readonly Command[] =>
  of.children.filter((child): child is Command => child.type === 'command' && child.name === name);

/** Of a command that is given several times the last one counts. */
export const lastOf = (of: Section, name: string): Command | undefined => commandsOf(of, name).at(-1);

/** Written for 3.x, where processes and neighbors stood in groups. */
export const hasGroup = ({ root }: Conf): boolean => sectionsOf(root, 'group').length > 0;
