/** What only another kernel can show: VRFs and dummy devices, in a machine of their own. */
import fs from 'node:fs';
import os from 'node:os';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { childrenOf, stopAll } from '../helpers/processes.ts';
import { describeVm, runInVm } from '../helpers/vm.ts';

afterEach(stopAll);

describeVm('the machine', () => {
  const left = (): readonly unknown[] => [
    childrenOf(process.pid).map((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8')),
    fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('ha2bgp-vm-')),
    // Other tests have network namespaces mounted.
    fs
      .readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('nsfs ')),
  ];

  it('gives the status and the output of a script, and keeps what it writes', async () => {
    const before = left();
    const script =
      'ip link show type dummy; node -p 6*7; echo text > package.json; cat package.json; echo two >&2; exit 3';
    const result = await runInVm({ modules: ['dummy'], script, timeout: 60_000 });
    expect(result).toEqual({ status: 3, output: '42\ntext\ntwo\n' });
    expect(fs.readFileSync('package.json', 'utf8')).toContain('ha2bgp');
    expect(left()).toEqual(before);
  });

  it('says what it said, and leaves nothing, when a script does not end or the kernel does not live', async () => {
    const before = left();
    const endless = runInVm({ modules: [], script: 'echo here; sleep 600', timeout: 10_000 });
    await expect(endless).rejects.toThrow(/not done within 10000 ms.*here/s);
    const crash = runInVm({ modules: [], script: 'echo c > /proc/sysrq-trigger; sleep 600', timeout: 60_000 });
    await expect(crash).rejects.toThrow(/without a status.*sysrq triggered crash/s);
    await expect(runInVm({ modules: ['no-such-module'], script: 'true', timeout: 60_000 })).resolves.toMatchObject({
      output: expect.stringContaining('no-such-module not found'),
    });
    expect(left()).toEqual(before);
  });
});

/** One way to listen, and one address. */
interface Cell {
  readonly protocol: 'tcp' | 'udp';
  /** net.ipv4.{tcp,udp}_l3mdev_accept, of this protocol; the other one says the opposite. */
  readonly accepts: boolean;
  /** What the listener is bound to with SO_BINDTODEVICE, or ''. */
  readonly device: string;
  /** plain: a wildcard listener without IP_TRANSPARENT, which the others have. */
  readonly how: 'address' | 'wildcard' | 'dual' | 'plain';
  readonly place: string;
  readonly family: 'ipv4' | 'ipv6';
}

interface Row {
  readonly cell: Cell;
  /** What may be announced for the address, and what of it was. */
  readonly prefixes: readonly string[];
  readonly announced: readonly string[];
  /** The devices behind which clients reach the listener; '' for one on the host itself, in the address's VRF. */
  readonly reachedThrough: readonly string[];
}

interface Report {
  readonly rows: readonly Row[];
  readonly sysctl: { readonly before: readonly boolean[]; readonly seconds: number | null };
  readonly dummies: { readonly announced: boolean; readonly others: readonly string[]; readonly withdrawn: boolean };
  readonly ended: number;
}

describeVm('VRFs and dummy devices', () => {
  let report: Report;

  beforeAll(async () => {
    const script = 'exec /usr/bin/python3 test/long/vm/vrf-matrix.py "$(command -v node)" bin/ha2bgp.js';
    const { status, output } = await runInVm({ modules: ['vrf', 'dummy'], script, timeout: 400_000 });
    expect(status, output.slice(-5_000)).toBe(0);
    const lines = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    report = { rows: lines.filter((line) => 'cell' in line), ...Object.assign({}, ...lines) };
  }, 420_000);

  const isReached = ({ reachedThrough }: Row): boolean => reachedThrough.some((device) => device !== '');

  /**
   * IPv4 answers nobody from an address that is only a local route of a VRF: the kernel looks for it in the local table
   * alone (__ip_dev_find in net/ipv4/devinet.c), unless the socket has IP_TRANSPARENT. We can't see whether it has.
   */
  const isUnanswered = ({ cell: { protocol, family, how, place } }: Row): boolean =>
    protocol === 'tcp' && family === 'ipv4' && how === 'plain' && place.startsWith('red, local route');

  it('compares as many as it means to', () => {
    expect(report.rows.length).toBe(2 * 2 * 12 * 4 * 15 * 2);
    expect(report.rows.filter(isReached).length).toBeGreaterThan(1_000);
    expect(report.ended).toBe(0);
  });

  it('announces what clients reach, and nothing else', () => {
    const wrong = report.rows
      .filter((row) => !isUnanswered(row))
      .filter((row) => row.announced.length !== (isReached(row) ? row.prefixes.length : 0));
    expect(wrong.map((row) => JSON.stringify(row))).toEqual([]);
  });

  it('knows of the one case where the kernel does not answer', () => {
    expect(report.rows.filter(isUnanswered).filter(isReached)).toEqual([]);
    const ofUdp = report.rows.filter((row) => isUnanswered({ ...row, cell: { ...row.cell, protocol: 'tcp' } }));
    expect(ofUdp.filter(isReached).length).toBeGreaterThan(0);
  });

  it('says what the host itself finds in the VRF, of addresses and listeners that are bound to no port of it', () => {
    const rows = report.rows.filter(
      ({ cell: { device, place } }) => ['', 'red', 'blue'].includes(device) && !place.includes('local route'),
    );
    const wrong = rows.filter((row) => row.announced.length > 0 !== row.reachedThrough.includes(''));
    expect(wrong.map((row) => JSON.stringify(row))).toEqual([]);
  });

  it('sees within ten seconds that unbound sockets serve VRFs, or no longer do', () => {
    expect(report.sysctl.before).toEqual([false, true]);
    expect(report.sysctl.seconds).toBeLessThan(11);
  });

  it('lets a wildcard listener stand for the networks of dummy devices, and of no others', () => {
    expect(report.dummies).toEqual({ announced: true, others: [], withdrawn: true });
  });
});
