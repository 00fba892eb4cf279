import type { IncomingMessage } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import { TributaryError } from '../../domain/errors.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import { boundValues, mostValues, parseForm, parseSent } from '../client/sent-values.ts';
import type { Parsed } from '../client/sent-values.ts';
import { badRequest } from './bad-request.ts';

export interface SentContext {
  /** The body, if it has been parsed before yoga handles its request. */
  readonly parsed?: Parsed | undefined;
}

interface ServerContext extends SentContext {
  readonly req?: IncomingMessage & { readonly body?: unknown };
}

/**
 * Bodies are parsed once, in turns, and with a bound on their values. Yoga's parsers read the same request, and check what they always
 * check.
 */
export function boundedBodies(limits: Pick<QueryLimits, 'calls'>): Plugin<object, ServerContext> {
  async function json(request: Request, parsed: Parsed | undefined): Promise<unknown> {
    const bytes = async (): Promise<Buffer> => Buffer.from(await request.arrayBuffer());
    return inOurWords(parsed ?? (await parseSent(await bytes(), mostValues(limits))));
  }

  async function form(read: () => Promise<string>): Promise<string> {
    const most = mostValues(limits);
    const body = await read();
    try {
      const parameters = await parseForm(body, most);
      for (const value of parameters.values()) boundValues(Buffer.from(value), most);
      return body;
    } catch (error) {
      throw asRefusal(error);
    }
  }

  return {
    onRequestParse({ request, serverContext: { parsed, req } }) {
      // A framework has read the body, and yoga takes it from there.
      if (request.method !== 'POST' || (parsed === undefined && req?.body !== undefined)) return;
      const text = request.text.bind(request);
      const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
      Object.defineProperty(request, 'json', { value: () => json(request, parsed) });
      if (isForm) Object.defineProperty(request, 'text', { value: () => form(text) });
    },
  };
}

function inOurWords(parsed: Parsed): unknown {
  try {
    return parsed();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Yoga shows an error of GraphQL as it is. */
function asRefusal(error: unknown): unknown {
  return error instanceof TributaryError ? badRequest(error.message) : error;
}
