import { describe, expect, it } from 'vitest';
import { createAddresses } from '../../../src/addresses/addresses.ts';
import { type IpCommand, IpError } from '../../../src/addresses/ip-command.ts';
import type { IpAddress } from '../../../src/model/address.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';

const [ONE, TWO] = ['192.0.2.1', '192.0.2.2'] as [IpAddress, IpAddress];
const wanted = [ONE, TWO].map((address) => ({ address, device: 'lo' }));

interface Host extends IpCommand {
  /** `ADDRESS/LENGTH DEVICE LABEL`. */
  readonly lines: Set<string>;
  /** What was run, without what only looks. */
  readonly changes: string[];
  refuse: string | undefined;
}

/** ip(8), as far as it is used: an address twice is an error, as is one that is not there, or there under another label. */
function hostWith(...lines: string[]): Host {
  const host: Host = {
    lines: new Set(lines),
    changes: [],
    refuse: undefined,
    async run(...words) {
      const [, , verb] = words;
      if (words[0] === '-o') {
        return [...host.lines]
          .map((line) => line.split(' '))
          .filter(([, device]) => words[4] === undefined || words[4] === device)
          .map(
            ([address, device, label]) => `1: ${device}    inet ${address} scope global ${label ?? device}\\ valid\n`,
          )
          .join('');
      }
      host.changes.push(words.join(' '));
      if (host.refuse !== undefined) throw new IpError(host.refuse);
      const [, change, address, , device, , label] = words;
      const line = [address, device, label].filter((word) => word !== undefined).join(' ');
      const there = [...host.lines].find((one) =>
        change === 'delete' && label !== undefined ? one === line : one.startsWith(`${address} ${device}`),
      );
      if (change === 'add' ? there !== undefined : there === undefined) throw new IpError(`${verb}: no`);
      if (change === 'add') host.lines.add(line);
      else if (there !== undefined) host.lines.delete(there);
      return '';
    },
  };
  return host;
}

const make = (ip: IpCommand, label = '', log = new RecordingLog()) => createAddresses({ wanted, label, ip, log });
const now = Promise.resolve();

describe('addresses', () => {
  it('are added where they are missing, and only those removed', async () => {
    const host = hostWith('192.0.2.1/32 lo');
    const addresses = make(host);
    expect(await addresses.setUp()).toBeUndefined();
    expect(host.changes).toEqual(['address add 192.0.2.2/32 dev lo']);
    await addresses.remove(now);
    expect([...host.lines]).toEqual(['192.0.2.1/32 lo']);
  });

  it('carry the label, and are taken for ours by it after a crash', async () => {
    const host = hostWith('192.0.2.1/32 lo lo:web', '192.0.2.9/32 lo lo:web');
    const addresses = make(host, 'web');
    await addresses.setUp();
    expect(host.changes).toEqual(['address add 192.0.2.2/32 dev lo label lo:web']);
    await addresses.remove(now);
    expect([...host.lines]).toEqual(['192.0.2.9/32 lo lo:web']);
  });

  it('of a like label are not ours', async () => {
    const host = hostWith('192.0.2.1/32 lo lo:web1');
    const addresses = make(host, 'web');
    await addresses.setUp();
    await addresses.remove(now);
    expect([...host.lines]).toEqual(['192.0.2.1/32 lo lo:web1']);
  });

  it('of another length are other addresses', async () => {
    const host = hostWith('192.0.2.1/24 lo', '192.0.2.2/32 lo');
    await make(host).setUp();
    expect(host.changes).toEqual(['address add 192.0.2.1/32 dev lo']);
  });

  it('that somebody else removed are not removed again', async () => {
    const host = hostWith();
    const log = new RecordingLog();
    const addresses = make(host, '', log);
    await addresses.setUp();
    host.lines.delete('192.0.2.1/32 lo');
    await addresses.remove(now);
    expect(log.lines.slice(2)).toEqual(['info address removed']);
    host.lines.add('192.0.2.1/32 lo');
    await addresses.remove(now);
    expect([...host.lines]).toEqual(['192.0.2.1/32 lo']);
  });

  it('that somebody else has put in the place of ours stay, and nothing is said of them', async () => {
    const host = hostWith();
    const log = new RecordingLog();
    const addresses = make(host, 'web', log);
    await addresses.setUp();
    host.lines.delete('192.0.2.1/32 lo lo:web');
    host.lines.add('192.0.2.1/32 lo lo:db');
    await addresses.remove(now);
    expect([...host.lines]).toEqual(['192.0.2.1/32 lo lo:db']);
    expect(log.lines.slice(2)).toEqual(['info address removed']);
    host.changes.length = 0;
    await addresses.remove(now);
    expect(host.changes).toEqual([]);
  });

  it('are removed beside one another, a bounded number at once, and without a look before', async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ address: `192.0.2.${index}` as IpAddress, device: 'lo' }));
    const host = hostWith();
    let [running, most] = [0, 0];
    const ip: IpCommand = {
      async run(...words) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return host.run(...words);
      },
    };
    const addresses = createAddresses({ wanted: many, label: 'web', ip, log: new RecordingLog() });
    await addresses.setUp();
    expect(most).toBe(1);
    host.changes.length = 0;
    const asked: string[] = [];
    const run = host.run;
    host.run = (...words) => {
      asked.push(words.join(' '));
      return run(...words);
    };
    await addresses.remove(now);
    expect(host.lines.size).toBe(0);
    expect(most).toBe(16);
    expect(asked).toEqual(many.map(({ address }) => `address delete ${address}/32 dev lo label lo:web`));
  });

  it('that cannot be added are a problem, unless this host has them elsewhere', async () => {
    const host = hostWith('192.0.2.1/32 eth0');
    host.refuse = 'RTNETLINK answers: Operation not permitted';
    expect(await make(host).setUp()).toBe('192.0.2.2: RTNETLINK answers: Operation not permitted');
    host.lines.add('192.0.2.2/24 eth0');
    expect(await make(host).setUp()).toBeUndefined();
  });

  it('that cannot be looked at are a problem', async () => {
    const ip: IpCommand = { run: () => Promise.reject(new IpError('no ip here')) };
    const log = new RecordingLog();
    const addresses = make(ip, '', log);
    expect(await addresses.setUp()).toBe('no ip here');
    await addresses.remove(now);
    expect(log.lines).toEqual([]);
  });

  it('that cannot be removed are said, and tried again', async () => {
    const host = hostWith();
    const log = new RecordingLog();
    const addresses = make(host, '', log);
    await addresses.setUp();
    host.refuse = 'RTNETLINK answers: Operation not permitted';
    await addresses.remove(now);
    expect(log.lines.slice(2)).toEqual(['warn address not removed', 'warn address not removed']);
    host.refuse = undefined;
    await addresses.remove(now);
    expect(host.lines.size).toBe(0);
  });
});

describe('a removal', () => {
  it('waits for what comes before it', async () => {
    const host = hostWith();
    const addresses = make(host);
    await addresses.setUp();
    let release = (): void => {};
    const removed = addresses.remove(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.lines.size).toBe(2);
    release();
    await removed;
    expect(host.lines.size).toBe(0);
  });

  it('that still waits is called off by a set-up', async () => {
    const host = hostWith();
    const addresses = make(host);
    await addresses.setUp();
    let release = (): void => {};
    const removed = addresses.remove(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    expect(await addresses.setUp()).toBeUndefined();
    release();
    await removed;
    expect(host.lines.size).toBe(2);
  });
});
