/** The command line is wrong in a way that only shows when its parts are looked at together. One line for people, without a secret. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
