/** SHELL: who asks. On the control socket a user of this host, on TCP whoever has the token or a certificate. */
import fs from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { visible } from '../config/quote.ts';
import { isLoopback, parseAddress } from '../model/address.ts';
import { peerCredentials } from '../runtime/native.ts';
import { descriptorOf } from '../runtime/readable.ts';
import type { Credentials } from './credentials.ts';
import { ApiProblem } from './problem.ts';
import type { Route } from './route.ts';

export type Via = 'socket' | 'tcp' | 'tls';

export interface Caller {
  readonly by: string;
  /** `socket`, a process behind it as `pid 4711`, or an address. */
  readonly from: string;
  readonly mayChange: boolean;
}

const NOBODY_KNOWN = 'anybody';
/** Nothing longer is kept of a certificate's name. */
const LONGEST_NAME = 64;
const WHO = { 'WWW-Authenticate': 'Bearer realm="ha2bgp"' };

/** Throws `ApiProblem` 401 for whom the route is not. */
export async function callerOf(
  request: IncomingMessage,
  via: Via,
  route: Pick<Route, 'method' | 'isPublic'>,
  credentials: Credentials,
): Promise<Caller> {
  const isChange = route.method === 'POST';
  if (via === 'socket') {
    return { ...(isChange ? await peerOf(request) : { by: NOBODY_KNOWN, from: 'socket' }), mayChange: true };
  }
  const from = request.socket.remoteAddress ?? '';
  const given = request.headers.authorization;
  if (given !== undefined) {
    const [, token] = /^Bearer +([\x21-\x7e]+) *$/i.exec(given) ?? [];
    if (token !== undefined && credentials.isToken(token)) return { by: 'token', from, mayChange: true };
    throw new ApiProblem(401, 'The token is not good.', { headers: WHO });
  }
  const name = via === 'tls' ? certificateName(request.socket as TLSSocket) : undefined;
  if (name !== undefined) return { by: name, from, mayChange: true };
  const address = parseAddress(from);
  if (route.isPublic || (!isChange && address !== undefined && isLoopback(address))) {
    return { by: NOBODY_KNOWN, from, mayChange: false };
  }
  throw new ApiProblem(
    401,
    isChange
      ? 'Whoever changes something here needs the token, or a certificate.'
      : 'Whoever reads this from beyond loopback needs the token, or a certificate.',
    { headers: WHO },
  );
}

/** Of a certificate that our authority signed. */
function certificateName(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  // `authorized` is also true of a TLS 1.3 session that is taken up again and never had a certificate.
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (subject === undefined) return undefined;
  const common = Array.isArray(subject.CN) ? subject.CN[0] : subject.CN;
  return [...visible(common ?? '')].slice(0, LONGEST_NAME).join('') || 'certificate';
}

async function peerOf(request: IncomingMessage): Promise<Omit<Caller, 'mayChange'>> {
  const fd = descriptorOf(request.socket);
  const peer = fd === undefined ? undefined : peerCredentials(fd);
  if (peer === undefined) return { by: 'socket', from: 'socket' };
  return { by: await userName(peer.uid), from: `pid ${peer.pid}` };
}

/** Its number where it has no name: passwd(5). */
async function userName(uid: number): Promise<string> {
  const text = await fs.readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name = '', , number] = line.split(':');
    if (number === String(uid) && name !== '') return visible(name);
  }
  return `uid ${uid}`;
}
