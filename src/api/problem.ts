/** What a request is answered with when it cannot be done: problem+json, RFC 9457. PURE. */

/** What is wrong in one place of what was sent. */
export interface PartProblem {
  /** `body.for`, `query.within`, `path.prefix`. */
  readonly place: string;
  readonly text: string;
}

const TITLES = {
  400: 'Bad request',
  401: 'Who are you?',
  403: 'Refused',
  404: 'Not found',
  405: 'Wrong method',
  408: 'Too slow',
  409: 'Conflict',
  413: 'Too much',
  414: 'Address too long',
  415: 'Wrong type of body',
  421: 'Wrong host',
  422: 'Cannot be done',
  431: 'Headers too long',
  500: 'Our mistake',
  503: 'Too busy',
} as const;
export type ProblemStatus = keyof typeof TITLES;

export class ApiProblem extends Error {
  readonly status: ProblemStatus;
  readonly problems: readonly PartProblem[];
  readonly headers: Readonly<Record<string, string>>;
  /** `detail`: a sentence for people, with nothing secret in it. */
  constructor(
    status: ProblemStatus,
    detail: string,
    more: { readonly problems?: readonly PartProblem[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.problems = more.problems ?? [];
    this.headers = more.headers ?? {};
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

export interface ProblemDocument {
  /** RFC 9457 §4.2.1: `about:blank`, the status says all. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly PartProblem[];
}

export const problemDocument = ({ status, message, problems }: ApiProblem): ProblemDocument => ({
  type: 'about:blank',
  title: TITLES[status],
  status,
  detail: message,
  ...(problems.length > 0 && { problems }),
});
