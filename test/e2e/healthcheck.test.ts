/** `ha2bgp healthcheck`, through its door. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDaemon } from '../helpers/daemon.ts';
import { makeDev } from '../helpers/private-dev.ts';
import { isAlive, run, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const QUICK = ['--no-ip-setup', '--ip', '192.0.2.1', '-i', '0.05', '-f', '0.05', '--rise', '1', '--fall', '1'];
const UP = 'announce route 192.0.2.1/32 next-hop self med 100';
const WITHDRAW = 'withdraw route 192.0.2.1/32 next-hop self med 100';

let place: string;
const file = (name: string): string => path.join(place, name);
const read = (name: string): string => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), 'utf8') : '');
/** A program of that name comes first in the PATH. */
function fake(name: string, script: string): NodeJS.ProcessEnv {
  fs.mkdirSync(file('bin'), { recursive: true });
  fs.writeFileSync(file(`bin/${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${file('bin')}:${process.env['PATH']}` };
}

/** ExaBGP's part: each command is answered. */
function startHealthcheck(words: readonly string[], env: NodeJS.ProcessEnv = {}, via: readonly string[] = []) {
  const daemon = startDaemon(['healthcheck', ...words], { env }, via);
  daemon.child.stdout?.on('data', (chunk: Buffer) => {
    daemon.child.stdin?.write('done\n'.repeat(String(chunk).split('\n').length - 1));
  });
  return daemon;
}

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});

afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

describe('ha2bgp healthcheck', () => {
  it('announces once, withdraws while the check fails, and withdraws at the end', async () => {
    const daemon = startHealthcheck([...QUICK, '-c', `test -e ${file('up')}`, '--withdraw-on-down']);
    await daemon.told(WITHDRAW); // what an earlier run may have left
    fs.writeFileSync(file('up'), '');
    await daemon.told(UP);
    fs.rmSync(file('up'));
    await until('withdrawn', () => daemon.lines().filter((line) => line.startsWith('withdraw')).length === 2);
    fs.writeFileSync(file('up'), '');
    await until('announced again', () => daemon.lines().filter((line) => line === UP).length === 2);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.lines().map((line) => line.split(' ')[0])).toEqual([
      ...['withdraw', 'announce', 'withdraw', 'announce', 'withdraw'],
    ]);
  });

  it('ends after the first announce with --interval 0, and leaves it announced', async () => {
    const hook = `sleep 0.3; echo $STATE >> ${file('states')}`;
    const daemon = startHealthcheck([...QUICK, '-i', '0', '--down-execute', hook, '-c', 'false']);
    expect(await daemon.ended).toBe(0);
    expect(daemon.lines()).toEqual(['announce route 192.0.2.1/32 next-hop self med 1000']);
    expect(read('states')).toBe('DOWN\n');
  });

  it('does not end before ExaBGP has answered', async () => {
    const daemon = startDaemon(['healthcheck', ...QUICK, '-i', '0']);
    await daemon.told(UP);
    // That it hears of something else, and does not go, takes as long as going would.
    daemon.child.stdin?.write('neighbor 192.0.2.9 connected\n\n');
    await daemon.logged('192.0.2.9');
    expect(daemon.child.exitCode).toBeNull();
    daemon.child.stdin?.write('done\n');
    expect(await daemon.ended).toBe(0);
  });

  it('reads its configuration file, and the command line wins', async () => {
    fs.writeFileSync(
      file('config'),
      `# web\ncommand = test 1 = 1\nip = 192.0.2.1\nup-metric = 5\nno-ip-setup\nrise=1\n`,
    );
    const daemon = startHealthcheck(['-F', file('config'), '--up-metric', '7', '--ip', '192.0.2.2']);
    await daemon.told('announce route 192.0.2.1/32 next-hop self med 7');
    await daemon.told('announce route 192.0.2.2/32 next-hop self med 8');
    await daemon.stop();
  });

  it('writes its process id', async () => {
    const daemon = startHealthcheck([...QUICK, '--pid', file('pid')]);
    await daemon.told(UP);
    expect(read('pid')).toBe(`${daemon.pid}\n`);
  });

  it('becomes another user, groups and all', async () => {
    const daemon = startHealthcheck([...QUICK, '--user', 'nobody', '--group', 'daemon']);
    await daemon.told(UP);
    const status = fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
    const nobody = (await run('id', ['-u', 'nobody'])).trim();
    const gid = (await run('getent', ['group', 'daemon'])).split(':')[2];
    const own = (await run('id', ['-G', 'nobody'])).trim().split(' ');
    expect(status).toContain(`Uid:\t${nobody}\t${nobody}\t${nobody}\t${nobody}`);
    expect(status).toContain(`Gid:\t${gid}\t${gid}\t${gid}\t${gid}`);
    const groups = (/^Groups:\t(.*)$/m.exec(status)?.[1] ?? '').trim().split(' ');
    expect(new Set(groups)).toEqual(new Set([gid, ...own]));
  });

  it('refuses a user that there is not', async () => {
    const daemon = startDaemon(['healthcheck', ...QUICK, '--user', 'nobody-of-that-name'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain('--user: no such user: nobody-of-that-name');
    expect(daemon.stdout()).toBe('');
  });

  it('logs to syslog as well, with severities', async () => {
    const { via, log } = makeDev(place);
    const daemon = startHealthcheck([...QUICK, '--syslog-facility', 'local3', '--name', 'web'], {}, via);
    await daemon.told(UP);
    expect(await daemon.stop()).toBe(0);
    const said = log.take().map(String);
    log.close();
    const start = `healthcheck-web[${daemon.pid}]: INFO: `;
    expect(said).toContainEqual(
      expect.stringMatching(/^<158>\w{3} [ \d]\d [\d:]{8} healthcheck-web\[/), // 19 * 8 + 6
    );
    const texts = said.map((text) => text.slice(text.indexOf('healthcheck')));
    expect(texts).toContain(`${start}to be announced prefix=192.0.2.1/32 state=up`);
    expect(texts.at(-1)).toContain('stopped');
    expect(daemon.stderr()).toContain('announced');
  });

  it('is silent on stderr with --silent, and logs to syslog instead', async () => {
    const { via, log } = makeDev(place);
    const daemon = startHealthcheck([...QUICK, '-s'], {}, via);
    await daemon.told(UP);
    await daemon.stop();
    expect(log.take().map(String).at(-1)).toMatch(/^<30>.* healthcheck\[\d+\]: INFO: stopped/);
    log.close();
    expect(daemon.stderr()).toBe('');
  });

  it('goes on without a syslog, and says so once', async () => {
    const { via, log } = makeDev(place);
    log.close();
    const daemon = startHealthcheck([...QUICK, '-sF', 'daemon'], {}, via);
    await daemon.told(UP);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.count('--syslog-facility: sendto(/dev/log): ECONNREFUSED')).toBe(1);
  });

  it('leaves the service manager to whoever started ExaBGP: a check does not know of it', async () => {
    const env = { NOTIFY_SOCKET: file('notify'), WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' };
    const daemon = startHealthcheck([...QUICK, '-c', `env > ${file('env')}`], env);
    await daemon.told(UP);
    expect(read('env')).toContain('PATH=');
    expect(read('env')).not.toMatch(/NOTIFY|WATCHDOG/);
  });

  it('changes addresses through sudo, which is never asked for a password', async () => {
    const env = fake('sudo', `printf '%s\\n' "$*" >> ${file('sudo')}`);
    const options = [...QUICK.slice(1), '--ip', '2001:db8::1', '--label', 'web', '--sudo'];
    const daemon = startHealthcheck(options, env);
    await daemon.told(UP);
    expect(read('sudo')).toBe(
      '-n ip address add 192.0.2.1/32 dev lo label lo:web\n-n ip address add 2001:db8::1/128 dev lo label lo:web\n',
    );
  });

  it('ends a check that hangs with all its children, and says why it failed', async () => {
    const daemon = startHealthcheck([...QUICK, '-t', '0.3', '-c', `sleep 300 & echo $! > ${file('child')}; sleep 300`]);
    await daemon.told('announce route 192.0.2.1/32 next-hop self med 1000');
    expect(daemon.stderr()).toContain('not done within 300ms, killed');
    const child = Number(read('child'));
    await daemon.stop();
    await until('no child left', () => Number(read('child')) !== child || !isAlive(child));
    const last = Number(read('child'));
    await until('none of the last either', () => !isAlive(last));
  });

  it('does not wait for what a check leaves behind, nor lets it read our stdin', async () => {
    const daemon = startHealthcheck([...QUICK, '-c', `sleep 3 & cat > ${file('stdin')}`]);
    await daemon.told(UP);
    expect(read('stdin')).toBe('');
  });

  it('withdraws in time while a hook hangs, and keeps hooks in order', async () => {
    const hook = `echo $STATE >> ${file('states')}; test $STATE = UP || sleep 300`;
    const options = [...QUICK, '-c', `test -e ${file('up')}`, '--withdraw-on-down', '--execute', hook];
    fs.writeFileSync(file('up'), '');
    const daemon = startHealthcheck([...options, '--hook-timeout', '1']);
    await daemon.told(UP);
    fs.rmSync(file('up'));
    await daemon.told(WITHDRAW);
    fs.writeFileSync(file('up'), '');
    await until('up again', () => daemon.lines().filter((line) => line === UP).length === 2);
    expect(read('states')).toBe('UP\nDOWN\nUP\n');
    expect(daemon.stderr()).toContain('hook failed');
  });

  it('announces nothing before the up hooks are done', async () => {
    const daemon = startHealthcheck([
      ...QUICK,
      '--up-execute',
      `for turn in 1 2 3 4 5 6 7 8 9 10; do sleep 0.02; done; touch ${file('busy')}; until test -e ${file('go')}; do sleep 0.02; done`,
    ]);
    await daemon.logged('to=up');
    await until('the hook at work', () => fs.existsSync(file('busy')));
    expect(daemon.lines()).toEqual([]);
    fs.writeFileSync(file('go'), '');
    await daemon.told(UP);
  });

  it.each([
    [['--bogus'], 2, '--bogus: unknown flag'],
    [['--com', 'x'], 2, '--com: ambiguous: could be --command or --community'],
    [['--ip', '192.0.2.1/24'], 1, '--ip: "192.0.2.1/24": expected no host bits beyond the length: 192.0.2.0/24'],
    [['--ip', '0.0.0.0/0'], 1, '--ip: "0.0.0.0/0": expected a prefix outside'],
    [['--rise'], 2, '--rise: needs a value: N'],
    [
      ['--ip', '2001:db8::/64'],
      1,
      '--ip: 2001:db8::/64: has more than 1024 addresses to set up; with --no-ip-setup none is',
    ],
    [['--ip', '192.0.2.1', '--increase', '-101', '--ip', '192.0.2.2'], 1, '--up-metric: is -1 for the last address'],
  ])('refuses %j with status %i', async (words, status, text) => {
    const daemon = startDaemon(['healthcheck', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await daemon.ended).toBe(status);
    expect(daemon.stderr()).toContain(text);
    expect(daemon.stdout()).toBe('');
  });

  it.each([[['healthcheck', '--help']], [['help', 'healthcheck']], [['healthcheck', '-h']]])(
    'prints its help: %j',
    async (words) => {
      const daemon = startDaemon(words);
      expect(await daemon.ended).toBe(0);
      expect(daemon.stdout()).toContain('--fast-interval <N>');
      expect(daemon.stderr()).toBe('');
    },
  );
});
