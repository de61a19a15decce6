/**
 * Patterns as in fnmatch(3) without flags, which is what `ip address show label` understands: `*` any run, `?` one
 * character, `[a-z]` and `[!a-z]` one of a set, `[[:digit:]]` of a class, and a backslash takes the next character as it
 * is. Case counts. The time it takes grows with the length of the pattern times that of the text, whatever they are.
 */
export function globMatches(pattern: string, text: string): boolean {
  const parts = compile(pattern);
  if (parts === undefined) return false;
  let part = 0;
  let at = 0;
  // Where to go on when something after the last `*` does not fit: that star then takes one character more.
  let star = -1;
  let starTakes = 0;
  while (at < text.length) {
    const expected = parts[part];
    if (expected === 'run') {
      star = part++;
      starTakes = at;
    } else if (expected?.(text[at] ?? '') === true) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++starTakes;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === 'run');
}

type Part = 'run' | ((character: string) => boolean);

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `undefined` for a pattern that nothing matches: one that ends in the middle of an escape. */
function compile(pattern: string): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      if (parts.at(-1) !== 'run') parts.push('run');
    } else if (character === '?') {
      parts.push(() => true);
    } else if (character === '\\') {
      const literal = pattern[++at];
      if (literal === undefined) return undefined;
      parts.push((found) => found === literal);
    } else {
      const set = character === '[' ? readSet(pattern, at + 1) : undefined;
      parts.push(set === undefined ? (found) => found === character : set.matches);
      at = set === undefined ? at : set.end;
    }
  }
  return parts;
}

/** From behind the `[`; `end` is where the `]` stands. `undefined` when there is none, and the `[` means itself. */
function readSet(pattern: string, start: number): { matches: (character: string) => boolean; end: number } | undefined {
  const isNegated = /[!^]/.test(pattern[start] ?? '');
  const members: ((character: string) => boolean)[] = [];
  let at = isNegated ? start + 1 : start;
  // A `]` that comes first is a member.
  while (at < pattern.length && (pattern[at] !== ']' || members.length === 0)) {
    const name = /^\[:([a-z]+):\]/.exec(pattern.slice(at))?.[1];
    const known = name === undefined ? undefined : CLASSES[name];
    if (name !== undefined && known !== undefined) {
      members.push((character) => known.test(character));
      at += name.length + 4;
      continue;
    }
    const low = readMember(pattern, at);
    const isRange = pattern[low.next] === '-' && pattern[low.next + 1] !== ']' && low.next + 1 < pattern.length;
    const high = isRange ? readMember(pattern, low.next + 1) : low;
    members.push((character) => character >= low.character && character <= high.character);
    at = high.next;
  }
  if (at >= pattern.length) return undefined;
  return { matches: (character) => members.some((member) => member(character)) !== isNegated, end: at };
}

function readMember(pattern: string, at: number): { character: string; next: number } {
  const isEscaped = pattern[at] === '\\' && at + 1 < pattern.length;
  return { character: pattern[isEscaped ? at + 1 : at] ?? '', next: at + (isEscaped ? 2 : 1) };
}
