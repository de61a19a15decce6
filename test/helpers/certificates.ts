/** Certificates for a test, by openssl(1): an authority, and what it signs. */
import fs from 'node:fs';
import path from 'node:path';
import { run } from './processes.ts';

export interface Authority {
  /** PEM. */
  readonly file: string;
  readonly pem: string;
  /** Signs one: for an address, or for a person. */
  sign(name: string, alternative?: string): Promise<Certificate>;
}

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function createAuthority(place: string, name: string): Promise<Authority> {
  const at = (file: string): string => path.join(place, `${name}-${file}`);
  await run('openssl', [
    ...['req', '-x509', ...KEY, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'],
  ]);
  return {
    file: at('ca.pem'),
    pem: fs.readFileSync(at('ca.pem'), 'utf8'),
    async sign(subject, alternative) {
      const mine = (ending: string): string => at(`${subject.replaceAll(/\W/g, '_')}.${ending}`);
      await run('openssl', ['req', ...KEY, '-keyout', mine('key'), '-out', mine('csr'), '-subj', `/CN=${subject}`]);
      const extensions = mine('ext');
      fs.writeFileSync(extensions, alternative === undefined ? '' : `subjectAltName=${alternative}\n`);
      await run('openssl', [
        ...['x509', '-req', '-in', mine('csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'],
        ...['-days', '2', '-extfile', extensions, '-out', mine('pem')],
      ]);
      const [certFile, keyFile] = [mine('pem'), mine('key')];
      return {
        ...{ certFile, keyFile },
        cert: fs.readFileSync(certFile, 'utf8'),
        key: fs.readFileSync(keyFile, 'utf8'),
      };
    },
  };
}
