import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Probe, ServiceId } from '../../../src/model/service.ts';
import { createExecProbe } from '../../../src/probe/exec.ts';
import { realClock } from '../../../src/runtime/clock.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { until } from '../../helpers/until.ts';

const service = 'web' as ServiceId;
let place = '';

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});
afterEach(() => fs.rmSync(place, { recursive: true }));

function rig(of: Partial<Probe>) {
  const results: string[] = [];
  const log = new RecordingLog();
  const clock = realClock();
  const push = (event: Event): void => {
    if (event.type !== 'probeFinished') throw new Error(event.type);
    expect(event.startedAt).toBeLessThanOrEqual(event.at);
    results.push(event.detail === '' ? event.result : `${event.result}: ${event.detail}`);
  };
  const probe = { command: undefined, timeout: ms(20_000), disableFile: undefined, ...of };
  return { probe: createExecProbe({ service, probe, clock, log, push }), results, log, clock };
}

async function once(of: Partial<Probe>): Promise<string | undefined> {
  const { probe, results, clock } = rig(of);
  probe.start();
  await until('a result', () => results.length > 0);
  expect(clock.pending()).toEqual([]);
  return results[0];
}

describe('a check', () => {
  it.each([
    ['true', 'passed'],
    ['echo "the reason"; echo more; exit 7', 'failed: exit status 7, "the reason"'],
    ['exit 2', 'failed: exit status 2'],
    ['kill -TERM $$', 'failed: ended by SIGTERM'],
  ])('%s: %s', async (command, result) => {
    expect(await once({ command })).toBe(result);
  });

  it('that takes too long fails', async () => {
    expect(await once({ command: 'sleep 300', timeout: ms(200) })).toBe('failed: not done within 200ms, killed');
  });

  it('without a command passes', async () => {
    expect(await once({})).toBe('passed');
  });

  it('is not made while the disable file is there', async () => {
    const disableFile = path.join(place, 'disabled');
    fs.writeFileSync(disableFile, '');
    expect(await once({ disableFile, command: `touch ${place}/made` })).toBe(`disabled: ${disableFile} exists`);
    expect(fs.existsSync(`${place}/made`)).toBe(false);
    fs.rmSync(disableFile);
    expect(await once({ disableFile, command: 'true' })).toBe('passed');
  });

  it('says once that the disable file cannot be looked at, and takes it for missing', async () => {
    const disableFile = path.join(place, 'x'.repeat(300));
    const { probe, results, log } = rig({ disableFile });
    for (const count of [1, 2]) {
      probe.start();
      await until('a result', () => results.length === count);
    }
    expect(results).toEqual(['passed', 'passed']);
    expect(log.lines).toEqual(['warn disable file cannot be looked at']);
  });

  it('is one at a time', async () => {
    const { probe, results } = rig({ command: `echo >> ${place}/made; sleep 0.2` });
    probe.start();
    probe.start();
    await until('a result', () => results.length > 0);
    probe.start();
    await until('another', () => results.length === 2);
    expect(fs.readFileSync(`${place}/made`, 'utf8')).toBe('\n\n');
  });

  it('that is closed ends, and tells nothing', async () => {
    const { probe, results, clock } = rig({ command: `echo $$ > ${place}/pid; exec sleep 300` });
    const pid = (): string => (fs.existsSync(`${place}/pid`) ? fs.readFileSync(`${place}/pid`, 'utf8').trim() : '');
    probe.start();
    await until('it runs', () => pid() !== '');
    probe.close();
    await until('it is gone', () => !fs.existsSync(`/proc/${pid()}`));
    expect(results).toEqual([]);
    expect(clock.pending()).toEqual([]);
    probe.start();
  });
});
