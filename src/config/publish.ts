/** What is wrong with settings of files that are written for others: what has no effect, or writes over something else. */
import path from 'node:path';
import { OPTIONS, type OptionName, type Settings } from './options.ts';
import type { Problem } from './place.ts';
import { quote } from './quote.ts';

/** node_exporter passes over files of other names. */
const TEXTFILE = '.prom';

export function checkPublished(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  const { statusFile, metricsFile, record } = settings;
  const refuse = (name: OptionName, text: string): void => void problems.push({ place: placeOf(name), text });
  const without = (name: 'statusInterval' | 'metricsInterval', needed: 'statusFile' | 'metricsFile'): void => {
    if (settings[needed].length > 0 || settings[name] === OPTIONS[name].default) return;
    refuse(name, `has no effect without --${OPTIONS[needed].flag}`);
  };
  without('statusInterval', 'statusFile');
  without('metricsInterval', 'metricsFile');
  if (metricsFile !== '' && !metricsFile.endsWith(TEXTFILE)) {
    refuse(
      'metricsFile',
      `${quote(metricsFile)}: expected a name that ends in ${TEXTFILE}, node_exporter reads no other`,
    );
  }
  const written = new Set(record === '' ? [] : [path.resolve(record)]);
  const files = [...statusFile.map((file) => ['statusFile', file] as const), ['metricsFile', metricsFile] as const];
  for (const [name, file] of files) {
    if (file === '') continue;
    if (written.has(path.resolve(file)))
      refuse(name, `${quote(file)}: is written already, by another setting or twice`);
    written.add(path.resolve(file));
  }
}
