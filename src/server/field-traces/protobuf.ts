/**
 * Writes one message of Protocol Buffers (proto3), from its end to its beginning: the length of a nested message stands before it, and is
 * known once it is written. So the last field is written first, and so is the last of a list.
 * (https://protobuf.dev/programming-guides/encoding)
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(4_096);
  #at = this.#bytes.length;

  /** A whole number of up to 53 bits, or a boolean. */
  integer(field: number, value: number): void {
    this.#varint(value);
    this.#varint(field * 8);
  }

  text(field: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.#makeRoom(length);
    this.#at -= length;
    this.#bytes.write(text, this.#at);
    this.#delimited(field, length);
  }

  /** A nested message, which `write` writes. */
  message(field: number, write: () => void): void {
    const before = this.#length;
    write();
    this.#delimited(field, this.#length - before);
  }

  /** All that is written, in base64. */
  base64(): string {
    return this.#bytes.toString('base64', this.#at);
  }

  get #length(): number {
    return this.#bytes.length - this.#at;
  }

  #delimited(field: number, length: number): void {
    this.#varint(length);
    this.#varint(field * 8 + 2);
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
    this.#makeRoom(length);
    this.#at -= length;
    let rest = value;
    for (let index = 0; index < length; index += 1) {
      this.#bytes[this.#at + index] = (rest % 128) + (index < length - 1 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
  }

  #makeRoom(length: number): void {
    if (length <= this.#at) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + length);
    const at = larger.length - this.#length;
    this.#bytes.copy(larger, at, this.#at);
    [this.#bytes, this.#at] = [larger, at];
  }
}
