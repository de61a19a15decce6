/** The sections `process`: whether ExaBGP takes them, and whether what they run is a good ha2bgp. */
import { quote, visible } from '../quote.ts';
import { type Conf, hasGroup, lastOf, type Section, sectionsOf } from './conf.ts';
import type { Report } from './finding.ts';
import {
  joined,
  originalHealthcheck,
  type ReadWords,
  type RunLine,
  runLineOf,
  runWith,
  type WordsRead,
} from './run-line.ts';
import { booleanOf } from './values.ts';
import { runWord } from './written.ts';

export interface Process {
  readonly name: string;
  readonly line: number;
  readonly run: RunLine | undefined;
  /** Whether its `run` names ha2bgp. */
  readonly isOurs: boolean;
  readonly read: WordsRead | undefined;
}

const EXAMPLE = ['process ha {', '    run /usr/bin/ha2bgp --network 192.0.2.0/24;', '    encoder text;', '}'];
/** Commands of ha2bgp that say something to ExaBGP. */
const SPEAKING = ['run', 'healthcheck'];

export function checkProcesses(conf: Conf, readWords: ReadWords, report: Report): readonly Process[] {
  const processes: Process[] = [];
  for (const section of sectionsOf(conf.root, 'process')) {
    const name = section.words[0]?.text;
    if (name === undefined) {
      report(
        'process-name-missing',
        'mute',
        section.line,
        'a process without a name, which no neighbor can list',
        'process ha {',
      );
    } else if (processes.some((other) => other.name === name)) {
      report(
        'process-name-taken',
        'refused',
        section.line,
        `a second process ${quote(name)}`,
        `process ${visible(name)}-2 {`,
      );
    }
    processes.push(checkProcess(section, name ?? '{', readWords, report));
  }
  if (processes.length === 0 && !hasGroup(conf)) {
    report('process-missing', 'mute', 1, 'no process: ExaBGP starts nothing', ...EXAMPLE);
  } else if (processes.length > 0 && !processes.some(({ isOurs }) => isOurs)) {
    const [{ line } = { line: 1 }] = processes;
    report(
      'run-not-ha2bgp',
      'risk',
      line,
      'no process names ha2bgp in its run line, so that its settings cannot be read',
    );
  }
  return processes;
}

function checkProcess(section: Section, name: string, readWords: ReadWords, report: Report): Process {
  const command = lastOf(section, 'run');
  if (lastOf(section, 'encoder') === undefined) {
    report('encoder-missing', 'refused', section.line, `the process ${quote(name)} has no encoder`, 'encoder text;');
  }
  const respawn = lastOf(section, 'respawn');
  if (respawn !== undefined && booleanOf(respawn.words[0]?.text ?? '') === false) {
    report(
      'respawn-off',
      'risk',
      respawn.line,
      'when the process dies, what it announced stays announced for ever',
      'respawn true;',
    );
  }
  if (command === undefined) {
    report('run-missing', 'refused', section.line, `the process ${quote(name)} has no run`, EXAMPLE[1]?.trim() ?? '');
    return { name, line: section.line, run: undefined, isOurs: false, read: undefined };
  }
  const run = runLineOf(command);
  const isOurs = run.own !== undefined;
  const original = isOurs ? undefined : originalHealthcheck(run);
  if (original !== undefined) {
    report(
      'healthcheck-original',
      'none',
      run.line,
      "this is ExaBGP's own healthcheck: ha2bgp healthcheck takes the same options in its place",
      `run /usr/bin/ha2bgp healthcheck ${original.map(runWord).join(' ')}`.trimEnd().concat(';'),
    );
  }
  return { name, line: section.line, run, isOurs, read: isOurs ? checkRun(run, readWords, report) : undefined };
}

function checkRun(run: RunLine, readWords: ReadWords, report: Report): WordsRead | undefined {
  const all = joined(run.words);
  const split = all.filter(({ isSplit }) => isSplit);
  if (split.length > 0) {
    const [{ text } = { text: '' }] = split;
    report(
      'run-word-split',
      'mute',
      run.line,
      `ExaBGP takes ${quote(text)} apart: a word with a comma, a bracket or a quote inside needs quotes around all of it`,
      runWith(run),
    );
  }
  // What else is wrong with them is found at once: they are read as they were meant.
  const read = readWords(
    joined(run.ownWords).map(({ text }) => text),
    run.environment,
  );
  if (read.command === undefined || !SPEAKING.includes(read.command)) {
    const what =
      read.command === undefined
        ? 'prints something for people and ends'
        : `runs "ha2bgp ${read.command}", which announces nothing`;
    report('run-wrong-command', 'mute', run.line, `the process ${what}`, EXAMPLE[1]?.trim() ?? '');
    return undefined;
  }
  for (const { place, text } of read.problems) report('run-setting-bad', 'mute', run.line, `${place}: ${text}`);
  for (const { place, text } of read.warnings) report('run-setting-doubtful', 'risk', run.line, `${place}: ${text}`);
  return read;
}
