import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Envelopes } from '../enveloped.ts';

/** Bounds on the documents that are kept: their number, and the characters of their texts. */
const MOST_DOCUMENTS = 1_000;
const MOST_CHARACTERS = 2 * 1024 * 1024;

/** Yoga's own plug-ins add statuses to errors of documents that came with a request, and ask for its method. */
const POSTED = new Request('http://localhost/graphql', { method: 'POST' });

/**
 * Documents that have passed yoga's parser and all rules, by their text: one look-up in place of both. Neither depends on anything but
 * the text. Each yoga has its own, because rules differ.
 */
export class KnownDocuments {
  readonly #documents = new LRUCache<string, DocumentNode>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 1,
  });

  /** The document with this text. If it is not known, yoga parses and validates it. Null: it is not valid. */
  documentOf(text: string, yoga: Envelopes, operationName: string | null): DocumentNode | null {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    const enveloped = yoga.getEnveloped({ request: POSTED, params: { query: text, operationName } });
    try {
      enveloped.validate(enveloped.schema, enveloped.parse(text));
    } catch {
      // Yoga keeps the error, and reports it when it handles the request.
      return null;
    }
    return this.#documents.get(text) ?? null;
  }

  /** Learns documents as they pass. */
  readonly plugin: Plugin = {
    onValidate: ({ params }) => {
      return ({ valid }) => {
        // Yoga leaves the type open. The document is always one of the parser's.
        const document = params.documentAST as DocumentNode;
        if (valid && document.loc !== undefined) this.#documents.set(document.loc.source.body, document);
      };
    },
  };
}
