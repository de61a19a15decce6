import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import type { Route } from '../../../../src/model/route.ts';
import { watchBeside } from '../../../../src/sink/exabgp/beside.ts';
import { type Ledger, openLedger } from '../../../../src/sink/exabgp/ledger.ts';
import type { ExabgpIdentity } from '../../../../src/sink/exabgp/ledger-format.ts';
import { silentLog } from '../../../helpers/simulation.ts';
import { SteppedClock } from '../../../helpers/stepped-clock.ts';
import { until } from '../../../helpers/until.ts';

const EXABGP: ExabgpIdentity = { pid: 4_711, startTime: '183002', bootId: 'boot-1' };
const route = (last: number): Route => ({
  prefix: `192.0.2.${last}/32` as Prefix,
  attributes: { nextHop: 'self' },
});

let directory: string;
const open: Ledger[] = [];
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});
afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close();
  fs.rmSync(directory, { recursive: true });
});

function ledgerOf(name: string, exabgp = EXABGP): Ledger {
  const ledger = openLedger({ directory, name, exabgp, log: silentLog });
  open.push(ledger);
  return ledger;
}

function watch() {
  const clock = new SteppedClock();
  const heard: string[][] = [];
  const watcher = watchBeside({
    ...{ directory, name: 'own', exabgp: EXABGP, clock, log: silentLog },
    withdrawn: (prefixes) => heard.push([...prefixes]),
  });
  return { clock, heard, watcher };
}

describe('what a ledger beside ours says', () => {
  it('of a withdraw is heard when it is struck out, and a second after it was entered', async () => {
    const beside = ledgerOf('beside');
    beside.mark('=', [route(1), route(2)]);
    const { clock, heard, watcher } = watch();
    beside.mark('-', [route(1)]);
    await until('the entry is read', () => clock.pending().length > 0);
    expect(heard).toEqual([]);
    beside.mark('x', [route(1)]);
    await until('the strike is read', () => heard.length > 0);
    expect(heard).toEqual([['192.0.2.1/32']]);
    clock.advance(1_000);
    expect(heard).toEqual([['192.0.2.1/32'], ['192.0.2.1/32']]);
    watcher.close();
    expect(clock.pending()).toEqual([]);
  });

  it('is heard too when it began after us, or was written anew', async () => {
    const { heard, watcher } = watch();
    let beside = ledgerOf('beside');
    const struck = async (last: number): Promise<void> => {
      // Each is another event: what stands there when a file is first seen was said before.
      await until(`192.0.2.${last}`, () => {
        beside.mark('x', [route(last)]);
        return heard.some(([prefix]) => prefix === `192.0.2.${last}/32`);
      });
    };
    await struck(1);
    beside.close();
    beside = ledgerOf('beside');
    await struck(2);
    watcher.close();
  });

  it('is nothing to us if it is our own, of another ExaBGP, or no ledger', async () => {
    const own = ledgerOf('own');
    const foreign = ledgerOf('foreign', { ...EXABGP, pid: 4_712 });
    fs.writeFileSync(path.join(directory, 'none.routes'), 'hello\n');
    const beside = ledgerOf('beside');
    const { heard, watcher } = watch();
    own.mark('x', [route(1)]);
    foreign.mark('x', [route(2)]);
    fs.appendFileSync(path.join(directory, 'none.routes'), 'x 0 192.0.2.3/32\n');
    fs.appendFileSync(path.join(directory, 'beside.routes'), 'x 0 192.0.2.999/32\nx nonsense\n\0\n');
    beside.mark('x', [route(4)]);
    await until('what came last', () => heard.length > 0);
    expect(heard).toEqual([['192.0.2.4/32']]);
    watcher.close();
  });
});
