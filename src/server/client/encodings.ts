import type { IncomingMessage } from 'node:http';

/** The encodings that a client takes for the body of an answer. */
export function acceptedEncodings({ headers }: Pick<IncomingMessage, 'headers'>): ReadonlySet<string> {
  const accepted = (headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.replaceAll(/\s/g, ''))
    .filter((each) => !/;q=0(?:\.0*)?$/.test(each));
  return new Set(accepted.map((each) => each.split(';', 1)[0] ?? ''));
}
