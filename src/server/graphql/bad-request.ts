import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../domain/errors.ts';

/** An error that is answered with status 400 under every media type. */
export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode, http: { status: 400 } },
  });
}
