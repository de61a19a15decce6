/**
 * Reads metrics as their formats say it, and by nothing of ours: prometheus.io, "Exposition formats", text format 0.0.4; and
 * OpenMetrics 1.0.0. What is neither throws.
 */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

export function readMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { name: string; type: string; help: string; samples: ReadSample[] }>();
  let last: { name: string; type: string; help: string; samples: ReadSample[] } | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '# EOF' || line === '') continue;
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(name)) throw new Error(`${name} stands there twice`);
      last = { name, type: '', help: rest, samples: [] };
      families.set(name, last);
    } else if (word === 'TYPE') {
      if (last?.name !== name || last.type !== '') throw new Error(`out of place: ${line}`);
      last.type = rest;
    } else {
      const sample = readSample(line);
      const suffixes = last?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['', '_total'];
      if (last === undefined || !suffixes.some((suffix) => sample.name === `${last?.name}${suffix}`)) {
        throw new Error(`not of ${last?.name}: ${line}`);
      }
      last.samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): ReadSample {
  const [, name = '', rest = ''] = /^([a-zA-Z_:][\w:]*)(.*)$/s.exec(line) ?? [];
  if (name === '') throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  let at = 0;
  if (rest.startsWith('{')) {
    at = 1;
    while (rest[at] !== '}') {
      const [whole = '', label = ''] = /^([a-zA-Z_]\w*)="/.exec(rest.slice(at)) ?? [];
      if (label === '' || label in labels) throw new Error(`no label at ${at}: ${line}`);
      at += whole.length;
      let value = '';
      for (; rest[at] !== '"'; at++) {
        if (at >= rest.length) throw new Error(`a label without its end: ${line}`);
        if (rest[at] !== '\\') value += rest[at];
        else {
          const meant = { '\\': '\\', '"': '"', n: '\n' }[rest[++at] ?? ''];
          if (meant === undefined) throw new Error(`no such escape: ${line}`);
          value += meant;
        }
      }
      labels[label] = value;
      at++;
      if (rest[at] === ',') at++;
      else if (rest[at] !== '}') throw new Error(`expected , or }: ${line}`);
    }
    at++;
  }
  const [, number = ''] = /^ (\S+)$/.exec(rest.slice(at)) ?? [];
  const value = number.endsWith('Inf') ? Number(number.replace('Inf', 'Infinity')) : Number(number);
  if (number === '' || Number.isNaN(value)) throw new Error(`no value: ${line}`);
  return { name, labels, value };
}
