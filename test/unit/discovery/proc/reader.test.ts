import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { openProc } from '../../../../src/discovery/proc/reader.ts';
import type { ProcAnswer } from '../../../../src/discovery/proc/worker.ts';
import type { Reader, Reading } from '../../../../src/discovery/reader.ts';
import type { IpAddress } from '../../../../src/model/address.ts';
import type { Listener, Port } from '../../../../src/model/facts.ts';

/** A thread that answers when the test says so. */
class FakeThread extends EventEmitter {
  readonly posted: unknown[] = [];
  isReferenced = true;
  isTerminated = false;
  postMessage(wanted: unknown): void {
    this.posted.push(wanted);
  }
  ref(): void {
    this.isReferenced = true;
  }
  unref(): void {
    this.isReferenced = false;
  }
  terminate(): void {
    this.isTerminated = true;
  }
  answer(of: Partial<ProcAnswer>): void {
    this.emit('message', { failures: [], cost: 7, ...of });
  }
}

const LISTENER: Listener = {
  ...{ protocol: 'tcp', family: 'ipv4', address: '10.0.0.1' as IpAddress, port: 80 as Port },
  ...{ v6only: false, device: '', queueFull: false },
};

describe('a reader of /proc', () => {
  let threads: FakeThread[];
  let reader: Reader;
  let readings: Reading[];
  const thread = (): FakeThread => threads.at(-1) ?? expect.fail('no thread');
  const read = (host = false): void => reader.read({ host }, (reading) => readings.push(reading));

  beforeEach(() => {
    threads = [];
    readings = [];
    reader = openProc({ protocols: ['tcp'], ports: [{ from: 0, to: 65_535 }] }, () => {
      const started = new FakeThread();
      threads.push(started);
      return started;
    });
  });

  it('starts its thread with the first reading, and passes on what it found, with the cost', () => {
    expect(threads).toEqual([]);
    read(true);
    expect(thread().posted).toEqual([{ host: true }]);
    thread().answer({ host: { addresses: [], devices: [] }, listeners: [LISTENER], cost: 7 });
    expect(readings).toEqual([{ host: { addresses: [], devices: [] }, listeners: [LISTENER], failures: [], cost: 7 }]);
  });

  it('keeps the array of listeners as long as they are the same', () => {
    read();
    thread().answer({ listeners: [LISTENER] });
    read();
    thread().answer({ listeners: 'same' });
    read();
    thread().answer({ listeners: [] });
    expect(readings[1]?.listeners).toBe(readings[0]?.listeners);
    expect(readings[2]?.listeners).toEqual([]);
  });

  it('does not make an empty reading of a failed one', () => {
    read();
    thread().answer({ failures: ['no'] });
    expect(readings).toEqual([{ failures: ['no'], cost: 7 }]);
  });

  it('keeps the process alive while an answer is on its way, and only then', () => {
    read();
    read();
    thread().answer({});
    expect(thread().isReferenced).toBe(true);
    thread().answer({});
    expect(thread().isReferenced).toBe(false);
    read();
    expect(thread().isReferenced).toBe(true);
  });

  it.each([
    ['an error', 'error', new Error('out of memory'), 'the thread that reads /proc: out of memory'],
    ['its end', 'exit', 1, 'the thread that reads /proc: ended with status 1'],
  ])('answers for a thread that died by %s, once, and starts another one', (_, event, value, failure) => {
    read();
    thread().emit(event, value);
    thread().emit('exit', 1);
    expect(readings).toEqual([{ failures: [failure] }]);
    read();
    expect(threads).toHaveLength(2);
    threads[0]?.answer({ listeners: [LISTENER] });
    expect(readings).toHaveLength(1);
    thread().answer({ listeners: [] });
    expect(readings[1]?.listeners).toEqual([]);
  });

  it('fails a reading for which no thread can be started', () => {
    const without = openProc({ protocols: ['tcp'], ports: [{ from: 0, to: 65_535 }] }, () => {
      throw new Error('ERR_WORKER_INIT_FAILED');
    });
    without.read({ host: true }, (reading) => readings.push(reading));
    expect(readings).toEqual([{ failures: ['the thread that reads /proc: ERR_WORKER_INIT_FAILED'] }]);
  });

  it('ends its thread when it is closed, and does not start another one', () => {
    read();
    reader.close();
    reader.close();
    thread().emit('exit', 1);
    read();
    expect(threads).toHaveLength(1);
    expect(thread().isTerminated).toBe(true);
    expect(readings).toEqual([]);
  });

  it('never hears of changes by itself', () => {
    expect(reader.subscribe).toBeUndefined();
  });
});
