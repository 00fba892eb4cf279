import { createHash } from 'node:crypto';
import { decodeBase58, encodeBase58 } from './base58.ts';

/** A page of a log: its number from 1; direction 0 is oldest first, 1 is newest first. */
export interface DirectedPage {
  readonly page: number;
  readonly direction: 0 | 1;
}

/** The form of page tokens: page numbers in base 58 (as the vendor's), or opaque ones that the vendor can forget. */
export interface PageTokens {
  tokenOf(page: DirectedPage, job: string): string;
  /** The page of a token of that job's log; null if it is malformed or forgotten. */
  pageOf(token: string, job: string): DirectedPage | null;
  /** Forgets all issued tokens, if tokens can be forgotten. */
  expire(): void;
}

export function numberedTokens(): PageTokens {
  return { tokenOf: encodePage, pageOf: decodePage, expire: () => undefined };
}

/** Page numbers in plain decimals, oldest first. */
export function decimalTokens(): PageTokens {
  return {
    tokenOf: ({ page }) => String(page),
    pageOf: (token) => (/^[1-9]\d{0,14}$/.test(token) ? { page: Number(token), direction: 0 } : null),
    expire: () => undefined,
  };
}

/** Opaque tokens. With `lifetime`, a token is forgotten once that many further tokens were issued for its job. */
export function opaqueTokens(lifetime: number | null): PageTokens {
  const jobs = new Map<string, Map<string, DirectedPage>>();
  let given = 0;
  return {
    tokenOf(page, job) {
      given += 1;
      const token = createHash('sha256').update(`page token ${given}`).digest('base64url').slice(0, 27);
      const pages = jobs.get(job) ?? new Map<string, DirectedPage>();
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

/** The vendor's own form: base 58 of the JSON `[page, direction]`, with a space after the comma. */
export function encodePage({ page, direction }: DirectedPage): string {
  return encodeBase58(Buffer.from(`[${page}, ${direction}]`));
}

function decodePage(token: string): DirectedPage | null {
  const bytes = decodeBase58(token);
  if (bytes === null) return null;
  const match = /^\[\s*(\d{1,15})\s*,\s*([01])\s*\]$/.exec(Buffer.from(bytes).toString('utf8'));
  if (match === null || Number(match[1]) < 1) return null;
  return { page: Number(match[1]), direction: match[2] === '1' ? 1 : 0 };
}
