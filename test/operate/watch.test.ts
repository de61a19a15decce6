/** `ha2bgp watch` on a terminal: a real one, with a stand-in for the daemon. */
import fs from 'node:fs';
import type http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlSocket, leaveSocket, openControlSocket } from '../helpers/control-socket.ts';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { type Started, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';
import { DRAIN, EXPLANATION, STATUS, TRANSITIONS } from '../helpers/views.ts';

let socket: ControlSocket;
let streams: http.ServerResponse[];
let status: typeof STATUS | undefined;
let health: object | undefined;
const FOLDERS: string[] = [];

function open(within?: string): Promise<ControlSocket> {
  return openControlSocket(
    {
      'GET /v1/status': () => status,
      'GET /v1/health': () => health,
      'GET /v1/explain/192.0.2.2%2F32': EXPLANATION,
      'POST /v1/drain': { overrides: [DRAIN], services: ['192.0.2.2/32'], remarks: ['not kept'] },
      'POST /v1/undrain': { refusal: { status: 409, title: 'no such drain' } },
      'GET /v1/events': (_asked, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': hello\n\n');
        streams.push(response);
        return undefined;
      },
    },
    'web',
    within,
  );
}

beforeEach(async () => {
  streams = [];
  status = STATUS;
  health = { ok: true };
  socket = await open();
});
afterEach(async () => {
  await stopAll();
  await socket.close();
  for (const folder of FOLDERS.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
/** What one sees: the last frame. */
const seen = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal acts upon
  (text.split('\x1b[H').at(-1) ?? '').replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');

interface Terminal extends Started {
  readonly seen: () => string;
  /** Waits until that is to be seen. */
  see(text: string | RegExp): Promise<void>;
  /** As typed, and one key after the other. */
  press(keys: string): void;
  /** Keys, and what is to be seen then, one step after the other. */
  walk(...steps: readonly (readonly [keys: string, sees: string | RegExp])[]): Promise<void>;
  /** Waits for the end, with status 0. */
  quits(keys?: string): Promise<void>;
}

/** On a terminal of script(1): `first` is run by the shell there before, and `rest` afterwards. */
function watch(
  words = '',
  rest = 'echo "ended with $?"',
  first = ':',
  which = `--control-socket "${socket.path}"`,
): Terminal {
  const inner = `${first}; stty rows 14 cols 100; "${process.execPath}" "${bin}" watch ${which} ${words}; ${rest}`;
  const started = start('script', ['--quiet', '--flush', '--command', inner, '/dev/null'], {
    env: { ...cleanEnvironment(), TERM: 'xterm', SHELL: '/bin/bash' },
  });
  const now = (): string => seen(started.stdout());
  const press = (keys: string): void => void started.child.stdin?.write(keys);
  const see = async (text: string | RegExp): Promise<void> =>
    void (await until(
      () => `${text}\n${now()}\n${started.stderr()}`,
      () => (typeof text === 'string' ? now().includes(text) : text.test(now())),
    ));
  return {
    ...{ ...started, seen: now, see, press },
    async walk(...steps) {
      for (const [keys, sees] of steps) {
        press(keys);
        await see(sees);
      }
    },
    async quits(keys = 'q') {
      press(keys);
      await until('the end', () => started.stdout().includes('ended with 0'));
      await started.ended;
    },
  };
}

describe('ha2bgp watch', () => {
  it('shows the table, takes keys, and gives the terminal back', async () => {
    const terminal = watch();
    await terminal.see('> 192.0.2.2/32');
    await terminal.walk(
      ['j', '> 192.0.2.3/32'],
      ['/dns\r', /^> 192\.0\.2\.5\/32/m],
      ['\x1b[A?', 'end its drain, after a confirmation'],
      ['x', ' /dns '],
    );
    await terminal.quits();
    expect(terminal.stdout().split(ENTER)).toHaveLength(2);
    expect(terminal.stdout()).toContain(`\x1b[?25h${LEAVE}`);
    expect(terminal.stdout().split(LEAVE)).toHaveLength(2);
  });

  it('says that the daemon that is meant may be a dead one', async () => {
    const dead = await leaveSocket(socket.folder, 'dns');
    const terminal = watch('', undefined, `export RUNTIME_DIRECTORY=${socket.folder}`, '');
    await terminal.see('> 192.0.2.2/32');
    expect(terminal.seen()).toContain(dead);
    await terminal.walk(['d', 'withdraw it?']);
    await terminal.quits('nq');
  });

  it('waits for a daemon that does not answer, and says so', async () => {
    status = undefined;
    const terminal = watch();
    await terminal.see(/NO ANSWER for .*, trying again: .*the daemon does not answer/);
    status = STATUS;
    await terminal.see('> 192.0.2.2/32');
    await terminal.quits();
  });

  it('asks again and again whether the daemon answers, whose stream stays open', async () => {
    const terminal = watch();
    await until('its stream', () => streams.length > 0);
    health = undefined;
    await terminal.see(/NO ANSWER for .*: the daemon does not answer/);
    health = { ok: true };
    await until('an answer', () => !terminal.seen().includes('NO ANSWER'));
    expect(streams).toHaveLength(1);
    await terminal.quits();
  });

  it('explains, drains after a confirmation, and says what the daemon refuses', async () => {
    const terminal = watch();
    await terminal.see('> 192.0.2.2/32');
    const given = (): string[] =>
      socket.asked.filter(({ method }) => method === 'POST').map(({ url, body }) => `${url} ${body}`);
    await terminal.walk(
      ['\r', '✗ health'],
      ['x', '> 192.0.2.2/32'],
      ['d', 'drain 192.0.2.2/32: tell the routers, then withdraw it?'],
      ['n', 'nothing done: no drain'],
    );
    expect(given()).toEqual([]);
    await terminal.walk(
      ['d', 'withdraw it?'],
      ['y', 'drain 192.0.2.2/32: done, concerns 1 service; not kept'],
      ['jju', 'end the drain of 192.0.2.4/32?'],
      ['y', 'undrain 192.0.2.4/32: no such drain'],
    );
    expect(given()).toEqual(['/v1/drain {"target":"192.0.2.2/32"}', '/v1/undrain {"target":"192.0.2.4/32"}']);
    await terminal.quits('\x03');
  });

  it('follows changes, and a daemon that is restarted', async () => {
    const terminal = watch();
    await terminal.see('2 announced');
    await until('its stream', () => streams.length > 0);
    status = { ...STATUS, counts: { ...STATUS.counts, announced: 77 } };
    const [change] = TRANSITIONS;
    streams[0]?.write(`event: transition\ndata: ${JSON.stringify({ type: 'transition', ...change })}\n\n`);
    await terminal.see('77 announced');
    const { folder } = socket;
    FOLDERS.push(folder);
    fs.mkdirSync(`${folder}/again`);
    await socket.close();
    await terminal.see(/last seen \d\d:\d\d:\d\dZ[\s\S]*NO ANSWER for \d/);
    // Not a row is green still.
    const frames = terminal.stdout().split('\x1b[H');
    expect([frames.at(-1)?.includes('\x1b[32m'), frames.some((each) => each.includes('\x1b[32m'))]).toEqual([
      false,
      true,
    ]);
    fs.mkdirSync(folder, { recursive: true });
    status = { ...STATUS, process: { ...STATUS.process, pid: 4_712, startedAt: STATUS.at } };
    socket = await open(folder);
    await terminal.see('the daemon was started again: pid 4712');
    expect(terminal.seen()).not.toContain('NO ANSWER');
    await terminal.quits();
  });

  it.each(['TERM', 'HUP', 'INT'])('gives the terminal back at SIG%s', async (signal) => {
    const terminal = watch('', 'echo "ended with $?"; stty -a');
    await terminal.see('> 192.0.2.2/32');
    process.kill(pidOf(socket.path), `SIG${signal}`);
    await until('the end', () => /ended with \d+/.test(terminal.stdout()));
    await terminal.ended;
    expect(terminal.stdout()).toContain(`ended with ${{ TERM: 143, HUP: 129, INT: 130 }[signal]}`);
    expect(terminal.stdout()).toContain(LEAVE);
    // As a shell wants it, and not as keys are read one by one.
    expect(terminal.stdout().split('ended with').at(-1)).toMatch(/ icanon .* echo /s);
  });

  it('stops with Ctrl-Z, with the terminal given back, and goes on', async () => {
    const terminal = watch('', 'echo "stopped with $?"; stty -a; fg; echo "ended with $?"', 'set -m');
    await terminal.see('> 192.0.2.2/32');
    terminal.press('j');
    await terminal.see('> 192.0.2.3/32');
    terminal.press('\x1a');
    // 128 and SIGTSTP. What is selected is so still when the shell has brought it back.
    await until('stopped, and back', () => terminal.stdout().split(ENTER).length === 3);
    const [, between = ''] = terminal.stdout().split(LEAVE);
    expect(between).toMatch(/stopped with 148[\s\S]* icanon [\s\S]* echo /);
    await terminal.see('> 192.0.2.3/32');
    await terminal.walk(['k', '> 192.0.2.2/32']);
    await terminal.quits();
  });
});

/** The process that was started with that socket, and is no shell. */
function pidOf(file: string): number {
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words[0] === process.execPath && words.includes(file)) return Number(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('no process watches');
}
