import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { ASTVisitor, ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../domain/errors.ts';

/**
 * Refuses introspection and `_service`, and hides what errors of validation suggest. `withoutSuggestion` does so for later errors.
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
      return ({ result }) => {
        for (const error of result as readonly GraphQLError[]) withoutSuggestion(error);
      };
    },
  };
}

/** Takes out what graphql-js suggests in place of a misspelt name: guesses would reveal the schema piece by piece. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  error.message = error.message.replaceAll(/ Did you mean [^?]*\?/g, '');
  return error;
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
