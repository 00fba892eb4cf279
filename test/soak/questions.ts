import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import { answerOf } from './answer.ts';

/** What the service says of sources that go wrong, and of requests that are wrong. Anything else is a fault of ours. */
const DOCUMENTED = new Set([
  'CURSOR_INVALID',
  'NOT_FOUND',
  'QUERY_TOO_COMPLEX',
  'SOURCE_BAD_RESPONSE',
  'SOURCE_RATE_LIMITED',
  'SOURCE_TIMEOUT',
  'SOURCE_UNAVAILABLE',
]);
const EXPORT_STATUSES = new Set([200, 502, 503, 504]);

const LINES = 'nodes { id timestamp severity message } pageInfo { endCursor hasNextPage } failures { source code }';
const JOBS = '$jobs: [ID!]!';
const QUERIES = {
  sources: '{ sources { name health { state code } capabilities { pushdown } } }',
  jobs: `{ jobs(first: 10) { nodes { id name status logs(first: 5) { ${LINES} } } failures { source code } } }`,
  merged: `query (${JOBS}) { logs(jobs: $jobs, first: 100) { ${LINES} } }`,
  newest: `query (${JOBS}) { logs(jobs: $jobs, last: 50, filter: { contains: "line" }) { ${LINES} totalCount } }`,
  histogram: `query (${JOBS}) { logHistogram(jobs: $jobs, buckets: 10) { total failures { source code } } }`,
  nodes: `query (${JOBS}) { nodes(ids: $jobs) { id ... on Job { name attempts(first: 2) { nodes { key } } } } }`,
  forged: `query (${JOBS}) { logs(jobs: $jobs, after: "forged") { ${LINES} } }`,
  large: '{ sources { jobs(first: 500) { nodes { logs(first: 1000) { nodes { id } } } } } }',
};

type Question = keyof typeof QUERIES | 'walk' | 'export';
const QUESTIONS: readonly Question[] = [...(Object.keys(QUERIES) as (keyof typeof QUERIES)[]), 'walk', 'export'];

interface Page {
  readonly data?: { readonly logs: { readonly pageInfo: { readonly endCursor: string | null } } | null } | null;
}

/** Asks all that there is to ask, over and over, and writes down what came of it. */
export class Asking {
  readonly #chance: Chance;
  readonly #urls: readonly string[];
  readonly #jobs: readonly string[];
  readonly #over = new AbortController();
  readonly milliseconds: number[] = [];
  /** Answers by error code; `none` are those without one, `unreachable` are requests to a replica that is gone. */
  readonly codes = new Map<string, number>();
  /** What should never be. */
  readonly wrong: string[] = [];

  constructor(chance: Chance, urls: readonly string[], jobs: readonly string[]) {
    this.#chance = chance;
    this.#urls = urls;
    this.#jobs = jobs;
  }

  stop(): void {
    this.#over.abort();
  }

  async run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const question = this.#chance.of(QUESTIONS);
      const begun = performance.now();
      try {
        await this.#ask(question);
        this.milliseconds.push(performance.now() - begun);
      } catch {
        // The replica was killed, or the client has left after ten seconds.
        this.#count('unreachable');
      }
      await pause(this.#chance.between(20, 150));
    }
  }

  async #ask(question: Question): Promise<void> {
    if (question === 'export') return this.#export();
    if (question !== 'walk') {
      await this.#query(question, QUERIES[question], { jobs: this.#some() });
      return;
    }
    const variables: { jobs: readonly string[]; after?: string | null } = { jobs: this.#some() };
    const text = `query (${JOBS}, $after: String) { logs(jobs: $jobs, first: 20, after: $after) { ${LINES} } }`;
    for (let page = 0; page < 4; page += 1) {
      const { data } = (await this.#query(question, text, variables)) as Page;
      variables.after = data?.logs?.pageInfo.endCursor ?? null;
    }
  }

  async #query(what: Question, query: string, variables: unknown): Promise<unknown> {
    const { status, text } = await answerOf(`${this.#chance.of(this.#urls)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    if (status >= 500) this.wrong.push(`${what}: ${status}`);
    this.#note(what, text);
    return JSON.parse(text);
  }

  async #export(): Promise<void> {
    const url = `${this.#chance.of(this.#urls)}/export?jobs=${this.#some().join(',')}`;
    const { status, text } = await answerOf(url);
    if (!EXPORT_STATUSES.has(status)) this.wrong.push(`export: ${status}`);
    else if (status === 200 && !/\{"end":[^\n]*\n$/.test(text)) this.wrong.push('export: it has no end');
    this.#note('export', text);
  }

  #note(what: string, text: string): void {
    const codes = new Set([...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code = '']) => code));
    for (const code of codes) {
      this.#count(code);
      if (!DOCUMENTED.has(code)) this.wrong.push(`${what}: ${code}`);
    }
    if (codes.size === 0) this.#count('none');
  }

  #count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  #some(): string[] {
    return Array.from({ length: Math.ceil(this.#chance.between(0, 4)) }, () => this.#chance.of(this.#jobs));
  }
}
