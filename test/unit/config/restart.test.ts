import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/config-file.ts';
import { checkRestart } from '../../../src/config/restart.ts';
import { type Resolved, resolveSettings } from '../../../src/config/settings.ts';

const of = (text: string): Resolved => resolveSettings({ network: ['192.0.2.0/24'] }, {}, parseConfig(text, 'x'));
const said = (before: string, after: string): string[] =>
  checkRestart(of(before), of(after)).map(({ place, text }) => `${place} ${text.replace(/:.*/, '')}`);

describe('TLS of the API', () => {
  const api = (tls: string, more = ''): string =>
    `api: {api-listen: ['127.0.0.1:8080']${more}${tls && `, tls: {${tls}}`}}`;
  const PAIR = 'cert: /a, key: /b';

  it('begins and ends with the process', () => {
    expect(said(api(''), api(PAIR))).toEqual([
      'x:1:45: api-tls-cert needs a restart to be added',
      'x:1:55: api-tls-key needs a restart to be added',
    ]);
    expect(said(api(PAIR), api(''))).toEqual([
      '--api-tls-cert needs a restart to be left out',
      '--api-tls-key needs a restart to be left out',
    ]);
  });

  it('asks for certificates as long as the process lives: without authorities of ours those of the whole world would do', () => {
    const withClients = api(`${PAIR}, client-ca: /c`);
    expect(said(withClients, api(PAIR))).toEqual(['--api-tls-client-ca needs a restart to be left out']);
    expect(said(api(PAIR), withClients)).toEqual(['x:1:64: api-tls-client-ca needs a restart to be added']);
  });

  it('may have other files, and so may the token', () => {
    expect(said(api(PAIR, ', token-file: /t'), api('cert: /c, key: /d'))).toEqual([]);
    expect(said(api(`${PAIR}, client-ca: /c`), api(`${PAIR}, client-ca: /d`))).toEqual([]);
  });
});

it('of settings that were not given nothing is said', () => {
  expect(said('', 'dry-run: true')).toEqual(['x:1:1: dry-run needs a restart to change']);
  expect(said('dry-run: true', 'dry-run: yes')).toEqual([]);
});
