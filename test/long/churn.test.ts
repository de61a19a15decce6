/**
 * A listener that stays, beside others that come and go: dumps miss it, readings do not. HA2BGP_CHURN_SECONDS: how long for
 * each protocol. Needs root.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../helpers/daemon.ts';
import { holdOneByOne } from '../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { type Started, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const SECONDS = Number(process.env['HA2BGP_CHURN_SECONDS'] ?? 150);
const CHURN = `${root}/test/helpers/socket-churn.py`;
/** In its place among the members of the group, and of no group itself. */
const STEADY = { endpoint: '10.0.0.1:80', device: 'near0', index: 77 };

/** Reads and dumps in turn, as fast as it can. What a dump holds is looked for in its bytes. */
const READ = `
  const { NetlinkRequests } = await import('${root}/dist/discovery/netlink/requests.js');
  const { OWN_NAMESPACE } = await import('${root}/dist/discovery/namespace.js');
  const { openKernel } = await import('${root}/dist/discovery/kernel.js');
  const { encodePortFilter } = await import('${root}/dist/discovery/netlink/bytecode.js');
  const { encodeListenDump } = await import('${root}/dist/discovery/netlink/inet-diag.js');
  const [protocol, index, seconds] = process.argv.slice(1);
  const ports = [{ from: 80, to: 80 }];
  const requests = new NetlinkRequests(4, OWN_NAMESPACE);
  const request = encodeListenDump({ protocol, family: 'ipv4' }, 1, encodePortFilter(ports));
  const reader = openKernel({ protocols: [protocol], ports, namespace: OWN_NAMESPACE });
  // struct inet_diag_sockid: be16 sport, dport; be32 src[4], dst[4]; u32 interface
  const id = Buffer.alloc(40);
  id.writeUInt16BE(80, 0);
  id.set([10, 0, 0, 1], 4);
  new Uint32Array(id.buffer, id.byteOffset + 36, 1)[0] = Number(index);
  const isIn = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(id);
  const isSteady = ({ address, device }) => address === '10.0.0.1' && device === 'near0';
  const counts = { readings: 0, absences: 0, failures: 0, dumps: 0, misses: 0, listeners: 0 };
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    counts.dumps++;
    if (!requests.dump(request).some(isIn)) counts.misses++;
    const reading = await new Promise((resolve) => reader.read({ host: counts.readings === 0 }, resolve));
    counts.readings++;
    counts.failures += reading.failures.length;
    counts.listeners = Math.max(counts.listeners, reading.listeners.length);
    if (!reading.listeners.some(isSteady)) counts.absences++;
  }
  console.log(JSON.stringify(counts));
  process.exit();`;

describeInterop('a listener that stays beside others that come and go', () => {
  let host: Namespace;

  beforeEach(async () => {
    host = await addNamespace('churn');
    await host.ip('address', 'add', '10.0.0.1/8', 'dev', 'lo');
    await host.ip('link', 'add', STEADY.device, 'index', String(STEADY.index), 'type', 'veth', 'peer', 'name', 'far0');
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  function startInside(words: readonly string[]): Started {
    const [command = '', ...args] = [...host.enter, ...words];
    return start(command, args);
  }

  it.each(['tcp', 'udp'] as const)(
    '%s: is in every reading, though not in every dump',
    { timeout: SECONDS * 1_000 + 60_000 },
    async (protocol) => {
      const steady = await holdOneByOne(host);
      await steady.open(STEADY.endpoint, { protocol, device: STEADY.device });
      for (const kind of ['group', 'distinct']) {
        const churn = startInside(['/usr/bin/python3', CHURN, protocol, kind]);
        await until(`${kind}: ${churn.stderr()}`, () => churn.stdout().includes('ready'));
      }
      const node = [process.execPath, '--input-type=module', '-e', READ];
      const reading = startInside([...node, protocol, String(STEADY.index), String(SECONDS)]);
      expect(await reading.ended, reading.stderr()).toBe(0);
      process.stdout.write(`${protocol}: ${reading.stdout()}`);
      const counts = JSON.parse(reading.stdout()) as Record<string, number>;
      expect(counts).toMatchObject({ absences: 0, failures: 0 });
      expect(counts['listeners']).toBeGreaterThan(200);
      // It could have failed.
      expect(counts['misses']).toBeGreaterThan(0);
    },
  );
});
