/** A real ExaBGP, started by hand as its own documentation allows: as root, without its command line pipe. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { EXABGP_5 } from '../../scripts/peers.js';
import type { Namespace } from './namespaces.ts';
import { describeInterop } from './peers.ts';
import { run, type Started, start } from './processes.ts';

export interface ExabgpRelease {
  /** What its version number begins with. */
  readonly version: string;
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
}

export const EXABGP_4_2: ExabgpRelease = { version: '4.2.', program: '/usr/sbin/exabgp', environment: {} };
/** Unpacked by scripts/peers.js. */
export const EXABGP_5_0: ExabgpRelease = {
  version: '5.0.',
  program: path.join(EXABGP_5, 'usr/sbin/python3-exabgp'),
  environment: { PYTHONPATH: path.join(EXABGP_5, 'usr/lib/python3/dist-packages') },
};
export const EXABGP_RELEASES: readonly ExabgpRelease[] = [EXABGP_4_2, EXABGP_5_0];

/** A suite for each release that we promise to work under. */
export function describeExabgp(name: string, suite: (release: ExabgpRelease) => void): void {
  for (const release of EXABGP_RELEASES) {
    describeInterop(`${name} (ExaBGP ${release.version}x)`, () => {
      it('is the release that it is taken for', async () => {
        expect(await versionOf(release)).toMatch(new RegExp(`^${release.version.replaceAll('.', '\\.')}`));
      });
      suite(release);
    });
  }
}

const PRINT_VERSION = 'from exabgp.version import version; print(version)';
const versionOf = (release: ExabgpRelease): Promise<string> =>
  run('/usr/bin/python3', ['-c', PRINT_VERSION], { env: { ...process.env, ...release.environment } });

/**
 * Whether it takes each of these configurations: what its own `--validate` says, without starting it anew for each.
 * `uid`: as that user and group, in no other groups.
 */
export async function verdictsOf(release: ExabgpRelease, texts: readonly string[], uid = 0): Promise<boolean[]> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  try {
    fs.chmodSync(place, 0o755);
    const files = texts.map((text, index) => {
      const file = path.join(place, `${index}.conf`);
      fs.writeFileSync(file, text);
      return file;
    });
    const judge = path.join(import.meta.dirname, 'exabgp-verdicts.py');
    const judging = start('/usr/bin/python3', [judge, ...(uid === 0 ? [] : [String(uid)])], {
      env: { ...process.env, ...release.environment },
    });
    judging.child.stdin?.end(files.map((file) => `${file}\n`).join(''));
    const status = await judging.ended;
    const verdicts = judging.stdout().trimEnd().split('\n');
    if (status !== 0 || verdicts.length !== texts.length) throw new Error(`${status}: ${judging.stderr()}`);
    return verdicts.map((verdict) => verdict === 'good');
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

/** What its command line says of a file. */
export async function validates(release: ExabgpRelease, file: string): Promise<boolean> {
  const words = release === EXABGP_4_2 ? ['--validate', file] : ['validate', file];
  const environment = { ...process.env, ...release.environment };
  return (await start('/usr/bin/python3', [release.program, ...words], { env: environment }).ended) === 0;
}

const SETTINGS = ['daemon.drop=false', 'daemon.user=root', 'tcp.bind=', 'api.cli=false', 'log.level=WARNING'];

export interface ExabgpOptions {
  readonly namespace?: Namespace;
  /** Default: the one that Debian 12 has. */
  readonly release?: ExabgpRelease;
  /** Settings of exabgp.env, after those that are needed here: `api.ack=false`. */
  readonly settings?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

export function startExabgp(config: string, options: ExabgpOptions = {}): Started {
  const { namespace, release = EXABGP_4_2, settings = [], environment = {} } = options;
  const [command = '', ...args] = [
    ...(namespace?.enter ?? []),
    // Debian's own interpreter: the packages are built for it, and another one may come first in PATH.
    ...['env', ...[...SETTINGS, ...settings].map((setting) => `exabgp.${setting}`)],
    ...['/usr/bin/python3', release.program, config],
  ];
  // ha2bgp's first line asks env(1) for node: it is to be this one.
  const PATH = `${path.dirname(process.execPath)}:${process.env['PATH']}`;
  return start(command, args, {
    env: {
      ...process.env,
      ...release.environment,
      HA2BGP_STATE_DIR: 'none',
      HA2BGP_DATA_DIR: 'none',
      HA2BGP_CONTROL_SOCKET: 'none',
      PATH,
      ...environment,
    },
  });
}
