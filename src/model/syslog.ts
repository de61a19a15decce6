/** What syslog(3) sorts by: RFC 5424 §6.2.1. */
export const FACILITIES = {
  ...{
    auth: 4,
    authpriv: 10,
    cron: 9,
    daemon: 3,
    ftp: 11,
    kern: 0,
    lpr: 6,
    mail: 2,
    news: 7,
    syslog: 5,
    user: 1,
    uucp: 8,
  },
  ...{ local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
} as const;

export type Facility = keyof typeof FACILITIES;

export const FACILITY_NAMES = Object.keys(FACILITIES) as Facility[];

export const SEVERITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;

/** As somebody wrote it, in whatever case. */
export const facilityNamed = (text: string): Facility | undefined =>
  FACILITY_NAMES.find((name) => name === text.toLowerCase());
