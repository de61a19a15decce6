/** SHELL: the body of a request: a small map in JSON, or all that is wrong with it. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { quote } from '../config/quote.ts';
import { LIMITS } from './limits.ts';
import { ApiProblem } from './problem.ts';

const tooMuch = (): ApiProblem =>
  new ApiProblem(413, `The body is too long: expected ${LIMITS.body / 1_024} KiB at most.`);

/** Whether there is one: RFC 9112 §6. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** `expectsContinue`: called before the first octet is waited for (RFC 9110 §10.1.1). Throws `ApiProblem`. */
export async function readBody(
  request: IncomingMessage,
  expectsContinue: () => void,
): Promise<ReadonlyMap<string, unknown>> {
  if (!hasBody(request)) return new Map();
  checkHeaders(request);
  expectsContinue();
  const bytes = await collect(request);
  if (bytes.length === 0) return new Map();
  if (!isUtf8(bytes)) throw new ApiProblem(400, 'The body is not good: expected text in UTF-8.');
  return mapOf(bytes.toString('utf8'));
}

function checkHeaders({ headers }: IncomingMessage): void {
  const type = headers['content-type'] ?? '';
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type)) {
    throw new ApiProblem(415, `A body of type ${quote(type)} is not read: expected application/json.`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new ApiProblem(415, `A body in the encoding ${quote(encoding)} is not read: expected none.`);
  }
  if (Number(headers['content-length'] ?? 0) > LIMITS.body) throw tooMuch();
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LIMITS.body) chunks.push(chunk);
      else {
        // What comes yet stays where it is.
        request.pause();
        reject(tooMuch());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    // Whoever hangs up is no mistake of ours. It may have happened while somebody looked who asks.
    const cutShort = (): void => reject(new ApiProblem(400, 'The request ended before its body did.'));
    for (const end of ['error', 'close']) request.on(end, cutShort);
    if (request.destroyed) cutShort();
  });
}

function mapOf(text: string): ReadonlyMap<string, unknown> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new ApiProblem(400, `The body is no JSON: ${quote((error as Error).message)}.`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ApiProblem(400, 'The body is not good: expected a map, such as {"target": "all"}.');
  }
  return new Map(Object.entries(given));
}
