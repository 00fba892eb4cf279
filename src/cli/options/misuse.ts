/**
 * The command line is wrong in a way that parsing single options cannot detect. The message is one line for people,
 * without secrets.
 */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
