/** A `group` of ExaBGP 3.x, as 4.x wants it written: processes and neighbors at the top level, each neighbor whole. */
import { type Command, lastOf, type Section, sectionsOf } from './conf.ts';
import { runLineOf, runWith } from './run-line.ts';
import { written } from './written.ts';

type Child = Command | Section;

export function withoutGroup(group: Section): readonly string[] {
  const processes = sectionsOf(group, 'process');
  // In 3.x a process that stood in a group, or in a neighbor, heard of that group's or that neighbor's sessions.
  const shared = group.children.filter((child) => child.name !== 'process' && child.name !== 'neighbor');
  const neighbors = sectionsOf(group, 'neighbor').map((neighbor) => {
    const own = neighbor.children.filter(({ name }) => name !== 'process');
    const inherited = shared.filter((child) => child.type === 'section' || lastOf(neighbor, child.name) === undefined);
    const names = [...processes, ...sectionsOf(neighbor, 'process')].map(nameOf);
    return [
      `${written('neighbor', neighbor.words)} {`,
      ...[...inherited, ...own].flatMap((child) => print(child)).map(indent),
      ...['api {', `    processes [ ${names.join(', ')} ];`, '    neighbor-changes;', '}'].map(indent),
      '}',
    ];
  });
  const all = [...processes, ...sectionsOf(group, 'neighbor').flatMap((neighbor) => sectionsOf(neighbor, 'process'))];
  return [...all.flatMap(printProcess), ...neighbors.flat()];
}

const nameOf = ({ words }: Section): string => words[0]?.text ?? 'ha';

/** 3.x knew other words here, and took a process without an encoder. */
function printProcess(process: Section): string[] {
  const run = lastOf(process, 'run');
  const encoder = lastOf(process, 'encoder')?.words[0]?.text === 'json' ? 'json' : 'text';
  const lines = [...(run === undefined ? [] : [runWith(runLineOf(run))]), `encoder ${encoder};`];
  return [`process ${nameOf(process)} {`, ...lines.map(indent), '}'];
}

/** No section of ExaBGP's goes deeper. */
const DEEPEST = 8;

function print(child: Child, depth = 0): string[] {
  if (child.type === 'command') return [`${written(child.name, child.words)};`];
  const inner = depth < DEEPEST ? child.children.flatMap((one) => print(one, depth + 1)).map(indent) : [];
  return [`${written(child.name, child.words)} {`, ...inner, '}'];
}

const indent = (line: string): string => `    ${line}`;
