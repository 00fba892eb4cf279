import type { ErrorCode } from '../domain/errors.ts';

/** How a source is authorised. Secrets live only here and in the headers that they become. */
export type AuthSettings =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly type: 'oauth2-client-credentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      /** Left out: the client shows itself by the certificate of its connection. */
      readonly clientSecret?: string | undefined;
      readonly scope?: string | undefined;
    }
  /** An API key is exchanged for a token that is then sent raw, without a scheme in front. */
  | { readonly type: 'api-key-exchange'; readonly tokenUrl: string; readonly apiKey: string };

export type AuthType = AuthSettings['type'];

/** Bounds of what is asked of one source. Times in milliseconds. */
export interface LimitSettings {
  /** Calls in flight at once. */
  readonly concurrency: number;
  /** Null: as fast as they come. */
  readonly requestsPerSecond: number | null;
  /** Calls that wait for their turn. */
  readonly queue: number;
  /** Those of one caller among them. */
  readonly callerQueue: number;
  /** How long a call waits for its turn. */
  readonly queueMilliseconds: number;
  /** For one attempt of a call as a whole: connect, headers and body (a streamed body: between two chunks). */
  readonly timeoutMilliseconds: number;
  readonly connectTimeoutMilliseconds: number;
  /** Largest body that is decoded as a whole, bytes. */
  readonly maxResponseBytes: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Of an answer that is read while it arrives. */
  readonly stream: StreamBounds;
}

export interface StreamBounds {
  /** For the whole answer. */
  readonly milliseconds: number;
  readonly bytes: number;
  /** What it must bring while it is waited for, on average over each `timeoutMilliseconds` of waiting. */
  readonly leastBytesPerSecond: number;
  /** Of one value: a longer one is passed over, and where it goes on for four times as long, the call fails. */
  readonly lineBytes: number;
  readonly keyBytes: number;
  /** Members of one object. */
  readonly members: number;
  /** Values within values. */
  readonly levels: number;
}

export const STREAM_BOUNDS: StreamBounds = {
  milliseconds: 120_000,
  bytes: 2 ** 30,
  leastBytesPerSecond: 16,
  lineBytes: 16 * 1024 * 1024,
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

/** What a vendor's error answers mean where they differ from what their status says. */
export type ClassifyError = (answer: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as decoded JSON, or its text when it was none (cut to 64 KiB). */
  readonly body: unknown;
}) => { readonly code?: ErrorCode; readonly retryable?: boolean; readonly retryAfterSeconds?: number } | null;

/**
 * How far apart calls should start after an answer, milliseconds; 0: as fast as they may. For vendors that say that they are asked too
 * much before they refuse.
 */
export type PaceAfter = (answer: Pick<Parameters<ClassifyError>[0], 'status' | 'headers'>) => number;

/** Who is trusted, and who we are, on a TLS connection. All in PEM. */
export interface TlsSettings {
  /** Trusted beside the usual certificate authorities. */
  readonly ca?: string | undefined;
  /** Our own, with the intermediate ones behind it. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** The URL of a proxy, or the proxies that an environment names. */
export type ProxySettings = string | EnvironmentProxies;

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Not for the machine itself. */
export interface EnvironmentProxies {
  readonly http: string | null;
  readonly https: string | null;
  readonly except: string;
}

/** How a source and its token endpoint are reached. */
export interface RouteSettings {
  readonly tls?: TlsSettings | undefined;
  /** Default: none. */
  readonly proxy?: ProxySettings | undefined;
}

/**
 * Is the caller's own `Authorization` sent instead of `auth`? A caller without one is refused where it is required, and asks with
 * `auth` where it is optional.
 */
export type Forwarding = false | 'required' | 'optional';

export interface SourceHttpSettings extends RouteSettings {
  readonly source: string;
  /** What stands before the paths of the vendor's reference page; may itself have a path. */
  readonly baseUrl: string;
  readonly auth: AuthSettings;
  readonly forward: Forwarding;
  /** Is it told which trace a call is for? Default: no. */
  readonly sendsTraceparent?: boolean | undefined;
  readonly limits: LimitSettings;
  readonly classifyError?: ClassifyError | undefined;
  readonly paceAfter?: PaceAfter | undefined;
}
