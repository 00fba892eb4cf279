import { errorOf } from './answer.ts';
import type { AnswerError } from './answer.ts';
import type { ServiceAddress } from './service-address.ts';
import { ConnectionLost, ServiceError } from './service-error.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';

/** An answer of the graph, with unchecked data. */
interface GraphAnswer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** Sends requests to a running service and reads its answers. */
export class ServiceHttp {
  readonly #address: ServiceAddress;
  readonly #signal: AbortSignal;
  /** The service's name in messages. */
  readonly #name: string;

  constructor(address: ServiceAddress, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
    this.#name = `the service at ${address.url.href}`;
  }

  /** Throws `ConnectionLost` if there is no answer. */
  async post(path: string, body: unknown, accept: string): Promise<Response> {
    const { url, headers } = this.#address;
    return this.#reach(
      fetch(new URL(path, url), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
        // Following a redirect would send our headers to another host and could turn a POST into a GET.
        redirect: 'manual',
        signal: this.#signal,
      }),
    );
  }

  /** The data of a JSON answer. Throws its errors. */
  async dataOf(response: Response): Promise<unknown> {
    const type = response.headers.get('content-type') ?? '';
    if (!/\bjson\b/.test(type)) {
      await response.body?.cancel();
      throw this.#stranger(response.status, type);
    }
    return this.valueOf(this.#parse(await this.#reach(response.text())));
  }

  /** The data of a parsed answer. Throws its errors. */
  valueOf(parsed: unknown): unknown {
    const answer = answerIn(parsed);
    if (answer === null) throw this.#notOurs('its answer is none of GraphQL');
    const { data, errors } = answer;
    const [error] = errors;
    if (error === undefined) return data;
    if (isAboutDocument(error)) {
      const why = `${this.#name} does not know what this command asks for`;
      throw new ServiceError(sentence(`${why}: it has another version, or is no Tributary (${error.message})`));
    }
    throw errorOf(error);
  }

  /** The text of a body, in parts as they arrive. */
  async *textOf(response: Response): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    // A pending read may not end when the request is aborted.
    const read = async () => this.#reach(unlessAborted(reader.read(), this.#signal));
    try {
      for (let part = await read(); part?.done === false; part = await read()) {
        yield decoder.decode(part.value, { stream: true });
      }
      this.#signal.throwIfAborted();
    } finally {
      // The caller may stop early and leave the rest.
      reader.cancel().catch(() => undefined);
    }
  }

  lost(): ConnectionLost {
    return new ConnectionLost(sentence(`the connection to ${this.#name} broke off`));
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#notOurs('its answer is no JSON');
    }
  }

  async #reach<T>(pending: Promise<T>): Promise<T> {
    try {
      return await pending;
    } catch (error) {
      if (this.#signal.aborted) throw error;
      throw new ConnectionLost(sentence(`cannot reach ${this.#name}${reasonOf(error)}`));
    }
  }

  /** Explains an answer that is not JSON. */
  #stranger(status: number, type: string): ServiceError {
    if (status >= 300 && status < 400)
      return new ServiceError(
        sentence(`${this.#name} sends elsewhere (status ${status}): it may be at another address, or want a login`),
      );
    if (status === 401 || status === 403)
      return new ServiceError(
        sentence(`${this.#name} refuses the request (status ${status}): send what it wants with --header`),
      );
    if (status >= 500) return new ConnectionLost(sentence(`${this.#name} does not answer (status ${status})`));
    return this.#notOurs(`status ${status}, ${type.split(';', 1)[0] || 'no type'}`);
  }

  #notOurs(why: string): ServiceError {
    return new ServiceError(sentence(`${this.#name} is no Tributary: ${why}`));
  }
}

function answerIn(parsed: unknown): GraphAnswer | null {
  if (typeof parsed !== 'object' || parsed === null) return null;
  const data = 'data' in parsed ? parsed.data : undefined;
  const errors = 'errors' in parsed ? parsed.errors : [];
  if (!Array.isArray(errors) || !errors.every(isError)) return null;
  return (data === undefined || data === null) && errors.length === 0 ? null : { data, errors };
}

function isError(value: unknown): value is AnswerError {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

/**
 * True if the service finds our document invalid. Documents are valid for this version's graph, so the service has
 * another version.
 */
function isAboutDocument({ message, locations, path, extensions }: AnswerError): boolean {
  const code = extensions?.['code'] ?? 'BAD_USER_INPUT';
  const isRefused = code === 'BAD_USER_INPUT' || code === 'GRAPHQL_VALIDATION_FAILED';
  return isRefused && locations !== undefined && path === undefined && !message.startsWith('Variable "');
}

/** The error's code gives the reason without an address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
