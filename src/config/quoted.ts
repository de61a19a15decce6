/**
 * Values that hold what else stands between values: `key="a; b, c"`. A quotation mark behind `key=` begins one, and the next
 * that has no backslash before it ends it; inside, `\"` is a mark, `\\` a backslash, and `\n` a new line.
 */

/** A separator, with the quoted value behind it where there is one; or a quoted value at the very beginning. */
const BORDER = /(?:^|[,;])\s*[^\s=,;"]+="[^"\\]*(?:\\.[^"\\]*)*"?|[,;]/gs;

/** Splits at each separator that is not inside a quoted value. */
export function splitUnquoted(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { 0: found, index } of text.matchAll(BORDER)) {
    if (found[0] !== separator) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  return [...parts, text.slice(start)];
}

/** What a value says that was split off so. */
export function unquoted(text: string): { readonly value: string } | { readonly expected: string } {
  if (!text.startsWith('"')) {
    return text.includes(';') ? { expected: 'double quotes around what has "," or ";"' } : { value: text };
  }
  return /^"[^"\\]*(?:\\["\\n][^"\\]*)*"$/.test(text)
    ? { value: text.slice(1, -1).replace(/\\(.)/g, (_all, of: string) => (of === 'n' ? '\n' : of)) }
    : { expected: 'a second " at the end, and inside no " and no \\ but as \\", \\\\ and \\n' };
}

/** The text that gives the value again, in one line. */
export const quotedIfNeeded = (text: string): string =>
  /^"|[,;\n]/.test(text) ? `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"` : text;
