/** The vendor refused a token, or no token can be made for a page. The cause, if any, is the vendor's answer. */
export class TokenRefused extends Error {}
