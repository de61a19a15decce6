/** Where the API is, and what is wrong with that. */

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

export function checkApi({ controlSocket }: Settings, refuse: (name: OptionName, text: string) => void): void {
  const octets = Buffer.byteLength(controlSocket);
  if (controlSocket !== '' && controlSocket !== NO_STATE && !controlSocket.startsWith('/')) {
    refuse('controlSocket', `${quote(controlSocket)}: expected a path that begins with "/", or "${NO_STATE}"`);
  } else if (octets > LONGEST_SOCKET_PATH) {
    refuse(
      'controlSocket',
      `has ${octets} octets: expected ${LONGEST_SOCKET_PATH} at most, for a socket takes no more`,
    );
  }
}
