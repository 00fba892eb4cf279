/** A service that cannot be used. The message is one line for people, without headers or credentials. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
}

/** The connection failed, not the request: a retry may help. */
export class ConnectionLost extends ServiceError {
  override readonly name = 'ConnectionLost';
}
