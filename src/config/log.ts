/** Which settings of the log have no effect beside the others. */
import { OPTIONS, type OptionName, type Settings } from './options.ts';
import type { Problem } from './place.ts';

/** Adds what would be accepted and have no effect. */
export function checkLog(settings: Settings, placeOf: (name: OptionName) => string, problems: Problem[]): void {
  const { logTo } = settings;
  const refuse = (name: OptionName, why: string): void => {
    if (settings[name] === OPTIONS[name].default) return;
    problems.push({ place: placeOf(name), text: `has no effect with ${placeOf('logTo')} ${logTo}${why}` });
  };
  if (logTo !== 'syslog') refuse('syslogFacility', ': it is for syslog');
  if (logTo === 'journald') refuse('logFormat', ': the journal keeps each field by itself');
  if (logTo !== 'none') return;
  for (const name of ['logFormat', 'logLevel', 'debug'] as const) refuse(name, '');
}
