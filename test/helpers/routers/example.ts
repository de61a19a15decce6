/** The examples of contrib/, with a test's own addresses in them. Whatever is to be replaced has to be there. */
import fs from 'node:fs';
import path from 'node:path';

const CONTRIB = path.resolve(import.meta.dirname, '../../../contrib');

/** What the examples say, and a test replaces. */
export const EXAMPLE = { router: '10.1.1.254', ha2bgp: '10.1.1.1', routerAs: '65001', ha2bgpAs: '65000' } as const;

export const readExample = (name: string): string => fs.readFileSync(path.join(CONTRIB, name), 'utf8');

export type Edit = readonly [from: string, to: string] | false | undefined;

/** Each replaces every place where its words are, and there has to be one. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const edit of edits) {
    if (!edit) continue;
    const [from, to] = edit;
    if (!result.includes(from)) throw new Error(`no "${from}" in the example:\n${result}`);
    result = result.replaceAll(from, () => to);
  }
  return result;
}

/** What `block` matches, once for each of `all`. */
export function repeated<T>(
  text: string,
  block: RegExp,
  all: readonly T[],
  render: (block: string, one: T, index: number) => string,
): string {
  if (!block.test(text)) throw new Error(`no ${block} in the example:\n${text}`);
  return text.replace(block, (found) => all.map((one, index) => render(found, one, index)).join(''));
}

export function cannot(kind: string, what: string): never {
  throw new Error(`${kind} cannot do that: ${what}`);
}
