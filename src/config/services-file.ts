/** The names of ports: services(5). */
import fs from 'node:fs';

export const SERVICES_FILE = '/etc/services';

/** The ports that a name stands for over TCP and UDP, each once. No file, no names. */
export function servicePorts(name: string): readonly number[] {
  return parseServices(readServices()).get(name) ?? [];
}

/**
 * Ports by name and alias, of `NAME PORT/PROTOCOL [ALIAS…]` lines; "#" begins a comment. What is no such line is passed
 * over, as getservbyname(3) does. Of several lines with a name and protocol the first counts.
 */
export function parseServices(text: string): ReadonlyMap<string, readonly number[]> {
  const ports = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const [, name = '', number, protocol, aliases = ''] =
      /^\s*(\S+)\s+(\d{1,5})\/(tcp|udp)(?:\s+(.*))?$/.exec(line.replace(/#.*/, '')) ?? [];
    const port = Number(number);
    if (!(port <= 65_535)) continue;
    for (const each of [name, ...aliases.split(/\s+/).filter((alias) => alias !== '')]) {
      if (seen.has(`${each}/${protocol}`)) continue;
      seen.add(`${each}/${protocol}`);
      const known = ports.get(each) ?? [];
      ports.set(each, known.includes(port) ? known : [...known, port]);
    }
  }
  return ports;
}

export function readServices(file = SERVICES_FILE): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
