/** The log in syslog and in the journal, as whoever reads the sockets sees it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatagramWriter, type DatagramWriter } from '../../../../src/runtime/log/datagram-writer.ts';
import type { Destination } from '../../../../src/runtime/log/destination.ts';
import { encodeEntry, journalDestination } from '../../../../src/runtime/log/journald.ts';
import { renderAs } from '../../../../src/runtime/log/rendering.ts';
import { cut, syslogDestination, timestamp } from '../../../../src/runtime/log/syslog.ts';
import { createLog } from '../../../../src/runtime/log.ts';
import { receiveAt, type UnixReceiver } from '../../../helpers/unix-receiver.ts';
import { until } from '../../../helpers/until.ts';

let place: string;
let socket: string;
const closers: (() => void)[] = [];
const opened = <T extends { close(): unknown }>(one: T): T => {
  closers.push(() => void one.close());
  return one;
};

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-log-'));
  socket = path.join(place, 'socket');
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  fs.rmSync(place, { recursive: true });
});

const texts = (receiver: UnixReceiver): string[] => receiver.take().map(String);

/** The fields of an entry, by the words of systemd's "Native Journal Protocol". */
function decodeEntry(datagram: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  let at = 0;
  while (at < datagram.length) {
    const end = datagram.indexOf('\n', at);
    const equals = datagram.indexOf('=', at);
    if (equals >= 0 && equals < end) {
      fields[datagram.toString('utf8', at, equals)] = datagram.toString('utf8', equals + 1, end);
      at = end + 1;
    } else {
      const length = Number(datagram.readBigUInt64LE(end + 1));
      const value = end + 1 + 8;
      fields[datagram.toString('utf8', at, end)] = datagram.toString('utf8', value, value + length);
      expect(datagram[value + length]).toBe(0x0a);
      at = value + length + 1;
    }
  }
  return fields;
}

describe('syslog', () => {
  const open = (failed: (detail: string) => void = () => {}): Destination =>
    opened(syslogDestination({ facility: 'local3', tag: 'ha2bgp', render: renderAs('short-text'), failed, socket }));

  it('gets the priority, the time, who, and the fields in the text', () => {
    const receiver = opened(receiveAt(socket));
    const log = createLog({ level: 'debug', name: 'web', to: [open()] });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log.child('bgp')[level]({ peer: '10.0.0.1', why: 'a\nb', n: 0, gone: false }, 'told');
    }
    // RFC 5424 §6.2.1: 19 (local3) * 8, and 7, 6, 4, 3.
    const said = (priority: number, level: string): unknown =>
      expect.stringMatching(
        new RegExp(
          `^<${priority}>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d ha2bgp\\[${process.pid}\\]: ` +
            `${level} \\(web\\): bgp: told peer=10\\.0\\.0\\.1 why="a\\\\nb" n=0 gone=false$`,
        ),
      );
    expect(texts(receiver)).toEqual([said(159, 'DEBUG'), said(158, 'INFO'), said(156, 'WARN'), said(155, 'ERROR')]);
  });

  it('has the day with a space where it has one digit', () => {
    expect(timestamp(new Date(2026, 10, 7, 9, 5, 3))).toBe('Nov  7 09:05:03');
    expect(timestamp(new Date(2026, 0, 17, 19, 55, 0))).toBe('Jan 17 19:55:00');
  });

  it('cuts what is longer than its daemons take, never within a character', () => {
    const receiver = opened(receiveAt(socket));
    createLog({ level: 'info', to: [open()] }).info({ detail: 'é'.repeat(9_000) }, 'long');
    const [datagram = Buffer.alloc(0)] = receiver.take();
    expect(datagram.length).toBeLessThanOrEqual(8_192);
    expect(datagram.length).toBeGreaterThan(8_180);
    expect(datagram.toString()).toMatch(/é…$/);
    expect(cut(Buffer.from('aé'), 3).toString()).toBe('aé');
    expect(cut(Buffer.from('aéé'), 4).toString()).toBe('a…');
  });
});

describe('the journal', () => {
  it('gets each field by itself, and the line that people read', () => {
    const receiver = opened(receiveAt(socket));
    const destination = opened(journalDestination({ failed: () => {}, socket }));
    const log = createLog({ level: 'info', name: 'web', to: [destination] }).child('discovery');
    log.warn(
      { prefix: '192.0.2.1/32', onExit: 'keep', lostMs: 3, isLast: true, 'odd-näme': 'x', left: undefined },
      'told',
    );
    expect(receiver.take().map(decodeEntry)).toEqual([
      {
        MESSAGE: 'web: discovery: told prefix=192.0.2.1/32 onExit=keep lostMs=3 isLast=true odd-näme=x',
        PRIORITY: '4',
        SYSLOG_IDENTIFIER: 'ha2bgp',
        HA2BGP_MESSAGE: 'told',
        HA2BGP_NAME: 'web',
        HA2BGP_COMPONENT: 'discovery',
        HA2BGP_PREFIX: '192.0.2.1/32',
        HA2BGP_ON_EXIT: 'keep',
        HA2BGP_LOST_MS: '3',
        HA2BGP_IS_LAST: 'true',
        HA2BGP_ODD_N_ME: 'x',
      },
    ]);
  });

  it('gets a value of several lines whole, and nothing of it as a field', () => {
    const entry = { level: 'info', msg: 'told', detail: 'first\nPRIORITY=0\n' };
    const encoded = encodeEntry({ level: 'info', json: JSON.stringify(entry) });
    // HA2BGP_DETAIL, its length of 17 in 64 bits, the lowest first, and the value as it is
    expect(encoded.includes(Buffer.from('HA2BGP_DETAIL\n\x11\0\0\0\0\0\0\0first\nPRIORITY=0\n\n'))).toBe(true);
    expect(decodeEntry(encoded)).toEqual({
      MESSAGE: 'told detail="first\\nPRIORITY=0\\n"',
      PRIORITY: '6',
      SYSLOG_IDENTIFIER: 'ha2bgp',
      HA2BGP_MESSAGE: 'told',
      HA2BGP_DETAIL: 'first\nPRIORITY=0\n',
    });
  });

  it('gets a line that fits into a datagram, however long it was', () => {
    const receiver = opened(receiveAt(socket));
    const destination = opened(journalDestination({ failed: () => {}, socket }));
    const log = createLog({ level: 'info', to: [destination] });
    log.info(Object.fromEntries([...'abcdefghij'].map((name) => [name, name.repeat(1_000_000)])), 'long');
    const [fields = {}] = receiver.take().map(decodeEntry);
    expect(fields['HA2BGP_A']).toBe(`${'a'.repeat(8_189)}…`);
    expect(fields['HA2BGP_J']).toBe(`${'j'.repeat(8_189)}…`);
    expect(log.dropped()).toBe(0);
  });
});

describe('a socket', () => {
  const writerTo = (failures: string[], capacity?: number): DatagramWriter =>
    opened(
      createDatagramWriter({
        name: socket,
        ...(capacity !== undefined && { capacity }),
        droppedDatagram: (count) => Buffer.from(`dropped ${count}`),
        failed: (detail) => failures.push(detail),
      }),
    );

  it('that is not there yet, or gone for a while, gets everything that could wait', async () => {
    const failures: string[] = [];
    const writer = writerTo(failures);
    writer.write(Buffer.from('one'));
    writer.write(Buffer.from('two'));
    const first = receiveAt(socket);
    writer.flush();
    expect(texts(first)).toEqual(['one', 'two']);
    first.close(); // the file stays, and nobody is behind it
    writer.write(Buffer.from('three'));
    fs.rmSync(socket);
    const second = opened(receiveAt(socket));
    const taken: string[] = [];
    await until('the third, without being asked', () => {
      taken.push(...texts(second));
      return taken.includes('three');
    });
    expect(taken).toEqual(['three']);
    expect(failures).toEqual([`sendto(${socket}): ENOENT`, `sendto(${socket}): ECONNREFUSED`]);
    expect(writer.dropped()).toBe(0);
  });

  it('that stays away costs a bounded memory; what is dropped is counted, and told when somebody hears', () => {
    const writer = writerTo([], 10);
    for (const text of ['12345', '67890', 'x', 'yy']) writer.write(Buffer.from(text));
    expect(writer.dropped()).toBe(2);
    const receiver = opened(receiveAt(socket));
    writer.flush();
    expect(texts(receiver)).toEqual(['12345', '67890', 'dropped 2']);
    writer.write(Buffer.from('z'));
    expect(texts(receiver)).toEqual(['z']);
    expect(writer.dropped()).toBe(2);
  });

  it('whose queue is full gets the rest when it has room', async () => {
    const failures: string[] = [];
    const receiver = opened(receiveAt(socket));
    const writer = writerTo(failures);
    // More than net.unix.max_dgram_qlen.
    const most = Number(fs.readFileSync('/proc/sys/net/unix/max_dgram_qlen', 'utf8')) + 100;
    const sent = Array.from({ length: most }, (_, index) => `line ${index}`);
    for (const text of sent) writer.write(Buffer.from(text));
    const taken = texts(receiver);
    expect(taken.length).toBeLessThan(most);
    await until('the rest', () => {
      taken.push(...texts(receiver));
      return taken.length >= most;
    });
    expect(taken).toEqual(sent);
    expect([failures, writer.dropped()]).toEqual([[], 0]);
  });

  it('that takes no datagram so large gets the others', () => {
    const receiver = opened(receiveAt(socket));
    const writer = writerTo([]);
    writer.write(Buffer.alloc(600_000));
    writer.write(Buffer.from('next'));
    expect(texts(receiver)).toEqual(['dropped 1', 'next']);
    expect(writer.dropped()).toBe(1);
  });

  it('of another kind, or of nobody we may speak to, is said once', () => {
    fs.writeFileSync(socket, '');
    const failures: string[] = [];
    const writer = writerTo(failures);
    for (const text of ['one', 'two']) writer.write(Buffer.from(text));
    writer.flush();
    expect(failures).toEqual([`sendto(${socket}): ECONNREFUSED`]);
  });

  it('has a name that fits into an address', () => {
    const failures: string[] = [];
    const writer = opened(
      createDatagramWriter({
        name: `/${'x'.repeat(107)}`,
        droppedDatagram: () => Buffer.alloc(0),
        failed: (detail) => failures.push(detail),
      }),
    );
    writer.write(Buffer.from('one'));
    expect(failures).toEqual([expect.stringMatching(/ENAMETOOLONG$/)]);
  });
});
