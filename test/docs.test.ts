/** What the documents say is held against the code. `UPDATE_DOCS=1` writes the generated parts anew. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/cli/arguments.ts';
import { format } from '../src/cli/doctor.ts';
import { readWords } from '../src/cli/run-words.ts';
import { parseConfig } from '../src/config/config-file.ts';
import { diagnose } from '../src/config/exabgp-conf/diagnose.ts';
import { RELEASES } from '../src/config/exabgp-conf/release.ts';
import { HEALTHCHECK_OPTION_NAMES, healthcheckOption } from '../src/config/healthcheck/options.ts';
import { resolveHealthcheck } from '../src/config/healthcheck/settings.ts';
import type { Option } from '../src/config/option.ts';
import { SERVICE_NAME, SERVICE_PREFIXES } from '../src/config/option-service.ts';
import { PEER_OPTIONS } from '../src/config/options/peer.ts';
import { SERVICE_KEYS } from '../src/config/options/service.ts';
import { STATIC_OPTIONS } from '../src/config/options/static.ts';
import { OPTION_NAMES, OPTIONS } from '../src/config/options.ts';
import { NEEDS_RESTART, SWITCHED_BY_RESTART } from '../src/config/restart.ts';
import { resolveSettings } from '../src/config/settings.ts';
import { parseListenFilter } from '../src/model/listen-filter-parser.ts';
import { DAEMON_METRICS } from '../src/publish/daemon-metrics.ts';
import { SERVICE_METRICS } from '../src/publish/service-metrics.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8');
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...fs
    .readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('docs/configuration.md', () => {
  it('has a row for each option, as the table in the code says it', () => {
    const rows = OPTION_NAMES.map((name) => {
      const { flag, short, kind, argument, environment, help, format, ...option } = OPTIONS[name] as Option<unknown>;
      const names = `${short === undefined ? '' : `\`-${short}\`, `}\`--${flag}\``;
      const value =
        kind === 'switch' ? '' : `\`${argument.replaceAll('|', '\\|')}\`${kind === 'list' ? ', repeatable' : ''}`;
      const preset = kind === 'switch' ? 'off' : format(option.default) === '' ? '' : `\`${format(option.default)}\``;
      return `| ${names} | ${value} | ${preset} | \`${environment}\` | ${help.replaceAll('|', '\\|')} |`;
    });
    const table = ['| flag | value | default | environment | |', '|---|---|---|---|---|', ...rows].join('\n');
    const generated = /(<!-- options -->\n)[\s\S]*?(\n<!-- end -->)/;
    const text = read('docs/configuration.md');
    expect(text).toMatch(generated);
    const updated = text.replace(generated, (_all, start: string, end: string) => `${start}${table}${end}`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/configuration.md'), updated);
    expect(read('docs/configuration.md')).toBe(updated);
  });

  it.each([
    ['peer', PEER_OPTIONS],
    ['static', STATIC_OPTIONS],
    ['service', { name: SERVICE_NAME, prefixes: SERVICE_PREFIXES, ...SERVICE_KEYS }],
  ])('has a row for each key of a %s', (name, options) => {
    const rows = Object.values(options as unknown as Record<string, Option<unknown>>).map((option) => {
      const { flag, kind, argument, help } = option;
      const value =
        kind === 'switch' ? '' : `\`${argument.replaceAll('|', '\\|')}\`${kind === 'list' ? ', repeatable' : ''}`;
      return `| \`${flag}\` | ${value} | ${help.replaceAll('|', '\\|')} |`;
    });
    const table = ['| key | value | |', '|---|---|---|', ...rows].join('\n');
    const generated = new RegExp(`(<!-- ${name} keys -->\n)[\\s\\S]*?(<!-- end ${name} keys -->)`);
    const text = read('docs/configuration.md');
    expect(text).toMatch(generated);
    const updated = text.replace(generated, (_all, start: string, end: string) => `${start}${table}\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/configuration.md'), updated);
    expect(read('docs/configuration.md')).toBe(updated);
  });

  it('has every setting that takes a restart, with the reason', () => {
    const why = new Map<string, string[]>();
    for (const name of OPTION_NAMES) {
      const reason = NEEDS_RESTART[name];
      if (reason !== undefined) why.set(reason, [...(why.get(reason) ?? []), `\`${OPTIONS[name].flag}\``]);
      const switched = SWITCHED_BY_RESTART[name];
      const whether = `whether there is \`${OPTIONS[name].flag}\``;
      if (switched !== undefined) why.set(switched, [...(why.get(switched) ?? []), whether]);
    }
    const rows = [...why].map(([reason, flags]) => `| ${flags.join(', ')} | ${reason} |`);
    const table = ['| setting | why |', '|---|---|', ...rows].join('\n');
    const generated = /(<!-- restart -->\n)[\s\S]*?(<!-- end restart -->)/;
    const text = read('docs/configuration.md');
    expect(text).toMatch(generated);
    const updated = text.replace(generated, (_all, start: string, end: string) => `${start}${table}\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/configuration.md'), updated);
    expect(read('docs/configuration.md')).toBe(updated);
  });

  it('shows only configuration files that are good', () => {
    const blocks = [...read('docs/configuration.md').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
      ([, text = '']) => text,
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const text of blocks) expect(resolveSettings({}, {}, parseConfig(text, 'x'))).toMatchObject({ problems: [] });
  });

  it('shows how a command is written in the environment', () => {
    const [, text = ''] = /^HA2BGP_SERVICE='(.*)'$/m.exec(read('docs/configuration.md')) ?? [];
    const { settings, problems } = resolveSettings({}, { HA2BGP_SERVICE: text });
    expect([problems, settings.service.map(({ values }) => values)]).toEqual([
      [],
      [{ command: 'curl -sf http://192.0.2.80/ || exit 1; test -e /run/ok', rise: 2 }],
    ]);
  });
});

describe('docs/metrics.md', () => {
  it('has a row for each metric, as the code has them', () => {
    const rows = [...DAEMON_METRICS, ...SERVICE_METRICS].map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    const table = ['| metric | type | labels | |', '|---|---|---|---|', ...rows].join('\n');
    const generated = /(<!-- metrics -->\n)[\s\S]*?(<!-- end metrics -->)/;
    const text = read('docs/metrics.md');
    expect(text).toMatch(generated);
    const updated = text.replace(generated, (_all, start: string, end: string) => `${start}${table}\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/metrics.md'), updated);
    expect(read('docs/metrics.md')).toBe(updated);
  });
});

describe('contrib/ha2bgp.yaml', () => {
  it('has good settings, one of each kind, and none that another backend has', () => {
    const { settings, problems, warnings } = resolveSettings({}, {}, parseConfig(read('contrib/ha2bgp.yaml'), 'x'));
    expect([...problems, ...warnings]).toEqual([]);
    expect(settings.peer.map(({ address }) => address)).toEqual(['10.1.1.254', '10.1.2.254', '2001:db8::179']);
    expect(settings.static).toHaveLength(2);
    expect(settings.service.map(({ name }) => name)).toEqual(['resolver']);
  });
});

describe('docs/healthcheck.md', () => {
  it('has a row for each option, as the table in the code says it', () => {
    const rows = HEALTHCHECK_OPTION_NAMES.map(healthcheckOption).map((option) => {
      const flags = option.flags.map((flag) => `\`${flag}\``).join(', ');
      const value =
        option.argument === undefined ? '' : `\`${option.argument}\`${option.isRepeatable ? ', repeatable' : ''}`;
      const preset = option.default === undefined ? '' : `\`${option.default}\``;
      return `| ${flags} | ${value} | ${preset} | ${option.help}${option.isNew ? ' (*new*)' : ''} |`;
    });
    const table = ['| option | value | default | |', '|---|---|---|---|', ...rows].join('\n');
    const generated = /(<!-- options -->\n)[\s\S]*?(\n?<!-- end -->)/;
    const text = read('docs/healthcheck.md');
    const updated = text.replace(generated, (_all, start: string) => `${start}${table}\n<!-- end -->`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/healthcheck.md'), updated);
    expect(read('docs/healthcheck.md')).toBe(updated);
  });
});

describe('the filters of docs/configuration.md', () => {
  const [, section = ''] = /^## Which listeners count$([\s\S]*?)^## /m.exec(read('docs/configuration.md')) ?? [];
  const [examples = [], mistakes = []] = [...section.matchAll(/^```\n([\s\S]*?)\n```$/gm)].map(([, text = '']) =>
    text.split('\n'),
  );

  it.each(examples)('%s is good', (text) => {
    expect(parseListenFilter(text, (name) => (name === 'domain' ? [53] : []))).toHaveProperty('filter');
  });

  it.each(mistakes)('says what is wrong: %s', (line) => {
    const [, filter = ''] = /^--listen-filter: "(.*?)": /.exec(line) ?? [];
    const { problems } = resolveSettings({ listenFilter: [filter] }, {});
    expect(problems.map(({ place, text }) => `${place}: ${text}`)).toEqual([line]);
  });

  it('are found', () => {
    expect([examples.length, mistakes.length]).toEqual([4, 1]);
  });
});

describe.each(documents)('%s', (name) => {
  const text = read(name);

  it('links only to what is there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
    const missing = targets.filter((target) => !fs.existsSync(path.join(root, path.dirname(name), target)));
    expect(missing).toEqual([]);
  });

  it('shows only commands of ha2bgp that are good', () => {
    const shown = [...text.matchAll(/(?:\$ |run \/usr\/bin\/|^npm start -- ?)(ha2bgp )?([^;`#\n]*)/gm)]
      .map(([all, program, words = '']) => ({
        all,
        isOurs: program !== undefined || all.startsWith('npm start'),
        words,
      }))
      .filter(({ isOurs }) => isOurs);
    for (const { all, words } of shown) {
      const [command, ...options] = split(words);
      if (command === 'healthcheck') {
        const { unknown, problems } = resolveHealthcheck(options);
        expect([...unknown, ...problems], all).toEqual([]);
        continue;
      }
      const parsed = parseArguments(split(words), '0');
      if ('print' in parsed) continue;
      expect([...parsed.problems, ...resolveSettings(parsed.flags, {}).problems], all).toEqual([]);
    }
    if (name === 'README.md') expect(shown.length).toBeGreaterThan(2);
  });
});

/** Words as a shell would see them. */
const split = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').filter((word) => word !== '…');

describe('the example of ha2bgp doctor in docs/exabgp.md', () => {
  const blocks =
    /(<!-- doctor: exabgp\.conf -->\n```\n)([\s\S]*?)(```\n[\s\S]*?<!-- doctor: said -->\n```\n)([\s\S]*?)(```\n)/;

  it('says what doctor says', () => {
    const [, , conf = ''] = blocks.exec(read('docs/exabgp.md')) ?? [];
    const { findings } = diagnose(conf, readWords);
    expect(findings.map(({ effect }) => effect).sort()).toEqual(['mute', 'mute', 'mute', 'mute', 'refused']);
    const said = format('exabgp.conf', findings, RELEASES);
    const updated = read('docs/exabgp.md').replace(blocks, (_all, ...[before, text, between, , after]: string[]) =>
      [before, text, between, said, after].join(''),
    );
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(path.join(root, 'docs/exabgp.md'), updated);
    expect(read('docs/exabgp.md')).toBe(updated);
  });
});

describe('docs/rfcs.md', () => {
  const rows = read('docs/rfcs.md')
    .split('\n')
    .filter((line) => /^\| *(\d+)? *\| (?!section)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('says of each section what is done, and which test shows it', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const [, rfc, section, status, note, test] of rows) {
      const row = `${rfc} ${section}`;
      expect(['supported', 'refused', 'ignored'], row).toContain(status);
      // What nothing is done with shows nowhere; why not, then.
      if (status !== 'supported') expect(note, row).not.toBe('');
      if (status !== 'ignored') expect(test, row).toMatch(/\.test\.ts\)/);
    }
  });
});

/** What is written on the other side of the speaker. */
const ROUTERS = ['bird-peer.conf', 'frr.conf', 'gobgpd.toml', 'openbgpd.conf', 'exabgp-peer.conf'].map(
  (name) => `contrib/${name}`,
);

const FILES = ['contrib/exabgp.conf', 'contrib/bird.conf', 'contrib/ha2bgp.yaml', 'contrib/ha2bgp.service'];

describe.each([...FILES, ...ROUTERS])('%s', (name) => {
  it('fits an editor of 120 columns', () => {
    const lines = read(name).split('\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });
});

describe.each(ROUTERS)('%s', (name) => {
  it('names a command with good settings', () => {
    const [, first = '', second = ''] = /^[#!] +ha2bgp (.*)\\\n[#!] +(.*)$/m.exec(read(name)) ?? [];
    const parsed = parseArguments(split(first + second), '0');
    if ('print' in parsed) throw new Error(parsed.print);
    const { settings, problems } = resolveSettings(parsed.flags, {});
    expect([...parsed.problems, ...problems]).toEqual([]);
    expect(settings.peer.map(({ address }) => address)).toEqual(['10.1.1.254']);
  });
});

describe('contrib/ha2bgp.service', () => {
  it('runs ha2bgp with good settings, those of contrib/ha2bgp.yaml', () => {
    const [, words = ''] = /^ExecStart=\/usr\/bin\/ha2bgp (.*)$/m.exec(read('contrib/ha2bgp.service')) ?? [];
    const parsed = parseArguments(split(words), '0');
    if ('print' in parsed) throw new Error(parsed.print);
    expect(parsed.flags.config).toEqual(['/etc/ha2bgp.yaml']);
    const file = parseConfig(read('contrib/ha2bgp.yaml'), '/etc/ha2bgp.yaml');
    expect([...parsed.problems, ...resolveSettings(parsed.flags, {}, file).problems]).toEqual([]);
  });
});

describe('contrib/exabgp.conf', () => {
  it('has nothing wrong in the eyes of doctor', () => {
    expect(diagnose(read('contrib/exabgp.conf'), readWords).findings).toEqual([]);
  });

  it('runs ha2bgp with good settings', () => {
    const [, words = ''] = /run \/usr\/bin\/ha2bgp ([^;]+);/.exec(read('contrib/exabgp.conf')) ?? [];
    const parsed = parseArguments(split(words), '0');
    if ('print' in parsed) throw new Error(parsed.print);
    expect([...parsed.problems, ...resolveSettings(parsed.flags, {}).problems]).toEqual([]);
    expect(parsed.flags.network).toHaveLength(2);
  });
});
