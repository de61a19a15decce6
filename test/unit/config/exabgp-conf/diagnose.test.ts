import { describe, expect, it } from 'vitest';
import { readWords } from '../../../../src/cli/run-words.ts';
import { diagnoseFor } from '../../../../src/config/exabgp-conf/diagnose.ts';
import type { Finding } from '../../../../src/config/exabgp-conf/finding.ts';
import { RELEASES } from '../../../../src/config/exabgp-conf/release.ts';
import { BROKEN, type ConfCase, GOOD } from '../../../helpers/exabgp-confs.ts';

const PROGRAM = '/usr/bin/ha2bgp';
const textOf = ({ text }: ConfCase): string => text.replaceAll('PROGRAM', PROGRAM);
const shown = ({ effect, code, line }: Finding): string => `${effect} ${code} ${line}`;

describe.each(RELEASES)('an exabgp.conf, read as ExaBGP %s does', (release) => {
  it.each([...GOOD, ...BROKEN].map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const { findings } = diagnoseFor(textOf(one), release, readWords);
    expect(findings.map(shown).sort()).toEqual([...one.expected, ...(one.only?.[release] ?? [])].sort());
    expect(findings.map(({ line }) => line)).toEqual(findings.map(({ line }) => line).sort((a, b) => a - b));
    if (one.instead !== undefined) {
      const instead = one.instead.replaceAll('PROGRAM', PROGRAM);
      if (release === '5.0' || one.only === undefined)
        expect(findings.flatMap((finding) => finding.instead)).toContain(instead);
    }
  });
});
