import { GraphQLError, Lexer, NoSchemaIntrospectionCustomRule, Source, TokenKind } from 'graphql';
import type { ASTVisitor, ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../domain/errors.ts';
import { tooComplex } from './limits.ts';

/**
 * Refuses introspection and `_service`. `limitQueries` also hides suggestions of field names, which would reveal the
 * schema piece by piece.
 */
export function refuseIntrospection(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      addValidationRule((context: ValidationContext): ASTVisitor => ({
        Field(node) {
          if (node.name.value !== '_service') return;
          context.reportError(new GraphQLError('The schema is not for you: "_service" is its text.', { nodes: node }));
        },
      }));
    },
  };
}

/**
 * Refuses operation types that the graph lacks, such as mutations. Validation has no rule for this, and the executor
 * would find out late.
 */
export function refuseAbsentOperations(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule((context: ValidationContext): ASTVisitor => ({
        OperationDefinition(node) {
          if (context.getSchema().getRootType(node.operation)) return;
          context.reportError(new GraphQLError(`The graph has no ${node.operation}s.`, { nodes: node }));
        },
      }));
    },
  };
}

/** Adds the code to validation errors, which reach clients unmasked. */
export function codeValidationErrors(): Plugin {
  return {
    onValidate: () => {
      return ({ result }) => {
        for (const { extensions } of result as readonly GraphQLError[]) {
          extensions['code'] ??= 'BAD_USER_INPUT' satisfies ErrorCode;
        }
      };
    },
  };
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses documents whose brackets are nested deeper than `limit`. The parser and all visitors of its tree recurse at
 * each level, so without a bound a short query exhausts the stack.
 */
export function limitNesting(limit: number): Plugin {
  return {
    onParse({ params: { source } }) {
      const text = source instanceof Source ? source.body : String(source);
      if (isDeeper(text, limit)) throw tooComplex(`The query's brackets are nested deeper than ${limit} levels.`);
    },
  };
}

function isDeeper(text: string, limit: number): boolean {
  // A shortcut: a query with no more brackets than the limit cannot be nested deeper. Nearly every query ends here.
  if ((text.match(/[[{(]/g)?.length ?? 0) <= limit) return false;
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      if (OPENING.has(kind)) depth += 1;
      else if (CLOSING.has(kind)) depth -= 1;
      if (depth > limit) return true;
    }
  } catch {
    // The parser reports invalid tokens.
  }
  return false;
}
