/** The addresses that `healthcheck` brings along, beside what ExaBGP's own does, each in a namespace of its own. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startDaemon } from '../../helpers/daemon.ts';
import { ORIGINAL, OURS, type Outcome, play, type Result } from '../../helpers/healthcheck.ts';
import { addNamespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

/** Address, length and label of everything on lo but its own. */
const SHOW = `echo on lo:; ip -o address show dev lo | sed -n 's/\\\\.*//; s/^.* inet6* \\([^ ]*\\) .* \\(lo[^ ]*\\) *$/\\1 \\2/p; s/^.* inet6 \\([^ ]*\\) .*/\\1/p' | grep -v -e '^127' -e '^::1' | sort`;
const LIFE: Result[] = [
  'pass',
  'pass',
  'pass',
  'fail',
  'fail',
  'fail',
  'pass',
  'pass',
  'pass',
  'disable',
  'pass',
  'pass',
  'pass',
];

let count = 0;

interface Run extends Outcome {
  /** What was on lo after the end. */
  readonly left: string;
}

/** Without what was on the way: ours goes on checking while addresses come or go. */
const stations = ({ watched }: Outcome): string[] =>
  watched.filter((text, index) => {
    const [before = '', after = ''] = [watched[index - 1], watched[index + 1]];
    return !((isPart(before, text) && isPart(text, after)) || (isPart(after, text) && isPart(text, before)));
  });
const isPart = (part: string, whole: string): boolean =>
  part !== '' && part !== whole && part.split('\n').every((line) => whole.split('\n').includes(line));

async function inNamespace(
  command: readonly string[],
  options: readonly string[],
  before: readonly string[][],
): Promise<Run> {
  const namespace = await addNamespace(`hc${count++}`);
  try {
    for (const words of before) await namespace.ip('address', 'add', ...words, 'dev', 'lo');
    // Slow enough for what is done at one check to be seen at the next.
    const all = ['--rise', '1', '--fall', '1', '-i', '0.5', '-f', '0.5', ...options];
    const outcome = await play(command, { options: all, results: LIFE, watch: SHOW }, namespace.enter);
    return { ...outcome, left: await show(namespace.ip) };
  } finally {
    await namespace.remove();
  }
}

async function show(ip: (...words: string[]) => Promise<string>): Promise<string> {
  const shown = JSON.parse(await ip('-j', 'address', 'show', 'lo')) as { addr_info: AddressInfo[] }[];
  return shown
    .flatMap(({ addr_info }) => addr_info)
    .filter(({ local }) => !local.startsWith('127.') && local !== '::1')
    .map(({ local, prefixlen, label = '' }) => `${local}/${prefixlen} ${label}`.trim())
    .sort()
    .join(', ');
}

interface AddressInfo {
  readonly local: string;
  readonly prefixlen: number;
  readonly label?: string;
}

const TWO = ['--ip', '192.0.2.1', '--ip', '192.0.2.2'];

describeInterop("the addresses of healthcheck, beside ExaBGP's own", () => {
  afterAll(stopAll);

  it.concurrent.each<[string, string[], string[][]]>([
    ['with a label', [...TWO, '--label', 'web'], []],
    ['with a label, while up', [...TWO, '--label', 'web', '--dynamic-ip-setup'], []],
    ['only while up', [...TWO, '--label', 'web', '--dynamic-ip-setup', '--no-ip-setup', '--withdraw-on-down'], []],
    ['none', [...TWO, '--no-ip-setup'], []],
    ['left by an earlier run', [...TWO, '--label', 'web'], [['192.0.2.1/32', 'label', 'lo:web']]],
    ['a network', ['--ip', '192.0.2.8/30', '--label', 'web'], []],
    ['one more under the label', [...TWO, '--label', 'web'], [['192.0.2.9/32', 'label', 'lo:web']]],
    ['somebody else’s', [...TWO, '--label', 'web'], [['192.0.2.1/32']]],
    [
      'those of lo, by label',
      ['--label', 'we'],
      [
        ['192.0.2.1/32', 'label', 'lo:web1'],
        ['192.0.2.2/32', 'label', 'lo:db'],
      ],
    ],
  ])('are the same %s', async (_name, options, before) => {
    const [theirs, ours] = await Promise.all([
      inNamespace(ORIGINAL, options, before),
      inNamespace(OURS, options, before),
    ]);
    expect(theirs.watched.length).toBeGreaterThan(0);
    expect(stations(ours), ours.stderr).toEqual(theirs.watched);
    expect(ours.left).toEqual(theirs.left);
    expect(ours.lines).toEqual(theirs.lines);
  });

  it.concurrent.each<[string, string[], string[][], string, string]>([
    ['removes what it added, without a label too', TWO, [], '', '192.0.2.1/32 lo, 192.0.2.2/32 lo'],
    ['leaves what was there', TWO, [['192.0.2.1/32']], '192.0.2.1/32 lo', '192.0.2.1/32 lo, 192.0.2.2/32 lo'],
    ['removes IPv6 under a label', ['--ip', '2001:db8::1', '--label', 'web'], [], '', '2001:db8::1/128'],
  ])('%s, unlike the original', async (_name, options, before, ourLeft, theirLeft) => {
    const [theirs, ours] = await Promise.all([
      inNamespace(ORIGINAL, options, before),
      inNamespace(OURS, options, before),
    ]);
    expect(theirs.left).toBe(theirLeft);
    expect(ours.left, ours.stderr).toBe(ourLeft);
    expect(stations(ours)).toEqual(theirs.watched);
  });

  it.concurrent('come and go without a label, which the original does not manage', async () => {
    const options = [...TWO, '--dynamic-ip-setup', '--withdraw-on-down'];
    const ours = await inNamespace(OURS, options, []);
    const none = 'on lo:\n';
    const both = `${none}192.0.2.1/32 lo\n192.0.2.2/32 lo\n`;
    expect(stations(ours), ours.stderr).toEqual([both, none, both, none, both]);
    expect(ours.left).toBe('');
  });

  it.concurrent('stay until ExaBGP has answered to the withdraw, and are there before the announce', async () => {
    const namespace = await addNamespace(`hc${count++}`);
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    const [file, checks] = ['up', 'checks'].map((name) => path.join(place, name)) as [string, string];
    const made = (): number => fs.statSync(checks).size;
    try {
      fs.writeFileSync(file, '');
      const options = [
        '--rise',
        '1',
        '--fall',
        '1',
        '-i',
        '0.05',
        '-c',
        `echo >> ${checks}; test -e ${file}`,
        '--withdraw-on-down',
      ];
      const words = ['healthcheck', '--ip', '192.0.2.1', '--dynamic-ip-setup', '--no-ip-setup', ...options];
      const daemon = startDaemon(words, {}, namespace.enter);
      await daemon.told('announce route 192.0.2.1/32 next-hop self med 100');
      expect(await show(namespace.ip)).toBe('192.0.2.1/32 lo');
      daemon.child.stdin?.write('done\n');
      fs.rmSync(file);
      await daemon.told('withdraw route 192.0.2.1/32 next-hop self med 100');
      const before = made();
      await until('five more checks', () => made() >= before + 5);
      expect(await show(namespace.ip)).toBe('192.0.2.1/32 lo');
      daemon.child.stdin?.write('done\n');
      await until('the address gone', async () => (await show(namespace.ip)) === '');
      expect(await daemon.stop()).toBe(0);
    } finally {
      await namespace.remove();
      fs.rmSync(place, { recursive: true });
    }
  });

  it.concurrent('are announced when they are the addresses of lo, and nothing else of it', async () => {
    const before = [['192.0.2.1/32'], ['192.0.2.2/32', 'label', 'lo:web'], ['2001:db8::1/128']];
    const [theirs, ours] = await Promise.all([inNamespace(ORIGINAL, [], before), inNamespace(OURS, [], before)]);
    expect(ours.lines, ours.stderr).toEqual(theirs.lines);
    expect(ours.left).toBe(theirs.left);
    expect(ours.lines.some((line) => line.includes('2001:db8::1/128'))).toBe(true);
  });
});
