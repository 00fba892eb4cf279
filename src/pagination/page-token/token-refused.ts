/** The vendor does not take a token, or none can be made for a page. Its cause is the vendor's answer. */
export class TokenRefused extends Error {}
