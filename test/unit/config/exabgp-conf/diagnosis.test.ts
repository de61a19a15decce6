/** What is said, and for whom; the table of what is found is in diagnose.test.ts. */
import { describe, expect, it } from 'vitest';
import { readWords } from '../../../../src/cli/run-words.ts';
import { diagnose } from '../../../../src/config/exabgp-conf/diagnose.ts';
import { parseExabgpEnv } from '../../../../src/config/exabgp-conf/environment.ts';
import { severityOf } from '../../../../src/config/exabgp-conf/finding.ts';

const SESSION = 'router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000;';
const conf = (inside: string): string => `process ha { run /usr/bin/ha2bgp --network 192.0.2.0/24; encoder text; }
neighbor 127.0.1.1 { ${SESSION}
${inside}
api { processes [ ha ]; neighbor-changes; }
}
`;
const GROUP = `group edge {
    local-as 65000; peer-as 65000;
    process ha { run /usr/bin/ha2bgp --network 192.0.2.0/24 --listen-filter "sport = :53"; }
    neighbor 127.0.1.1 { router-id 127.0.1.2; local-address 127.0.1.2; family { ipv4 unicast; } }
    neighbor 127.0.1.3 {
        router-id 127.0.1.2; local-address 127.0.1.2; peer-as 65009;
        process other { run /bin/cat; encoder json; }
    }
}
`;

describe('several releases', () => {
  it('are named where not all of them say the same, and not where they do', () => {
    const { findings } = diagnose(conf('family { all; }\nholdtime 9;'), readWords);
    expect(findings.map(({ line, sentence }) => [line, sentence])).toEqual([
      [3, 'the section family knows no "all" (ExaBGP 4.2)'],
      [4, 'the section neighbor knows no "holdtime"'],
    ]);
  });

  it('are asked alone where one is named', () => {
    expect(diagnose(conf('family { all; }'), readWords, ['5.0']).findings).toEqual([]);
    expect(diagnose(conf('family { all; }'), readWords, ['4.2']).findings).toMatchObject([
      { code: 'word-unknown', sentence: 'the section family knows no "all"' },
    ]);
  });
});

describe('a group of 3.x', () => {
  it('is written anew, whole', () => {
    const [finding, ...more] = diagnose(GROUP, readWords).findings;
    expect(more).toEqual([]);
    expect(finding?.instead).toEqual(
      `process ha {
    run /usr/bin/ha2bgp --network 192.0.2.0/24 --listen-filter "sport = :53";
    encoder text;
}
process other {
    run /bin/cat;
    encoder json;
}
neighbor 127.0.1.1 {
    local-as 65000;
    peer-as 65000;
    router-id 127.0.1.2;
    local-address 127.0.1.2;
    family {
        ipv4 unicast;
    }
    api {
        processes [ ha ];
        neighbor-changes;
    }
}
neighbor 127.0.1.3 {
    local-as 65000;
    router-id 127.0.1.2;
    local-address 127.0.1.2;
    peer-as 65009;
    api {
        processes [ ha, other ];
        neighbor-changes;
    }
}`.split('\n'),
    );
    expect(diagnose(finding?.instead.join('\n') ?? '', readWords).findings).toEqual([]);
  });
});

describe('a finding', () => {
  it('is an error unless it only may become one', () => {
    expect((['refused', 'mute', 'risk', 'none'] as const).map((effect) => severityOf({ effect }))).toEqual([
      ...['error', 'error', 'warning', 'note'],
    ]);
  });

  it('never contradicts another one: a list of processes is written in one way', () => {
    const text = conf('').replace('[ ha ]', '[ haa, hc, other ]').concat('process hc { run /bin/cat; encoder text; }');
    const instead = diagnose(text, readWords).findings.flatMap((finding) => finding.instead);
    expect(instead.map((line) => /processes \[.*?\];/.exec(line)?.[0])).toEqual(
      Array.from({ length: 3 }, () => 'processes [ ha, hc ];'),
    );
  });

  it('shows control characters for what they are', () => {
    const { findings } = diagnose(conf('descriptiom "\x1b[31mred";\n\x07bell;'), readWords);
    const all = findings.map(({ sentence }) => sentence).join('');
    expect(all).toContain('\\u0007bell');
    expect([...all].every((char) => char >= ' ')).toBe(true);
  });
});

describe('exabgp.env', () => {
  it.each([
    ["[exabgp.daemon]\nuser = 'bgp'\n", 'bgp'],
    ['[exabgp.daemon]\nuser=bgp\r\n', 'bgp'],
    ['[exabgp.daemon]\numask = 1\n\n  user = "bgp"  \n[exabgp.log]\nuser = me', 'bgp'],
    ['[exabgp.log]\nuser = me', undefined],
    ['# user = me', undefined],
    ['', undefined],
  ])('%j says %s', (text, user) => {
    expect(parseExabgpEnv(text).get('daemon.user')).toBe(user);
  });
});
