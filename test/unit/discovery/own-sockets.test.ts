import fs from 'node:fs';
import net from 'node:net';
import { expect, it } from 'vitest';
import { ownSocketInodes } from '../../../src/discovery/own-sockets.ts';

/** What proc(5) says of the TCP socket that listens there: the kernel's own second opinion. */
function inodeOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const line = fs
    .readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((each) => new RegExp(`^ *\\d+: 0100007F:${hex} 00000000:0000 0A `).test(each));
  return Number(line?.trim().split(/\s+/)[9]);
}

it('knows the sockets of this process as long as they are open, and nothing else that it has open', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const inode = inodeOn((server.address() as net.AddressInfo).port);
  const file = fs.openSync('/proc/self/stat', 'r');
  try {
    expect(inode).toBeGreaterThan(0);
    expect(ownSocketInodes().has(inode)).toBe(true);
    expect(ownSocketInodes().has(fs.fstatSync(file).ino)).toBe(false);
    expect([...ownSocketInodes()].every((each) => Number.isInteger(each) && each > 0)).toBe(true);
  } finally {
    fs.closeSync(file);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  expect(ownSocketInodes().has(inode)).toBe(false);
});
