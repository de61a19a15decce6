/** JSON to look into in a test: whatever is not there is `undefined`. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
export function json(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
