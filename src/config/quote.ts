/** Text from outside, for a message: control characters made visible, since it goes to a terminal, and cut when long. */
export const quote = (text: string): string => JSON.stringify(shorten(text));

/** The same without quotation marks, for names. */
export const visible = (text: string): string => quote(text).slice(1, -1);

const MOST = 200;
const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
