/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; what vendors send beside the fields we know. */
export interface JsonObject {
  readonly [key: string]: Json;
}
