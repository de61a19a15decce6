/**
 * Patterns as in fnmatch(3) without flags: `*` any run, `?` one character, `[a-z]` and `[!a-z]` one of a set, and a
 * backslash takes the next character as it is. What `ip address show label` understands, and case counts.
 */
export function globMatches(pattern: string, text: string): boolean {
  return compile(pattern).test(text);
}

const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const source = [...pattern.matchAll(/\\[\s\S]|\[[!^]?\]?[^\]]*\]|[\s\S]/g)].map(([part]) => translate(part)).join('');
  const result = new RegExp(`^${source}$`, 's');
  compiled.set(pattern, result);
  return result;
}

function translate(part: string): string {
  if (part === '*') return '.*';
  if (part === '?') return '.';
  if (part.startsWith('\\') && part.length === 2) return quote(part.slice(1));
  if (part.startsWith('[') && part.length > 2) {
    const negated = /^\[[!^]/.test(part);
    const members = part.slice(negated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&');
    return `[${negated ? '^' : ''}${members}]`;
  }
  return quote(part);
}

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
