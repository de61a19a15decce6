/**
 * SHELL: the files of the status page: those of the folder `web`, read when somebody first asks for one, and kept.
 *
 * What is asked for is looked up among their names, and never becomes a path. An entity tag is made of what is in the file
 * (RFC 9110 §8.8.3), so that an upgrade shows at once and nothing else is sent twice.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

export interface PageFile {
  readonly contentType: string;
  readonly content: Buffer;
  /** With its quotes. */
  readonly tag: string;
}

export const PAGE_FOLDER = path.resolve(import.meta.dirname, '../../web');
/** What the page begins with. */
export const FIRST_FILE = 'index.html';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** By name; `undefined` for what is no file of the page. Rejects while they cannot be read, and then tries anew. */
export type PageFiles = (name: string) => Promise<PageFile | undefined>;

export function createPageFiles(folder: string = PAGE_FOLDER): PageFiles {
  let reading: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return async (name) => {
    reading ??= readAll(folder);
    try {
      return (await reading).get(name);
    } catch (error) {
      reading = undefined;
      throw error;
    }
  };
}

async function readAll(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const name of await fs.readdir(folder)) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType === undefined) continue;
    const content = await fs.readFile(path.join(folder, name));
    files.set(name, { contentType, content, tag: `"${createHash('sha256').update(content).digest('base64url')}"` });
  }
  return files;
}
