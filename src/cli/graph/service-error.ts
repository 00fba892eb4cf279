/** A service that cannot be used, in one line for people. It never holds a header, or more of an address than where it is. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
}

/** Nothing is wrong with what was asked: asking again may help. */
export class ConnectionLost extends ServiceError {
  override readonly name = 'ConnectionLost';
}
