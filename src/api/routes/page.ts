/**
 * SHELL: the status page: `/`, and its files below `/page/`. They say nothing of this daemon: what the page shows it asks for
 * at `/v1`, as everybody does.
 */
import { needed } from '../field.ts';
import { word } from '../kinds.ts';
import { createPageFiles, FIRST_FILE } from '../page-files.ts';
import type { ApiPorts } from '../ports.ts';
import { ApiProblem } from '../problem.ts';
import { type Answer, type Route, route } from '../route.ts';

/**
 * Nothing comes from elsewhere, nothing goes elsewhere, no script or style stands in the page itself, and no text becomes
 * markup or script. Sources: Content Security Policy Level 3, Trusted Types, HTML (cross-origin isolation).
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'X-Frame-Options': 'DENY',
  // Asked for anew each time, and sent when it is another one.
  'Cache-Control': 'no-cache',
};

const ANSWERS: Route['answers'] = { 'text/html': undefined };

export function pageRoutes({ log }: ApiPorts): readonly Route[] {
  const files = createPageFiles();

  async function answer(name: string, known: string): Promise<Answer> {
    const file = await files(name).catch((error: unknown) => {
      log.error({ detail: String(error) }, 'the status page cannot be read');
      throw new ApiProblem(500, 'The files of the status page cannot be read: the installation is incomplete.');
    });
    if (file === undefined) throw new ApiProblem(404, 'The status page has no such file.');
    const headers = { ...PAGE_HEADERS, ETag: file.tag };
    if (isAmong(file.tag, known)) return { type: 'unchanged', headers };
    return { type: 'text', contentType: file.contentType, text: file.content, headers };
  }

  return [
    route({
      method: 'GET',
      path: '/',
      name: 'page',
      summary: 'The status page',
      answers: ANSWERS,
      isPublic: true,
      act: ({ header }) => answer(FIRST_FILE, header('if-none-match')),
    }),
    route({
      method: 'GET',
      path: '/page/{file}',
      name: 'pageFile',
      summary: 'A file of the status page',
      pathFields: { file: needed({ ...word, help: 'its name' }) },
      answers: { 'text/javascript': undefined, 'text/css': undefined, 'image/svg+xml': undefined },
      isPublic: true,
      act: ({ path, header }) => answer(path.file, header('if-none-match')),
    }),
  ];
}

/** RFC 9110 §13.1.2: a list of tags, which may be marked as weak, or `*`. */
const isAmong = (tag: string, known: string): boolean =>
  known.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag);
