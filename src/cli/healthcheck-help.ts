/** `ha2bgp healthcheck --help`, from the option table. */
import { HEALTHCHECK_OPTION_NAMES, type HealthcheckOption, healthcheckOption } from '../config/healthcheck/options.ts';

const GROUPS: Readonly<Record<HealthcheckOption['group'], string>> = {
  check: 'The check',
  routes: 'What is announced',
  hooks: 'Commands at a change of state',
  process: 'The process',
};

const INTRODUCTION = `Usage: ha2bgp healthcheck [options]

Does what "python3 -m exabgp healthcheck" does, by the same options: runs a command every few seconds, announces addresses
while it passes, and announces a worse metric, or withdraws, while it fails. Under ExaBGP, in its configuration:

  process web { run /usr/bin/ha2bgp healthcheck --cmd "curl -sf http://127.0.0.1/" --ip 192.0.2.1 --withdraw-on-down; encoder text; }
`;

const WIDTH = 34;

export function healthcheckHelp(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const rows = HEALTHCHECK_OPTION_NAMES.map(healthcheckOption).filter((option) => option.group === group);
    return `\n${title}:\n${rows.map(row).join('')}`;
  });
  return `${INTRODUCTION}${sections.join('')}\nNumbers are seconds, fractions too. Long options may be cut short, as long as only one is meant.\n`;
}

function row(option: HealthcheckOption): string {
  const [long = '', ...others] = option.flags;
  const short = others.map((flag) => `${flag}, `).join('');
  const argument = option.argument === undefined ? '' : ` <${option.argument}>`;
  const notes = [
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(option.isRepeatable ? ['repeatable'] : []),
  ];
  const head = `  ${short}${long}${argument}`;
  const gap = head.length < WIDTH ? ' '.repeat(WIDTH - head.length) : `\n${' '.repeat(WIDTH)}`;
  return `${head}${gap}${option.help}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}\n`;
}
