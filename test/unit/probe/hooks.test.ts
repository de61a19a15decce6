import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { CheckState, ServiceId } from '../../../src/model/service.ts';
import { createHooks } from '../../../src/probe/hooks.ts';
import { realClock } from '../../../src/runtime/clock.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { until } from '../../helpers/until.ts';

const service = 'web' as ServiceId;
let file = '';
const said = (): string => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-')), 'said');
});
afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }));

function rig(timeout = 20_000) {
  const events: Event[] = [];
  const log = new RecordingLog();
  const clock = realClock();
  const hooks = createHooks({ timeout: ms(timeout), clock, log, push: (event) => events.push(event) });
  let count = 0;
  return {
    ...{ hooks, log, events, clock },
    run: (state: CheckState, ...commands: string[]): void => hooks.run({ service, state, commands, run: ++count }),
    runs: (): number[] => events.flatMap((event) => (event.type === 'hooksFinished' ? [event.run] : [])),
  };
}

describe('hooks', () => {
  it('run one after the other, in the order of the changes, with the state in capitals', async () => {
    const { hooks, run, runs, clock } = rig();
    run('down', `sleep 0.2; echo 1 $STATE >> ${file}`, `echo 2 $STATE >> ${file}`);
    run('up', `echo 3 $STATE >> ${file}`);
    await hooks.idle();
    expect(said()).toBe('1 DOWN\n2 DOWN\n3 UP\n');
    expect(runs()).toEqual([1, 2]);
    expect(clock.pending()).toEqual([]);
  });

  it('that fail are said, and hold nobody up', async () => {
    const { hooks, log, run, runs } = rig();
    run('down', 'exit 3', `echo on >> ${file}`);
    await hooks.idle();
    expect(log.lines).toContain('warn hook failed');
    expect(log.fields).toContainEqual({ service, state: 'down', command: 'exit 3', detail: 'exit status 3' });
    expect(said()).toBe('on\n');
    expect(runs()).toEqual([1]);
  });

  it('that are still at work when we go are left to their end', async () => {
    const { hooks, run, clock } = rig();
    run('up', `echo begun > ${file}; sleep 0.3; echo to nobody; echo done > ${file}`);
    await until('its beginning', () => said() === 'begun\n');
    hooks.close();
    expect(clock.pending()).toEqual([]);
    await until('its end', () => said() === 'done\n');
  });

  it('that hang are killed', async () => {
    const { hooks, log, run } = rig(200);
    run('up', 'sleep 300');
    await hooks.idle();
    expect(log.fields).toContainEqual(expect.objectContaining({ detail: 'not done within 200ms, killed' }));
  });

  it('for more changes than can wait are passed over, the oldest first, and told as finished', async () => {
    const { hooks, log, run, runs } = rig();
    for (let change = 0; change < 20; change++) run('up', `echo ${change} >> ${file}`);
    // One runs, 16 wait.
    expect(runs()).toEqual([2, 3, 4]);
    expect(log.lines.filter((line) => line.includes('passed over'))).toHaveLength(3);
    await hooks.idle();
    expect(said().split('\n').slice(0, 3)).toEqual(['0', '4', '5']);
    expect(runs()).toHaveLength(20);
  });

  it('are idle where there is none', async () => {
    await rig().hooks.idle();
  });

  it('start no more once closed', async () => {
    const { hooks, run, events } = rig();
    hooks.close();
    run('up', `echo >> ${file}`);
    await hooks.idle();
    expect(events).toEqual([]);
    expect(said()).toBe('');
  });
});
