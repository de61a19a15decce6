/** ha2bgp at a terminal, and at one socket for both stdin and stdout: made by Python, which Node has no words for. */
import { afterEach, expect, it } from 'vitest';
import { aloneEnvironment, bin } from '../helpers/daemon.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, start, stopAll } from '../helpers/processes.ts';

const python = (script: string, ...args: readonly string[]) =>
  start('/usr/bin/python3', ['-c', script, process.execPath, bin, ...args], { env: aloneEnvironment() });
const words = (port: number): string[] => [
  ...[
    '--network',
    '127.94.0.0/16',
    '--listen-filter',
    `sport = :${port}`,
    '--announce-delay',
    '0',
    '--interval',
    '20ms',
  ],
];

/** Runs ha2bgp on a terminal, whose output is stopped, as with Ctrl-S, before anything is announced; then ends it. */
const STOPPED = `
import os, pty, subprocess, sys, termios
main, terminal = pty.openpty()
log_read, log_write = os.pipe()
p = subprocess.Popen(sys.argv[1:], stdin=terminal, stdout=terminal, stderr=log_write)
os.close(log_write)
log = b''
def until(text):
    global log
    while text not in log: log += os.read(log_read, 65536)
until(b'first facts read')
termios.tcflow(terminal, termios.TCOOFF)
print('stopped', flush=True)
until(b'"to be announced"')
p.terminate()
print('status', p.wait(10), flush=True)
`;

/** One socket as both, as inetd would have it; what comes out is never read, so that closing it is a reset. */
const RESET = `
import socket, subprocess, sys
ours, theirs = socket.socketpair()
p = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
theirs.close()
ours.recv(1, socket.MSG_PEEK)
ours.close()
print('status', p.wait(10), flush=True)
`;

/**
 * Runs it to its end on a terminal, with no capability of root's, and makes that smaller and larger meanwhile: what came of
 * it, in hexadecimal digits, and whether the terminal's own settings are what they were.
 */
const SHOWN = `
import fcntl, os, pty, struct, subprocess, sys, termios
main, terminal = pty.openpty()
def resize(rows, columns): fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
resize(24, 80)
before = termios.tcgetattr(terminal)
bare = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--']
p = subprocess.Popen(bare + sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
  preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
sizes = {b'2/9': (6, 30), b'3/9': (60, 200), b'4/9': (24, 80)}
said = b''
while b'\\x1b[?1049l' not in said:
  said += os.read(main, 65536)
  for text in [text for text in sizes if text in said]: resize(*sizes.pop(text))
  if STOP_AT and STOP_AT.encode() in said: os.write(main, b'\\x03'); STOP_AT = ''
os.set_blocking(main, False)
status = None
while status is None:
  try: said += os.read(main, 65536)
  except BlockingIOError: pass
  try: status = p.wait(0.05)
  except subprocess.TimeoutExpired: pass
try:
  while True: said += os.read(main, 65536)
except BlockingIOError: pass
print(status, termios.tcgetattr(terminal) == before, said.hex())
`;

/**
 * The same under what a shell does: a job of its own at the terminal, which Ctrl-Z stops for a second and a half. Says its
 * status after a Ctrl-C, all that came until it was stopped, and all that came from then on.
 */
const SUSPENDED = `
import fcntl, os, pty, signal, struct, sys, termios, threading, time
pid, main = pty.fork()
if pid == 0:
  signal.signal(signal.SIGTTOU, signal.SIG_IGN)
  fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 84, 0, 0))
  job = os.fork()
  if job == 0:
    os.setpgid(0, 0); os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
  _, status = os.waitpid(job, os.WUNTRACED)
  os.tcsetpgrp(0, os.getpgrp())
  print('STOPPED' if os.WIFSTOPPED(status) else 'ENDED', flush=True)
  time.sleep(1.5)
  os.tcsetpgrp(0, job); os.killpg(job, signal.SIGCONT)
  _, status = os.waitpid(job, 0)
  os.tcsetpgrp(0, os.getpgrp())
  os._exit(os.waitstatus_to_exitcode(status))
said = b''
typed = [(b'3/9', b'\\x1a'), (b'stood still meanwhile', b'\\x03')]
while True:
  try: said += os.read(main, 65536)
  except OSError: break
  if typed and typed[0][0] in said: os.write(main, typed.pop(0)[1])
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), *[part.hex() for part in said.split(b'STOPPED')])
`;

/** Ctrl-C is typed when that is seen; never for an empty text. */
async function showDemo(stopAt: string): Promise<{ readonly status: string; readonly said: string }> {
  const script = python(`STOP_AT = '${stopAt}'${SHOWN}`, 'demo');
  expect(await script.ended, script.stderr()).toBe(0);
  const [status = '', isRestored, digits = ''] = script.stdout().trim().split(' ');
  expect(isRestored).toBe('True');
  return { status, said: Buffer.from(digits, 'hex').toString() };
}

/** DEC private modes 1049 and 25: the other screen, and the cursor. */
const [ENTER, LEAVE] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'];

describeInterop('ha2bgp', () => {
  afterEach(stopAll);

  it('ends on SIGTERM though its terminal is stopped', async () => {
    const script = python(STOPPED, ...words(8794));
    await listen(['127.94.0.1:8794']);
    expect(await script.ended).toBe(0);
    expect(script.stdout()).toBe('stopped\nstatus 0\n');
  });

  it('goes when the socket that is its stdin and stdout is reset', async () => {
    const script = python(RESET, ...words(8795));
    await listen(['127.94.0.2:8795']);
    expect(await script.ended).toBe(0);
    expect(script.stdout()).toBe('status 0\n');
  });

  it('demo draws frames in place, whatever the size, and leaves the terminal as it was with the last words on it', async () => {
    const { status, said } = await showDemo('');
    expect(status, said).toBe('0');
    const [before = '', live = '', rest] = said.split(ENTER);
    expect([before, rest]).toEqual(['', undefined]);
    const [frames = '', words = '', more] = live.split(LEAVE);
    expect(more).toBeUndefined();
    for (let step = 1; step <= 9; step++) expect(frames).toContain(`${step}/9`);
    // Each begins at the upper left corner and clears what is below; one more line than rows would scroll.
    const heights = frames
      .split('\u001b[H')
      .slice(1)
      .map((text) => text.split('\r\n').length);
    expect([Math.min(...heights), Math.max(...heights) <= 60]).toEqual([6, true]);
    expect(words).toContain('the table is empty');
    expect(words.endsWith('\r\n')).toBe(true);
  });

  it('demo ends on Ctrl-C at once, with the terminal as it was', async () => {
    const { status, said } = await showDemo('Two services open');
    expect(status, said).toBe('130');
    expect(said.split(ENTER)).toHaveLength(2);
    const [, words = '', more] = said.split(LEAVE);
    expect(more).toBeUndefined();
    expect(words).toMatch(/ha2bgp starts .*session up/);
    expect(words).toMatch(/interrupted at \d+\.\d s, in step 2 of 9\S*\r\n$/);
  });

  it('demo gives the terminal back to Ctrl-Z, and takes no figure across it', async () => {
    const script = python(SUSPENDED, 'demo');
    expect(await script.ended, script.stderr()).toBe(0);
    const [status, ...parts] = script.stdout().trim().split(' ');
    expect(status, script.stdout()).toBe('130');
    const [before = '', after = ''] = parts.map((digits) => Buffer.from(digits, 'hex').toString());
    expect(before.endsWith(LEAVE)).toBe(true);
    expect(before.split(ENTER)).toHaveLength(2);
    expect(after.split(ENTER)).toHaveLength(2);
    expect(after.split(LEAVE).at(-1)).toMatch(/web closes .*–.*the demo stood still meanwhile/);
  });
});
