import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/config/exabgp-conf/finding.ts';
import { RELEASES, type Release } from '../../../src/config/exabgp-conf/release.ts';
import type { RunLine } from '../../../src/config/exabgp-conf/run-line.ts';
import { findAs, findUser, may, type User } from '../../../src/config/exabgp-user.ts';
import { checkRunFile } from '../../../src/config/run-file.ts';

/** Nobody here: only the bits for others count, whoever runs the tests. */
const STRANGER: User = { name: 'stranger', uid: 54_321, gid: 54_321, gids: [54_321] };
const ROOT: User = { name: 'root', uid: 0, gid: 0, gids: [0] };

let place: string;
const at = (...names: readonly string[]): string => path.join(place, ...names);

function put(name: string, mode: number, text = '#!/bin/sh\n'): string {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), text);
  fs.chmodSync(at(name), mode);
  return at(name);
}

function codesOf(
  program: string,
  options: { user?: User; releases?: readonly Release[]; own?: string; words?: readonly string[] } = {},
): string[] {
  const findings: Finding[] = [];
  const texts = [program, ...(options.words ?? [])];
  const words = texts.map((text) => ({ text, line: 7, isGlued: false, isQuoted: false }));
  const run: RunLine = { line: 7, program, words, own: options.own ?? program, ownWords: [], environment: {} };
  checkRunFile(
    run,
    at('exabgp.conf'),
    options.user ?? STRANGER,
    options.releases ?? RELEASES,
    (code, effect, line, sentence, ...instead) => {
      findings.push({ code, effect, line, sentence, instead });
    },
  );
  expect(findings.every(({ line }) => line === 7)).toBe(true);
  return findings.map(({ effect, code }) => `${effect} ${code}`);
}

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  fs.chmodSync(place, 0o755);
  fs.writeFileSync(at('exabgp.conf'), '');
});
afterEach(() => {
  fs.rmSync(place, { recursive: true, force: true });
});

describe('a program that ExaBGP is to run', () => {
  it('is good when everybody may read and execute it', () => {
    expect(codesOf(put('ha2bgp', 0o755))).toEqual([]);
  });

  it.each<[string, number, readonly string[]]>([
    ['nobody may execute', 0o644, ['refused run-file-not-executable']],
    ['its owner alone may execute', 0o744, ['refused run-file-not-executable']],
    ['is setuid', 0o4755, ['refused run-file-setuid']],
    ['is setgid', 0o2755, ['refused run-file-setuid']],
    ['others may execute, and not read', 0o711, ['refused run-file-unreadable']],
  ])('that %s', (_name, mode, expected) => {
    expect(codesOf(put('ha2bgp', mode))).toEqual(expected);
  });

  it('looks executable to ExaBGP, and is not: its group may not, others may', () => {
    const file = put('ha2bgp', 0o645);
    const { uid, gid } = fs.statSync(file);
    expect(codesOf(file, { user: { name: 'member', uid: uid + 1, gid, gids: [gid] } })).toEqual([
      'mute run-file-not-executable',
    ]);
  });

  it('is executable by another group of the user, of which ExaBGP knows nothing', () => {
    const file = put('ha2bgp', 0o754);
    const { uid, gid } = fs.statSync(file);
    expect(codesOf(file, { user: { name: 'member', uid: uid + 1, gid: gid + 1, gids: [gid + 1, gid] } })).toEqual([
      'refused run-file-not-executable',
    ]);
  });

  it('may be setgid, or unreadable, for 4.2', () => {
    expect(codesOf(put('ha2bgp', 0o2755), { releases: ['4.2'] })).toEqual([]);
    expect(codesOf(put('other', 0o711), { releases: ['4.2'] })).toEqual([]);
  });

  it('is missing', () => {
    expect(codesOf(at('ha2bgp'))).toEqual(['refused run-file-missing']);
    expect(codesOf(at('exabgp.conf', 'ha2bgp'))).toEqual(['refused run-file-missing']);
  });

  it('is a folder, or no file at all', () => {
    fs.mkdirSync(at('ha2bgp'));
    expect(codesOf(at('ha2bgp'))).toEqual(['refused run-file-folder']);
    expect(codesOf('/dev/null')).toEqual(['refused run-file-odd']);
  });

  it('lies in a folder that ExaBGP may not enter, whatever its own bits say', () => {
    put('closed/bin/ha2bgp', 0o755);
    fs.chmodSync(at('closed'), 0o700);
    expect(codesOf(at('closed/bin/ha2bgp'))).toEqual(['refused run-folder-closed']);
    expect(codesOf(at('closed/bin/ha2bgp'), { user: ROOT })).toEqual([]);
  });

  it('is reached by links, each of which is followed as that user would', () => {
    put('closed/ha2bgp', 0o755);
    put('open/ha2bgp', 0o755);
    fs.symlinkSync('../closed/ha2bgp', at('open/to-closed'));
    fs.symlinkSync(at('open'), at('link'));
    fs.symlinkSync('round', at('round'));
    expect(codesOf(at('link/ha2bgp'))).toEqual([]);
    expect(codesOf(at('link/to-closed'))).toEqual([]);
    fs.chmodSync(at('closed'), 0o700);
    expect(codesOf(at('link/to-closed'))).toEqual(['refused run-folder-closed']);
    expect(codesOf(at('round'))).toEqual(['refused run-file-missing']);
  });

  it('has its path looked for where ExaBGP looks, beside the configuration too', () => {
    expect(codesOf('ha2bgp-that-is-nowhere')).toEqual(['refused run-relative']);
    put('ha2bgp-beside', 0o755);
    expect(codesOf('ha2bgp-beside')).toEqual(['risk run-relative']);
  });

  it('is an interpreter, and the script has to be readable', () => {
    expect(codesOf('/bin/sh', { own: put('ha2bgp.js', 0o600) })).toEqual(['mute run-script-unreadable']);
    expect(codesOf('/bin/sh', { own: at('gone.js') })).toEqual(['mute run-script-unreadable']);
    expect(codesOf('/bin/sh', { own: put('good.js', 0o644) })).toEqual([]);
  });

  it('needs an interpreter that a service finds', () => {
    expect(codesOf(put('ha2bgp', 0o755, '#!/usr/bin/env no-such-interpreter\n'))).toEqual(['risk node-not-found']);
    expect(codesOf(put('other', 0o755, '#!/usr/bin/env sh\n'))).toEqual([]);
  });
});

describe('what bits permit', () => {
  const stats = (uid: number, gid: number, mode: number): fs.Stats => ({ uid, gid, mode }) as fs.Stats;
  const user: User = { name: 'u', uid: 1, gid: 2, gids: [2, 3] };

  it.each<[string, fs.Stats, boolean]>([
    ['the owner, by the first three', stats(1, 9, 0o100), true],
    ['the owner, by no others', stats(1, 2, 0o011), false],
    ['the group', stats(9, 2, 0o010), true],
    ['a second group', stats(9, 3, 0o010), true],
    ['the group, by no others', stats(9, 3, 0o101), false],
    ['everybody', stats(9, 9, 0o001), true],
    ['nobody else', stats(9, 9, 0o110), false],
  ])('%s', (_name, file, permits) => {
    expect(may(user, 'execute', file)).toBe(permits);
  });

  it('root everything but executing what nobody may', () => {
    expect(may(ROOT, 'read', stats(9, 9, 0))).toBe(true);
    expect(may(ROOT, 'execute', stats(9, 9, 0o666))).toBe(false);
    expect(may(ROOT, 'execute', stats(9, 9, 0o100))).toBe(true);
  });
});

describe('a user', () => {
  it('is found with all groups', () => {
    expect(findUser('root')).toMatchObject({ name: 'root', uid: 0, gid: 0 });
    expect(findUser('no-such-user')).toBeUndefined();
    expect(findAs(ROOT, '/')).toMatchObject({ type: 'found', path: '/' });
  });
});
