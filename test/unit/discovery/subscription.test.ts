import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Subscription, subscribeTo } from '../../../src/discovery/subscription.ts';
import { closeDescriptor } from '../../../src/runtime/native.ts';
import { until } from '../../helpers/until.ts';
import { settled } from '../../helpers/virtual-clock.ts';

describe('a subscription', () => {
  let directory: string;
  let reader: number;
  let writer: number;
  let said: string[];

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-subscription-'));
    const fifo = path.join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    writer = fs.openSync(fifo, fs.constants.O_WRONLY);
    said = [];
  });
  afterEach(() => {
    fs.rmSync(directory, { recursive: true });
  });

  const subscribe = (): Subscription =>
    subscribeTo(
      reader,
      'fifo',
      () => said.push('hint'),
      (reason) => said.push(reason.message),
    );

  it('hints at whatever comes', async () => {
    const subscription = subscribe();
    for (const count of [1, 2]) {
      fs.writeSync(writer, 'x');
      await until('a hint', () => said.length === count);
    }
    subscription.close();
    fs.closeSync(writer);
    expect(said).toEqual(['hint', 'hint']);
  });

  it('says once that nothing more comes', async () => {
    subscribe();
    fs.closeSync(writer);
    await until('the end', () => said.length > 0);
    await settled();
    expect(said).toEqual(['fifo closed']);
  });

  it('says nothing once it is closed, and has closed its descriptor by then', async () => {
    const subscription = subscribe();
    fs.writeSync(writer, 'x');
    subscription.close();
    expect(() => fs.fstatSync(reader)).toThrow('EBADF');
    subscription.close();
    await settled();
    expect(said).toEqual([]);
    fs.closeSync(writer);
  });

  it('closes a descriptor that it cannot read', () => {
    closeDescriptor(reader);
    expect(subscribe).toThrow('pipe handle open: EBADF');
    fs.closeSync(writer);
  });
});
