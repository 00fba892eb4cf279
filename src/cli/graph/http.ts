import { errorOf } from './answer.ts';
import type { AnswerError } from './answer.ts';
import type { ServiceAddress } from './service-address.ts';
import { ConnectionLost, ServiceError } from './service-error.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';

/** An answer of the graph, as it came. */
interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** Requests to a running service, and what its answers mean. */
export class ServiceHttp {
  readonly #address: ServiceAddress;
  readonly #signal: AbortSignal;
  /** How the service is called in messages. */
  readonly #name: string;

  constructor(address: ServiceAddress, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
    this.#name = `the service at ${address.url.href}`;
  }

  /** Throws `ConnectionLost` when nothing comes back. */
  async post(path: string, body: unknown, accept: string): Promise<Response> {
    const { url, headers } = this.#address;
    return this.#reach(
      fetch(new URL(path, url), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
        // Headers of ours must not follow to another host, and a POST would become a GET.
        redirect: 'manual',
        signal: this.#signal,
      }),
    );
  }

  /** The data of an answer in JSON. Throws what is wrong with it. */
  async dataOf(response: Response): Promise<unknown> {
    const type = response.headers.get('content-type') ?? '';
    if (!/\bjson\b/.test(type)) {
      await response.body?.cancel();
      throw this.#stranger(response.status, type);
    }
    return this.valueOf(this.#parse(await this.#reach(response.text())));
  }

  /** The data of what was parsed from JSON. */
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

  /** The parts of a body, as they come. */
  async *textOf(response: Response): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    // A read that is under way may not end when the request is aborted.
    const read = async () => this.#reach(unlessAborted(reader.read(), this.#signal));
    try {
      for (let part = await read(); part?.done === false; part = await read()) {
        yield decoder.decode(part.value, { stream: true });
      }
      this.#signal.throwIfAborted();
    } finally {
      // A reader that has what it wants leaves the rest.
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

  /** What an answer that is not JSON is. */
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

function answerIn(parsed: unknown): Answer | null {
  if (typeof parsed !== 'object' || parsed === null) return null;
  const data = 'data' in parsed ? parsed.data : undefined;
  const errors = 'errors' in parsed ? parsed.errors : [];
  if (!Array.isArray(errors) || !errors.every(isError)) return null;
  return (data === undefined || data === null) && errors.length === 0 ? null : { data, errors };
}

function isError(value: unknown): value is AnswerError {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

/** Documents are valid for the graph of this version: one that another graph refuses was made for a later or an earlier one. */
function isAboutDocument({ message, locations, path, extensions }: AnswerError): boolean {
  const code = extensions?.['code'] ?? 'BAD_USER_INPUT';
  const isRefused = code === 'BAD_USER_INPUT' || code === 'GRAPHQL_VALIDATION_FAILED';
  return isRefused && locations !== undefined && path === undefined && !message.startsWith('Variable "');
}

/** Codes say why without an address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
