import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import { type Route, routeKey } from '../../../../src/model/route.ts';
import { LedgerError, openLedger } from '../../../../src/sink/exabgp/ledger.ts';
import type { ExabgpIdentity } from '../../../../src/sink/exabgp/ledger-format.ts';
import { RecordingLog } from '../../../helpers/recording-log.ts';

const EXABGP: ExabgpIdentity = { pid: 4_711, startTime: '183002', bootId: 'boot-1' };
const SELF = { nextHop: 'self' } as const;
const route = (index: number, attributes: Route['attributes'] = SELF): Route => ({
  prefix: `10.0.${index >> 8}.${index & 255}/32` as Prefix,
  attributes,
});

let directory: string;
let log: RecordingLog;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  log = new RecordingLog();
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const open = (exabgp = EXABGP, name = 'dns') => openLedger({ directory, name, exabgp, log });
const file = () => path.join(directory, 'dns.routes');
const standings = (ledger: ReturnType<typeof open>): Record<string, string> =>
  Object.fromEntries([...ledger.entries].map(([key, { standing }]) => [key, standing]));

describe('a ledger', () => {
  it('has after a crash what it had before', () => {
    const before = open();
    const other = { nextHop: 'self', med: 7, communities: ['65000:1'] } as const;
    const scoped: Route = { ...route(9), scope: { pathInformation: 3, neighbors: ['192.0.2.9' as never] } };
    before.mark('+', [route(1), route(2), route(3, other), route(4), scoped]);
    before.mark('=', [route(1), route(3, other), route(4), scoped]);
    before.mark('-', [route(4)]);
    before.mark('+', [route(5)]);
    before.mark('x', [route(5)]);
    before.close(); // as a kill does, too
    const after = open();
    expect(standings(after)).toEqual({
      '10.0.0.1/32': 'told',
      '10.0.0.2/32': 'entered',
      '10.0.0.3/32': 'told',
      '10.0.0.4/32': 'leaving',
      '10.0.0.9/32 path 3 to 192.0.2.9': 'told',
    });
    expect([...after.entries.values()].map((entry) => entry.route)).toEqual([
      route(1),
      route(2),
      route(3, other),
      route(4),
      scoped,
    ]);
    after.close();
  });

  it('is of one ExaBGP: whatever another one knew is void', () => {
    for (const other of [{ pid: 4_712 }, { startTime: '183003' }, { bootId: 'boot-2' }]) {
      const before = open();
      before.mark('=', [route(1)]);
      before.close();
      const after = open({ ...EXABGP, ...other });
      expect(standings(after)).toEqual({});
      after.close();
      const back = open();
      expect(standings(back)).toEqual({});
      back.close();
    }
    expect(log.lines).toEqual(Array(3).fill('info ExaBGP is another one: nothing is announced yet'));
  });

  it('is for one at a time', () => {
    const one = open();
    expect(() => open()).toThrow(LedgerError);
    expect(() => open()).toThrow(/dns\.routes is in use by another ha2bgp: give each a --name of its own/);
    open(EXABGP, 'other').close();
    one.close();
    open().close();
  });

  it('does not grow with what came and went', () => {
    const ledger = open();
    const some = Array.from({ length: 100 }, (_, index) => route(index));
    for (let count = 0; count < 300; count++) {
      for (const mark of ['+', '=', '-', 'x'] as const) ledger.mark(mark, some);
    }
    ledger.mark('=', some.slice(0, 3));
    const lines = fs.readFileSync(file(), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(11_000);
    ledger.close();
    const after = open();
    expect(after.entries.size).toBe(3);
    after.close();
  });

  it('goes on in memory where no file can be had, and says so', () => {
    const blocked = path.join(directory, 'file');
    fs.writeFileSync(blocked, '');
    const ledger = openLedger({ directory: path.join(blocked, 'below'), name: 'dns', exabgp: EXABGP, log });
    ledger.mark('+', [route(1)]);
    expect(ledger.entries.size).toBe(1);
    ledger.close();
    expect(log.lines).toEqual([
      'warn what is announced cannot be kept in a file: after a crash nothing is known of it',
    ]);
  });

  it('is written anew once the disk can be written again', () => {
    const ledger = open();
    const writeSync = fs.writeSync;
    let isFull = true;
    fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });
      return writeSync(...args);
    }) as typeof writeSync;
    try {
      ledger.mark('+', [route(1)]);
      ledger.mark('+', [route(2)]);
      isFull = false;
      for (let count = 0; count < 200; count++) ledger.mark('=', [route(1)]);
    } finally {
      fs.writeSync = writeSync;
    }
    ledger.close();
    expect(log.lines).toEqual(['error ledger cannot be written', 'info ledger written again']);
    const after = open();
    expect(standings(after)).toEqual({ '10.0.0.1/32': 'told', '10.0.0.2/32': 'entered' });
    after.close();
  });

  it.each([
    ['nothing of ours', 'hello\n'],
    ['empty', ''],
    ['of a later format', 'ha2bgp ledger 2\nexabgp 4711 183002 boot-1\n'],
    ['without an ExaBGP', 'ha2bgp ledger 1\n+ 0 10.0.0.1/32\n'],
    ['binary', '\0\x01\x02\xff\n'],
  ])('puts a file aside that is no ledger: %s', (_name, text) => {
    fs.writeFileSync(file(), text, 'latin1');
    const ledger = open();
    expect(ledger.entries.size).toBe(0);
    ledger.close();
    expect(fs.readFileSync(`${file()}.foreign`, 'latin1')).toBe(text);
    expect(log.lines).toEqual(['warn no ledger of ours: nothing is assumed to be announced']);
  });

  it('reads a damaged one as far as it can be read, and says where it is not', () => {
    const head = 'ha2bgp ledger 1\nexabgp 4711 183002 boot-1\nsay 0 {"attributes":{"nextHop":"self"}}\n';
    const bad = [
      '+ 0 10.0.0.2/24',
      '+ 7 10.0.0.2/32',
      '? 0 10.0.0.2/32',
      'say 1 {"attributes":{"nextHop":"self","evil":1}}',
      'say 1 {"attributes":{"nextHop":"self med 7"}}',
      'say 1 {"attributes":{"nextHop":"self","communities":["65000:1\\nshutdown"]}}',
      'say 1 {"attributes":{"nextHop":"self"},"scope":{"neighbors":[]}}',
      'say 1 {"attributes":{"nextHop":"self","med":-1}}',
      // What no command of ours says.
      'say 1 {"attributes":{"nextHop":"self","otherNextHops":["10.0.0.1"]}}',
      '+ 1 10.0.0.2/32',
    ];
    fs.writeFileSync(file(), `${head}= 0 10.0.0.1/32\n${bad.join('\n')}\n= 0 10.0.0.3/32\n= 0 10.0.0.4/3`);
    const ledger = open();
    expect(standings(ledger)).toEqual({ '10.0.0.1/32': 'told', '10.0.0.3/32': 'told' });
    ledger.close();
    expect(log.lines).toEqual(['warn damaged lines of the ledger passed over']);
    expect(log.fields[0]).toMatchObject({ line: 5, lines: bad.length });
  });

  it('is not written any more once it is closed, whatever is answered yet', () => {
    const before = open();
    before.mark('=', [route(1)]);
    before.close();
    before.close();
    const after = open();
    after.mark('+', [route(2)]);
    const text = fs.readFileSync(file(), 'latin1');
    for (let index = 0; index < 300; index++) before.mark('x', [route(1)]);
    expect(fs.readFileSync(file(), 'latin1')).toBe(text);
    expect(log.lines).toEqual([]);
    after.close();
  });

  it('is nobody else’s to read', () => {
    const ledger = open();
    ledger.mark('+', [route(1)]);
    expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
    expect(ledger.entries.get(routeKey(route(1)))?.standing).toBe('entered');
    ledger.close();
  });
});
