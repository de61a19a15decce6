import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { type CommandEnd, runCommand } from '../../../src/probe/command.ts';
import { realClock } from '../../../src/runtime/clock.ts';
import { isAlive } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const clock = realClock();
let count = 0;

function end(command: string, timeout = 20_000, environment = {}): Promise<CommandEnd> {
  const timer = `command ${count++}`;
  return new Promise((resolve) => {
    runCommand({ command, timeout: ms(timeout), environment, clock, timer }, resolve);
  });
}

/** Processes of ours that have ended and that nobody has waited for. */
function zombies(): number {
  const children = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.filter((pid) => {
    try {
      return /^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  }).length;
}

describe('a command', () => {
  it.each<[string, CommandEnd]>([
    ['true', { type: 'exited', status: 0, output: '' }],
    [
      'echo out; echo err >&2; exit 3',
      { type: 'exited', status: 3, output: expect.stringMatching(/^(out\nerr\n|err\nout\n)$/) },
    ],
    ['kill -9 $$', { type: 'killed', signal: 'SIGKILL', output: '' }],
    ['no-such-program-anywhere', { type: 'exited', status: 127, output: expect.stringContaining('not found') }],
    ['test "$(ps -o pgid= -p $$)" -eq $$', { type: 'exited', status: 0, output: '' }],
  ])('%s', async (command, expected) => {
    expect(await end(command)).toEqual(expected);
    expect(clock.pending()).toEqual([]);
  });

  it('has our environment and its own', async () => {
    expect(await end('echo $STATE; test -n "$PATH"', 20_000, { STATE: 'UP' })).toEqual({
      ...{ type: 'exited', status: 0, output: 'UP\n' },
    });
  });

  it('finds nothing on stdin', async () => {
    expect(await end('cat; read line')).toEqual({ type: 'exited', status: 1, output: '' });
  });

  it('may print without end, of which the first is kept', async () => {
    const ended = await end('yes | head -c 10000000');
    expect(ended).toMatchObject({ type: 'exited', status: 0 });
    expect(ended.type === 'exited' && ended.output.length).toBe(4_096);
  });

  it('is not waited for beyond its own end, whatever it leaves with its output open', async () => {
    const started = clock.now();
    const ended = await end('sleep 5 & echo $!');
    expect(clock.now() - started).toBeLessThan(4_000);
    expect(ended).toMatchObject({ type: 'exited', status: 0 });
    if (ended.type === 'exited') process.kill(Number(ended.output));
  });

  it('is killed at its limit, with everything that it started', async () => {
    const ended = await end('sleep 300 & echo $!; echo $$; sleep 300', 200);
    expect(ended.type).toBe('timedOut');
    const pids = ended.type === 'timedOut' ? ended.output.trim().split('\n').map(Number) : [];
    expect(pids).toHaveLength(2);
    await until('all gone', () => pids.every((pid) => !isAlive(pid)));
    await until('no zombie', () => zombies() === 0);
    expect(clock.pending()).toEqual([]);
  });

  it('that is killed tells nothing', async () => {
    let isTold = false;
    const command = runCommand({ command: 'exec sleep 300', timeout: ms(0), clock, timer: 'killed' }, () => {
      isTold = true;
    });
    expect(command.isGone()).toBe(false);
    command.kill();
    await until('gone', () => command.isGone());
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTold).toBe(false);
    expect(clock.pending()).toEqual([]);
  });

  it('that cannot be started says why, later', async () => {
    const ended = await end(`: ${'x'.repeat(200_000)}`);
    expect(ended).toMatchObject({ type: 'notStarted', detail: expect.stringContaining('E2BIG') });
  });
});
