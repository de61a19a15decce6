/**
 * The door: what is refused before anybody looks at what is asked for, on the request as it came. PURE.
 *
 * What it does: refuses addresses that mean one thing here and another there, hosts by which a web page elsewhere could
 * reach us (DNS rebinding), and requests that such a page sends. What it does not: know the routes, or who asks.
 */
import { visible } from '../config/quote.ts';
import { parseAddress } from '../model/address.ts';
import { LIMITS } from './limits.ts';
import { ApiProblem } from './problem.ts';

export interface Knock {
  readonly method: string;
  /** As it stood in the request line. */
  readonly url: string;
  /** All values of a header field. */
  header(name: string): readonly string[];
  /** `socket`: the control socket, which no browser reaches. */
  readonly via: 'socket' | 'tcp' | 'tls';
}

export interface Address {
  /** Still encoded. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Throws `ApiProblem`. */
export function enter(knock: Knock): Address {
  const address = addressOf(knock.url);
  checkHost(knock);
  checkSite(knock);
  for (const name of ['authorization', 'content-type', 'origin']) {
    if (knock.header(name).length > 1) throw new ApiProblem(400, `The header field ${name} is there twice.`);
  }
  return address;
}

function addressOf(url: string): Address {
  if (url.length > LIMITS.url) {
    throw new ApiProblem(414, `The address has ${url.length} characters: expected ${LIMITS.url} at most.`);
  }
  if (!/^\/[\x21-\x7e]*$/.test(url) || url.includes('#')) {
    throw new ApiProblem(400, 'The address is not good: expected a path that begins with "/", in printable ASCII.');
  }
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const why = whyBadPath(path);
  if (why !== undefined) throw new ApiProblem(400, `The path is not good: ${why}.`);
  return { path, query: mark < 0 ? new Map() : queryOf(url.slice(mark + 1)) };
}

/** A path has one meaning only: what a proxy, a log or a route could read otherwise is none. */
function whyBadPath(path: string): string | undefined {
  if (path.includes('\\')) return 'it has a backslash';
  const decoded = decode(path);
  if (decoded === undefined) return 'expected "%" only before two hexadecimal digits, and UTF-8';
  if (/[\p{Cc}\\]/u.test(decoded)) return 'it has a control character or a backslash in it';
  if (decoded.includes('%')) return 'it is encoded twice';
  const parts = decoded.split('/').slice(1);
  if (parts.some((part) => part === '.' || part === '..')) return 'expected none of "." and ".."';
  if (parts.slice(0, -1).includes('')) return 'it has "//" in it';
  return undefined;
}

function queryOf(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    const [key, meant] = [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))];
    if (key === undefined || meant === undefined) {
      throw new ApiProblem(400, 'The query is not good: expected "%" only before two hexadecimal digits, and UTF-8.');
    }
    if (query.has(key)) throw new ApiProblem(400, `The query has ${visible(key)} twice.`);
    query.set(key, meant);
  }
  return query;
}

export function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * A page from elsewhere may have a name of its own resolve to this host, and then it speaks to us as to its own server. It
 * cannot help that the browser tells us the name. Where there is TLS the certificate has said already that the name is ours.
 */
function checkHost({ header, via }: Knock): void {
  const [host, ...more] = header('host');
  if (host === undefined || more.length > 0) {
    throw new ApiProblem(400, 'Expected one Host header field.');
  }
  const name = hostName(host);
  if (name === undefined)
    throw new ApiProblem(400, 'The Host header field is not good: expected a host, and maybe a port.');
  if (via !== 'tcp' || name === 'localhost' || parseAddress(name) !== undefined) return;
  throw new ApiProblem(421, 'The Host header field names another host: expected an IP address or localhost.');
}

/** In lower case and without brackets; `undefined` where it is none. */
function hostName(host: string): string | undefined {
  const [, bracketed, bare] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(host) ?? [];
  return (bracketed ?? bare)?.toLowerCase();
}

/**
 * What a browser says of the page that asks (Fetch Metadata, and Origin of RFC 6454). Only our own page has business here;
 * a link from elsewhere may be followed, but nothing may be changed, or read, by it.
 */
function checkSite({ header, method, via }: Knock): void {
  const [site = 'none'] = header('sec-fetch-site');
  const isReading = method === 'GET' || method === 'HEAD';
  const isFollowed =
    isReading && header('sec-fetch-mode')[0] === 'navigate' && header('sec-fetch-dest')[0] === 'document';
  const isOurs = site === 'same-origin' || site === 'none';
  const [origin] = header('origin');
  const isFromElsewhere = origin !== undefined && originHost(origin, via) !== header('host')[0]?.toLowerCase();
  if ((isOurs || isFollowed) && !isFromElsewhere) return;
  throw new ApiProblem(403, 'A page from another site asks for this: refused.');
}

/** What came in clear text, anybody on the way may have written. Where we have no TLS, somebody before us may. */
function originHost(origin: string, via: Knock['via']): string | undefined {
  const [, scheme, host] = /^(https?):\/\/([^/?#]+)$/.exec(origin.toLowerCase()) ?? [];
  return via === 'tls' && scheme !== 'https' ? undefined : host;
}
