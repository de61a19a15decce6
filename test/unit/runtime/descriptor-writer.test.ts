/** Lines to a descriptor that is full, or that nobody reads any more. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDescriptorWriter, type DescriptorWriter } from '../../../src/runtime/descriptor-writer.ts';
import { until } from '../../helpers/until.ts';

let place: string;
const opened: number[] = [];
const open = (file: string, flags: number): number => {
  const fd = fs.openSync(file, flags | fs.constants.O_NONBLOCK);
  opened.push(fd);
  return fd;
};
const writerTo = (fd: number, capacity?: number): DescriptorWriter =>
  createDescriptorWriter({
    fd,
    ...(capacity !== undefined && { capacity }),
    droppedLine: (count) => `dropped ${count}\n`,
  });
const { O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-writer-'));
  execFileSync('mkfifo', [path.join(place, 'pipe')]);
});
afterEach(() => {
  for (const fd of opened.splice(0)) fs.closeSync(fd);
  fs.rmSync(place, { recursive: true });
});

it('counts what does not fit, and says so when there is room again', async () => {
  const fd = open(path.join(place, 'pipe'), O_RDWR);
  const writer = writerTo(fd, 2_000_000);
  const line = `${'x'.repeat(99_999)}\n`;
  for (let lines = 0; lines < 30; lines++) writer.write(line);
  expect(writer.dropped()).toBeGreaterThan(5);
  const count = writer.dropped();
  let text = '';
  await until('the last line', () => {
    const chunk = Buffer.alloc(1_000_000);
    try {
      text += chunk.toString('latin1', 0, fs.readSync(fd, chunk));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    return text.includes('dropped');
  });
  expect(text).toBe(`${line.repeat(30 - count)}dropped ${count}\n`);
  expect(writer.dropped()).toBe(count);
});

it('counts what meets a full disk', () => {
  const writer = writerTo(open('/dev/full', O_WRONLY));
  for (const line of ['one\n', 'two\n']) writer.write(line);
  expect(writer.dropped()).toBe(2);
});

it('counts what nobody is left to read', () => {
  const reader = open(path.join(place, 'pipe'), O_RDONLY);
  const fd = open(path.join(place, 'pipe'), O_WRONLY);
  const writer = writerTo(fd);
  writer.write('one\n');
  expect(writer.dropped()).toBe(0);
  fs.closeSync(reader);
  opened.splice(opened.indexOf(reader), 1);
  for (const line of ['two\n', 'three\n']) writer.write(line);
  expect(writer.dropped()).toBe(2);
});
