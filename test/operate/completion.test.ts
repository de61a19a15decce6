/** Completions in the shells themselves, and the man page in groff: Debian's. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoShells } from '../../scripts/peers.js';
import { type ControlSocket, openControlSocket } from '../helpers/control-socket.ts';
import { bin, cleanEnvironment, root } from '../helpers/daemon.ts';
import { run } from '../helpers/processes.ts';
import { STATUS } from '../helpers/views.ts';

let socket: ControlSocket;
let folder: string;
let env: NodeJS.ProcessEnv;
const scriptOf = (shell: string): string => path.join(folder, `ha2bgp.${shell}`);

const why = whyNoShells();
/** In CI they have to be there: then what lacks them fails. */
const isSkipped = why.length > 0 && process.env['CI'] !== 'true';
describe.skipIf(isSkipped)(`completions${why.length > 0 ? `, for which is missing: ${why.join(', ')}` : ''}`, () => {
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    socket = await openControlSocket({ 'GET /v1/status': STATUS });
    fs.writeFileSync(path.join(folder, 'ha2bgp'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
      mode: 0o755,
    });
    fs.writeFileSync(path.join(folder, 'a-file.conf'), '');
    env = {
      ...cleanEnvironment(),
      PATH: `${folder}:${process.env['PATH']}`,
      HA2BGP_CONTROL_SOCKET: socket.path,
      RUNTIME_DIRECTORY: socket.folder,
      HOME: folder,
      TERM: 'dumb',
    };
    for (const shell of ['bash', 'zsh', 'fish']) {
      fs.writeFileSync(scriptOf(shell), await run('ha2bgp', ['completion', shell], { env }));
    }
  });
  afterAll(async () => {
    await socket.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const SERVICES = [
    '192.0.2.2',
    '192.0.2.2/32',
    '192.0.2.3',
    '192.0.2.3/32',
    '192.0.2.4',
    '192.0.2.4/32',
    '192.0.2.5',
    '192.0.2.5/32',
    '192.0.2.10',
    '192.0.2.10/32',
  ];
  /** What is typed, and what is offered; of IPv6 bash has what stands behind the last colon. */
  const CASES: readonly (readonly [line: string, offered: readonly string[], inBash?: readonly string[]])[] = [
    ['ha2bgp statu', ['status']],
    ['ha2bgp dr', ['drain']],
    ['ha2bgp status --do', ['--down']],
    ['ha2bgp status --state su', ['suppressed']],
    ['ha2bgp drain 192', SERVICES],
    ['ha2bgp drain --for 30m 192', SERVICES],
    ['ha2bgp drain --reason x d', ['dns']],
    ['ha2bgp drain dns ', []],
    ['ha2bgp drain --name w', ['web']],
    ['ha2bgp run --name w', []],
    ['ha2bgp undrain 1', ['192.0.2.4', '192.0.2.4/32']],
    ['ha2bgp explain 2001:db', ['2001:db8::1', '2001:db8::1/128'], ['db8::1', 'db8::1/128']],
    ['ha2bgp explain dn', ['dns']],
    ['ha2bgp set dn', []],
    ['ha2bgp set 192', SERVICES],
    ['ha2bgp set 192.0.2.2/32 ', ['up', 'down', 'auto']],
    ['ha2bgp completion z', ['zsh']],
    ['ha2bgp help und', ['undrain']],
    ['ha2bgp --bgp-ba', ['--bgp-backend']],
    ['ha2bgp run --hints tra', ['tracefs']],
    ['ha2bgp --hints tra', ['tracefs']],
    ['ha2bgp --config a-f', ['a-file.conf']],
    ['ha2bgp replay a-f', ['a-file.conf']],
    ['ha2bgp healthcheck --withdraw-on', ['--withdraw-on-down']],
    ['ha2bgp status --announce-d', []],
  ];
  const sorted = (words: readonly string[]): string[] => [...new Set(words)].sort();

  it('of bash', async () => {
    const code = `source "${scriptOf('bash')}"
complete -p ha2bgp > /dev/null || exit 1
try() { COMP_LINE=$1 COMP_POINT=\${#1}; COMP_WORDS=(ha2bgp); COMPREPLY=(); _ha2bgp; printf '%s\\n' "$1" "\${COMPREPLY[@]}" ''; }
${CASES.map(([line]) => `try '${line}'`).join('\n')}
`;
    const said = await run('bash', ['--norc', '-c', code], { env, cwd: folder });
    const blocks = said
      .trimEnd()
      .split(/\n\n+/)
      .map((block) => block.split('\n'));
    for (const [index, [line, offered, inBash = offered]] of CASES.entries()) {
      expect([blocks[index]?.[0], sorted(blocks[index]?.slice(1) ?? [])], line).toEqual([
        line.trimEnd() && line,
        sorted(inBash),
      ]);
    }
  });

  it('of fish', async () => {
    await run('fish', ['--no-execute', scriptOf('fish')], { env });
    const code = `source "${scriptOf('fish')}"
${CASES.map(([line]) => `echo '${line}'; complete -C '${line}' | string replace -r '\\t.*' ''; echo`).join('\n')}
`;
    const said = await run('fish', ['--no-config', '-c', code], { env, cwd: folder });
    const blocks = said
      .trimEnd()
      .split(/\n\n+/)
      .map((block) => block.split('\n'));
    for (const [index, [line, offered]] of CASES.entries()) {
      expect(sorted(blocks[index]?.slice(1) ?? []), line).toEqual(sorted(offered));
    }
  });

  it('of zsh', async () => {
    // Where no further word is expected, it offers the flags unasked.
    const cases = CASES.filter(([line]) => line !== 'ha2bgp drain dns ');
    await run('zsh', ['-f', '-n', scriptOf('zsh')], { env });
    // What the completion system would offer is what reaches compadd: asked in a terminal of zsh's own.
    const code = `
zmodload zsh/zpty
zpty shell 'zsh -f -i'
await() { local all= part; while zpty -r shell part; do all+=$part; [[ $all == *$1* ]] && break; done; print -r -- $all }
zpty -w shell 'PS1= PS2= RPS1=; unsetopt zle_bracketed_paste; fpath=($PWD/functions $fpath)
autoload -Uz compinit; compinit -u -D -d $PWD/dump
source "${scriptOf('zsh')}"
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a __offered; builtin compadd -A __offered "$@"; (( $#__offered )) && print -r -- "OFFER\${(@)^__offered}"; builtin compadd "$@"
}
finish() { print "DO""NE"; zle kill-whole-line }
zle -N finish; bindkey "^T" finish; bindkey "^I" complete-word
print REA""DY'
await READY > /dev/null
${cases.map(([line]) => `zpty -w -n shell $'${line}\\t\\x14'; print -r -- "CASE"; await DONE`).join('\n')}
zpty -d shell
`;
    const said = await run('zsh', ['-f', '-c', code], { env: { ...env, TERM: 'xterm' }, cwd: folder });
    const blocks = said.split(/^CASE$/m).slice(1);
    for (const [index, [line, offered]] of cases.entries()) {
      const found = [...(blocks[index] ?? '').matchAll(/OFFER(\S+)/g)].map(([, word = '']) => word);
      expect(sorted(found), `${line}\n${blocks[index]}`).toEqual(sorted(offered));
    }
  });

  it('offer no name that a shell would act upon', async () => {
    const names = [
      'a;reboot',
      'a b',
      '$(x)',
      '`x`',
      "a'b",
      'a|b',
      'a&',
      '!!',
      '~',
      'a\nb',
      'a\x1b[2J',
      'dns-1.example',
    ];
    const services = names.map((name) => ({ ...STATUS.services[0], name }));
    const other = await openControlSocket({ 'GET /v1/status': { ...STATUS, services } });
    try {
      const said = await run('ha2bgp', ['completion', 'services'], {
        env: { ...env, HA2BGP_CONTROL_SOCKET: other.path },
      });
      expect(said).toBe('2001:db8::1\n2001:db8::1/128\ndns-1.example\n');
    } finally {
      await other.close();
    }
  });

  it('offer nothing of a daemon that is not there, and are silent', async () => {
    const gone = { ...env, HA2BGP_CONTROL_SOCKET: path.join(folder, 'gone.sock') };
    expect(await run('ha2bgp', ['completion', 'services'], { env: gone })).toBe('');
  });
});

describe.skipIf(isSkipped)('the man page', () => {
  it('is one that groff has nothing against', async () => {
    const page = path.join(root, 'man/ha2bgp.1');
    const said = await run('sh', ['-c', `groff -man -ww -z -Tutf8 "${page}" 2>&1`]);
    expect(said).toBe('');
    const text = await run('man', ['-E', 'UTF-8', '-l', page], {
      env: { ...process.env, MANWIDTH: '100', MAN_KEEP_FORMATTING: '' },
    });
    expect(text).toMatch(/^ {7}drain \[SERVICE\|PREFIX\|ADDRESS\] \[options\]$/m);
    expect(text).toMatch(/^ {7}-n, --network prefix$/m);
  });
});
