import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import type { Route } from '../../../../src/model/route.ts';
import { type Ledger, openLedger } from '../../../../src/sink/exabgp/ledger.ts';
import type { ExabgpIdentity } from '../../../../src/sink/exabgp/ledger-format.ts';
import { watchOrphans } from '../../../../src/sink/exabgp/orphans.ts';
import { silentLog } from '../../../helpers/simulation.ts';
import { SteppedClock } from '../../../helpers/stepped-clock.ts';

const EXABGP: ExabgpIdentity = { pid: 4_711, startTime: '183002', bootId: 'boot-1' };
const ROUTE: Route = { prefix: '192.0.2.1/32' as Prefix, attributes: { nextHop: 'self' } };

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const open = (name: string, exabgp = EXABGP): Ledger => openLedger({ directory, name, exabgp, log: silentLog });

function watch() {
  const clock = new SteppedClock();
  const found: (readonly Route[])[] = [];
  const options = { directory, name: 'own', exabgp: EXABGP, clock, log: silentLog };
  const watcher = watchOrphans({ ...options, found: (routes) => found.push(routes) });
  return { clock, found, watcher };
}

/** Announced, and not withdrawn when its process ended. */
function leave(name: string, exabgp = EXABGP): void {
  const ledger = open(name, exabgp);
  ledger.mark('=', [ROUTE]);
  ledger.close();
}

describe('a ledger that nobody uses', () => {
  it('is taken over after a minute, once, and is gone then', () => {
    leave('gone');
    const { clock, found, watcher } = watch();
    clock.advance(69_999);
    expect(found).toEqual([]);
    clock.advance(1);
    expect(found).toEqual([[ROUTE]]);
    clock.advance(200_000);
    expect(found).toHaveLength(1);
    expect(fs.existsSync(path.join(directory, 'gone.routes'))).toBe(false);
    watcher.close();
    expect(clock.pending()).toEqual([]);
  });

  it('is left to one that was only started again', () => {
    leave('again');
    const { clock, found, watcher } = watch();
    clock.advance(60_000);
    const ledger = open('again');
    clock.advance(60_000);
    expect(ledger.entries.size).toBe(1);
    ledger.close();
    clock.advance(60_000);
    expect(found).toEqual([]);
    clock.advance(20_000);
    expect(found).toEqual([[ROUTE]]);
    watcher.close();
  });

  it('is left alone while it is in use, of another ExaBGP, our own, or no ledger', () => {
    const used = open('used');
    used.mark('=', [ROUTE]);
    const own = open('own');
    own.mark('=', [ROUTE]);
    leave('other', { ...EXABGP, pid: 4_712 });
    fs.writeFileSync(path.join(directory, 'foreign.routes'), 'hello\n');
    const { clock, found, watcher } = watch();
    clock.advance(600_000);
    expect(found).toEqual([]);
    expect(fs.readdirSync(directory).filter((file) => file.endsWith('.routes'))).toHaveLength(4);
    watcher.close();
    used.close();
    own.close();
  });
});
