/** ha2bgp at a terminal, and at one socket for both stdin and stdout: made by Python, which Node has no words for. */
import { afterEach, expect, it } from 'vitest';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, start, stopAll } from '../helpers/processes.ts';

const python = (script: string, ...args: readonly string[]) =>
  start('/usr/bin/python3', ['-c', script, process.execPath, bin, ...args], { env: cleanEnvironment() });
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
until(b'"announced"')
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
});
