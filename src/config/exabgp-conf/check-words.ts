/** Whether ExaBGP can read the file at all: statements, sections, words and values. */
import { nearest } from '../nearest.ts';
import { quote, visible } from '../quote.ts';
import type { Command, Conf, Section } from './conf.ts';
import type { Report } from './finding.ts';
import { GRAMMARS, type Grammar } from './grammar.ts';
import { withoutGroup } from './group-of-3x.ts';
import type { Release } from './release.ts';
import type { Slip } from './tokens.ts';
import { expectedOf } from './values.ts';
import { written } from './written.ts';

export function checkWords(conf: Conf, release: Release, report: Report): void {
  for (const slip of conf.slips) report(...slipOf(slip));
  for (const { name, words, line } of conf.unended) {
    const statement = written(name, words);
    report(
      'semicolon-missing',
      'risk',
      line,
      `${quote(statement)} ends without a ";", and ExaBGP passes over it`,
      `${statement};`,
    );
  }
  for (const { name, line } of conf.unclosed) {
    report('brace-missing', 'risk', line, `the section ${visible(name)} is never closed`, '}');
  }
  if (conf.stray !== undefined) {
    const { line, hasMore } = conf.stray;
    const sentence = hasMore ? 'this "}" closes nothing, and ExaBGP reads no further' : 'this "}" closes nothing';
    report('brace-stray', hasMore ? 'mute' : 'risk', line, sentence);
  }
  if (conf.isEmpty) {
    report('file-empty', 'refused', 1, 'nothing stands in this file');
  }
  checkSection(conf.root, GRAMMARS[release], release, report);
}

function slipOf({ type, line, text, isRefused, hasBrace }: Slip): Parameters<Report> {
  const shown = quote(text);
  if (hasBrace) {
    return ['brace-below', 'refused', line, `the "{" of ${shown} has to stand on the same line`, `${text} {`];
  }
  switch (type) {
    case 'unfinished':
      return [
        'statement-unfinished',
        'refused',
        line,
        `the line ends in the middle of ${shown}: a statement ends in ";" or "{" on its own line, or the line in "\\"`,
        `${text.replace(/#$/, '')};`,
      ];
    case 'quoteOpen':
      return ['quote-open', isRefused ? 'refused' : 'risk', line, `a quote is never closed on its line: ${shown}`];
    case 'wordLost':
      return [
        'word-stray',
        isRefused ? 'refused' : 'risk',
        line,
        `${shown} stands alone, with no ";" after it`,
        `${text};`,
      ];
    case 'badEscape':
      return ['escape-bad', 'refused', line, `ExaBGP cannot read ${shown}`];
    default:
      return type satisfies never;
  }
}

function checkSection(section: Section, grammar: Grammar, release: Release, report: Report): void {
  for (const child of section.children) {
    if (child.type === 'command') checkCommand(child, section, grammar, release, report);
    else if (!Object.hasOwn(grammar.sections, child.name)) report(...unknownSection(child, section, grammar));
    else {
      const inner = grammar.sections[child.name];
      if (inner !== undefined) checkSection(child, inner, release, report);
      if (child.name === 'neighbor' && section.name === '') checkPeer(child, release, report);
      if (FAMILY_SECTIONS.includes(child.name)) checkFamilies(child, report);
    }
  }
}

function checkCommand(
  { name, words, line }: Command,
  section: Section,
  grammar: Grammar,
  release: Release,
  report: Report,
): void {
  const kind = Object.hasOwn(grammar.commands, name) ? grammar.commands[name] : undefined;
  if (kind === undefined) {
    const hint = OLD_WORDS.get(name) ?? nearest(name, Object.keys(grammar.commands));
    const sentence =
      name === ''
        ? 'a ";" with nothing before it'
        : `${placeOf(section)} knows no ${quote(name)}${Object.hasOwn(grammar.sections, name) ? ' without a "{"' : ''}`;
    report(
      'word-unknown',
      'refused',
      line,
      sentence,
      ...(hint === undefined || name === '' ? [] : [`${written(hint, words)};`]),
    );
    return;
  }
  const texts = words.map(({ text }) => text);
  const expected = expectedOf(kind, texts, release);
  if (expected === undefined) return;
  const found = texts.length === 0 ? 'has no value' : `${quote(texts.join(' '))} is no good value`;
  report('value-bad', 'refused', line, `${visible(name)}: ${found}: expected ${expected}`);
}

function checkPeer({ words, line }: Section, release: Release, report: Report): void {
  const expected = expectedOf(
    'range',
    words.map(({ text }) => text),
    release,
  );
  if (expected === undefined) return;
  const found = words.length === 0 ? 'has no address' : `${quote(words[0]?.text ?? '')} is no address`;
  report('value-bad', 'refused', line, `neighbor: ${found}: expected that of the BGP peer`);
}

const FAMILY_SECTIONS = ['family', 'add-path'];

/** ExaBGP takes each family once in a section. `all` counts when it comes first; later it is passed over. */
function checkFamilies({ children }: Section, report: Report): void {
  const seen = new Set<string>();
  for (const { type, name, words, line } of children) {
    if (type !== 'command') continue;
    const family = [name, words[0]?.text.toLowerCase() ?? ''].join(' ').trim();
    if (name === 'all') {
      if (seen.size > 0) report('family-all-late', 'risk', line, '"all" has no effect behind other families');
      else seen.add(name);
    } else if (seen.has(family) || seen.has('all')) {
      report('family-twice', 'refused', line, `the family ${quote(family)} is named twice`);
    } else seen.add(family);
  }
}

/** Names of 3.x. */
const OLD_WORDS: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5-password'],
  ['ttl-security', 'outgoing-ttl'],
]);

function unknownSection(unknown: Section, section: Section, grammar: Grammar): Parameters<Report> {
  const { name, words, line } = unknown;
  if (name === 'group' && section.name === '') {
    return [
      'group-of-3x',
      'refused',
      line,
      'a "group" is the syntax of ExaBGP 3.x: since 4.0 processes and neighbors stand at the top level',
      ...withoutGroup(unknown),
    ];
  }
  if (name === 'process' && section.name === 'neighbor') {
    return [
      'process-inside',
      'refused',
      line,
      'a process stands at the top level since ExaBGP 4.0; the neighbor names it',
      'api {',
      `    processes [ ${visible(words[0]?.text ?? 'ha')} ];`,
      '    neighbor-changes;',
      '}',
    ];
  }
  const near = name === '' ? undefined : nearest(name, Object.keys(grammar.sections));
  const sentence = name === '' ? 'a "{" with nothing before it' : `${placeOf(section)} knows no section ${quote(name)}`;
  return ['section-unknown', 'refused', line, sentence, ...(near === undefined ? [] : [`${written(near, words)} {`])];
}

const placeOf = ({ name }: Section): string => (name === '' ? 'the top level' : `the section ${visible(name)}`);
