import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NamespaceError, namespaceOf, OWN_NAMESPACE } from '../../../src/discovery/namespace.ts';
import { NativeError } from '../../../src/runtime/native.ts';

let directory: string | undefined;
afterEach(() => {
  if (directory !== undefined) fs.rmSync(directory, { recursive: true });
  directory = undefined;
});

/** A path of our own, at which a test may put what it likes. */
function ownPath(): string {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-namespace-'));
  return path.join(directory, 'blue');
}

describe('no name', () => {
  it('is our own namespace: it is always there, and nobody has to go anywhere', () => {
    expect(namespaceOf('')).toBe(OWN_NAMESPACE);
    expect(OWN_NAMESPACE.identity()).toBe(OWN_NAMESPACE.identity());
    expect(OWN_NAMESPACE.enter(() => 7)).toBe(7);
  });
});

describe('the identity of a namespace', () => {
  it('is that of its file', () => {
    const { dev, ino } = fs.statSync('/proc/self/ns/net');
    const namespace = namespaceOf('/proc/self/ns/net');
    expect(namespace.identity()).toBe(`${dev}:${ino}`);
    expect(namespace.identity()).toBe(namespace.identity());
  });

  it('is another one when the name has come to mean another', () => {
    const file = ownPath();
    const namespace = namespaceOf(file);
    fs.symlinkSync('/proc/self/ns/net', file);
    const before = namespace.identity();
    fs.unlinkSync(file);
    fs.symlinkSync('/proc/self/ns/uts', file);
    expect(namespace.identity()).not.toBe(before);
    fs.unlinkSync(file);
    expect(() => namespace.identity()).toThrow(NamespaceError);
    fs.symlinkSync('/proc/self/ns/net', file);
    expect(namespace.identity()).toBe(before);
  });

  it('does not exist for a name that ip-netns(8) does not know, and the error says what was looked for', () => {
    const namespace = namespaceOf('ha2bgp-no-such');
    expect(() => namespace.identity()).toThrow(
      new NamespaceError('network namespace ha2bgp-no-such: ENOENT /run/netns/ha2bgp-no-such'),
    );
  });

  it('does not exist for a path at which nothing is', () => {
    const file = ownPath();
    expect(() => namespaceOf(file).identity()).toThrow(`network namespace ${file}: ENOENT ${file}`);
  });
});

describe('entering', () => {
  it('what is not there fails, and nothing is carried out', () => {
    let isDone = false;
    const namespace = namespaceOf('ha2bgp-no-such');
    expect(() =>
      namespace.enter(() => {
        isDone = true;
      }),
    ).toThrow(NativeError);
    expect(isDone).toBe(false);
  });

  it('what is no network namespace fails, and leaves us where we were', () => {
    const before = fs.readlinkSync('/proc/thread-self/ns/net');
    expect(() => namespaceOf('/proc/self/ns/uts').enter(() => 7)).toThrow(NativeError);
    expect(fs.readlinkSync('/proc/thread-self/ns/net')).toBe(before);
  });

  // setns(2) needs CAP_SYS_ADMIN, for one's own namespace too.
  it.skipIf(process.geteuid?.() !== 0 && process.env['CI'] !== 'true')(
    'our own by its path carries out, and comes back, also from an error',
    () => {
      const before = fs.readlinkSync('/proc/thread-self/ns/net');
      const namespace = namespaceOf('/proc/self/ns/net');
      expect(namespace.enter(() => fs.readlinkSync('/proc/thread-self/ns/net'))).toBe(before);
      expect(() =>
        namespace.enter(() => {
          throw new TypeError('x is not a function');
        }),
      ).toThrow(TypeError);
      expect(fs.readlinkSync('/proc/thread-self/ns/net')).toBe(before);
    },
  );
});
