import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const JOBS: readonly string[] = Array.from({ length: 25 }, (_, index) => `job-${index}`);
/** Twenty lines of a megabyte. */
export const LARGE_JOB = 'large';
/** Twenty lines with long texts beside their messages. */
export const VERBOSE_JOB = 'verbose';
const LONG_LINE_CHARACTERS = 1_000_000;
const LINES = 400;
const START = Date.UTC(2026, 0, 1);

/** Words in an order without a pattern: expressions find no short way through them. */
function words(length: number, seed: number): string {
  let state = seed + 1;
  const parts: string[] = [];
  for (let at = 0; at < length; at += 8) {
    state = (state * 48_271) % 2_147_483_647;
    parts.push(`${state.toString(36).padStart(6, 'é')} \n`.slice(0, 8));
  }
  return parts.join('').slice(0, length);
}

function line(index: number, text: string) {
  const at = new Date(START + index * 1_000).toISOString();
  return { id: `line-${String(index).padStart(6, '0')}`, at, text, level: 'info', host: `host-${index % 7}` };
}

const lines = Array.from({ length: LINES }, (_, index) => line(index, `step ${index}: ${words(60, index)}`));
const pages = new Map<string, string>();
const large = JSON.stringify({
  lines: Array.from({ length: 20 }, (_, index) => line(index, words(LONG_LINE_CHARACTERS, index))),
});

const A_MILLION = 1_000_000;
const A_LINE = JSON.stringify(line(0, 'a line'));

/** Answers of a million values in one row, rows that cannot be read, or (a tenth of that) lines: all of them a few megabytes. */
const HUGE: Readonly<Record<string, () => string>> = {
  values: () => `{"lines":[${A_LINE.slice(0, -1)},"host":[${'1,'.repeat(A_MILLION)}1]}]}`,
  forever: () => `{"lines":[${Array.from({ length: 200 }, () => A_LINE).join()}],"next":"on"}`,
  rows: () => `{"lines":[${'{},'.repeat(A_MILLION)}{}]}`,
  lines: () => `{"lines":[${`${A_LINE},`.repeat(A_MILLION / 10)}${A_LINE}]}`,
};

const LONG_TEXT = words(100_000, 1);
/** A hundred jobs with long names, and lines with long texts beside their messages. */
const jobs = JSON.stringify({
  jobs: Array.from({ length: 100 }, (_, n) => ({ id: `named-${n}`, title: LONG_TEXT, state: LONG_TEXT })),
});
const verbose = JSON.stringify({
  lines: Array.from({ length: 20 }, (_, n) => ({
    ...line(n, 'short'),
    level: LONG_TEXT,
    host: Array.from({ length: 19_000 }, () => 1),
  })),
});

/** A source whose answers are made once: it takes hardly any time of the machine. */
export async function startSource() {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://source.example');
    const [, , key = '', part] = pathname.split('/');
    response.setHeader('content-type', 'application/json');
    if (key === '') response.end(jobs);
    else if (key === VERBOSE_JOB && part !== undefined) response.end(verbose);
    else if (part === undefined) response.end(JSON.stringify({ id: key, state: 'succeeded' }));
    else if (key === LARGE_JOB) response.end(large);
    else if (Object.hasOwn(HUGE, key)) response.end(HUGE[key]?.());
    else response.end(pageOf(Number(searchParams.get('offset') ?? 0), Number(searchParams.get('limit') ?? LINES)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pageOf(offset: number, limit: number): string {
  const key = `${offset} ${limit}`;
  const page = pages.get(key) ?? JSON.stringify({ lines: lines.slice(offset, offset + limit), total: LINES });
  pages.set(key, page);
  return page;
}
