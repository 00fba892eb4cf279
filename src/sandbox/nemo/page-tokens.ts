import { createHash } from 'node:crypto';
import { decodeBase58, encodeBase58 } from './base58.ts';

/** A page of a log: its number from 1, and 0 for oldest first or 1 for newest first. */
export interface LogPage {
  readonly page: number;
  readonly direction: 0 | 1;
}

/** How page tokens look: page numbers in base 58 (the real ones), or opaque ones that the vendor can forget. */
export interface PageTokens {
  tokenOf(page: LogPage, job: string): string;
  /** The page of a token of that job's log; null when it is malformed or forgotten. */
  pageOf(token: string, job: string): LogPage | null;
  /** Forgets all tokens given out so far, where tokens can be forgotten. */
  expire(): void;
}

export function numberedTokens(): PageTokens {
  return { tokenOf: encodePage, pageOf: decodePage, expire: () => undefined };
}

/** Tokens that say nothing. With `lifetime`, a token is forgotten once that many more have been given out for its job. */
export function opaqueTokens(lifetime: number | null): PageTokens {
  const jobs = new Map<string, Map<string, LogPage>>();
  let given = 0;
  return {
    tokenOf(page, job) {
      given += 1;
      const token = createHash('sha256').update(`page token ${given}`).digest('base64url').slice(0, 27);
      const pages = jobs.get(job) ?? new Map<string, LogPage>();
      jobs.set(job, pages.set(token, page));
      if (lifetime !== null && pages.size > lifetime) pages.delete(pages.keys().next().value ?? '');
      return token;
    },
    pageOf: (token, job) => jobs.get(job)?.get(token) ?? null,
    expire() {
      jobs.clear();
    },
  };
}

/** The vendor's own shape: base 58 of the JSON `[page, direction]`, written with a space after the comma. */
export function encodePage({ page, direction }: LogPage): string {
  return encodeBase58(Buffer.from(`[${page}, ${direction}]`));
}

function decodePage(token: string): LogPage | null {
  const bytes = decodeBase58(token);
  if (bytes === null) return null;
  const match = /^\[\s*(\d{1,15})\s*,\s*([01])\s*\]$/.exec(Buffer.from(bytes).toString('utf8'));
  if (match === null || Number(match[1]) < 1) return null;
  return { page: Number(match[1]), direction: match[2] === '1' ? 1 : 0 };
}
