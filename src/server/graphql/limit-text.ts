import { Lexer, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { QueryLimits } from '../../config/service-limits.ts';
import { tooComplex } from './limits.ts';

/** The lexer keeps an object for each comment, and the limit on tokens does not count those. Long values belong into variables. */
export const MOST_CHARACTERS = 128 * 1024;

/** An alias is written once for each row, and errors quote names: ten thousand rows with a long alias are a very long answer. */
const MOST_WORD_CHARACTERS = 128;
const LONG_WORD = /[\w.+-]{129}/;

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);
const WORDS: ReadonlySet<string> = new Set([TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT]);

/**
 * Refuses documents that are too long, whose brackets are nested too deep, or that have very long names or numbers, before they are
 * parsed. The parser and all visitors of its tree recurse at each level, so without a bound a short query exhausts the stack.
 */
export function limitText({ nesting, tokens }: Pick<QueryLimits, 'nesting' | 'tokens'>): Plugin {
  return {
    onParse({ params: { source } }) {
      const text = source instanceof Source ? source.body : String(source);
      if (text.length > MOST_CHARACTERS)
        throw tooComplex(
          `The query has ${text.length} characters; at most ${MOST_CHARACTERS} are allowed. Use variables for long values.`,
        );
      // Shortcuts: a query with no more brackets than the limit cannot be nested deeper. Nearly every query ends here.
      if ((text.match(/[[{(]/g)?.length ?? 0) > nesting || LONG_WORD.test(text)) checkTokens(text, nesting, tokens);
    },
  };
}

/** Looks at as many tokens as a query may have. The parser refuses one with more. */
function checkTokens(text: string, nesting: number, most: number): void {
  let depth = 0;
  for (const { kind, start, end } of tokensOf(text, most)) {
    if (OPENING.has(kind)) depth += 1;
    else if (CLOSING.has(kind)) depth -= 1;
    if (depth > nesting) throw tooComplex(`The query's brackets are nested deeper than ${nesting} levels.`);
    if (WORDS.has(kind) && end - start > MOST_WORD_CHARACTERS)
      throw tooComplex(
        `A name or number of the query has ${end - start} characters; at most ${MOST_WORD_CHARACTERS} are allowed.`,
      );
  }
}

/** Ends at the first invalid token: the parser reports it. */
function* tokensOf(text: string, most: number) {
  const lexer = new Lexer(new Source(text));
  for (let count = 0; count < most; count += 1) {
    try {
      lexer.advance();
    } catch {
      return;
    }
    if (lexer.token.kind === TokenKind.EOF) return;
    yield lexer.token;
  }
}
