import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcSource, type ProcOptions } from '../../../../src/discovery/proc/reading.ts';
import type { Listener } from '../../../../src/model/facts.ts';
import { FILES, TCP, TCP6 } from './captured.ts';

/** Captured on a little-endian host; on another one the texts mean other addresses. */
const describeHere = describe.skipIf(os.endianness() === 'BE');

describeHere('a reading of /proc', () => {
  let directory: string;
  const options: ProcOptions = { protocols: ['tcp', 'udp'], ports: [{ from: 0, to: 65_535 }] };
  const put = (name: string, text: string): void => fs.writeFileSync(path.join(directory, name), text);
  const open = (of: Partial<ProcOptions> = {}) =>
    createProcSource({ ...options, ...of }, directory, async (addresses) => new Set(addresses));
  const names = (listeners: readonly Listener[] | 'same' | undefined): string[] =>
    (listeners as readonly Listener[]).map(({ protocol, address, port }) => `${protocol} ${address} ${port}`);

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-proc-'));
    for (const [name, text] of Object.entries(FILES)) put(name, text);
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it('has everything, and says when listeners stayed the same', async () => {
    const source = open();
    const first = await source.read({ host: true });
    expect(first.failures).toEqual([]);
    expect(first.host?.addresses).toHaveLength(12);
    expect(names(first.listeners)).toHaveLength(7);
    expect(await source.read({ host: false })).toEqual({ listeners: 'same', failures: [] });
  });

  it('leaves out protocols and ports that do not matter', async () => {
    const only = open({ protocols: ['tcp'], ports: [{ from: 80, to: 82 }] });
    expect(names((await only.read({ host: false })).listeners)).toEqual(['tcp 0.0.0.0 80', 'tcp :: 81']);
  });

  it('takes sockets that are bound alike for one listener', async () => {
    const row = TCP.split('\n')[1] ?? '';
    put('tcp', TCP.replace(row, `${row}\n${row.replace('10197849', '10197859')}`));
    expect(names((await open({ protocols: ['tcp'] }).read({ host: false })).listeners)).toHaveLength(5);
  });

  it('leaves our own sockets out', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const isOurs = (found: { listeners?: readonly Listener[] | 'same' }): boolean =>
      names(found.listeners).includes(`tcp 127.0.0.1 ${port}`);
    const text = fs.readFileSync('/proc/net/tcp', 'utf8');
    expect(text).toContain(`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`);
    put('tcp', text);
    expect(isOurs(await open().read({ host: false }))).toBe(false);
    put(
      'tcp',
      text.replace(
        /(0100007F:[0-9A-F]{4} 0{8}:0{4} 0A .* )\d+( \d+ [0-9a-f]{16} )/g,
        (_, before: string, after: string) => `${before}9${after}`,
      ),
    );
    expect(isOurs(await open().read({ host: false }))).toBe(true);
    server.close();
  });

  it('has no IPv6 where the kernel has none', async () => {
    for (const name of ['tcp6', 'udp6', 'if_inet6']) fs.rmSync(path.join(directory, name));
    const found = await open().read({ host: true });
    expect(found.failures).toEqual([]);
    expect(names(found.listeners)).toEqual(['tcp 0.0.0.0 80', 'tcp 10.0.1.1 443', 'udp 10.0.1.1 53']);
  });

  it('fails in parts, and says where; the last good reading stays the one to compare with', async () => {
    const source = open();
    await source.read({ host: true });
    put('tcp6', `${TCP6}nonsense\n`);
    fs.rmSync(path.join(directory, 'route'));
    const found = await source.read({ host: true });
    expect(found).toEqual({
      failures: [
        `${path.join(directory, 'route')}: ENOENT`,
        expect.stringMatching(/tcp6: a line that makes no sense: "nonsense" at byte \d+$/),
      ],
    });
    put('tcp6', TCP6);
    put('route', FILES['route'] ?? '');
    expect(await source.read({ host: true })).toMatchObject({ listeners: 'same', failures: [], host: {} });
  });
});
