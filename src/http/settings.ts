import type { ErrorCode } from '../domain/errors.ts';

/** How calls to a source are authorised. Secrets exist only here and in the requests made from them. */
export type AuthSettings =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  /** A key in a header of any name, which is in lower case here. */
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  | {
      readonly type: 'oauth2-client-credentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      /** Undefined: the client authenticates by its TLS certificate. */
      readonly clientSecret?: string | undefined;
      readonly scope?: string | undefined;
    }
  /** An API key is exchanged for a token, which is sent bare, without a scheme such as `Bearer`. */
  | { readonly type: 'api-key-exchange'; readonly tokenUrl: string; readonly apiKey: string };

export type AuthType = AuthSettings['type'];

/** Bounds on the calls to one source. Times are in milliseconds. */
export interface LimitSettings {
  /** Calls in flight at once. */
  readonly concurrency: number;
  /** Null: no limit. */
  readonly requestsPerSecond: number | null;
  /** Most calls that may wait for their turn. */
  readonly queue: number;
  /** Most waiting calls of one caller. */
  readonly callerQueue: number;
  /** The longest time that a call waits for its turn. */
  readonly queueMilliseconds: number;
  /** For one whole attempt: connect, headers and body. For a streamed body: between two chunks. */
  readonly timeoutMilliseconds: number;
  readonly connectTimeoutMilliseconds: number;
  /** Largest body that is decoded as a whole, in bytes. */
  readonly maxResponseBytes: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Bounds on an answer that is read while it arrives. */
  readonly stream: StreamBounds;
}

export interface StreamBounds {
  /** For the whole answer. */
  readonly milliseconds: number;
  readonly bytes: number;
  /** The least rate, on average over each `timeoutMilliseconds` of waiting for the answer. */
  readonly leastBytesPerSecond: number;
  /** Longest value. A longer one is skipped; the call fails if it exceeds four times this length. */
  readonly lineBytes: number;
  readonly keyBytes: number;
  /** Most members of one object. */
  readonly members: number;
  /** Deepest nesting of values. */
  readonly levels: number;
}

export const STREAM_BOUNDS: StreamBounds = {
  milliseconds: 120_000,
  bytes: 2 ** 30,
  leastBytesPerSecond: 16,
  lineBytes: 4 * 1024 * 1024,
  keyBytes: 64 * 1024,
  members: 100_000,
  levels: 10_000,
};

export const DEFAULT_LIMITS: LimitSettings = {
  concurrency: 8,
  requestsPerSecond: null,
  queue: 10_000,
  callerQueue: 4_000,
  queueMilliseconds: 30_000,
  timeoutMilliseconds: 10_000,
  connectTimeoutMilliseconds: 5_000,
  maxResponseBytes: 64 * 1024 * 1024,
  retries: 2,
  stream: STREAM_BOUNDS,
};

/** Reads a vendor's error answer where its meaning differs from its status. */
export type ClassifyError = (answer: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as parsed JSON, or its text if it is not JSON (cut to 64 KiB). */
  readonly body: unknown;
}) => { readonly code?: ErrorCode; readonly retryable?: boolean; readonly retryAfterSeconds?: number } | null;

/**
 * Milliseconds between the starts of calls after this answer; 0: no pacing. For vendors that warn before they refuse
 * calls.
 */
export type PaceAfter = (answer: Pick<Parameters<ClassifyError>[0], 'status' | 'headers'>) => number;

/** TLS settings: trusted authorities and our own certificate. All in PEM. */
export interface TlsSettings {
  /** Trusted in addition to the default certificate authorities. */
  readonly ca?: string | undefined;
  /** Our client certificate, followed by the intermediate certificates. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** The URL of a proxy, or the proxies that the environment names. */
export type ProxySettings = string | EnvironmentProxies;

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Not used for the local machine. */
export interface EnvironmentProxies {
  readonly http: string | null;
  readonly https: string | null;
  readonly except: string;
}

/** How to connect to a source and its token endpoint. */
export interface RouteSettings {
  readonly tls?: TlsSettings | undefined;
  /** Default: none. */
  readonly proxy?: ProxySettings | undefined;
}

/**
 * Whether the caller's `Authorization` is sent instead of `auth`. Without one, a caller is refused if it is required;
 * if it is optional, `auth` is used.
 */
export type Forwarding = false | 'required' | 'optional';

export interface SourceHttpSettings extends RouteSettings {
  readonly source: string;
  /** The prefix of the paths on the vendor's reference page; may itself have a path. */
  readonly baseUrl: string;
  readonly auth: AuthSettings;
  readonly forward: Forwarding;
  /** True if requests carry a `traceparent` header. Default: false. */
  readonly sendsTraceparent?: boolean | undefined;
  readonly limits: LimitSettings;
  readonly classifyError?: ClassifyError | undefined;
  readonly paceAfter?: PaceAfter | undefined;
}
