/** `ha2bgp decode` through bin/. */
import { describe, expect, it } from 'vitest';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { start } from '../helpers/processes.ts';

async function decode(stdin: Uint8Array | string, ...words: readonly string[]) {
  const started = start(process.execPath, [bin, 'decode', ...words], { env: cleanEnvironment() });
  started.child.stdin?.end(stdin);
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}

describe('ha2bgp decode', () => {
  it('prints a message, and ends with 0', async () => {
    const { status, stdout, stderr } = await decode('', '0013', '04');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^KEEPALIVE of 19 octets at 0\n[\s\S]*type: KEEPALIVE \(4\)\n$/);
  });

  it('reads octets on stdin, and ends with 1 when something is wrong with them', async () => {
    const { status, stdout, stderr } = await decode(Uint8Array.of(0, 0x13, 4, 0, 0x13, 9), '--json', '-');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['accepted', 'reset']);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    [
      'an unknown flag',
      ['--frob', '00'],
      2,
      /^ha2bgp: --frob: unknown flag\nha2bgp: usage: see ha2bgp decode --help\n$/,
    ],
    ['a file that is not there', ['gone.hex'], 1, /^ha2bgp: "gone\.hex": neither hexadecimal digits nor a file\n$/],
    ['nothing at all', [], 1, /^ha2bgp: stdin: is empty\n$/],
  ])('refuses %s', async (_name, words, expected, says) => {
    const { status, stdout, stderr } = await decode('', ...words);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toMatch(says);
  });
});
