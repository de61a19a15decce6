/**
 * The listen filter against ss(8) itself: generated filters, over real sockets in a network namespace of the test's own,
 * select the same sockets. What `ss` is followed in is iproute2 6.1. Needs root. TEST_SEED chooses other filters.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servicePorts } from '../../../src/config/services-file.ts';
import { familyOf } from '../../../src/model/address.ts';
import { endpoint, type Listener, type Port } from '../../../src/model/facts.ts';
import { matches } from '../../../src/model/listen-filter.ts';
import { parseListenFilter } from '../../../src/model/listen-filter-parser.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { start, stopAll } from '../../helpers/processes.ts';
import { holdSockets } from '../../helpers/sockets.ts';
import { anyFilter, PORTS, scattered } from './ss-filters.ts';

const SEED = Number(process.env['TEST_SEED'] ?? 42);
const GENERATED = 2_000;
const MALFORMED = 1_000;

const ADDRESSES = [
  '10.0.0.1/24',
  '10.0.0.2/24',
  '10.1.2.3/32',
  '192.0.2.129/32',
  '2001:db8::1/64',
  '2001:db8:0:1::5/128',
];
type Binding = Omit<Listener, 'protocol' | 'port' | 'queueFull'>;
const bound = (family: string, address: string, of: Partial<Binding> = {}): Binding =>
  ({ family, address, v6only: false, device: '', ...of }) as Binding;
const BINDINGS: readonly Binding[] = [
  ...['0.0.0.0', '10.0.0.1', '10.0.0.2', '10.1.2.3', '192.0.2.129', '127.0.0.1'].map((one) => bound('ipv4', one)),
  ...['::', '::1', '2001:db8::1', '2001:db8:0:1::5'].map((one) => bound('ipv6', one)),
  bound('ipv6', '::', { v6only: true }),
  ...['10.0.0.1', '192.0.2.129'].map((mapped) => bound('ipv6', mapped)),
  ...['0.0.0.0', '10.0.0.1'].map((one) => bound('ipv4', one, { device: 's0' })),
  ...['::', '2001:db8::1'].map((one) => bound('ipv6', one, { device: 's0' })),
  bound('ipv4', '0.0.0.0', { device: 's1' }),
];
const LISTENERS = (['tcp', 'udp'] as const).flatMap((protocol) =>
  BINDINGS.flatMap((binding) =>
    PORTS.map((port): Listener => ({ ...binding, protocol, port: port as Port, queueFull: false })),
  ),
);

/** As `ss` writes a socket that is bound so. */
function localOf(of: Listener): string {
  const device = of.device === '' ? '' : `%${of.device}`;
  if (of.family === 'ipv6' && familyOf(of.address) === 'ipv4') return `[::ffff:${of.address}]${device}:${of.port}`;
  return of.address === '::' && !of.v6only ? `*${device}:${of.port}` : endpoint(of);
}

/** What `ss` answers: the sockets, sorted, or `undefined` when it takes this for no filter. */
type Answer = readonly string[] | undefined;

const ofOurs = (text: string, protocol: string): Answer => {
  const parsed = parseListenFilter(text, servicePorts);
  if ('problem' in parsed) return undefined;
  return LISTENERS.filter((listener) => listener.protocol === protocol && matches(parsed.filter, listener))
    .map(localOf)
    .sort();
};

describeInterop('the listen filter and ss(8)', () => {
  let host: Namespace;
  let other: Namespace;

  beforeAll(async () => {
    host = await addNamespace('ss-filter');
    other = await addNamespace('ss-filter-far');
    for (const device of ['s0', 's1']) {
      await connect(
        { namespace: host, device, addresses: device === 's0' ? ADDRESSES : [] },
        { namespace: other, device: `far-${device}`, addresses: [] },
      );
    }
    await holdSockets(LISTENERS, host.enter);
  });

  afterAll(async () => {
    await stopAll();
    await host.remove();
    await other.remove();
  });

  /** The answers to these filters, in their order. One shell asks them all. */
  async function askSs(protocol: 'tcp' | 'udp', filters: readonly string[]): Promise<readonly Answer[]> {
    const [command = '', ...args] = [...host.enter, 'sh', '-c', LOOP, 'sh', protocol === 'tcp' ? '-t' : '-u'];
    const asked = start(command, args);
    asked.child.stdin?.end(filters.map((filter) => `${filter}\n`).join(''));
    expect(await asked.ended).toBe(0);
    const answers = asked.stdout().split(/^status (\d+)\n/m);
    return filters.map((_filter, index) => {
      const sockets = answers[2 * index]?.split('\n').filter((line) => line !== '') ?? [];
      return answers[2 * index + 1] === '0' ? sockets.map((line) => line.split(/\s+/)[3] ?? line).sort() : undefined;
    });
  }

  async function expectSameAsSs(filters: readonly string[]): Promise<readonly Answer[]> {
    const half = Math.ceil(filters.length / 2);
    const parts = [
      { protocol: 'tcp', filters: filters.slice(0, half) },
      { protocol: 'udp', filters: filters.slice(half) },
    ] as const;
    const answers = await Promise.all(parts.map((part) => askSs(part.protocol, part.filters)));
    const differences = parts.flatMap((part, index) =>
      part.filters.flatMap((filter, number) => {
        const theirs = answers[index]?.[number];
        const ours = ofOurs(filter, part.protocol);
        return JSON.stringify(theirs) === JSON.stringify(ours)
          ? []
          : [{ filter, protocol: part.protocol, theirs, ours }];
      }),
    );
    expect(differences.slice(0, 5), `seed ${SEED}: ${differences.length} differ`).toEqual([]);
    return answers.flat();
  }

  it('has the sockets', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      const [all] = await askSs(protocol, ['src *']);
      expect(all).toEqual(ofOurs('src *', protocol));
      expect(all).toHaveLength(BINDINGS.length * PORTS.length);
    }
  });

  it(`selects the same sockets with ${GENERATED} generated filters`, async () => {
    const answers = await expectSameAsSs(fc.sample(anyFilter, { seed: SEED, numRuns: GENERATED }));
    // Filters that say anything: neither refused nor all or nothing.
    const telling = answers.filter((answer) => answer !== undefined && answer.length > 0 && answer.length < 180);
    expect(telling.length).toBeGreaterThan(GENERATED / 2);
  });

  it(`refuses and takes the same of ${MALFORMED} filters of scattered words`, async () => {
    const answers = await expectSameAsSs(fc.sample(scattered, { seed: SEED, numRuns: MALFORMED }));
    expect(answers.filter((answer) => answer === undefined).length).toBeGreaterThan(MALFORMED / 4);
    expect(answers.filter((answer) => answer !== undefined).length).toBeGreaterThan(MALFORMED / 10);
  });

  describe('differs on purpose', () => {
    const count = (answer: Answer): number | undefined => answer?.length;

    it.each([
      // An empty port is a variable that was not set, not every port.
      'sport = :',
      'src 10.0.0.1:',
      'src inet:',
      // Octal.
      'sport = :0120',
      // No port, or a port by accident.
      'sport = :70000',
      'sport = :-1',
      'sport = +80',
      'sport = [80]',
      'sport = *:80',
      'src *80',
      'src [::1]80',
      // Nothing is more, less or other than any; to `ss` any is -1.
      'sport < *',
      'sport != *',
      // 10.0.0.0, 8.0.0.1 and 10.0.0.1.
      'src 10',
      'src 010.0.0.1',
      'src 0xa.0.0.1',
      // Two readings of one text.
      'src 2001:db8::1:80',
      // An index, which changes.
      'dev 1',
      // Escapes.
      'src \\10.0.0.1',
      // No TCP or UDP socket has such an address.
      'src unix:*',
      'src netlink:*',
      // Nothing that we know of a listener.
      'autobound',
      'fwmark = 1',
    ])('refuses %j', async (filter) => {
      expect((await askSs('tcp', [filter]))[0]).toBeDefined();
      expect(ofOurs(filter, 'tcp')).toBeUndefined();
    });

    it.each([
      // Operators and parentheses stand for themselves without spaces.
      ['sport=:80', 18],
      ['(sport = :80)', 18],
      ['!sport=:80&&sport<:81', 54],
      // A device that is not there yet.
      ['dev = later0', 0],
      // To `ss` all addresses after a family are of that family.
      ['src inet:*:80 or src [::1]:80', 10],
      // One reading only.
      ['src 2001:db8::1', 20],
      ['src ::1', 10],
    ])('takes %j', async (filter, sockets) => {
      expect((await askSs('tcp', [filter]))[0]).toBeUndefined();
      expect(count(ofOurs(filter, 'tcp'))).toBe(sockets);
    });

    it.each([
      // `ss` looks at the kernel's answer again without regard to families, where 0.0.0.0 and :: begin alike ...
      ['not src 0.0.0.0', 90, 150],
      ['not src 0.0.0.0/0', 0, 70],
      ['not dst 0.0.0.0', 0, 90],
      // ... and does not ask the kernel at all when there is a device in the filter.
      ['dev = s0 and src 0.0.0.0', 20, 10],
      // To `ss` the last family is that of the whole filter; to us, of its own condition.
      ['src inet:*:80 or src inet6:*:80', 9, 18],
      ['not src inet:10.0.0.1', 70, 160],
    ])('selects other sockets with %j', async (filter, theirs, ours) => {
      expect([count((await askSs('tcp', [filter]))[0]), count(ofOurs(filter, 'tcp'))]).toEqual([theirs, ours]);
    });
  });
});

const LOOP = `while IFS= read -r filter; do ss -HOln "$1" "$filter" 2>/dev/null; echo "status $?"; done`;
