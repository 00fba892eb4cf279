/** The calls that Tributary made for one request, made again; and the data of the answer, which is only printed. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Agent, request } from 'undici';

export const recorded = JSON.parse(readFileSync(process.env.BENCH_RECORDED ?? '', 'utf8'));
const dispatcher = new Agent({ connections: 16 });

async function again({ origin, method, path, authorization, type, body }) {
  const { statusCode, body: answer } = await request(origin + path, {
    method,
    headers: { authorization, ...(body === '' ? {} : { 'content-type': type }) },
    body: body === '' ? null : body,
    dispatcher,
  });
  if (statusCode !== 200) throw new Error(`${origin} answers ${statusCode} to ${path}`);
  return answer.json();
}

/** Makes the calls, all at once, and parses what comes. */
export async function sameCalls() {
  await Promise.all(recorded.calls.map(again));
  return recorded.data;
}
