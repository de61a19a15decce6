import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/config-file.ts';
import { policyFrom } from '../../../src/config/policy.ts';
import { NEEDS_RESTART } from '../../../src/config/restart.ts';
import { namesOf } from '../../../src/config/services.ts';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';

const problemsOf = (texts: readonly string[], others: GivenFlags = {}): string[] =>
  resolveSettings({ ...others, service: texts }, {}).problems.map(({ place, text }) => `${place}: ${text}`);
const inFile = (text: string): string[] =>
  resolveSettings({}, {}, parseConfig(text, 'x')).problems.map(({ place, text: said }) => `${place}: ${said}`);
const P = 'prefixes=192.0.2.1/32';
const A_NAME =
  'expected a name: up to 64 letters, digits, "_", "." and "-", the last two not at the beginning; no number and not "all"';
const ALONE = 'expected a command or a disable-file beside it: nothing is checked';

describe('services', () => {
  it.each([
    ...['', '192.0.2.1', '192.0.2', '53', '1.2.3.256', '10.0.0.0/8', '::1', 'all', 'All', 'a b', 'ä', 'a/b', '-a', '.'],
    ...['a\nb', 'x'.repeat(65)],
  ])('are not called %j', (name) => {
    const shown = JSON.stringify(name);
    expect(problemsOf([`${name},${P}`])).toEqual([`--service: ${shown}: ${A_NAME}`]);
    const said = name === '' ? 'x:1:19: name: needs a value: name' : `x:1:19: name: ${shown}: ${A_NAME}`;
    expect(inFile(`services: [{name: ${shown}, prefixes: 192.0.2.1/32}]`)).toEqual([said]);
  });

  it.each([
    ['a', '"a": expected the prefixes of this service too, as "prefixes"'],
    ['a,prefixes', '"a,prefixes=": expected prefix'],
    ['a,prefixes=192.0.2.1/24', '"a,prefixes=192.0.2.1/24": expected no host bits beyond the length: 192.0.2.0/24'],
    ['a,prefixes=192.0.2.1', '"a,prefixes=192.0.2.1": expected a prefix length: 192.0.2.1/32 is this address alone'],
    ['a,prefixes=fe80::/64', /expected a prefix outside fe80::\/10, of which nothing is ever announced$/],
    ['a,prefixes=0.0.0.0/0', /expected a prefix outside 0\.0\.0\.0\/8, of which nothing is ever announced$/],
    [`a,${P},interval=5,command=x`, /"a,interval=5": expected a duration with its unit .*, from 100ms to 24h$/],
    [`a,${P},interval=99ms,command=x`, '"a,interval=99ms": expected a duration from 100ms to 24h'],
    [`a,${P},fast-interval=0,command=x`, '"a,fast-interval=0": expected a duration from 100ms to 24h'],
    [`a,${P},timeout=0,command=x`, '"a,timeout=0": expected a duration from 10ms to 24h'],
    [`a,${P},timeout=never,command=x`, /expected a duration with its unit/],
    [`a,${P},rise=0,command=x`, '"a,rise=0": expected a whole number from 1 to 1000'],
    [`a,${P},fall=1001,command=x`, '"a,fall=1001": expected a whole number from 1 to 1000'],
    [`a,${P},disable-file=off`, '"a,disable-file=off": expected a path that begins with "/"'],
    [`a,${P},disable-file=/a\tb`, /expected a path without control characters/],
    [`a,${P},command=a,command=b`, '"a,command=a and b": expected one command'],
    [`a,${P},command`, '"a,command=": expected command'],
    [`a,${P},command=" "`, /"a,command= ": expected a command of 1 to 4096 characters/],
    [`a,${P},command=x\u001b[2J`, /expected a command .* no control characters but tabs and new lines$/],
    [`a,${P},command=x\u202ey`, /expected a command .* no control characters/],
    [`a,${P},command=x\0`, /expected a command .* no control characters/],
    [`a,${P},command=${'x'.repeat(4_097)}`, /expected a command of 1 to 4096 characters/],
    [`a,${P},command=a;b`, '"a,command=a;b": expected double quotes around what has "," or ";"'],
    [`a,${P},command="a`, /^--service: "a,command=\\"a": expected a second " at the end/],
    [`a,${P},command="a" b`, /expected a second " at the end/],
    [`a,${P},command="a\\.b"`, /expected a second " at the end, and inside no " and no \\ but as \\", \\\\ and \\n$/],
    [`a,${P},comand=x`, '"a,comand": expected a key of a service; did you mean command?'],
    [
      `a,${P},med=5`,
      '"a,med": expected a key of a service: prefixes, command, interval, fast-interval, timeout, rise, fall, disable-file',
    ],
    [`a,${P},__proto__=5`, /"a,__proto__": expected a key of a service: /],
    ['a,prefixes=192.0.2.1/32 nonsense', /^--service: "a,prefixes=nonsense": expected a prefix such as /],
    [`a,${P},disable-file=/x,timeout=2s`, '"a,timeout=2s": expected a command beside it: nothing else takes time'],
    [`a,${P},disable-file=/x,fall=2`, '"a,fall=2": expected a command beside it: nothing else fails'],
    [`a,${P},interval=1s`, `"a,interval=1s": ${ALONE}`],
  ] as [string, string | RegExp][])('are refused: %j', (text, problem) => {
    expect(problemsOf([text])).toEqual([
      typeof problem === 'string' ? `--service: ${problem}` : expect.stringMatching(problem),
    ]);
  });

  it('are told of all that is wrong with them at once', () => {
    expect(problemsOf(['a b,rise=0,x', `c,${P},rise=2,timeout=1s`, 'd'])).toEqual([
      '--service: "a b,rise=0": expected a whole number from 1 to 1000',
      expect.stringMatching(/^--service: "a b,x": expected a key of a service: /),
      `--service: "a b": ${A_NAME}`,
      '--service: "a b": expected the prefixes of this service too, as "prefixes"',
      `--service: "c,timeout=1s": ${ALONE}`,
      `--service: "c,rise=2": ${ALONE}`,
      '--service: "d": expected the prefixes of this service too, as "prefixes"',
    ]);
  });

  it('are told so in a file, each with its place', () => {
    expect(
      inFile(`services:
  - name: [a, b]
    prefixes: {a: 1}
    command: [x, y]
  - dns
  - {}
  - name: c
    prefixes: [192.0.2.1/32, nonsense]
    comand: x
    interval: 5
    disable-file: off
  - [1]
  - name: d
    prefixes: []
    rise: [1]
    fall:
  - {name: e, prefixes: 192.0.2.5/32, timeout: 1s}
  - {name: f, prefixes: 192.0.2.6/32, disable-file: /x, fall: 2, rise: 2}
service: x
`),
    ).toEqual([
      'x:2:11: name: expected name',
      'x:3:15: prefixes: expected prefix, one or a list of them',
      'x:4:14: command: expected command',
      'x:5:5: services: expected a map: a key of a service each',
      'x:6:5: services: needs "name": name',
      'x:6:5: services: needs "prefixes": prefix',
      expect.stringMatching(/^x:8:30: prefixes: "nonsense": expected a prefix such as /),
      'x:9:5: "comand": expected a key of a service; did you mean command?',
      expect.stringMatching(/^x:10:15: interval: "5": expected a duration with its unit /),
      'x:11:19: disable-file: "off": expected a path that begins with "/"',
      'x:12:5: services: expected a map: a key of a service each',
      'x:14:15: prefixes: needs a value: prefix',
      'x:15:11: rise: expected number',
      'x:16:10: fall: needs a value: number',
      `x:17:48: timeout: "1s": ${ALONE}`,
      'x:18:63: fall: "2": expected a command beside it: nothing else fails',
      'x:19:1: "service": expected it as services',
    ]);
    expect(inFile('services: {name: a}')).toEqual(['x:1:11: services: expected a list']);
    expect(inFile('services: a,prefixes=192.0.2.1/32')).toEqual(['x:1:11: services: expected a list']);
    expect(inFile('servces: []')).toEqual(['x:1:1: "servces": expected a setting; did you mean services?']);
  });

  it('have names and prefixes of their own', () => {
    const twice = [`a,${P},prefixes=192.0.2.2/32`, `a,${P}`, 'b,prefixes=192.0.2.2/32'];
    expect(problemsOf(twice)).toEqual([
      '--service: a: is the name of two services',
      '--service: b: 192.0.2.2/32: is in a too, and can be in one service',
    ]);
    expect(
      inFile(
        'static: [{prefixes: 192.0.2.1/32}]\nservices: [{name: a, prefixes: [192.0.2.1/32, 192.0.2.2/32]}]\nannounce: 192.0.2.2/32',
      ),
    ).toEqual([
      'x:2:12: service: a: 192.0.2.1/32: is in x:1:1: static too, by which it is announced whatever is checked',
    ]);
  });

  it('are named by their own lines in a file, unless it is not the file that counts', () => {
    const text = `services:
  - {name: a, prefixes: 192.0.2.1/32}
  - name: a
    prefixes: 192.0.2.2/32
  - name: b
    prefixes: [192.0.2.3/32, 192.0.2.2/32]
`;
    expect(inFile(text)).toEqual([
      'x:3:5: service: a: is the name of two services',
      'x:5:5: service: b: 192.0.2.2/32: is in a too, and can be in one service',
    ]);
    const { problems } = resolveSettings(
      { service: [`c,${P}`, `c,prefixes=192.0.2.9/32`] },
      {},
      parseConfig(text, 'x'),
    );
    expect(problems).toEqual([{ place: '--service', text: 'c: is the name of two services' }]);
  });

  it('have several prefixes in one text, as those of --static', () => {
    expect(inFile('services: [{name: a, prefixes: 192.0.2.1/32 192.0.2.2/32}]')).toEqual([
      'x:1:32: prefixes: "192.0.2.1/32 192.0.2.2/32": expected one prefix; the flag may be repeated, and in a file it may be a list',
    ]);
    const of = (text: string): unknown => resolveSettings({ service: [text] }, {}).settings.service;
    const both = of('a,prefixes=192.0.2.1/32,prefixes=192.0.2.2/32,rise=2,command=x');
    expect(both).toMatchObject([{ prefixes: ['192.0.2.1/32', '192.0.2.2/32'] }]);
    expect(of('a,prefixes=192.0.2.1/32  192.0.2.2/32,rise=2,command=x')).toEqual(both);
    expect(of('a,prefixes="192.0.2.1/32 192.0.2.2/32",rise=2,command=x')).toEqual(both);
  });

  it('are named together: of many the first, and how many more there are', () => {
    const named = (count: number): string =>
      namesOf(
        resolveSettings({ service: Array.from({ length: count }, (_, at) => `s${at},prefixes=192.0.2.${at}/32`) }, {})
          .settings.service,
      );
    expect(named(2)).toBe('s0,s1');
    expect(named(20)).toMatch(/^s0,.*,s19$/);
    expect(named(23)).toMatch(/^s0,.*,s19 and 3 more$/);
  });

  it('are as long as --announce has to be, and of its families', () => {
    expect(problemsOf(['a,prefixes=10.0.0.0/9'])).toEqual([
      '--service: a: 10.0.0.0/9: expected /16 or longer, unless --shortest-prefix says otherwise',
    ]);
    expect(problemsOf(['a,prefixes=10.0.0.0/9'], { shortestPrefix: ['ipv4/9'] })).toEqual([]);
    const both = ['a,prefixes=192.0.2.1/32,2001:db8::1/128'];
    expect(problemsOf(both, { nexthop: ['10.0.0.1', '2001:db8::9'] })).toEqual([]);
    expect(problemsOf([`a,${P}`], { nexthop: ['2001:db8::9'] })).toEqual([
      '--nexthop: 2001:db8::9: no --network, --announce, --service or --static is IPv6, so that this next hop fits nothing',
    ]);
    const warningsOf = (flags: GivenFlags): string[] => resolveSettings(flags, {}).warnings.map(({ text }) => text);
    expect(warningsOf({ service: both })).toEqual([expect.stringMatching(/^no IPv6 next hop is given/)]);
    expect(warningsOf({ service: ['a,prefixes=192.0.2.0/24'], nexthop: ['192.0.2.9'] })).toEqual([
      expect.stringMatching(/^192\.0\.2\.9 lies inside --service a 192\.0\.2\.0\/24: /),
    ]);
  });

  it('leave the network to try things out alone, and may change while ha2bgp runs', () => {
    const { settings, warnings } = resolveSettings({ service: [`a,${P}`] }, {});
    expect([settings.network, warnings]).toEqual([[], []]);
    expect(policyFrom(settings).networks).toEqual([]);
    expect(NEEDS_RESTART).not.toHaveProperty('service');
  });
});
