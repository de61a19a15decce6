/** SHELL: the files of the API on TCP: its token, its certificate, and the authorities of those who ask. */
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { type Secret, secretOf } from '../model/peer.ts';

export interface KeyFiles {
  /** A path each; empty for none. */
  readonly token: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

export interface ApiKeys {
  readonly token: Secret | undefined;
  readonly tls: SecureContextOptions | undefined;
}

export interface KeyProblem {
  readonly file: keyof KeyFiles;
  readonly text: string;
}

export interface ReadKeys {
  /** `undefined` where there are problems. */
  readonly keys: ApiKeys | undefined;
  readonly problems: readonly KeyProblem[];
  readonly warnings: readonly KeyProblem[];
}

/** 128 bits, where each octet is as good as random. */
const SHORTEST_TOKEN = 16;
const LONGEST_TOKEN = 512;
/** Certificates of a whole host's authorities are some hundred KiB. */
const LARGEST_FILE = 2 ** 20;
const READ_BY_OTHERS = 0o004;

/** Reads them all, and tries whether they go together. What is secret is in no message. */
export async function readKeys(files: KeyFiles): Promise<ReadKeys> {
  const problems: KeyProblem[] = [];
  const warnings: KeyProblem[] = [];
  const read = (file: keyof KeyFiles, isSecret: boolean): Buffer | undefined => {
    if (files[file] === '') return undefined;
    try {
      const stats = fs.statSync(files[file]);
      if (!stats.isFile()) problems.push({ file, text: `${files[file]}: expected a regular file` });
      else if (stats.size > LARGEST_FILE) problems.push({ file, text: `${files[file]}: has ${stats.size} octets` });
      else {
        if (isSecret && (stats.mode & READ_BY_OTHERS) !== 0) {
          warnings.push({ file, text: `${files[file]}: every user of this host may read it` });
        }
        return fs.readFileSync(files[file]);
      }
    } catch (error) {
      problems.push({ file, text: `cannot be read: ${(error as Error).message}` });
    }
    return undefined;
  };
  const token = tokenIn(read('token', true), files.token, problems);
  const [cert, key, ca] = [read('cert', false), read('key', true), read('clientCa', false)];
  if (ca !== undefined) checkCertificate('clientCa', files.clientCa, ca, problems, warnings);
  if (cert !== undefined) checkCertificate('cert', files.cert, cert, problems, warnings);
  const tls = cert === undefined || key === undefined ? undefined : { cert, key, ...(ca !== undefined && { ca }) };
  if (problems.length === 0 && tls !== undefined) {
    const { createSecureContext } = await import('node:tls');
    try {
      createSecureContext(tls);
    } catch (error) {
      problems.push({ file: 'key', text: `${files.key}: does not go with ${files.cert}: ${reasonOf(error)}` });
    }
  }
  return { keys: problems.length > 0 ? undefined : { token, tls }, problems, warnings };
}

/** Its first line. */
function tokenIn(bytes: Buffer | undefined, file: string, problems: KeyProblem[]): Secret | undefined {
  if (bytes === undefined) return undefined;
  const [line = ''] = bytes.toString('latin1').split(/\r?\n/, 1);
  const refuse = (text: string): undefined => void problems.push({ file: 'token', text: `${file}: ${text}` });
  if (!/^[\x21-\x7e]*$/.test(line)) return refuse('the first line: expected printable ASCII without spaces');
  if (line.length < SHORTEST_TOKEN || line.length > LONGEST_TOKEN) {
    return refuse(
      `the first line has ${line.length} octets: expected a token of ${SHORTEST_TOKEN} to ${LONGEST_TOKEN}`,
    );
  }
  return secretOf(line);
}

/** The first of the file. */
function checkCertificate(
  file: 'cert' | 'clientCa',
  name: string,
  pem: Buffer,
  problems: KeyProblem[],
  warnings: KeyProblem[],
): void {
  try {
    const { validTo, validFrom } = new X509Certificate(pem);
    const now = Date.now();
    if (Date.parse(validTo) < now) warnings.push({ file, text: `${name}: is out of date since ${validTo}` });
    if (Date.parse(validFrom) > now) warnings.push({ file, text: `${name}: is not good before ${validFrom}` });
  } catch (error) {
    problems.push({ file, text: `${name}: is no certificate in PEM: ${reasonOf(error)}` });
  }
}

/** OpenSSL's own words for it. */
const reasonOf = (error: unknown): string =>
  (error as { readonly reason?: string }).reason ?? (error instanceof Error ? error.message : String(error));
