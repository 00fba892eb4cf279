/** The content encodings that an `Accept-Encoding` header accepts. */
export function acceptedEncodings(header = ''): ReadonlySet<string> {
  const accepted = header
    .toLowerCase()
    .split(',')
    .map((each) => each.replaceAll(/\s/g, ''))
    .filter((each) => !/;q=0(?:\.0*)?$/.test(each));
  return new Set(accepted.map((each) => each.split(';', 1)[0] ?? ''));
}
