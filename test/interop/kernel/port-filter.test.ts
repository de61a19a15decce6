/** The port filter of a dump, run by the kernel over real sockets in a network namespace of the test's own. Needs root. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodePortFilter } from '../../../src/discovery/netlink/bytecode.ts';
import { decodeListenRow, encodeListenDump, SOCK_DIAG_BY_FAMILY } from '../../../src/discovery/netlink/inet-diag.ts';
import { decodeError, decodeMessages, NLMSG } from '../../../src/discovery/netlink/message.ts';
import type { Family } from '../../../src/model/address.ts';
import type { Protocol } from '../../../src/model/facts.ts';
import type { PortRange } from '../../../src/model/port-ranges.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { portSets } from '../../helpers/port-sets.ts';
import { start, stopAll } from '../../helpers/processes.ts';
import { holdSockets } from '../../helpers/sockets.ts';

const SEED = Number(process.env['TEST_SEED'] ?? 42);
const SETS = 300;
const PORTS = [1, 22, 79, 80, 81, 443, 444, 8080, 40_000, 65_534, 65_535];
const SOCKETS = (['tcp', 'udp'] as const).flatMap((protocol) =>
  [
    { family: 'ipv4' as const, address: '127.0.0.1' },
    { family: 'ipv4' as const, address: '0.0.0.0' },
    { family: 'ipv6' as const, address: '::1' },
    { family: 'ipv6' as const, address: '127.0.0.1' },
  ].flatMap((binding) => PORTS.map((port) => ({ ...binding, protocol, port, v6only: false, device: '' }))),
);

/** Sends each line's request to the kernel, and answers with a line of its datagrams. */
const ASK = `
import socket, struct, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
s.bind((0, 0))
for line in sys.stdin:
    s.send(bytes.fromhex(line))
    answer = b''
    while True:
        datagram = s.recv(1 << 20)
        answer += datagram
        at, last = 0, 0
        while at < len(datagram):
            length, last = struct.unpack_from('=IH', datagram, at)
            at += (length + 3) & ~3
        if last in (2, 3): break
    print(answer.hex())
`;

/** The sockets of an answer, sorted; what the kernel refuses is an error. */
function socketsOf(protocol: Protocol, answer: Uint8Array): readonly string[] {
  const sockets: string[] = [];
  for (const { type, body } of decodeMessages(answer)) {
    if (type === NLMSG.error) throw new Error(`errno ${decodeError(body)}`);
    if (type !== SOCK_DIAG_BY_FAMILY) continue;
    const row = decodeListenRow(protocol, body);
    if (row !== undefined) sockets.push(`${row.family} ${row.address} ${row.port}`);
  }
  return sockets.sort();
}

describeInterop('the port filter and the kernel', () => {
  let host: Namespace;

  beforeAll(async () => {
    host = await addNamespace('ports');
    await holdSockets(SOCKETS, host.enter);
  });

  afterAll(async () => {
    await stopAll();
    await host.remove();
  });

  async function ask(requests: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const [command = '', ...args] = [...host.enter, '/usr/bin/python3', '-c', ASK];
    const asked = start(command, args);
    asked.child.stdin?.end(requests.map((request) => `${Buffer.from(request).toString('hex')}\n`).join(''));
    expect(await asked.ended).toBe(0);
    return asked
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
  }

  const expected = (protocol: Protocol, family: Family, ranges: readonly PortRange[]): readonly string[] =>
    SOCKETS.filter((socket) => socket.protocol === protocol && socket.family === family)
      .filter(({ port }) => ranges.some(({ from, to }) => from <= port && port <= to))
      .map((socket) => `${family} ${socket.address} ${socket.port}`)
      .sort();

  it.each([
    ['tcp', 'ipv4'],
    ['tcp', 'ipv6'],
    ['udp', 'ipv4'],
    ['udp', 'ipv6'],
  ] as const)(`selects the sockets of ${SETS} sets of ports: %s, %s`, async (protocol, family) => {
    const all = [{ from: 0, to: 65_535 }];
    const sets = [all, [], ...fc.sample(portSets, { seed: SEED, numRuns: SETS })];
    const answers = await ask(
      sets.map((ranges) => encodeListenDump({ protocol, family }, 1, encodePortFilter(ranges))),
    );
    expect(answers).toHaveLength(sets.length);
    for (const [index, ranges] of sets.entries()) {
      const found = socketsOf(protocol, answers[index] ?? new Uint8Array(0));
      expect(found, `seed ${SEED}: ${JSON.stringify(ranges)}`).toEqual(expected(protocol, family, ranges));
    }
    const sizes = new Set(answers.map((answer) => socketsOf(protocol, answer).length));
    expect(sizes.size).toBeGreaterThan(10);
  });

  it('refuses a program that jumps into the middle of an instruction', async () => {
    const program =
      encodePortFilter([
        { from: 80, to: 90 },
        { from: 100, to: 110 },
      ]) ?? new Uint8Array(0);
    program[2] = 24;
    const [answer = new Uint8Array(0)] = await ask([encodeListenDump({ protocol: 'tcp', family: 'ipv4' }, 1, program)]);
    expect(() => socketsOf('tcp', answer)).toThrow('errno 22');
  });
});
