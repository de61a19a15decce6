/** JSON in pieces, so that whoever sends much of it can stop in between. PURE. */

/**
 * Of a map, in which lists may be long: one piece for each of their items. An item that is `undefined` is left out; to find
 * that out takes time as well, and so it is an empty piece. Each value is read when its turn has come: what is counted in a
 * list may stand behind it.
 */
export function* jsonPieces(map: object): Generator<string> {
  let text = '{';
  let comma = '';
  for (const key of Object.keys(map)) {
    const value: unknown = map[key as keyof typeof map];
    if (value === undefined) continue;
    text += `${comma}${JSON.stringify(key)}:`;
    comma = ',';
    if (!isList(value)) {
      text += JSON.stringify(value);
      continue;
    }
    yield `${text}[`;
    yield* itemPieces(value);
    text = ']';
  }
  yield `${text}}`;
}

function* itemPieces(items: Iterable<unknown>): Generator<string> {
  let comma = '';
  for (const item of items) {
    yield item === undefined ? '' : `${comma}${JSON.stringify(item)}`;
    if (item !== undefined) comma = ',';
  }
}

const isList = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;
