/**
 * `ha2bgp doctor` against ExaBGP itself: what it calls refused is refused, and nothing else is; and what is taken and
 * yet does not work is shown not to work.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWords } from '../../../src/cli/run-words.ts';
import { type Diagnosis, diagnoseFor } from '../../../src/config/exabgp-conf/diagnose.ts';
import type { Release } from '../../../src/config/exabgp-conf/release.ts';
import type { RunLine } from '../../../src/config/exabgp-conf/run-line.ts';
import type { User } from '../../../src/config/exabgp-user.ts';
import { checkRunFile } from '../../../src/config/run-file.ts';
import {
  describeExabgp,
  EXABGP_4_2,
  type ExabgpRelease,
  startExabgp,
  validates,
  verdictsOf,
} from '../../helpers/exabgp.ts';
import { BROKEN, type ConfCase, GOOD } from '../../helpers/exabgp-confs.ts';
import { damaged } from '../../helpers/exabgp-mutations.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../../bin/ha2bgp.js');
const textOf = ({ text }: ConfCase, program = PROGRAM): string => text.replaceAll('PROGRAM', program);
const nameOf = (release: ExabgpRelease): Release => (release === EXABGP_4_2 ? '4.2' : '5.0');
const isRefused = ({ findings }: Diagnosis): boolean => findings.some(({ effect }) => effect === 'refused');
/** The text knows nothing of files: a program that damage made another one is left to ExaBGP. */
const hasPrograms = ({ runs }: Diagnosis): boolean =>
  runs.every(({ program }) => fs.statSync(program, { throwIfNoEntry: false })?.isFile() === true);

/** What a report shows when the two disagree. */
const said = (text: string, { findings }: Diagnosis): string =>
  `${findings.map(({ effect, line, sentence }) => `${line}: ${effect}: ${sentence}`).join('\n')}\n${text}`;

describeExabgp('what doctor calls refused', (release) => {
  const diagnose = (text: string): Diagnosis => diagnoseFor(text, nameOf(release), readWords);

  it('is what ExaBGP refuses, over all good and broken files', async () => {
    const cases = [...GOOD, ...BROKEN].map((one) => ({ name: one.name, text: textOf(one) }));
    const verdicts = await verdictsOf(
      release,
      cases.map(({ text }) => text),
    );
    const wrong = cases.filter(({ text }, index) => isRefused(diagnose(text)) === verdicts[index]);
    expect(wrong.map(({ name, text }) => `${name}\n${said(text, diagnose(text))}`)).toEqual([]);
    expect(new Set(verdicts)).toEqual(new Set([true, false]));
  });

  it('is what ExaBGP refuses, over thousands of damaged files', async () => {
    const texts = damaged(
      [
        RICH,
        fs.readFileSync(path.join(PROGRAM, '../../contrib/exabgp.conf'), 'utf8').replace('/usr/bin/ha2bgp', PROGRAM),
      ],
      2_000,
      20_261_120,
    );
    const verdicts = await verdictsOf(release, texts);
    const judged = texts.map((text, index) => ({ text, isGood: verdicts[index] ?? false, diagnosis: diagnose(text) }));
    const wrong = judged.filter(({ isGood, diagnosis }) => {
      if (isGood || isRefused(diagnosis)) return isGood === isRefused(diagnosis);
      return hasPrograms(diagnosis);
    });
    expect(wrong.map(({ text, diagnosis }) => said(text, diagnosis))).toEqual([]);
    const good = verdicts.filter(Boolean).length;
    expect(Math.min(good, texts.length - good)).toBeGreaterThan(250);
    // Of which ExaBGP reads one after the other, beside whatever else is tested.
  }, 180_000);

  it('is judged as its command line judges', async () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    try {
      for (const one of [GOOD[0], BROKEN.find(({ name }) => name === 'no encoder')]) {
        const file = path.join(place, 'exabgp.conf');
        fs.writeFileSync(file, textOf(one as ConfCase));
        expect(await validates(release, file), one?.name).toBe(one === GOOD[0]);
      }
    } finally {
      fs.rmSync(place, { recursive: true });
    }
  });

  it('is taken once a group of 3.x is written as doctor writes it', async () => {
    const group = BROKEN.find(({ name }) => name === 'a group of 3.x') as ConfCase;
    const written = diagnose(textOf(group)).findings[0]?.instead.join('\n') ?? '';
    expect(await verdictsOf(release, [textOf(group), written])).toEqual([false, true]);
    expect(diagnose(written).findings).toEqual([]);
  });
});

/** A user that is nobody here. */
const UID = 54_321;
const STRANGER: User = { name: 'stranger', uid: UID, gid: UID, gids: [UID] };

describeExabgp('a program that doctor calls refused', (release) => {
  let place: string;
  beforeAll(() => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    fs.chmodSync(place, 0o755);
  });
  afterAll(() => {
    fs.rmSync(place, { recursive: true, force: true });
  });
  const put = (name: string, mode: number, owner = 0, group = 0): string => {
    const file = path.join(place, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '#!/bin/sh\n');
    fs.chownSync(file, owner, group);
    fs.chmodSync(file, mode);
    return file;
  };

  it('is one that ExaBGP, as that user, refuses', async () => {
    const programs = [0o755, 0o711, 0o705, 0o744, 0o700, 0o644, 0o4755, 0o2755, 0o1755].flatMap((mode) => [
      put(`root-${mode.toString(8)}`, mode),
      put(`own-${mode.toString(8)}`, mode, UID),
      put(`group-${mode.toString(8)}`, mode, 0, UID),
    ]);
    programs.push(place, '/dev/null', path.join(place, 'gone'), path.join(programs[0] ?? '', 'inside'));
    for (const mode of [0o755, 0o711, 0o700, 0o750]) {
      programs.push(put(`folder-${mode.toString(8)}/ha2bgp`, 0o755));
      fs.chmodSync(path.join(place, `folder-${mode.toString(8)}`), mode);
    }
    fs.symlinkSync('folder-700/ha2bgp', path.join(place, 'link-to-closed'));
    fs.symlinkSync('folder-711/ha2bgp', path.join(place, 'link-to-open'));
    programs.push(path.join(place, 'link-to-closed'), path.join(place, 'link-to-open'));
    const texts = programs.map((program) => textOf(GOOD[0] as ConfCase, program));
    const verdicts = await verdictsOf(release, texts, UID);
    const judged = texts.map((text, index) => {
      const findings: string[] = [];
      const [run] = diagnoseFor(text, nameOf(release), readWords).runs;
      checkRunFile(run as RunLine, place, STRANGER, [nameOf(release)], (_code, effect, _line, sentence) => {
        if (effect === 'refused') findings.push(sentence);
      });
      return { program: programs[index], isRefused: findings.length > 0, findings };
    });
    expect(judged.filter(({ isRefused }, index) => isRefused === verdicts[index])).toEqual([]);
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(5);
  });
});

/** Something of everything. */
const RICH = `process ha { run ${PROGRAM} --network 10.0.0.0/24 --listen-filter "sport = :80"; encoder json; respawn true; }
process other { run /bin/cat; encoder text; }
template {
    neighbor base {
        local-as 65000; peer-as 65001;
        hold-time 9;
        family { ipv4 unicast; ipv6 unicast; }
        api shared { processes [ ha, other ]; neighbor-changes; receive { parsed; update; } }
    }
}
neighbor 192.0.2.1 { inherit base; local-address 192.0.2.2; router-id 192.0.2.2; capability { graceful-restart 20; asn4 enable; } }
neighbor 2001:db8::1 {
    inherit [ base ];
    local-address 2001:db8::2; # comment
    router-id 192.0.2.2;
    md5-password "a b;c";
    announce { ipv4 { } }
    capability {
        graceful-restart 20; add-path send/receive;
    }
}
`;

/** Announces an IPv4 and an IPv6 route, and writes down its words and what ExaBGP says. */
const PROBE = `#!${process.execPath}
const fs = require('node:fs');
const note = (line) => fs.appendFileSync(__dirname + '/heard', line + '\\n');
note('words ' + JSON.stringify(process.argv.slice(2)));
process.stdin.on('data', (data) => String(data).split('\\n').filter(Boolean).forEach(note)).on('end', () => process.exit());
process.stdout.write('announce route 192.0.2.1/32 next-hop 127.0.1.2\\n');
process.stdout.write('announce route 2001:db8::1/128 next-hop 2001:db8:1::1\\n');
`;
const PEER = `
router id 127.0.1.1;
protocol device { }
protocol bgp peer {
  local 127.0.1.1 as 65000; neighbor 127.0.1.2 as 65000; multihop;
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  ipv4 { import all; }; ipv6 { import all; };
}
`;
const SESSION = 'router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000;';
const WORDS = '--network 192.0.2.0/24 --network 2001:db8::/64 --nexthop 2001:db8:1::1';

describeExabgp('what doctor calls mute, or a risk', (release) => {
  let place: string;
  let host: Namespace;
  let control: string;

  const heard = (): string[] => {
    const file = path.join(place, 'heard');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  /** Runs a configuration, and says which findings it has. */
  const launch = (
    words: string,
    ...inside: readonly string[]
  ): { readonly server: Started; readonly codes: string[] } => {
    const text = `process ha { run ${place}/ha2bgp ${words}; encoder text; }\nneighbor 127.0.1.1 { ${SESSION}\n${inside.join('\n')}\n}\n`;
    const file = path.join(place, 'exabgp.conf');
    fs.writeFileSync(file, text);
    const { findings } = diagnoseFor(text, nameOf(release), readWords);
    return { server: startExabgp(file, { namespace: host, release }), codes: findings.map(({ code }) => code) };
  };
  const answers = (): string[] => heard().filter((line) => line === 'done' || line === 'error');
  const peerHas = async (prefix: string): Promise<boolean> =>
    (await run('birdc', ['-s', control, 'show', 'route', prefix]).catch(() => '')).includes(prefix);

  beforeAll(async () => {
    host = await addNamespace('host');
  });
  afterAll(async () => {
    await host?.remove();
  });
  beforeEach(() => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    control = path.join(place, 'bird.ctl');
    fs.writeFileSync(path.join(place, 'ha2bgp'), PROBE, { mode: 0o755 });
    fs.writeFileSync(path.join(place, 'bird.conf'), PEER);
    const [command = '', ...args] = [...host.enter, 'bird', '-f', '-c', path.join(place, 'bird.conf'), '-s', control];
    start(command, args);
  });
  afterEach(async () => {
    await stopAll();
    fs.rmSync(place, { recursive: true });
  });

  it('works when there is nothing to say', async () => {
    const { codes } = launch(WORDS, 'api { processes [ ha ]; neighbor-changes; }');
    expect(codes).toEqual([]);
    await until('both routes', async () => (await peerHas('192.0.2.1/32')) && (await peerHas('2001:db8::1/128')));
    await until('two answers', () => answers().length >= 2);
    expect(answers()).toEqual(['done', 'done']);
    await until('news of the neighbor', () => heard().some((line) => line === 'neighbor 127.0.1.1 up'));
  });

  it('api-missing: every command is refused', async () => {
    expect(launch(WORDS).codes).toEqual(['api-missing']);
    await until('two answers', () => answers().length >= 2);
    expect(answers()).toEqual(['error', 'error']);
  });

  it('semicolon-missing: what stands before the brace is passed over', async () => {
    expect(launch(WORDS, 'api { processes [ ha ] }').codes).toEqual(
      expect.arrayContaining(['semicolon-missing', 'api-missing']),
    );
    await until('two answers', () => answers().length >= 2);
    expect(answers()).toEqual(['error', 'error']);
  });

  it('family-missing: "done", and nothing arrives', async () => {
    const { codes } = launch(WORDS, 'family { ipv4 unicast; }', 'api { processes [ ha ]; neighbor-changes; }');
    expect(codes).toEqual(['family-missing']);
    await until('the IPv4 route', () => peerHas('192.0.2.1/32'));
    // Said after the other one, on one session: what were to come would be there.
    await until('two answers', () => answers().length >= 2);
    expect(answers()).toEqual(['done', 'done']);
    expect(await peerHas('2001:db8::1/128')).toBe(false);
  });

  it('neighbor-changes-missing: nobody says that the session is up', async () => {
    expect(launch(WORDS, 'api { processes [ ha ]; }').codes).toEqual(['neighbor-changes-missing']);
    await until('the route', () => peerHas('192.0.2.1/32'));
    expect(heard().filter((line) => line.startsWith('neighbor'))).toEqual([]);
  });

  it('run-word-split: a comma takes a word apart, and what is written instead keeps it whole', async () => {
    const api = 'api { processes [ ha ]; neighbor-changes; }';
    const split = launch(`${WORDS} --protocol tcp,udp`, api);
    expect(split.codes).toContain('run-word-split');
    await until('its words', () => heard().length > 0);
    expect(heard()[0]).toBe(`words ${JSON.stringify([...WORDS.split(' '), '--protocol', 'tcp', ',', 'udp'])}`);
    await split.server.stop();
    fs.rmSync(path.join(place, 'heard'));
    expect(launch(`${WORDS} --protocol "tcp,udp"`, api).codes).toEqual([]);
    await until('its words', () => heard().length > 0);
    expect(heard()[0]).toBe(`words ${JSON.stringify([...WORDS.split(' '), '--protocol', 'tcp,udp'])}`);
  });
});

describe('the damage', () => {
  it('is damage', () => {
    const texts = damaged([RICH], 200, 1);
    expect(new Set(texts).size).toBeGreaterThan(150);
    expect(texts).toEqual(damaged([RICH], 200, 1));
  });
});
