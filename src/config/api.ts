/** Where the API is, and what is wrong with that. */
import { isLoopback } from '../model/address.ts';
import { formatApiEndpoint } from './option-api.ts';
import { API_OPTIONS } from './options/api.ts';
import type { OptionName, Settings } from './options.ts';
import { quote } from './quote.ts';
import { instanceName, NO_STATE, runtimeDirectory } from './state.ts';

/** sun_path of unix(7), without the zero behind it. */
const LONGEST_SOCKET_PATH = 107;

/** `undefined` for none. `isAskedFor`: whether somebody gave its place. */
export function controlSocketOf(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly file: string; readonly isAskedFor: boolean } | undefined {
  const { controlSocket: given } = settings;
  if (given === NO_STATE) return undefined;
  if (given !== '') return { file: given, isAskedFor: true };
  return { file: `${runtimeDirectory(environment)}/${instanceName(settings)}.sock`, isAskedFor: false };
}

export function checkApi(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  refuse: (name: OptionName, text: string) => void,
): void {
  const { controlSocket, apiListen, apiTokenFile, apiTlsCert, apiTlsKey, apiTlsClientCa } = settings;
  const octets = Buffer.byteLength(controlSocket);
  if (controlSocket !== '' && controlSocket !== NO_STATE && !controlSocket.startsWith('/')) {
    refuse('controlSocket', `${quote(controlSocket)}: expected a path that begins with "/", or "${NO_STATE}"`);
  } else if (octets > LONGEST_SOCKET_PATH) {
    refuse(
      'controlSocket',
      `has ${octets} octets: expected ${LONGEST_SOCKET_PATH} at most, for a socket takes no more`,
    );
  }
  if (apiListen.length === 0) {
    for (const name of ['apiTokenFile', 'apiTlsCert', 'apiTlsKey', 'apiTlsClientCa'] as const) {
      if (settings[name] !== '') refuse(name, `has no effect without --${API_OPTIONS.apiListen.flag}`);
    }
    return;
  }
  if (apiTlsCert !== '' && apiTlsKey === '') refuse('apiTlsCert', `needs --${API_OPTIONS.apiTlsKey.flag}`);
  for (const name of ['apiTlsKey', 'apiTlsClientCa'] as const) {
    if (settings[name] !== '' && apiTlsCert === '') refuse(name, `needs --${API_OPTIONS.apiTlsCert.flag}`);
  }
  for (const endpoint of apiListen) {
    if (isLoopback(endpoint.address)) continue;
    const text = formatApiEndpoint(endpoint);
    if (apiTlsCert === '') {
      refuse(
        'apiListen',
        `${text}: needs --${API_OPTIONS.apiTlsCert.flag}: a token would cross the network in clear text`,
      );
    }
    if (apiTokenFile === '' && apiTlsClientCa === '') {
      const other = placeOf('apiTlsClientCa');
      refuse(
        'apiListen',
        `${text}: needs ${placeOf('apiTokenFile')} or ${other}: beyond loopback nobody is answered without`,
      );
    }
  }
}
