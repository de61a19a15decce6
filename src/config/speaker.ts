/**
 * From settings to those of the bundled speaker and its peers: what is not given has its default here, and passwords are
 * fetched. Nothing else is left to be asked when it starts.
 */
import fs from 'node:fs';
import { type Family, familyOf } from '../model/address.ts';
import { type PeerSettings, peerName, type Secret, type SpeakerSettings, secretOf } from '../model/peer.ts';
import { familiesOfSeveral } from './next-hops.ts';
import type { GivenPeer } from './option-peer.ts';
import { PEER_OPTIONS } from './options/peer.ts';
import type { Settings } from './options.ts';
import type { Problem } from './place.ts';
import { attributesGiven } from './routes.ts';

/** A password that cannot be had: the speaker does not start, and no session runs without the one that was asked for. */
export class PasswordError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `undefined` where no speaker is asked for. The settings have no problems. Throws `PasswordError`, which names each peer
 * whose password cannot be had; `warn` hears of files that others may read.
 */
export function speakerFrom(
  settings: Settings,
  environment: Environment = process.env,
  warn: (problem: Problem) => void = () => {},
): SpeakerSettings | undefined {
  const { localAs, routerId } = settings;
  if (!settings.bgpBackend.includes('speaker') || localAs === undefined || routerId === undefined) return undefined;
  const refused: string[] = [];
  const several = familiesOfSeveral(settings);
  const peers = settings.peer.map((given) => {
    const peer = peerFrom(given, localAs, several);
    const password = passwordOf(given, environment);
    const name = peerName(peer);
    if ('refused' in password) refused.push(`${name}: ${password.refused}`);
    if ('warning' in password) warn({ place: `peer ${name}`, text: password.warning });
    return 'secret' in password ? { ...peer, password: password.secret } : peer;
  });
  if (refused.length > 0) throw new PasswordError(refused.join('; '));
  return { localAs, routerId, listen: settings.bgpListen, peers };
}

/** Without its password. `several`: families in which a prefix has several next hops. */
export function peerFrom(
  { address, device, values }: GivenPeer,
  localAs: number,
  several: readonly Family[] = [],
): PeerSettings {
  const given = <K extends keyof typeof PEER_OPTIONS>(key: K) => values[key] ?? PEER_OPTIONS[key].default;
  const families = given('families') as readonly Family[];
  return {
    address,
    device: device || (given('device') as string),
    port: given('port') as number,
    as: values.as ?? localAs,
    localAs: values.localAs ?? localAs,
    ...(values.role === undefined ? {} : { role: { ours: values.role, isStrict: values.strictRole ?? false } }),
    ...(values.localAddress === undefined ? {} : { localAddress: values.localAddress }),
    passive: values.passive ?? false,
    ...(values.ttlSecurity === undefined ? {} : { ttlSecurity: values.ttlSecurity }),
    ...(values.multihop === undefined ? {} : { multihop: values.multihop }),
    holdTime: Number(given('holdTime')) / 1_000,
    connectRetry: given('connectRetry') as PeerSettings['connectRetry'],
    families,
    nextHop: nextHopsOf(values),
    attributes: attributesGiven(values),
    only: values.only ?? [],
    maxPrefix: given('maxPrefix') as number,
    extendedMessage: values.extendedMessage ?? true,
    extendedNextHop: values.extendedNextHop ?? familyOf(address) === 'ipv6',
    addPath: families.filter((family) => values.addPath ?? several.includes(family)),
    gracefulRestart: Number(given('gracefulRestart')) / 1_000,
  };
}

/** `--nexthop` is in the routes themselves; here is only what this peer hears instead. */
function nextHopsOf({ nexthopIpv4: ipv4, nexthopIpv6: ipv6 }: GivenPeer['values']): PeerSettings['nextHop'] {
  return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
}

/** TCP_MD5SIG_MAXKEYLEN of <linux/tcp.h>. */
const LONGEST_PASSWORD = 80;
const READ_BY_OTHERS = 0o004;

type Password =
  | { readonly secret: Secret; readonly warning?: string }
  | { readonly refused: string }
  | { readonly none: true };

function passwordOf({ values: { passwordFile, passwordEnv } }: GivenPeer, environment: Environment): Password {
  if (passwordFile !== undefined) {
    try {
      const { mode } = fs.statSync(passwordFile);
      const [line = ''] = fs.readFileSync(passwordFile, 'utf8').split(/\r?\n/, 1);
      const password = fitPassword(line, `the first line of password-file ${passwordFile}`);
      if ('refused' in password || (mode & READ_BY_OTHERS) === 0) return password;
      return { ...password, warning: `password-file ${passwordFile}: every user of this host may read it` };
    } catch (error) {
      return { refused: `password-file cannot be read: ${(error as Error).message}` };
    }
  }
  if (passwordEnv === undefined) return { none: true };
  return fitPassword(environment[passwordEnv] ?? '', `password-env ${passwordEnv}`);
}

/** The text itself is in no message. */
function fitPassword(text: string, what: string): { readonly secret: Secret } | { readonly refused: string } {
  const octets = Buffer.byteLength(text);
  if (octets === 0) return { refused: `${what} is empty: expected a password of 1 to ${LONGEST_PASSWORD} octets` };
  if (octets > LONGEST_PASSWORD) {
    return { refused: `${what} has ${octets} octets: expected a password of 1 to ${LONGEST_PASSWORD}` };
  }
  return { secret: secretOf(text) };
}
