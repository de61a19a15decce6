/** The sections `neighbor`, each with what it inherits: a template has to stand before the neighbor that names it. */
import { type Family, familyOf, type IpAddress, parseAddress } from '../../model/address.ts';
import { type Command, type Conf, commandsOf, lastOf, type Section, sectionsOf } from './conf.ts';
import { booleanOf } from './values.ts';

export interface ApiSection {
  readonly line: number;
  readonly processes: readonly string[];
  /** Regular expressions; since 5.0. */
  readonly patterns: readonly string[];
  readonly hasChanges: boolean;
  readonly isInherited: boolean;
}

export interface Neighbor {
  readonly line: number;
  /** As it is written: a peer-address inside wins over the one before the brace. */
  readonly address: string;
  readonly family: Family | undefined;
  /** The last one counts; a neighbor's own come after those that it inherits. */
  readonly commands: (name: string) => Command | undefined;
  /** `undefined`: no family is named, so that all are on. */
  readonly families: readonly string[] | undefined;
  /** Where a family is to be added. */
  readonly familyLine: number;
  readonly apis: readonly ApiSection[];
  /** Commands that a template says "auto" to, and the neighbor something else: ExaBGP cannot put these together. */
  readonly clashes: readonly Command[];
  /** Names that no template before it has. */
  readonly unknownTemplates: readonly { readonly name: string; readonly line: number }[];
  readonly sections: (name: string) => readonly Section[];
}

export function neighborsOf(conf: Conf): readonly Neighbor[] {
  const templates = new Map<string, Section>();
  const neighbors: Neighbor[] = [];
  for (const child of conf.root.children) {
    if (child.type !== 'section') continue;
    if (child.name === 'neighbor') neighbors.push(neighborOf(child, templates));
    if (child.name !== 'template') continue;
    for (const section of sectionsOf(child, 'neighbor')) templates.set(section.words[0]?.text ?? '', section);
  }
  return neighbors;
}

const AUTOMATIC = ['local-address', 'local-as', 'peer-as'];

function neighborOf(section: Section, templates: ReadonlyMap<string, Section>): Neighbor {
  const inherited: Section[] = [];
  const unknownTemplates: { name: string; line: number }[] = [];
  for (const { words, line } of commandsOf(section, 'inherit')) {
    for (const { text } of words.filter(({ text }) => text !== '[' && text !== ']')) {
      const template = templates.get(text);
      if (template === undefined) unknownTemplates.push({ name: text, line });
      else inherited.push(template);
    }
  }
  // ExaBGP lets what a template says win over the neighbor's own; lists are put together.
  const all = [section, ...inherited];
  const sections = (name: string): readonly Section[] => all.flatMap((one) => sectionsOf(one, name));
  const commands = (name: string): Command | undefined => all.map((one) => lastOf(one, name)).findLast(Boolean);
  const address = (commands('peer-address') ?? section).words[0]?.text ?? '';
  const blocks = sections('family');
  // "all" alone counts as no family named.
  const named = blocks.flatMap(({ children }) =>
    children.flatMap((child) => (child.type === 'command' && child.name !== 'all' ? [familyNamed(child)] : [])),
  );
  return {
    line: section.line,
    address,
    family: familyOfText(address.replace(/\/.*$/s, '')),
    commands,
    families: named.length === 0 ? undefined : named,
    familyLine: blocks[0]?.line ?? section.line,
    apis: all.flatMap((one) => sectionsOf(one, 'api').map((api) => apiOf(api, one !== section))),
    clashes: inherited.flatMap((template) =>
      AUTOMATIC.flatMap((name) => {
        const own = lastOf(section, name);
        return own !== undefined && lastOf(template, name)?.words[0]?.text === 'auto' ? [own] : [];
      }),
    ),
    unknownTemplates,
    sections,
  };
}

const familyNamed = ({ name, words }: Command): string =>
  [name, ...words.slice(0, 1).map(({ text }) => text.toLowerCase())].join(' ');

function apiOf(section: Section, isInherited: boolean): ApiSection {
  const changes = lastOf(section, 'neighbor-changes');
  return {
    line: section.line,
    processes: namesIn(lastOf(section, 'processes')),
    patterns: namesIn(lastOf(section, 'processes-match')),
    hasChanges: changes !== undefined && isOn(changes, true),
    isInherited,
  };
}

const namesIn = (command: Command | undefined): readonly string[] => {
  const texts = command?.words.map(({ text }) => text) ?? [];
  const end = texts.indexOf(']');
  return texts.slice(1, end < 0 ? undefined : end).filter((text) => text !== ',');
};

/** What a switch says; without a word it says `preset`. */
export const isOn = ({ words }: Command, preset: boolean): boolean => booleanOf(words[0]?.text ?? '') ?? preset;

export function familyOfText(text: string): Family | undefined {
  const address: IpAddress | undefined = parseAddress(text);
  return address === undefined ? undefined : familyOf(address);
}
