/** The sections `neighbor`: whether ExaBGP takes them, and whether they hear of what ha2bgp announces. */
import { quote } from '../quote.ts';
import { type Command, type Conf, hasGroup, type Section, sectionsOf } from './conf.ts';
import type { Report } from './finding.ts';
import { familyOfText, isOn, type Neighbor } from './neighbors.ts';
import type { Release } from './release.ts';
import { written } from './written.ts';

const EXAMPLE = [
  'neighbor 127.0.1.1 {',
  '    router-id 127.0.1.2;',
  '    local-address 127.0.1.2;',
  '    local-as 65000;',
  '    peer-as 65000;',
];

export function checkNeighbors(neighbors: readonly Neighbor[], conf: Conf, release: Release, report: Report): void {
  if (neighbors.length === 0 && !hasGroup(conf)) {
    report(
      'neighbor-missing',
      'mute',
      1,
      'no neighbor: there is nobody to announce to',
      ...EXAMPLE,
      '    api { processes [ ha ]; neighbor-changes; }',
      '}',
    );
  }
  const templates = new Set<string>();
  for (const section of sectionsOf(conf.root, 'template').flatMap((template) => sectionsOf(template, 'neighbor'))) {
    const name = section.words[0]?.text ?? '{';
    if (templates.has(name) || !/^[\w.-]+$/.test(name)) {
      report(
        'template-name-bad',
        'refused',
        section.line,
        `a template ${quote(name)}: expected a name of its own, of letters, digits, ".", "-" and "_"`,
      );
    }
    templates.add(name);
  }
  const seen = new Set<string>();
  for (const neighbor of neighbors) {
    checkOne(neighbor, conf, release, report);
    const identity = [
      neighbor.address,
      ...IDENTITY.map((name) => wordOf(neighbor, name)),
      ...(neighbor.families ?? []),
    ].join(' ');
    if (seen.has(identity)) {
      report(
        'neighbor-twice',
        'refused',
        neighbor.line,
        `a second neighbor ${quote(neighbor.address)} with the same addresses`,
      );
    }
    seen.add(identity);
  }
}

/** What makes two neighbors the same. */
const IDENTITY = ['listen', 'local-address', 'local-as', 'peer-as', 'router-id'];
const wordOf = ({ commands }: Neighbor, name: string): string => commands(name)?.words[0]?.text ?? '';

function checkOne(neighbor: Neighbor, conf: Conf, release: Release, report: Report): void {
  const { address, line, commands } = neighbor;
  for (const { name, line } of neighbor.unknownTemplates) {
    report(
      'template-unknown',
      'risk',
      line,
      `no template ${quote(name)} stands before this neighbor: ExaBGP inherits nothing, without a word`,
    );
  }
  for (const { name, line } of neighbor.clashes) {
    report('template-clash', 'refused', line, `the template says "${name} auto", which a neighbor cannot change`);
  }
  // For 4.2 "auto" is nothing yet.
  const missing =
    release === '4.2'
      ? ['local-address', 'local-as', 'peer-as'].filter((name) => ['', 'auto'].includes(wordOf(neighbor, name)))
      : ['local-as', 'peer-as'].filter((name) => commands(name) === undefined);
  const isAuto = ['', 'auto'].includes(wordOf(neighbor, 'local-address'));
  const needsId = neighbor.family === 'ipv6' || isAuto;
  if (needsId && commands('router-id') === undefined) missing.push('router-id');
  for (const name of missing) {
    // Said already: the statement is there, and its end is not.
    if (commands(name) === undefined && isUnfinished(name, neighbor, conf)) continue;
    const swallowed = commands(name) === undefined ? swallowing(name, neighbor, conf) : undefined;
    if (swallowed !== undefined) {
      const statement = written(swallowed.name, swallowed.words);
      report(
        'neighbor-incomplete',
        'refused',
        swallowed.line,
        `the neighbor ${quote(address)} has no ${name}: it stands in ${quote(statement)}, where a ";" is missing before it`,
        statement.replace(` ${name}`, `; ${name}`).concat(';'),
      );
      continue;
    }
    const value = EXAMPLE.find((text) => text.includes(` ${name} `))?.trim();
    report(
      'neighbor-incomplete',
      'refused',
      line,
      `the neighbor ${quote(address)} has no ${name}`,
      value ?? `${name} …;`,
    );
  }
  const local = familyOfText(wordOf(neighbor, 'local-address'));
  if (local !== undefined && neighbor.family !== undefined && local !== neighbor.family) {
    report(
      'neighbor-two-families',
      'refused',
      commands('local-address')?.line ?? line,
      `the local address is ${NAMES[local]}, and the neighbor ${quote(address)} ${NAMES[neighbor.family]}: expected one family on both ends`,
    );
  }
  const length = /\/(\d+)$/.exec(address)?.[1];
  const isRange = length !== undefined && Number(length) < (neighbor.family === 'ipv6' ? 128 : 32);
  const passive = commands('passive');
  if (isRange && (passive === undefined || !isOn(passive, true))) {
    report(
      'neighbor-range',
      'refused',
      line,
      `${quote(address)} is a range of neighbors, which have to connect themselves`,
      'passive true;',
    );
  }
  const base64 = commands('md5-base64');
  const password = commands('md5-password')?.words[0]?.text ?? '';
  if (base64 !== undefined && isOn(base64, false) && password !== '' && !isBase64(password, release)) {
    report('md5-not-base64', 'refused', base64.line, 'the md5-password is not base64', 'md5-base64 false;');
  }
  const ribOut = commands('adj-rib-out');
  if (ribOut !== undefined && !isOn(ribOut, false)) {
    report(
      'adj-rib-out-off',
      'risk',
      ribOut.line,
      'ExaBGP forgets what it announced, and repeats nothing when the session comes back',
      'adj-rib-out true;',
    );
  }
  for (const section of neighbor.sections('capability')) {
    for (const child of section.children) {
      const isOff = child.words.some(({ text }) => /^disabled?$/.test(text));
      if (child.type !== 'command' || child.name !== 'graceful-restart' || isOff) continue;
      report(
        'graceful-restart',
        'risk',
        child.line,
        'with graceful restart the peer keeps the routes of an ExaBGP that is gone, and sends traffic to a host that may be down',
        'graceful-restart disable;',
      );
    }
  }
}

function isUnfinished(name: string, { line }: Neighbor, { root, slips }: Conf): boolean {
  const next = root.children.find((child) => child.line > line)?.line ?? Number.POSITIVE_INFINITY;
  return slips.some(
    (slip) => slip.isRefused && slip.line >= line && slip.line < next && slip.text.split(' ').includes(name),
  );
}

/** A statement that goes on until the next ";", which is not its own. ExaBGP passes over what it has no use for. */
function swallowing(name: string, { line }: Neighbor, { root }: Conf): Command | undefined {
  const section = root.children.find((child): child is Section => child.type === 'section' && child.line === line);
  return section?.children.find(
    (child): child is Command => child.type === 'command' && child.words.some(({ text }) => text === name),
  );
}

/** 4.2 passes over what is no base64, and minds the padding alone. */
function isBase64(text: string, release: Release): boolean {
  const counted = release === '4.2' ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(counted) && counted.length % 4 === 0;
}

export const NAMES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;
