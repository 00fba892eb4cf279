import type { JobStatus } from '../domain/status.ts';

/** A line in a simulated job's log, before the vendor gives it its own shape. */
export interface SandboxLine {
  /** Nanoseconds since the epoch. A vendor with a coarser clock cuts it, as the real one does. */
  readonly time: bigint;
  readonly message: string;
  /** Default: info. Vendors without levels drop it. */
  readonly severity?: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** The vendor's own step and task (or origin, or schedule); each simulation has a default. */
  readonly step?: string;
  readonly task?: string;
}

/** One simulated vendor, with functions for tests and the demo to fill it. */
export interface SimulatedVendor {
  /** The `vendor` value of its configuration. */
  readonly vendor: string;
  readonly handle: VendorHandler;
  /** The kind of a request, for counting: `logs`, `jobs`, `job`, `token`, … */
  classify(request: SandboxRequest): string;
  /** The settings of its source in `tributary.yaml`, given its origin. */
  sourceConfig(origin: string): Record<string, unknown>;
  /** Makes an empty job (default status: running) and returns its natural key. */
  createJob(options?: { readonly name?: string; readonly status?: SandboxStatus }): string;
  setStatus(key: string, status: SandboxStatus): void;
  /** Adds lines; they appear at once, at the position of their time. */
  write(key: string, lines: readonly SandboxLine[]): void;
  /** Makes a job's log a computed one of `count` lines, oldest first: for logs too long to store. */
  generate(key: string, count: number, line: (index: number) => SandboxLine): void;
  /** Removes all jobs and their lines. */
  clear(): void;
}

export type SandboxStatus = Extract<JobStatus, 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'>;

export interface SandboxRequest {
  readonly method: string;
  /** As received: encoded path and query. */
  readonly url: string;
  /** Path segments, each percent-decoded separately. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The raw query, without the `?`. */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface SandboxReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string, or a stream of strings or bytes, is sent unchanged; anything else as JSON. Undefined: no body. */
  readonly body?: unknown;
}

export type VendorHandler = (request: SandboxRequest) => SandboxReply | Promise<SandboxReply>;

/** A fault that the next matching requests meet. */
export interface Fault {
  /** The kinds of requests that match; default: all. */
  readonly kinds?: readonly string[] | ((kind: string) => boolean);
  /** Number of requests that it hits; default: until it is removed. */
  readonly times?: number;
  readonly what:
    | {
        readonly do: 'status';
        readonly status: number;
        readonly body?: string;
        readonly headers?: Record<string, string>;
      }
    | { readonly do: 'delay'; readonly milliseconds: number }
    | { readonly do: 'hang' }
    | { readonly do: 'reset' }
    /** The body ends after this fraction of its bytes, and the connection is cut. */
    | { readonly do: 'cut'; readonly after: number }
    /** The body arrives byte by byte, with a pause after each byte. */
    | { readonly do: 'drip'; readonly milliseconds: number }
    /** An endless string within JSON. */
    | { readonly do: 'endless' }
    | { readonly do: 'malformed' };
}

/** A request that a simulated vendor has answered. */
export interface RecordedCall {
  readonly kind: string;
  readonly method: string;
  /** As received: encoded path and query. */
  readonly url: string;
  readonly body: string;
  readonly status: number;
  readonly at: number;
}

/** What answers requests, and tells their kinds apart. */
export type Answering = Pick<SimulatedVendor, 'handle' | 'classify'>;

/** A simulated vendor that listens. */
export interface VendorServer<Simulation extends Answering = SimulatedVendor> {
  readonly origin: string;
  readonly simulation: Simulation;
  readonly calls: readonly RecordedCall[];
  /** Forgets the calls so far. */
  resetCalls(): void;
  /** Adds a fault; call the returned function to remove it. */
  inject(fault: Fault): () => void;
  clearFaults(): void;
  close(): Promise<void>;
}
