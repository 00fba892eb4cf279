import type { SandboxReply } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';

/** gRPC status codes for the HTTP statuses in the reference. */
const GRPC_CODE: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 500: 13, 503: 14 };

/** An error answer in the body shape of the dialect: `rpcStatus`, `{}`, or that of the action endpoints. */
export function refusal(status: number, message: string, dialect: Pick<ByteNiteDialect, 'errors'>): SandboxReply {
  switch (dialect.errors) {
    case 'rpc-status':
      return { status, body: { code: GRPC_CODE[status] ?? 2, message, details: [] } };
    case 'empty':
      return { status, body: {} };
    case 'action':
      return {
        status,
        body: {
          ok: false,
          requestId: 'b1a2c3',
          message: 'Request failed',
          error: { code: status, message: 'Failed', description: message },
        },
      };
  }
}
